-- collations
SELECT count(*) > 700 FROM pg_collation WHERE collprovider = 'i';
SELECT 'a' < 'B' COLLATE "C", 'a' < 'B' COLLATE "en-x-icu", 'ä' < 'b' COLLATE "und-x-icu", 'z' < 'ä' COLLATE "sv-x-icu";
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION german FROM "de-x-icu";
CREATE COLLATION bytes (locale = 'C');
CREATE COLLATION bytes (locale = 'C');
CREATE COLLATION IF NOT EXISTS nocase (provider = icu, locale = 'und');
CREATE COLLATION wrong (provider = what, locale = 'C');
CREATE COLLATION wrong (locale = 'xx_YY');
CREATE COLLATION wrong (locale = 'C', deterministic = false);
SELECT collname, collprovider, collisdeterministic, collencoding, collcollate, colliculocale FROM pg_collation WHERE collnamespace = 'public'::regnamespace ORDER BY collname;
CREATE TABLE words (c text COLLATE "C", d text COLLATE german, n text COLLATE nocase UNIQUE, plain text);
\d words
INSERT INTO words VALUES ('b', 'b', 'b', 'b'), ('B', 'B', 'Beta', 'B'), ('a', 'a', 'a', 'a'), ('Z', 'Z', 'Z', 'Z'), ('ä', 'ä', 'ä', 'ä');
SELECT c FROM words ORDER BY c;
SELECT d FROM words ORDER BY d;
SELECT plain FROM words ORDER BY plain COLLATE "de-x-icu" DESC;
SELECT d FROM words ORDER BY d COLLATE "C";
SELECT d FROM words WHERE d < 'b' ORDER BY d;
SELECT d FROM words WHERE d COLLATE "C" < 'b' ORDER BY 1;
SELECT min(d), max(d), min(plain), max(plain) FROM words;
INSERT INTO words (n) VALUES ('A');
INSERT INTO words (n) VALUES ('A') ON CONFLICT (n) DO UPDATE SET plain = 'again' RETURNING n, plain;
SELECT n FROM words WHERE n = 'BETA';
SELECT n FROM words WHERE n IN ('z', 'Q');
SELECT n FROM words WHERE n::text COLLATE "C" = 'BETA';
SELECT v COLLATE nocase, count(*) FROM (VALUES ('x'), ('X'), ('y')) t(v) GROUP BY v COLLATE nocase ORDER BY 1;
SELECT DISTINCT v COLLATE nocase FROM (VALUES ('x'), ('X'), ('y')) t(v) ORDER BY 1;
SELECT n LIKE 'a' FROM words;
SELECT n ~ 'a' FROM words;
SELECT position('a' IN n) FROM words;
SELECT n ILIKE 'a' COLLATE "C" FROM words WHERE n = 'A';
-- derivation
SELECT c < d FROM words;
SELECT c || d FROM words ORDER BY c || d;
SELECT c < d COLLATE "C" FROM words WHERE c = 'a';
SELECT c COLLATE "C" < d COLLATE german FROM words;
SELECT c FROM words UNION SELECT d FROM words;
SELECT collation for (c), collation for (d), collation for (plain), collation for (c || d), collation for (c || d COLLATE german) FROM words LIMIT 1;
SELECT collation for (1);
CREATE TABLE pairs AS SELECT c || d AS x FROM words;
CREATE TABLE copied AS SELECT d, c || 'x' AS e FROM words;
\d copied
SELECT 1 COLLATE "C";
SELECT 'a' COLLATE nowhere;
CREATE TABLE wrong (a int COLLATE "C");
-- letters
SELECT upper('ß' COLLATE "de-x-icu"), lower('I' COLLATE "tr-x-icu"), initcap('ärger FOO' COLLATE "de-x-icu"), upper('ä' COLLATE "C"), initcap('foo bar' COLLATE "C");
ALTER TABLE words ALTER plain TYPE text COLLATE german;
SELECT plain FROM words WHERE plain IS NOT NULL ORDER BY plain;
CREATE INDEX ON words (plain COLLATE "C", d);
\d words
ALTER COLLATION bytes RENAME TO octets;
SELECT 'octets'::regcollation, to_regcollation('bytes');
ALTER TABLE words DROP plain;
DROP COLLATION german;
DROP COLLATION octets;
DROP COLLATION octets;
DROP COLLATION IF EXISTS octets;
DROP COLLATION "C";
DROP COLLATION nocase CASCADE;
-- greatest, aggregates in order, domains
CREATE TABLE mixed (a text COLLATE "en-x-icu", b text);
INSERT INTO mixed VALUES ('abc', 'abc'), ('ABC', 'ABC'), ('bbc', 'bbc'), ('äbc', 'äbc');
SELECT greatest(a, 'CCC'), greatest(b, 'CCC'), least(a, b COLLATE "C") FROM mixed ORDER BY a;
SELECT array_agg(a ORDER BY a), string_agg(b, ',' ORDER BY b COLLATE "en-x-icu" DESC), array_agg(b ORDER BY b) FROM mixed;
SELECT a, row_number() OVER (ORDER BY a), rank() OVER (PARTITION BY lower(a) ORDER BY a) FROM mixed ORDER BY 2;
CREATE DOMAIN swedish AS text COLLATE "sv-x-icu";
CREATE DOMAIN wrong AS int COLLATE "C";
SELECT b FROM mixed ORDER BY b::swedish;
SELECT collation for (b::swedish) FROM mixed LIMIT 1;
SELECT a FROM mixed WHERE a > 'abc' AND a < 'b' ORDER BY a;
SELECT m.a FROM mixed m JOIN mixed n ON m.a = n.b ORDER BY m.a DESC;
SELECT a FROM mixed EXCEPT SELECT 'bbc' ORDER BY 1;
SELECT x.a FROM (SELECT a COLLATE "C" AS a FROM mixed) x ORDER BY x.a;
CREATE VIEW sorted AS SELECT b COLLATE "en-x-icu" AS b FROM mixed;
SELECT b FROM sorted WHERE b > 'abc' ORDER BY b;
