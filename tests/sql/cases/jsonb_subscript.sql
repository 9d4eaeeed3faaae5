-- Read.
SELECT ('{"a": 1, "b": {"c": [1, "2", null]}}'::jsonb)['b']['c'][1] AS v, ('{"a": 1}'::jsonb)['x'] AS x, ('{"a": 1}'::jsonb)['a']['b'] AS scalar, ('1'::jsonb)[0] AS top;
SELECT ('[1, "2", null]'::jsonb)[-1] AS last, ('[1, "2", null]'::jsonb)['1'] AS text, ('[1, "2", null]'::jsonb)['a'] AS word, ('[1]'::jsonb)[5] AS none, ('{"0": 7}'::jsonb)[0] AS member;
SELECT ('{"a": 1}'::jsonb)[NULL] IS NULL, ('{"a": 1}'::jsonb)[NULL::int] IS NULL, ('{"a": 1}'::jsonb)[CAST('a' AS name)], ('[1, 2]'::jsonb)[1::smallint];
SELECT (NULL::jsonb)['a'] IS NULL, (('{"a": 1}'::jsonb)['a'])::int + 1;
SELECT ('[1, 2, 3]'::jsonb)[0:1];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::jsonb)[:1];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::jsonb)[1:];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::jsonb)[:];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::jsonb)[1.5];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::jsonb)[1::bigint];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::jsonb)[date '2020-01-01'];
\echo :SQLSTATE
SELECT ('[1, 2, 3]'::json)[1];
\echo :SQLSTATE
-- Assign.
CREATE TABLE t (id int PRIMARY KEY, j jsonb);
INSERT INTO t VALUES (1, '{}'), (2, '{"key": "value"}'), (3, NULL), (4, '[0]'), (5, '"s"'), (6, 'null');
UPDATE t SET j['a'] = '1' WHERE id IN (1, 2, 3);
UPDATE t SET j['a'] = '"text"', j['b']['c'] = '[1, 2]' WHERE id = 1;
UPDATE t SET j['b']['c'][3] = '4', j['n'] = NULL WHERE id = 1;
SELECT id, j FROM t WHERE id < 4 ORDER BY id;
UPDATE t SET j[5] = '1' WHERE id = 4 RETURNING j;
UPDATE t SET j[-4] = '"m"' WHERE id = 4 RETURNING j;
UPDATE t SET j[-8] = '1' WHERE id = 4;
\echo :SQLSTATE
UPDATE t SET j['a'] = '1' WHERE id = 4;
\echo :SQLSTATE
UPDATE t SET j['1'] = '{"x": 1}' WHERE id = 4 RETURNING j;
UPDATE t SET j[1]['x'] = '2', j[1]['y'][2] = '3' WHERE id = 4 RETURNING j;
UPDATE t SET j['a'] = '1' WHERE id = 5;
\echo :SQLSTATE
UPDATE t SET j['a'] = '1' WHERE id = 6;
\echo :SQLSTATE
UPDATE t SET j['key']['sub'] = '1' WHERE id = 2;
\echo :SQLSTATE
UPDATE t SET j[NULL] = '1' WHERE id = 2;
\echo :SQLSTATE
UPDATE t SET j[0:1] = '1' WHERE id = 2;
\echo :SQLSTATE
UPDATE t SET j[1.5] = '1' WHERE id = 2;
\echo :SQLSTATE
UPDATE t SET j['a'] = 1 WHERE id = 2;
\echo :SQLSTATE
UPDATE t SET j['a'] = 'no json' WHERE id = 2;
\echo :SQLSTATE
DELETE FROM t;
INSERT INTO t (id, j['a']) VALUES (1, '1');
INSERT INTO t (id, j[2]) VALUES (2, '"x"');
INSERT INTO t (id, j['a']['b'], j['c']) VALUES (3, '1', '{"d": null}');
INSERT INTO t (id, j['a'][2]['b'][0]) SELECT 4, to_jsonb(i) FROM generate_series(7, 7) i;
INSERT INTO t (id, j['a'][-1]) VALUES (5, '1');
INSERT INTO t (id, j['a']['10']['k']) VALUES (6, '{"z": 1, "b": 2, "aa": 3}');
SELECT * FROM t ORDER BY id;
SELECT id FROM t WHERE j['a']['b'] = '1';
UPDATE t SET j = '{}' WHERE id = 1;
UPDATE t SET j[0]['a'] = '1' WHERE id = 1 RETURNING j;
UPDATE t SET j['a'] = j['0'] WHERE id = 1 RETURNING j, j['a']['a'];
UPDATE t SET j[id] = to_jsonb(id) WHERE id = 2 RETURNING j;
INSERT INTO t VALUES (1, NULL) ON CONFLICT (id) DO UPDATE SET j['up'] = to_jsonb(excluded.id) RETURNING j;
CREATE DOMAIN doc AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE TABLE d (j doc);
INSERT INTO d (j['a']) VALUES ('1') RETURNING j['a'], j;
INSERT INTO d (j[0]) VALUES ('1');
\echo :SQLSTATE
UPDATE d SET j['b'][1] = '2' RETURNING j;
PREPARE p(text, jsonb) AS UPDATE d SET j[$1] = $2 RETURNING j;
EXECUTE p('k', '[true]');
EXECUTE p(NULL, '[true]');
\echo :SQLSTATE
