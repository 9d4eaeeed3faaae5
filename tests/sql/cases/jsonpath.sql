-- Paths: kept, printed and run as PostgreSQL does.
CREATE TABLE station (id int PRIMARY KEY, reading jsonb, wanted jsonpath, others jsonpath[]);
INSERT INTO station VALUES
    (1, '{"name": "north", "log": [{"at": "2021-03-04 05:06:07", "t": 4.5}, {"at": "2021-03-05 05:00:00", "t": 7}]}', '$.log[*].t ? (@ > 5)', '{$.name,"strict $.log[last]"}'),
    (2, '{"name": "south", "log": [{"at": "2021-06-01", "t": "broken"}]}', '($.log.size() + 1).type()', ARRAY['$.a'::jsonpath]),
    (3, '[1, [2, [3]], {"name": {"name": 4}}]', '$.**{1 to last} ? (@.type() != "array")', '{}'),
    (4, NULL, NULL, NULL);
SELECT id, wanted, others FROM station ORDER BY id;
SELECT id, wanted::text, others[2], reading @? wanted AS exists, reading @@ wanted AS match FROM station ORDER BY id;
SELECT id, jsonb_path_query_array(reading, wanted) FROM station ORDER BY id;
SELECT id, item FROM station, jsonb_path_query(reading, '$.**.name') AS item ORDER BY id, item;
SELECT id, jsonb_path_query(reading, '$.log[*].t') FROM station ORDER BY id, 2;
SELECT item, n FROM jsonb_path_query('[5, [6], {"a": 7}]', '$[*]') WITH ORDINALITY AS q (item, n);
SELECT wanted = '$.a' FROM station;
SELECT wanted FROM station ORDER BY wanted;

-- modes, wildcards, subscripts
SELECT jsonb_path_query_array('{"a": [1, 2, [3]]}', '$.a[*]'), jsonb_path_query_array('{"a": [1, 2, [3]]}', '$.a[last, 0 to 1]'), jsonb_path_query_array('{"a": [1, 2, [3]]}', '$.*[last][*]');
SELECT jsonb_path_query_array('5', '$[0]'), jsonb_path_query_array('5', '$[*]'), jsonb_path_query_array('[[{"b": 1}]]', '$.b'), jsonb_path_query_array('[{"b": 1}]', '$.b');
SELECT jsonb_path_query('5', 'strict $[0]');
SELECT jsonb_path_query('{"a": 1}', 'strict $.b');
SELECT jsonb_path_query('[1, 2]', 'strict $[2]');
SELECT jsonb_path_query('[1, 2]', '$["x"]');
SELECT jsonb_path_query('[1, 2]', '$[99999999999]');
SELECT jsonb_path_query_array('[1, {"b": 2}, 3]', 'strict $[*].b', silent => true);
SELECT jsonb_path_query_array('{"a": {"b": [{"c": 1}]}}', '$.**'), jsonb_path_query_array('{"a": {"b": [{"c": 1}]}}', '$.**{last}'), jsonb_path_query_array('{"a": {"b": [{"c": 1}]}}', '$.**{1 to 2}.c');

-- predicates
SELECT jsonb_path_query_array('["abc", "Abd", 3, null, "x\ny"]', '$[*] ? (@ starts with "ab")'), jsonb_path_query_array('["abc", "Abd", 3, null, "x\ny"]', '$[*] ? (@ like_regex "^ab." flag "i")'), jsonb_path_query_array('["abc", "Abd", 3, null, "x\ny"]', '$[*] ? (@ like_regex "^y" flag "m" || @ like_regex "x.y" flag "s" && !(@ == "z"))');
SELECT jsonb_path_query_array('[1, "1", null, true, [], {}]', '$[*] ? (@ == 1)'), jsonb_path_query_array('[1, "1", null, true, [], {}]', 'strict $[*] ? ((@ < 2) is unknown)'), jsonb_path_query_array('[1, "1", null, true]', '$[*] ? (@ != null)');
SELECT jsonb_path_query_array('[{"a": 1}, {"a": "x"}, {}]', '$[*] ? (exists (@.a ? (@ > 0)))'), jsonb_path_query_array('[{"a": 1}, {"b": 1}]', 'strict $[*] ? ((exists (@.a)) is unknown)');
SELECT jsonb_path_match('{"a": 1}', '$.a == 1'), jsonb_path_match('{"a": 1}', '$.a', silent => true), jsonb_path_exists('{"a": 1}', '$.a ? (@ > $least)', '{"least": 1}'), '{"a": 1}'::jsonb @@ '$.a';
SELECT jsonb_path_match('{"a": 1}', '$.a');
SELECT jsonb_path_exists('{"a": 1}', '$.a ? (@ > $least)');
SELECT jsonb_path_exists('{"a": 1}', '$', '[1]');
SELECT jsonb_path_exists(NULL, '$'), jsonb_path_exists('1', NULL), jsonb_path_exists('1', '$', NULL), jsonb_path_query_first('[]', '$[0]');

