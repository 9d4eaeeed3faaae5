SELECT ts_headline('simple', 'The quick brown fox jumps over the lazy dog', to_tsquery('simple', 'fox'));
SELECT ts_headline('english', 'The quick brown foxes were jumping over the lazy dog', 'fox & jump');
SELECT ts_headline('english', 'The most common type of search
is to find all documents containing given query terms
and return them in order of their similarity to the query.', to_tsquery('english', 'query & similarity'));
SELECT ts_headline('english', 'Search terms may occur
many times in a document,
requiring ranking of the search matches to decide which
occurrences to display in the result.', to_tsquery('english', 'search & term'), 'MaxFragments=10, MaxWords=7, MinWords=3, StartSel=<<, StopSel=>>');
CREATE TABLE texts (id int, t text);
INSERT INTO texts VALUES
 (1, 'Day after day, day after day, We stuck, nor breath nor motion, As idle as a painted Ship Upon a painted Ocean. Water, water, every where And all the boards did shrink; Water, water, every where, Nor any drop to drink.'),
 (2, '<html><!-- some comment --><body> Sea view wow <u>foo bar</u> <i>qq</i> <a href="http://www.google.com/foo.bar.html" target="_blank">YES &nbsp;</a> ff-bg <script> document.write(15); </script></body></html>'),
 (3, 'A well-known address is foo@bar.com or http://example.com/a/b.html, version 1.2.3 costs 12.50 or -7; the state-of-the-art approach is well known. It goes on and on, for a long while, saying nothing of interest at all to anybody who reads it, until near the very end of this long text the address comes up again, as an address should.'),
 (4, ''), (5, 'one'), (6, '1 2 3 4.5 a b c'), (7, 'grün über straße über alles');
SELECT ts_headline('english', t, to_tsquery('english', 'painted')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'painted & water')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, phraseto_tsquery('english', 'painted ocean')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'day & drink')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'day | drink'), 'MaxWords=8,MinWords=4') FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'ship & !water')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'paint:* & oce:*'), 'ShortWord=0,MaxWords=5,MinWords=2') FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'nothing_here')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', '')) FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'water'), 'MaxFragments=2,MaxWords=6,MinWords=3,FragmentDelimiter=" || "') FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'day | drink | ocean'), 'MaxFragments=3, MaxWords=10, MinWords=5') FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'day & drink'), 'MaxFragments=2,MaxWords=100, MinWords=1') FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'nope'), 'MaxFragments=2,MaxWords=10, MinWords=5') FROM texts WHERE id = 1;
SELECT ts_headline('english', t, to_tsquery('english', 'sea & foo')) FROM texts WHERE id = 2;
SELECT ts_headline('english', t, to_tsquery('english', 'sea & foo'), 'HighlightAll=true') FROM texts WHERE id = 2;
SELECT ts_headline('simple', t, to_tsquery('simple', 'bg | google'), 'HighlightAll=on,StartSel=[,StopSel=]') FROM texts WHERE id = 2;
SELECT ts_headline('english', t, to_tsquery('english', 'address')) FROM texts WHERE id = 3;
SELECT ts_headline('english', t, to_tsquery('english', 'address & known'), 'MaxWords=12,MinWords=6') FROM texts WHERE id = 3;
SELECT ts_headline('english', t, to_tsquery('english', 'address & end'), 'MaxFragments=3,MaxWords=12,MinWords=6') FROM texts WHERE id = 3;
SELECT ts_headline('english', t, to_tsquery('english', 'well-known | art | costs'), 'MaxFragments=2') FROM texts WHERE id = 3;
SELECT ts_headline('english', t, to_tsquery('english', 'http\://example.com/a/b.html | ''foo@bar.com'''), 'MaxWords=9,MinWords=4') FROM texts WHERE id = 3;
SELECT id, ts_headline('simple', t, to_tsquery('simple', 'one | 3 | über')), ts_headline(t, 'one'::tsquery, 'MaxFragments=1') FROM texts WHERE id > 3 ORDER BY id;
SELECT ts_headline('simple', 'a b c a b', 'a & a <-> b'), ts_headline('simple', 'cat category cats', 'cat | cat:*'), ts_headline('english', 'cats cat', 'cat & cat:*');
SELECT ts_headline('a b c', 'b'), ts_headline('simple', NULL, 'b'), ts_headline('a b', 'b', NULL);
-- Options.
SELECT ts_headline('simple', 'a b', 'b', 'StartSel = "<b class=""x"">" , "StopSel" = ''</b>''');
SELECT ts_headline('simple', 'a b', 'b', 'startsel=,stopsel=]');
SELECT ts_headline('simple', 'a b', 'b', 'NoSuch=1');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'MaxWords=x');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'MaxWords');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'MaxWords=5,MinWords=5');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'MinWords=0');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'ShortWord=-1');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'MaxFragments=-1');
\echo :SQLSTATE
SELECT ts_headline('simple', 'a b', 'b', 'MaxFragments=-1,HighlightAll=yes');
-- JSON.
SELECT ts_headline('{"a": "aaa bbb", "b": {"c": "ccc ddd fff", "c1": "ccc1 ddd1"}, "d": ["ggg hhh", "iii jjj"], "n": [1.50, true, null, {}, []]}'::json, tsquery('bbb & ddd & hhh'));
SELECT ts_headline('{"b": "aaa bbb", "a": {"c": "ccc ddd fff", "c1": "ccc1 ddd1"}, "d": ["ggg hhh", "iii jjj"], "n": [1.50, true, null, {}, []]}'::jsonb, tsquery('bbb | ddd | hhh'));
SELECT ts_headline('english', '{"a": "aaa bbb", "b": {"c": "ccc ddd fff"}, "a": "quo\"te ddd"}'::json, tsquery('bbb | ddd | quo'), 'StartSel = <, StopSel = >');
SELECT ts_headline('english', '"bbb \u00e4"'::jsonb, tsquery('bbb'), 'StartSel = <, StopSel = >'), ts_headline('null'::json, 'x'), ts_headline('{}'::jsonb, 'x'), ts_headline('[]'::json, 'x');
SELECT ts_headline('simple', '{"a": "b"}'::json, 'b', 'x=1');
\echo :SQLSTATE
