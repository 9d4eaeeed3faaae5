SELECT to_tsvector('{"a": "aaa bbb ddd ccc", "b": ["eee fff ggg"], "c": {"d": "hhh iii"}}'::json), to_tsvector('{"a": "aaa bbb ddd ccc", "b": ["eee fff ggg"], "c": {"d": "hhh iii"}}'::jsonb);
SELECT to_tsvector('english', '{"bb": "aaa in bbb ddd ccc", "a": ["the eee fff ggg", "running"], "c": {"d": "hhh. iii"}}'::json), to_tsvector('english', '{"bb": "aaa in bbb ddd ccc", "a": ["the eee fff ggg", "running"], "c": {"d": "hhh. iii"}}'::jsonb);
SELECT to_tsvector('simple', '{"a": "the quick", "b": 12, "c": [true, null, "x"]}'::jsonb), to_tsvector('simple', '"The scalar"'::json);
SELECT to_tsvector('""'::json), to_tsvector('{}'::json), to_tsvector('[]'::jsonb), to_tsvector('null'::jsonb), to_tsvector(NULL::json);
SELECT to_tsvector('{"a": "aaa", "b": "bbb"}'::jsonb) @@ phraseto_tsquery('aaa bbb'), to_tsvector('{"a": "aaa bbb"}'::jsonb) @@ phraseto_tsquery('aaa bbb');
SELECT json_to_tsvector('english', '{"a": "aaa in bbb", "b": 123.50, "c": 456, "d": true, "f": false, "g": null}', '"all"');
SELECT jsonb_to_tsvector('english', '{"a": "aaa in bbb", "b": 123.50, "c": 456, "d": true, "f": false, "g": null}', '"all"');
SELECT f, json_to_tsvector('simple', '{"a": "aaa", "bb": 123, "c": [456, {"d": true}]}', f), jsonb_to_tsvector('{"a": "aaa", "bb": 123, "c": [456, {"d": true}]}'::jsonb, f)
  FROM unnest(array['"key"', '"string"', '"numeric"', '"boolean"', '["string", "numeric"]', '["NUMERIC", "Key"]', '[]']::jsonb[]) f;
SELECT json_to_tsvector('english', '{"a": "aaa in bbb"}', '""');
\echo :SQLSTATE
SELECT json_to_tsvector('english', '{"a": "aaa in bbb"}', '{}');
\echo :SQLSTATE
SELECT jsonb_to_tsvector('english', '{"a": "aaa in bbb"}', 'null');
\echo :SQLSTATE
SELECT jsonb_to_tsvector('english', '{"a": "aaa in bbb"}', '["all", null]');
\echo :SQLSTATE
SELECT jsonb_to_tsvector('english', '{"a": "aaa in bbb"}', '["all", "x"]');
\echo :SQLSTATE
SELECT jsonb_to_tsvector('english', '{"a": "aaa in bbb"}', '["string", {}]');
\echo :SQLSTATE
