-- IN, ANY and ALL over written arrays, in queries and in what is stored with a table
CREATE TABLE kinds (a text CHECK (a IN ('x', 'y')), b int CHECK (b = ANY (ARRAY[1, 2, 3])), c varchar(3) CHECK (c IN ('p', 'q')),
    d int[] CHECK (5 < ALL (d)), e numeric CHECK (e NOT IN (1.0, 2)), f date CHECK (f >= ANY (ARRAY['2020-01-01'::date, '2021-01-01'])),
    g text CHECK (g = ANY ('{u,v}')), h text CHECK (h LIKE ANY (ARRAY['a%', 'b%'])));
INSERT INTO kinds VALUES ('x', 1, 'q', '{6,7}', 3, '2020-06-01', 'u', 'abc'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
\set VERBOSITY terse
INSERT INTO kinds (a) VALUES ('z');
INSERT INTO kinds (b) VALUES (4);
INSERT INTO kinds (c) VALUES ('r');
INSERT INTO kinds (d) VALUES ('{6,5}');
INSERT INTO kinds (e) VALUES (2.00);
INSERT INTO kinds (f) VALUES ('2019-12-31');
INSERT INTO kinds (g) VALUES ('w');
INSERT INTO kinds (h) VALUES ('c');
\set VERBOSITY default
CREATE INDEX ON kinds (a) WHERE a IN ('x', 'q');
CREATE TABLE generated_kind (a text, b bool GENERATED ALWAYS AS (a = ANY (ARRAY['m', 'n'])) STORED);
INSERT INTO generated_kind VALUES ('m'), ('o'), (NULL) RETURNING *;
\d kinds
\d generated_kind
SELECT n, n = ANY (ARRAY[1, 2, NULL]), n <> ALL (ARRAY[1, 2, NULL]), n < ANY (ARRAY[2, 3]), n >= ALL (ARRAY[0, 1]), n = ANY ('{}'::int[]), n < ALL ('{}'::int[])
    FROM (VALUES (1), (5), (NULL)) v(n);
SELECT 1.50 = ANY (ARRAY[1.5, 2]), 'a '::char(3) = ANY (ARRAY['a'::char(3)]), '1 day'::interval = ANY (ARRAY['24:00'::interval]), 2::int8 = ANY (ARRAY[1, 2]),
    'A' ~~* ANY (ARRAY['a', 'b']), '{1,2}'::int[] = ANY (ARRAY[ARRAY[1, 2]]);
SELECT 1 = ANY (ARRAY[[1, 2], [3, 4]]), 4 = ANY (ARRAY[[1, 2], [3, 4]]), 5 = ANY (ARRAY[[1, 2], [3, 4]]);
SELECT 'b' = ANY (ARRAY['a', 'b']::varchar[]), 3 = ANY (ARRAY['1', '3']::int[]), 'x'::name = ANY (ARRAY['x', 'y']);
SELECT 1 = ANY (ARRAY['a']);
SELECT 1 = ANY (3);
DROP TABLE kinds, generated_kind;

-- char(n) and bit(n) in constraints keep what was written
CREATE TABLE padded (a char(3) CHECK (a IN ('abc', 'de')), b bit(4) CHECK (b <> B'0000'), c char DEFAULT 'x', d char(5) DEFAULT 'ab', e char(3) CHECK (a = 'abc' OR a = ANY ('{de,f}')));
INSERT INTO padded (a, b) VALUES ('abc', B'0001'), ('de', NULL) RETURNING *;
\d padded
DROP TABLE padded;
