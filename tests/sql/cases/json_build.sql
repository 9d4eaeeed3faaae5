-- Objects from texts.
SELECT json_object('{a,1,b,2,3,NULL,"d e f","a b c"}'), jsonb_object('{a,1,b,2,3,NULL,"d e f","a b c"}');
SELECT json_object('{{a,1},{b,2},{3,NULL},{"d e f","a b c"}}'), jsonb_object('{{a,1},{b,2},{a,NULL}}');
SELECT json_object('{}'), jsonb_object('{}'), json_object('{}', '{}'), jsonb_object('{}', '{}'), json_object(NULL::text[]);
SELECT json_object('{a,b,"c \" d"}', '{1,NULL,"x\\y"}'), jsonb_object('{b,a,b}', '{1,NULL,"x\\y"}');
SELECT json_object('{a,b,c}');
\echo :SQLSTATE
SELECT jsonb_object('{{a},{b}}');
\echo :SQLSTATE
SELECT json_object('{{a,b,c},{b,c,d}}');
\echo :SQLSTATE
SELECT json_object('{{{a,b},{c,d}},{{b,c},{d,e}}}');
\echo :SQLSTATE
SELECT json_object('{a,NULL}'), jsonb_object('{a,b,NULL,1}');
\echo :SQLSTATE
SELECT json_object('{NULL,1}');
\echo :SQLSTATE
SELECT json_object('{{a,1},{b,2}}', '{x,y}');
\echo :SQLSTATE
SELECT json_object('{a,b}', '{x,y,z}');
\echo :SQLSTATE
SELECT jsonb_object('{a,NULL}', '{x,y}');
\echo :SQLSTATE
SELECT jsonb_object('{a}', '{}');
\echo :SQLSTATE
SELECT json_object('{a,"",b,2}'), jsonb_object('{"",x}');
-- Rows and arrays as JSON, in lines or not.
CREATE TYPE pair AS (x int, "y y" text);
SELECT row_to_json(row(1, 'a', array[1, 2], row(3, 4)), true);
SELECT row_to_json(row(1, 'a', array[1, 2])::record, false), row_to_json(row(1, 'z')::pair, true);
SELECT row_to_json(q, true) FROM (SELECT i AS a, array[row(i, array[i])] AS b FROM generate_series(1, 2) i) q;
SELECT array_to_json('{{1,5},{99,100}}'::int[], true), array_to_json('{1,2,NULL}'::int[], false), array_to_json('{}'::int[], true);
SELECT array_to_json(array_agg(q), true) FROM (SELECT i AS a, 'b' || i AS b FROM generate_series(1, 2) i) q;
SELECT array_to_json(array[row(1, 'z')::pair, NULL], true), array_to_json('{1}'::int[], NULL);
SELECT json_build_object('a', 1, 'b');
\echo :SQLSTATE
SELECT jsonb_build_object('a', 1, 'b');
\echo :SQLSTATE
SELECT json_build_object(NULL, 2);
\echo :SQLSTATE
SELECT jsonb_build_object(NULL, 2);
\echo :SQLSTATE
SELECT json_build_object('{1,2}'::int[], 2);
\echo :SQLSTATE
SELECT jsonb_build_object(row(1, 2), 2);
\echo :SQLSTATE
SELECT jsonb_build_object(json '{"a":1,"b":2}', 3);
\echo :SQLSTATE
SELECT json_build_object(1, 2, true, 'x', date '2020-01-02', 1.50), jsonb_build_object(1, 2, true, 'x', date '2020-01-02', 1.50);
SELECT json_build_array('a', NULL, 1.20, true, '{"x":  1}'::json, '{1,2}'::int[]), jsonb_build_array(VARIADIC '{a,b}'::text[]);
SELECT json_object_agg(k, v), jsonb_object_agg(k, v) FROM (VALUES ('b', 1), ('a', 2), ('b', 3)) t(k, v);
SELECT json_object_agg(NULL::text, 1);
\echo :SQLSTATE
SELECT jsonb_object_agg(NULL::text, 1);
\echo :SQLSTATE
SELECT json_object_agg('{1}'::int[], 1);
\echo :SQLSTATE
SELECT jsonb_agg(q ORDER BY a DESC), json_agg(q) FROM (VALUES (1, 'x'), (2, NULL)) q(a, b);
SELECT to_json(timestamp '2014-05-28 12:22:35.614298'), to_json(timestamptz '2014-05-28 12:22:35.614298-04'), to_json(date '2014-05-28'), to_json('infinity'::date), to_json('-infinity'::timestamptz);
SELECT to_jsonb(timestamp '2014-05-28 12:22:35.614298'), to_jsonb('NaN'::float8), to_jsonb(interval '1 day'), to_jsonb('Infinity'::numeric);
SELECT to_json('NaN'::float8), to_json('-Infinity'::float4), to_json(1e100::float8), to_json(bytea '\x00ff'), to_json('a/b"c\d' || chr(9) || chr(1) || chr(127));
SELECT to_json(NULL::int), to_jsonb(NULL::text), to_json('x'::pair) IS NULL;
\echo :SQLSTATE
-- Strip, pretty, lax.
SELECT json_strip_nulls('[1, null, {"a": 1, "b": null, "c": [2, null, 3], "d": {"e": null}}]'), jsonb_strip_nulls('{"a": {"b": null, "c": null}, "d": {}}');
SELECT jsonb_pretty('{"a": [], "b": {}, "c": [1, {"d": 2}]}');
SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', '5'), jsonb_set_lax('{"a":1,"b":2}', '{d}', '6', true), jsonb_set_lax('{"a":1,"b":2}', '{d}', '6', false);
SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL), jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, NULL), jsonb_set_lax(NULL, '{b}', '1');
SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, true, NULL);
\echo :SQLSTATE
SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, true, 'no_such_treatment');
\echo :SQLSTATE
SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, null_value_treatment => 'raise_exception');
\echo :SQLSTATE
SELECT jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, null_value_treatment => 'return_target') AS target, jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, null_value_treatment => 'delete_key') AS gone, jsonb_set_lax('{"a":1,"b":2}', '{b}', NULL, null_value_treatment => 'use_json_null') AS nulled;
