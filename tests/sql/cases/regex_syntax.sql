-- What regular expressions may be, and what is said of those that may not.
CREATE TABLE line (n int, t text);
INSERT INTO line VALUES (1, 'aab'), (2, 'a.c'), (3, E'a\nc'), (4, 'A'), (5, 'a b'), (6, 'a]-b'), (7, '');
CREATE TABLE pattern (n int, p text);
INSERT INTO pattern VALUES
    (1, '\x0061+b'), (2, '\U00000061\u0062'), (3, '(a)\1'), (4, '((.)\2)b'), (5, 'a\Z|\Ab'), (6, '\ma\M'), (7, '[[:<:]]a[[:>:]]'), (8, '[]a]-'),
    (9, '[^]b]b'), (10, '[a\]-]+b'), (11, '[\d.]c'), (12, '[[.hyphen.]]b'), (13, '[[=a=]]b'), (14, 'a{2}b'), (15, 'a{,2}|a{x'), (16, 'a}|\.'),
    (17, '(?i)a$'), (18, '(?n)a.c'), (19, '(?x) a # comment' || E'\n' || 'b'), (20, '(?#comment)a\.'), (21, '***=a.c'), (22, '***:(?q)a.c'),
    (23, '(?<=a)b'), (24, '(?<!a)b'), (25, 'a(?=b)|a(?!b).c'), (26, '()'), (27, 'a||z'), (28, 'a*?b'), (29, '\a|\e|\cA'), (30, '(?w)^c'), (31, '(?p)^c');
SELECT pattern.n, p, (SELECT string_agg(line.n::text, ' ' ORDER BY line.n) FROM line WHERE t ~ p) AS matches FROM pattern ORDER BY 1;
SELECT 'a' ~ 'a{2';
SELECT 'a' ~ 'a{2x}';
SELECT 'a' ~ 'a{256}';
SELECT 'a' ~ 'a{2,1}';
SELECT 'a' ~ 'a**';
SELECT 'a' ~ '^*';
SELECT 'a' ~ '(?=a)*';
SELECT 'a' ~ '(*a)';
SELECT 'a' ~ '(?<n>a)';
SELECT 'a' ~ 'b(?i)A';
SELECT 'a' ~ '(?z)a';
SELECT 'a' ~ '(a';
SELECT 'a' ~ 'a)';
SELECT 'a' ~ '[a';
SELECT 'a' ~ '[b-a]';
SELECT 'a' ~ '[a-c-e]';
SELECT 'a' ~ '[a-\d]';
SELECT 'a' ~ '[[:letter:]]';
SELECT 'a' ~ '[[.letter.]]';
SELECT 'a' ~ '\q';
SELECT 'a' ~ '\x';
SELECT 'a' ~ 'a\';
SELECT 'a' ~ '(a\1)';
SELECT 'a' ~ '***a';
SELECT regexp_replace('abc', 'b', 'x', 'y');
-- basic expressions
SELECT p, (SELECT string_agg(line.n::text, ' ' ORDER BY line.n) FROM line WHERE regexp_like(t, p, 'b')) AS matches
FROM unnest(ARRAY['a\(a\)*b', 'a\{2\}', '\<a\>', '\(a\)\1', 'a+b', '^*a', '^^', '[\]', '(?b)a\.c', '***:a+b']) AS p;
SELECT regexp_like('a', '\(a', 'b');
SELECT regexp_like('a', 'a\{2', 'b');
SELECT 'a\b' ~ '(?b)a\\b', 'a|b' ~ '(?b)^a|b$', 'a\b' ~ '(?e)a\\b';
-- which match is meant: the longest, or the shortest where the first repetition says so
SELECT regexp_substr('foobar', 'foo|foobar'), regexp_replace('foobar foo', 'foo|foobar', 'x', 'g'), regexp_match('xyz', '.|...');
SELECT regexp_match('XY1234Z', 'Y*([0-9]{1,3})'), regexp_match('XY1234Z', 'Y*?([0-9]{1,3})'), regexp_match('abc01234xyz', '(.*)(\d+)(.*)'), regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}');
SELECT regexp_substr('aaab', 'a*?b'), regexp_substr('aaa', 'aa*?a{1,2}'), regexp_substr('abcd', '(a|ab)(c|bcd)(d*)'), regexp_substr('abcbcd', 'c?[bc]*?(?=b)');
SELECT 'cab' ~ '(?=b)(a*)b', regexp_instr('aab', '(a*)a(ab)*(?=b)', 1, 1, 1);
