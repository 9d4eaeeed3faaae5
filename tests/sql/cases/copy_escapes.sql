-- What must be escaped stands at every place of a value: at the start, at the end, and anywhere in between.
COPY (SELECT repeat('a', i) || E'\t' || repeat('b', 18 - i), repeat('a', i) || E'\\' || repeat('b', 18 - i) FROM generate_series(0, 18) i) TO STDOUT;
COPY (SELECT repeat('a', i) || E'\n' || repeat('b', 9 - i) || E'\r\b\f\v' FROM generate_series(0, 9) i) TO STDOUT;
COPY (SELECT repeat('a', i) || ';' || repeat('b', 18 - i), i FROM generate_series(0, 18) i) TO STDOUT (DELIMITER ';');
-- Other control characters, and what lies just beside those that count, go as they are.
COPY (SELECT repeat('a', i) || E'\x01\x1f []^~' || repeat('b', 9 - i), repeat('é', i) || 'ü☃' || repeat('é', 5) FROM generate_series(0, 9) i) TO STDOUT;
COPY (SELECT E'\\\\\\\\\\\\\\\\', E'\t\t\t\t\t\t\t\t\t', '') TO STDOUT;
