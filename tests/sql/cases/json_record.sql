CREATE TYPE pop AS (a text, b int, c timestamp);
CREATE DOMAIN not_null_int AS int NOT NULL;
CREATE DOMAIN three AS int[] CHECK (array_length(VALUE, 1) = 3);
CREATE TYPE deep AS (i int, ia int[], ia1d three, t text, ta text[], c char(4), ca char(4)[], js json, jsb jsonb, jsa json[], rec pop, reca pop[], v varchar(3), n numeric(5,2), bo bool, e name);
CREATE TYPE with_domain AS (i not_null_int);
CREATE TYPE xy AS (x int, y int);
CREATE DOMAIN ordered AS xy CHECK ((VALUE).x <= (VALUE).y);
-- One row.
SELECT * FROM json_populate_record(NULL::pop, '{"a":"blurfl","x":43.2}') q;
SELECT * FROM jsonb_populate_record(row('x',3,'2012-12-31 15:30:56')::pop, '{"a":[100,200,false],"b":null}') q;
SELECT json_populate_record(row('x',3,'2012-12-31 15:30:56')::pop, '{}'), jsonb_populate_record(NULL::pop, '{}'), json_populate_record(NULL::pop, NULL), json_populate_record(row('x',1,NULL)::pop, NULL);
SELECT * FROM json_populate_record(NULL::pop, '{"c":[100,200,false]}') q;
\echo :SQLSTATE
SELECT (jsonb_populate_record(NULL::pop, '{"a": {"k": [1, "2"]}, "b": "12"}')).*, (json_populate_record(NULL::pop, '{"a": {"k" :[1,  "2"]}}')).a;
SELECT b.id, q.* FROM (VALUES (1, '{"a":"x"}'::json), (2, NULL), (3, '{"b":7,"a":null}')) b(id, j), LATERAL json_populate_record(NULL::pop, b.j) q ORDER BY id;
SELECT json_populate_record(NULL::with_domain, '{"i": 1}');
SELECT json_populate_record(NULL::with_domain, '{"x": 1}');
\echo :SQLSTATE
SELECT jsonb_populate_record(NULL::with_domain, '{"i": null}');
\echo :SQLSTATE
-- Arrays.
SELECT ia FROM json_populate_record(NULL::deep, '{"ia": [1, "2", null, 4]}') q;
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [[1, 2], [3, 4]]}') q;
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [[], []]}') q;
SELECT ia FROM json_populate_record(NULL::deep, '{"ia": [[[1], [2]], [[3], [4]]]}') q;
SELECT ia FROM json_populate_record(NULL::deep, '{"ia": "{1,2,3}"}') q;
SELECT ia FROM json_populate_record(NULL::deep, '{"ia": 123}') q;
\echo :SQLSTATE
SELECT ia FROM json_populate_record(NULL::deep, '{"ia": [[1], 2]}') q;
\echo :SQLSTATE
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [[1], [2, 3]]}') q;
\echo :SQLSTATE
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [[[1]], [[2], [3]]]}') q;
\echo :SQLSTATE
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [[[1, 2], 3]]}') q;
\echo :SQLSTATE
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [1, [2]]}') q;
\echo :SQLSTATE
SELECT ia FROM jsonb_populate_record(NULL::deep, '{"ia": [1, "x"]}') q;
\echo :SQLSTATE
SELECT ia1d FROM json_populate_record(NULL::deep, '{"ia1d": [1, "2", null, 4]}') q;
\echo :SQLSTATE
SELECT ia1d FROM jsonb_populate_record(NULL::deep, '{"ia1d": [1, "2", null]}') q;
SELECT ta FROM json_populate_record(NULL::deep, '{"ta": [1, "2", null, 4, {"k" : "v"}, [1]]}') q;
SELECT ta FROM json_populate_record(NULL::deep, '{"ta": [[1, 2, 3], {"k": "v"}]}') q;
\echo :SQLSTATE
-- Types with a length, JSON in JSON, rows in rows.
SELECT c, ca, v, n FROM json_populate_record(NULL::deep, '{"c": "aa", "ca": [1, "b", null], "v": "abc", "n": 1.256}') q;
SELECT c FROM json_populate_record(NULL::deep, '{"c": "aaaaa"}') q;
\echo :SQLSTATE
SELECT ca FROM jsonb_populate_record(NULL::deep, '{"ca": ["aaaaa"]}') q;
\echo :SQLSTATE
SELECT n FROM jsonb_populate_record(NULL::deep, '{"n": 12345.6}') q;
\echo :SQLSTATE
SELECT js, jsb, jsa FROM json_populate_record(NULL::deep, '{"js": {"a" : [1,  2]}, "jsb": {"b":1,"aa":2}, "jsa": [1, "2", null, {"a" :1}]}') q;
SELECT js, jsb, jsa FROM jsonb_populate_record(NULL::deep, '{"js": "x\"y", "jsb": "abc", "jsa": ["aaa", null, [1, 2], {"k": "v"}]}') q;
SELECT js, jsb FROM json_populate_record(NULL::deep, '{"js": null, "jsb": true}') q;
SELECT bo, e, t FROM jsonb_populate_record(NULL::deep, '{"bo": true, "e": "nm", "t": 1.10}') q;
SELECT bo FROM json_populate_record(NULL::deep, '{"bo": 7}') q;
\echo :SQLSTATE
SELECT rec FROM json_populate_record(NULL::deep, '{"rec": {"a": "abc", "c": "01.02.2003", "x": 43.2}}') q;
SELECT rec FROM jsonb_populate_record(NULL::deep, '{"rec": "(abc,42,01.02.2003)"}') q;
SELECT rec FROM json_populate_record(NULL::deep, '{"rec": 123}') q;
\echo :SQLSTATE
SELECT rec FROM jsonb_populate_record(NULL::deep, '{"rec": [1, 2]}') q;
\echo :SQLSTATE
SELECT reca FROM jsonb_populate_record(NULL::deep, '{"reca": [{"a": "abc", "b": 456}, null, {"c": "01.02.2003", "x": 43.2}, "(x,1,)"]}') q;
SELECT reca FROM json_populate_record(NULL::deep, '{"reca": [1, 2]}') q;
\echo :SQLSTATE
SELECT rec FROM json_populate_record(row(NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,row('x',3,'2012-12-31 15:30:56')::pop,NULL,NULL,NULL,NULL,NULL)::deep, '{"rec": {"a": "abc", "b": null}}') q;
SELECT * FROM jsonb_populate_record(NULL::ordered, '{"x": 0, "y": 1}') q;
SELECT json_populate_record(row(1,2)::ordered, '{"x": 0}'), jsonb_populate_record(NULL::ordered, '{"x": 1, "y": 1}');
SELECT json_populate_record(NULL::ordered, '{"x": 1, "y": 0}');
\echo :SQLSTATE
SELECT json_populate_record(row(1,2)::ordered, '{"x": 3}');
\echo :SQLSTATE
-- Sets.
SELECT * FROM json_populate_recordset(NULL::pop, '[{"a":"blurfl","x":43.2},{"b":3,"c":"2012-01-20 10:42:53"}]') q;
SELECT * FROM jsonb_populate_recordset(row('def',99,NULL)::pop, '[{"a":"blurfl","x":43.2},{},{"b":null,"c":"2012-01-20 10:42:53"}]') q;
SELECT json_populate_recordset(NULL::pop, '[{"a":1},{"b":2}]'), generate_series(1, 3);
SELECT (json_populate_recordset(NULL::pop, '[{"a":1},{"b":2}]')).*;
SELECT * FROM json_populate_recordset(NULL::pop, '[]') q;
SELECT * FROM json_populate_recordset(NULL::pop, NULL) q;
SELECT i, q.a, ordinality FROM generate_series(1, 2) i, jsonb_populate_recordset(NULL::pop, jsonb_build_array(jsonb_build_object('a', i), '{}'::jsonb)) WITH ORDINALITY q;
SELECT json_populate_recordset(row(1,2), '[{"f1":0},{"f2":"x"}]');
\echo :SQLSTATE
SELECT json_populate_recordset(row(1,2), '[{"f1":0},{}]'), jsonb_populate_record(row(1,2), '{"f1":"0"}');
SELECT * FROM jsonb_populate_recordset(NULL::ordered, '[{"x": 0, "y": 1}, {"y": 5, "x": 4}]') q;
SELECT jsonb_populate_recordset(row(1,2)::ordered, '[{"x": 0}, {"x": 3}]');
\echo :SQLSTATE
-- The query says the columns.
SELECT * FROM json_to_record('{"a":1,"b":"foo","c":"bar"}') AS x(a int, b text, d text);
SELECT *, c IS NULL AS c_is_null FROM jsonb_to_record('{"a":1, "b":{"c":16, "d":2}, "x":8, "ca": ["1 2", 3], "ia": [[1,2],[3,4]], "r": {"a": "aaa", "b": 123}}') AS t(a int, b json, c text, x int, ca char(5)[], ia int[][], r pop);
SELECT * FROM json_to_record('{"out": {"key": 1}}') AS x(out json);
SELECT * FROM json_to_record('{"ia": "{1,2,3}"}') AS x(ia _int4);
SELECT * FROM json_to_record(NULL) AS x(a int, b text);
SELECT * FROM json_to_recordset('[{"a":1,"b":"foo","d":false},{"a":2,"b":"bar","c":true}]') AS x(a int, b text, c boolean);
SELECT * FROM jsonb_to_recordset('[{"a":1,"b":{"d":"foo"},"d":false},{"a":2}]') AS x(a int, b json, c boolean);
SELECT x.a + 1 AS next, x.b FROM (VALUES ('[{"a":1,"b":"x"},{"a":2}]'::jsonb), ('[]')) t(j), jsonb_to_recordset(t.j) AS x(a int, b varchar(1)) WHERE x.a > 0;
SELECT * FROM ROWS FROM (json_to_recordset('[{"a":40,"b":"foo"},{"a":"100","b":"bar"}]') AS (a int, b text), generate_series(1, 3), jsonb_to_record('{"k":1}') AS (k int)) AS x(p, q, s, r) ORDER BY p;
SELECT * FROM jsonb_to_recordset('[{"a":1},{"a":2}]') WITH ORDINALITY AS x(a int);
\echo :SQLSTATE
SELECT * FROM json_populate_record(NULL::record, '{"x": 776}') AS (x int, y int);
SELECT * FROM json_populate_recordset(row(1,2), '[{"f1":1}]') AS (a int, b int);
SELECT * FROM json_populate_recordset(NULL::record, '[{"f1":1,"a":5}]') AS (a int, b int);
CREATE TABLE kept (j jsonb);
INSERT INTO kept VALUES ('[{"id": 1, "name": "a"}, {"id": 2, "name": "b", "tags": ["x", "y"]}]');
CREATE VIEW kept_rows AS SELECT r.* FROM kept, jsonb_to_recordset(kept.j) AS r(id int, name text, tags text[]);
SELECT * FROM kept_rows ORDER BY id DESC;
SELECT count(*) FROM kept_rows WHERE 'x' = ANY (tags);
-- What cannot be.
SELECT json_to_record('{"a":1}');
\echo :SQLSTATE
SELECT json_to_recordset('[{"a":1}]');
\echo :SQLSTATE
SELECT * FROM json_to_record('{"a":1}');
\echo :SQLSTATE
SELECT json_populate_record(NULL::record, '{"a":1}');
\echo :SQLSTATE
SELECT json_populate_recordset(NULL::record, '[{"a":1}]');
\echo :SQLSTATE
SELECT json_populate_record(1, '{"a":1}');
\echo :SQLSTATE
SELECT * FROM jsonb_populate_recordset(1, '[{"a":1}]');
\echo :SQLSTATE
SELECT * FROM json_populate_recordset(row(1,2), '[{"f1":1}]') AS (a int, b text);
\echo :SQLSTATE
SELECT * FROM json_populate_recordset(row(1,2), '[{"f1":1}]') AS (a int);
\echo :SQLSTATE
SELECT * FROM json_populate_record(row(1,2), '{"f1":1}') AS (a int);
\echo :SQLSTATE
SELECT * FROM json_populate_record(NULL::pop, '{"a":1}') AS (a int);
\echo :SQLSTATE
SELECT * FROM json_populate_recordset(NULL::pop, '{"f1":1}');
\echo :SQLSTATE
SELECT * FROM json_populate_recordset(NULL::pop, '1');
\echo :SQLSTATE
SELECT * FROM json_populate_recordset(NULL::pop, '[{}, 1]');
\echo :SQLSTATE
SELECT * FROM jsonb_populate_recordset(NULL::pop, '{"f1":1}');
\echo :SQLSTATE
SELECT * FROM jsonb_populate_recordset(NULL::pop, '1');
\echo :SQLSTATE
SELECT * FROM jsonb_populate_recordset(NULL::pop, '[{}, 1]');
\echo :SQLSTATE
SELECT * FROM json_populate_record(NULL::pop, '[1]');
\echo :SQLSTATE
SELECT * FROM jsonb_to_record('1') AS (a int);
\echo :SQLSTATE
SELECT * FROM json_to_recordset('"x"') AS (a int);
\echo :SQLSTATE
SELECT * FROM ROWS FROM (json_to_record('{"a":1}'), json_to_record('{}')) AS (a int);
\echo :SQLSTATE
SELECT * FROM ROWS FROM (json_to_record('{"a":1}'), generate_series(1, 2)) AS x(a int);
\echo :SQLSTATE
SELECT * FROM generate_series(1, 2) AS (a int);
\echo :SQLSTATE
SELECT * FROM json_each('{}') AS (a int);
\echo :SQLSTATE
SELECT * FROM unnest('{1}'::int[], '{2}'::int[]) AS (a int);
\echo :SQLSTATE
-- Wide rows.
SELECT 'SELECT * FROM jsonb_to_recordset(''[{"c1":1,"c199":3},{"c200":2}]'') AS x(' || string_agg('c' || i || ' int', ', ') || ')' AS wide FROM generate_series(1, 200) i \gset
SELECT c1, c199, c200 FROM (:wide) w;
SELECT 'CREATE TYPE wide AS (' || string_agg('c' || i || ' int', ', ') || ')' AS made FROM generate_series(1, 200) i \gset
:made;
SELECT c1, c199, c200 FROM json_populate_recordset(NULL::wide, '[{"c1":1,"c199":3},{"c200":2}]');
SELECT c1, c199, c200 FROM json_populate_record(NULL::wide, '{"c1":1,"c199":3}');
