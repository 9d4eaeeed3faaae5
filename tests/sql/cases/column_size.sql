-- Values as such.
SELECT pg_column_size(1), pg_column_size(1::int2), pg_column_size(1::int8), pg_column_size(1.5::float4), pg_column_size(true), pg_column_size(NULL::int), pg_column_size(now()), pg_column_size(interval '1 day'), pg_column_size('x'::name), pg_column_size('a'::"char");
SELECT pg_column_size('abc'::text), pg_column_size(''::text), pg_column_size('äö'::varchar), pg_column_size('a'::char(10)), pg_column_size('\x0102'::bytea), pg_column_size(repeat('x', 200)), pg_column_size('<a/>'::xml);
SELECT n, pg_column_size(n) FROM unnest('{0,0.00,1,-1,9999,10000,10001,1.5,0.0001,0.00001,12345.678,1e20,1e-20,123456789.987654321,NaN,Infinity}'::numeric[]) n;
SELECT pg_column_size(1e-100::numeric), pg_column_size(1e300::numeric), pg_column_size(0::numeric(100,80));
SELECT j, pg_column_size(j), pg_column_size(j::json) FROM unnest(array['{}', '[]', '1', '"x"', 'null', 'true', '{"a": 1}', '{"aa": 1, "b": 2}', '[1, "two", null, 3.14159, [], {}]', '{"a": {"b": [1, {"c": "d"}]}, "text": "value", "n": 12345678.9}']::jsonb[]) j;
SELECT pg_column_size('{}'::int[]), pg_column_size('{1}'::int[]), pg_column_size('{1,2,3}'::int[]), pg_column_size('{{1,2},{3,4}}'::int[]), pg_column_size('{1,NULL,3}'::int[]), pg_column_size('{1,2,3}'::int2[]), pg_column_size('{1,2}'::int8[]), pg_column_size('{t,f,t}'::bool[]);
SELECT pg_column_size('{a,bcdef,NULL}'::text[]), pg_column_size('{1.5,2}'::numeric[]), pg_column_size('{"{}","[1]"}'::jsonb[]);
SELECT pg_column_size(row(1, 2)), pg_column_size(row(1, 'abc'::text, 2)), pg_column_size(row(1::int2, NULL, 2::int8)), pg_column_size(row()), pg_column_size(row(true, 1.5::numeric, '{1}'::int[]));
SELECT pg_column_size('[1,5)'::int4range), pg_column_size('empty'::int4range), pg_column_size('[1,)'::int8range), pg_column_size('[1.5,2]'::numrange), pg_column_size('[2020-01-01,)'::daterange);
SELECT pg_column_size('127.0.0.1'::inet), pg_column_size('::1'::inet), pg_column_size('10.0.0.0/8'::cidr), pg_column_size('08:00:2b:01:02:03'::macaddr), pg_column_size(B'10101'), pg_column_size(B'101010101'::varbit), pg_column_size('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid);
SELECT pg_column_size('(1,2)'::point), pg_column_size('((0,0),(1,1))'::path), pg_column_size('((0,0),(1,1),(2,0))'::polygon), pg_column_size('(1,1),(0,0)'::box), pg_column_size('a:1 bc:2,3 d'::tsvector);
-- Stored ones, with shorter headers.
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN word AS text;
CREATE TABLE kept (i int, t text, v varchar(5), n numeric, j jsonb, a int[], m mood, w word, b bytea, r int4range);
INSERT INTO kept VALUES (1, 'abc', 'x', 12.5, '{"a": 1}', '{1,2}', 'ok', 'w', '\x00', '[1,3)'), (2, repeat('y', 200), NULL, 0, '[]', '{}', 'sad', '', '', 'empty'), (3, repeat('z', 126), repeat('v', 5), 1e10, '[1, 2, 3, "a", "b"]', NULL, NULL, NULL, NULL, NULL);
SELECT i, pg_column_size(i), pg_column_size(t), pg_column_size(v), pg_column_size(n), pg_column_size(j), pg_column_size(a), pg_column_size(m), pg_column_size(w), pg_column_size(b), pg_column_size(r) FROM kept ORDER BY i;
SELECT i, pg_column_size(t || '') AS computed, pg_column_size(kept) AS whole, pg_column_size(kept.*) AS star FROM kept ORDER BY i;
SELECT sum(pg_column_size(t)), max(pg_column_size(lower(t))) FROM kept;
