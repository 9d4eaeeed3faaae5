-- Range types of one's own, and what DROP TYPE finds in its way
CREATE TYPE textrange AS RANGE (SUBTYPE = text, COLLATION = "C");
CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi, MULTIRANGE_TYPE_NAME = spans);
SELECT textrange('a', 'c'), textrange('a', 'c', '[]'), '(b,d]'::textrange * textrange('a', 'c'), textrange('x', 'a');
SELECT textmultirange(), textmultirange(textrange('a', 'b')), textmultirange(textrange('a', 'b'), textrange('b', 'd')), textrange('a', 'b')::textmultirange;
SELECT span(1, 2.5) @> 2.0::float8, spans(span(1, 2), span(5, 6)), lower(span(1, 2)), upper_inf('[1,)'::span), unnest(spans(span(1, 2), span(5, 6)));
SELECT typname, typtype, typcategory, typarray::regtype FROM pg_type WHERE typname IN ('textrange', 'textmultirange', 'span', 'spans') ORDER BY 1;
SELECT rngtypid::regtype, rngsubtype::regtype, rngmultitypid::regtype, rngcollation::regcollation FROM pg_range WHERE rngtypid >= 16384 ORDER BY 1;
CREATE TABLE booked (id int PRIMARY KEY, during span, words textrange[] DEFAULT '{"[a,b)"}');
INSERT INTO booked VALUES (1, '[1,2)'), (2, '[0,5]', '{"[x,y)","(,z)"}'), (3, 'empty', NULL), (4, NULL, '{}');
CREATE INDEX ON booked (during);
SELECT * FROM booked ORDER BY during DESC NULLS LAST, id;
SELECT id FROM booked WHERE during && '[1.5,1.6]' ORDER BY id;
SELECT min(during), max(during), range_agg(during) FROM booked;
\d booked
\dT span
CREATE TYPE textrange AS RANGE (SUBTYPE = text);
CREATE TYPE other AS RANGE (SUBTYPE_DIFF = float8mi);
CREATE TYPE other AS RANGE (SUBTYPE = anyelement);
CREATE TYPE other AS RANGE (SUBTYPE = int4, COLLATION = "C");
CREATE TYPE other AS RANGE (SUBTYPE = int4, SUBTYPE_DIFF = float8mi);
CREATE TYPE other AS RANGE (SUBTYPE = int4, MULTIRANGE_TYPE_NAME = spans);
CREATE TYPE other AS RANGE (SUBTYPE = int4, SUBTYPE = int8);
CREATE TYPE other AS RANGE (SUBTYPE = int4, WRONG = 1);
DROP TYPE spans;
DROP TYPE span;
CREATE FUNCTION wide(span) RETURNS boolean LANGUAGE sql AS 'SELECT upper($1) > 10';
CREATE DOMAIN short AS span;
DROP TYPE span;
DROP TYPE span CASCADE;
\d booked
SELECT 'empty'::spans;
DROP TYPE textrange CASCADE;
CREATE TYPE pair AS (a int, b int);
CREATE TABLE pairs (p pair);
DROP TYPE pair;
DROP TYPE IF EXISTS nosuch, pair CASCADE;
\d pairs