-- arithmetic and methods
SELECT jsonb_path_query_array('{"a": [1, 2.50], "b": 3}', '-$.a[*]'), jsonb_path_query_array('{"a": 7, "b": 3}', '($.a / $.b).floor() * 2 + $.a % $.b - (-1).abs()');
SELECT jsonb_path_query('{"a": [1, 2]}', '$.a + 1');
SELECT jsonb_path_query('{"a": "x"}', '+$.a');
SELECT jsonb_path_query('0', '1 / $');
SELECT jsonb_path_query_array('[0, 2]', '$[*] ? ((1 / @ > 0) is unknown)');
SELECT jsonb_path_query_array('[null, 1, "a", true, [], {}]', '$[*].type()'), jsonb_path_query_array('[[1, 2], 3]', '$[*].size()'), jsonb_path_query_array('["1.50", 2, "1e2"]', '$[*].double()'), jsonb_path_query_array('[1.2, -1.2]', '$.ceiling()');
SELECT jsonb_path_query('["x"]', '$.double()');
SELECT jsonb_path_query('{"a": {"b": 1.25, "c": [{}, {"d": null}]}}', '$.** ? (@.type() == "object").keyvalue()');
SELECT jsonb_path_query('1', '$o.keyvalue().value.keyvalue()', '{"o": {"y": {"a": 1}, "z": {"b": 2}}}');

-- dates and times
SET TimeZone = 'Europe/Paris';
SELECT jsonb_path_query('["2021-03-04", "12:30:00", "12:30:00+2", "2021-03-04T12:30:00.5", "2021-03-04 12:30:00-3:30"]', '$[*].datetime()');
SELECT jsonb_path_query_array('["2021-03-04", "12:30:00", "12:30:00+2", "2021-03-04T12:30:00.5", "2021-03-04 12:30:00-3:30"]', '$[*].datetime().type()');
SELECT jsonb_path_query_array('["2021-03-04", "2021-03-05 01:00:00", "2021-03-03"]', '$[*].datetime() ? (@ >= "04.03.2021".datetime("dd.mm.yyyy"))');
SELECT jsonb_path_query_array_tz('["2021-03-04", "2021-03-04 00:30:00+1", "12:00:00"]', '$[*].datetime() ? (@ < "2021-03-04 00:00:00+0".datetime())');
SELECT jsonb_path_query('"2021-03-04"', '$.datetime() < "2021-03-04 00:00:00+0".datetime()');
SELECT jsonb_path_query('"4 March"', '$.datetime()');
SELECT jsonb_path_query('"2021-3"', '$.datetime("yyyy-mm-dd")');
SELECT jsonb_path_query('"2021/3/4"', '$.datetime("yyyy-mm-dd")');
SELECT jsonb_path_query('"2021-3-4 x"', '$.datetime("yyyy-mm-dd")');
SELECT jsonb_path_query('"2021"', '$.datetime("yyyy#")', silent => true);
SELECT jsonb_path_query_first('"3:04 pm"', '$.datetime("HH12:MI AM")'), jsonb_path_query_first('"Mar 4 2021 00:00 -05:30"', '$.datetime("Mon DD YYYY HH24:MI TZH:TZM")');

-- what is no path
SELECT ''::jsonpath;
SELECT '$.'::jsonpath;
SELECT '$.a b'::jsonpath;
SELECT '$ ? ($.a)'::jsonpath;
SELECT '$ ? (@.a == 1'::jsonpath;
SELECT '@.a'::jsonpath;
SELECT 'last'::jsonpath;
SELECT '$ ? (@ like_regex "(")'::jsonpath;
SELECT '$ ? (@ like_regex "a" flag "y")'::jsonpath;
SELECT '1.e'::jsonpath, '$[1x]';
SELECT '"\ud83d"'::jsonpath;
SELECT '(1 < 2) < 3'::jsonpath;

-- in views, indexes, checks and prepared statements
CREATE VIEW warm AS SELECT id, jsonb_path_query_first(reading, '$.log[*].t ? (@ > 5)') AS t FROM station WHERE reading @? '$.log';
SELECT * FROM warm ORDER BY id;
CREATE INDEX station_name ON station ((jsonb_path_query_first(reading, '$.name')));
SELECT id FROM station WHERE jsonb_path_query_first(reading, '$.name') = '"south"';
CREATE TABLE checked (d jsonb CHECK (d @@ '$.n > 0'));
INSERT INTO checked VALUES ('{"n": 1}');
INSERT INTO checked VALUES ('{"n": 0}');
PREPARE by_path (jsonpath) AS SELECT id, jsonb_path_query_array(reading, $1) FROM station ORDER BY id;
EXECUTE by_path ('$.name');
EXECUTE by_path ('$.log[0].t');
COPY (SELECT wanted FROM station ORDER BY id) TO STDOUT;
