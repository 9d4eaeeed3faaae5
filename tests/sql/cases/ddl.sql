-- tables, indexes, views, sequences: made, changed, dropped
CREATE TABLE a (x int, y text);
CREATE TABLE a (x int);
CREATE TABLE IF NOT EXISTS a (x int);
CREATE TABLE b (x int, x text);
CREATE TABLE b (x nosuchtype);
INSERT INTO a VALUES (1, 'one'), (2, 'two');
ALTER TABLE a ADD COLUMN z numeric(5,1) DEFAULT 1.5 NOT NULL;
SELECT * FROM a ORDER BY x;
ALTER TABLE a ADD COLUMN z int;
ALTER TABLE a RENAME COLUMN y TO label;
ALTER TABLE a RENAME TO aa;
SELECT * FROM a;
SELECT x, label, z FROM aa ORDER BY x;
ALTER TABLE aa ADD PRIMARY KEY (x);
ALTER TABLE aa ADD CONSTRAINT label_once UNIQUE (label);
INSERT INTO aa VALUES (1, 'dup');
INSERT INTO aa VALUES (3, 'one');
ALTER TABLE aa ADD PRIMARY KEY (label);
\d aa
ALTER TABLE aa DROP CONSTRAINT label_once;
ALTER TABLE aa DROP COLUMN z;
ALTER TABLE aa DROP COLUMN nope;
SELECT * FROM aa ORDER BY x;
ALTER TABLE aa ALTER COLUMN label SET NOT NULL;
INSERT INTO aa (x) VALUES (9);
ALTER TABLE aa ALTER COLUMN label DROP NOT NULL, ALTER COLUMN label SET DEFAULT 'def';
INSERT INTO aa (x) VALUES (9) RETURNING *;
ALTER TABLE aa ALTER COLUMN x TYPE bigint;
INSERT INTO aa (x) VALUES (5000000000) RETURNING *;
CREATE INDEX aa_label ON aa (label);
CREATE INDEX aa_label ON aa (label);
CREATE UNIQUE INDEX aa_lower ON aa (lower(label)) WHERE x < 5;
\d aa
DROP INDEX aa_label;
DROP INDEX aa_label;
DROP INDEX IF EXISTS aa_label;
CREATE VIEW v AS SELECT x, upper(label) AS up FROM aa WHERE x < 5;
SELECT * FROM v ORDER BY x;
CREATE VIEW v AS SELECT 1;
CREATE OR REPLACE VIEW v AS SELECT x, upper(label) AS up, 1 AS more FROM aa WHERE x < 5;
SELECT * FROM v ORDER BY x;
DROP TABLE aa;
DROP TABLE v;
DROP VIEW v;
DROP TABLE aa, nope;
DROP TABLE aa;
CREATE SEQUENCE s START 10 INCREMENT 5;
SELECT nextval('s'), nextval('s'), currval('s'), lastval();
SELECT setval('s', 100), nextval('s');
DROP SEQUENCE s;
SELECT nextval('s');
CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, v text);
INSERT INTO app.t VALUES (1, 'x');
SELECT * FROM app.t;
SELECT * FROM t;
SET search_path = app, public;
SELECT * FROM t;
RESET search_path;
DROP SCHEMA app;
DROP SCHEMA app CASCADE;
CREATE TABLE copyme AS SELECT g AS n, 'row ' || g AS t FROM generate_series(1, 3) g;
SELECT * FROM copyme ORDER BY n;
\d copyme
COPY copyme TO STDOUT;
COPY copyme TO STDOUT WITH (FORMAT csv, HEADER);
COPY copyme FROM STDIN;
4	four
5	\N
\.
COPY copyme (n, t) FROM STDIN WITH (FORMAT csv);
6,"a ""quoted"", text"
\.
COPY copyme FROM STDIN;
x	bad
\.
SELECT * FROM copyme ORDER BY n;
CREATE TABLE types (b bool, c char(4), v varchar(3), i2 smallint, f4 real, f8 double precision, n numeric, d date, ts timestamp(3), tz timestamptz, u uuid, j json, jb jsonb, bin bytea);
\d types
INSERT INTO types VALUES (true, 'ab', 'xyz', 1, 1.5, 2.5, 3.50, '2026-02-28', '2026-02-28 12:34:56.7891', '2026-02-28 12:00:00+02', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{"a" : 1}', '{"b":1, "a" : [1,2]}', '\xdeadbeef');
SELECT * FROM types;
VACUUM types;
ANALYZE types;
TRUNCATE types;
SELECT count(*) FROM types;
