-- XML: what is well formed, what is made, what is found.
create table docs (id int primary key, x xml);
insert into docs values (1, '<a k="1"><b>one</b><b>two &amp; three</b></a>'), (2, 'text <i/> more'), (3, null);
select * from docs order by id;
select id, x is document, x::text from docs order by id;
select xmlparse(document '<a/>'), xmlparse(content 'x<a/>'), xmlparse(content '<?xml version="1.0" encoding="utf-8"?><a/>');
select xmlparse(content '<?xml version="1.1" standalone="no"?><a/>');
\set VERBOSITY terse
select '<a>'::xml;
select xmlparse(document 'x');
select xmlserialize(document x as text) from docs where id = 2;
select xmlcomment('a--b');
select xmlpi(name xml, 'x');
select xmlpi(name go, 'x?>');
select xmlelement(name a, xmlattributes(1 as b, 2 as b));
select xmlelement(name a, xmlattributes(1));
select xmlforest(1);
select xpath('//[', '<a/>');
select xpath('', '<a/>');
select xpath('//x', '<a/>', array['x']);
select xmlconcat(1);
select '<a/>'::xml = '<a/>'::xml;
\set VERBOSITY default
select xmlelement(name foo, xmlattributes(id as a, 'x<&"' as b, null as c), 'a<b', 1.50, null, '<z/>'::xml, array[1,2]) from docs order by id;
select xmlelement(name e), xmlelement(name e, null), xmlelement(name e, ''), xmlelement(name "a b:c", xmlattributes(true as "1x"));
select xmlelement(name t, timestamp '2020-01-02 03:04:05', date '2020-01-02', '\xdeadbeef'::bytea, interval '1 day');
select xmlforest(id, x, id + 1 as next) from docs order by id;
select xmlpi(name go), xmlpi(name go, '  on'), xmlpi(name go, null), xmlcomment('note');
select xmlroot('<a/>', version '1.1', standalone yes), xmlroot('<?xml version="1.1"?><a/>', version no value), xmlroot(null, version no value);
select xmlconcat('<?xml version="1.1"?><a/>', null, '<?xml version="1.1" standalone="yes"?><b/>'), xmlconcat(null, null), xmlconcat('<a/>', 'x');
select xmlagg(xmlelement(name i, id) order by id desc) from docs;
select xmlserialize(content x as varchar(10)) from docs where id = 1;
select xpath('/a/b/text()', x), xpath('//@k', x), xpath('count(//b)', x), xpath('string(/a/b[2])', x), xpath('1=1', x), xpath('//b[1]', x)
  from docs where id = 1;
select xpath('//q:b', '<a xmlns:p="u"><p:b/></a>', array[array['q', 'u']]), xpath('//c', '<a/>');
select xpath_exists('//b', x), xmlexists('//c' passing x) from docs where id = 1;
select xml_is_well_formed('x'), xml_is_well_formed_document('x'), xml_is_well_formed_document('<x/>'), xml_is_well_formed_content('<x');
select x.xmlelement from (select xmlelement(name a)) x;
set xmloption = document;
select xml_is_well_formed('x'), '<a/>'::xml;
drop table docs;
SELECT xpath('root', '<root/>'), xpath('b', '<a><b/></a>'), xpath('a/b', '<a><b/></a>'), xpath_exists('a', '<a/>');
