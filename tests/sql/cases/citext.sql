-- citext: text that compares without regard to case
CREATE EXTENSION citext;
SELECT 'cat'::citext = 'CAT', 'cat'::citext = 'CAT'::text, 'cat'::citext <> 'Dog', 'a'::citext < 'B';
SELECT citext_cmp('B', 'a'), citext_larger('b', 'A'), citext_smaller('b', 'A'), citext_eq('x', 'X');
CREATE TABLE words (w citext PRIMARY KEY, n int);
INSERT INTO words VALUES ('Alpha', 1), ('beta', 2), ('GAMMA', 3);
INSERT INTO words VALUES ('ALPHA', 4);
INSERT INTO words VALUES ('ALPHA', 4) ON CONFLICT (w) DO UPDATE SET n = EXCLUDED.n RETURNING *;
SELECT * FROM words WHERE w = 'gamma';
SELECT * FROM words WHERE w IN ('BETA', 'alpha') ORDER BY w DESC;
SELECT w FROM words WHERE w BETWEEN 'B' AND 'h' ORDER BY w;
SELECT min(w), max(w), count(DISTINCT w) FROM words;
SELECT w, sum(n) FROM (VALUES ('a'::citext, 1), ('A', 2), ('b', 3)) v(w, n) GROUP BY w ORDER BY w;
SELECT DISTINCT w FROM (VALUES ('a'::citext), ('A'), ('b')) v(w) ORDER BY 1;
SELECT a.w FROM words a JOIN (VALUES ('BETA'::citext)) b(w) USING (w);
SELECT w LIKE 'al%', w ILIKE 'AL%', w ~ '^AL', w ~* 'al', w !~ 'AL', w NOT LIKE 'B%', w ~~ 'A%' FROM words ORDER BY w;
SELECT regexp_match('foobarbequebaz'::citext, 'BAR(.*)BAZ'), regexp_match('foobar'::citext, 'FOO', 'c');
SELECT * FROM regexp_matches('aAbA'::citext, 'A', 'g');
SELECT regexp_replace('Thomas'::citext, '.[MN]a.', 'M'), regexp_split_to_array('hello1a2A3b'::citext, 'A'), regexp_split_to_table('oneXtwoxthree'::citext, 'x');
SELECT replace('abCdefabcdef'::citext, 'CD', 'XX'), split_part('abcTdefTghi'::citext, 't', 2), strpos('high'::citext, 'GH'), translate('abcdefabcdef'::citext, 'CD', 'XX');
SELECT length('abc'::citext), upper('abc'::citext), 'abc'::citext || 'D', pg_typeof('abc'::citext || 'D'::citext), pg_typeof(lower('A'::citext));
SELECT 'x'::citext::text, 'x '::char(3)::citext, true::citext, 'a'::citext::varchar(1), ARRAY['a','B']::citext[] = ARRAY['A','b']::citext[], 'b' = ANY (ARRAY['A','B']::citext[]);
SELECT pg_typeof(w), w::text FROM words ORDER BY w::text;
CREATE INDEX ON words (n, w);
\d words
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast WHERE castsource = 'citext'::regtype ORDER BY 2;
