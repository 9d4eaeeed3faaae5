-- pg_trgm
CREATE EXTENSION pg_trgm;
SELECT show_trgm('word'), show_trgm('Hello, World 12'), show_trgm(''), show_trgm('a b');
SELECT similarity('word', 'two words'), similarity('', 'a'), similarity('Same', 'sAME'), similarity('abc', 'xyz');
SELECT word_similarity('word', 'two words'), strict_word_similarity('word', 'two words'), word_similarity('two words', 'word'), strict_word_similarity('words', 'word');
SELECT 'word' <-> 'two words', 'word' <<-> 'two words', 'two words' <->> 'word', 'word' <<<-> 'two words', 'two words' <->>> 'word';
SELECT 'word' % 'words', 'word' <% 'two words', 'two words' %> 'word', 'word' <<% 'two words', 'word' %>> 'two';
SELECT show_limit(), set_limit(0.8), show_limit(), 'word' % 'words';
SHOW pg_trgm.similarity_threshold;
SELECT set_limit(1.5);
CREATE TABLE names (id int PRIMARY KEY, name text);
INSERT INTO names VALUES (1, 'Jonathan Smith'), (2, 'Johnathan Smyth'), (3, 'Alice Cooper'), (4, 'John Smith'), (5, 'Alicia Keys');
CREATE INDEX names_trgm ON names USING gin (name gin_trgm_ops);
SELECT id, name, similarity(name, 'Jon Smith') FROM names ORDER BY similarity(name, 'Jon Smith') DESC, id LIMIT 3;
SELECT id FROM names ORDER BY name <-> 'alice', id LIMIT 2;
SELECT id FROM names WHERE name ILIKE '%smith%' ORDER BY id;
