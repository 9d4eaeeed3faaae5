-- Numbers written and read by pictures.
CREATE TABLE amounts (v numeric);
INSERT INTO amounts VALUES (0), (-0.05), (12.5), (-99.995), (1234567.891), ('NaN'), ('-Infinity');
SELECT v, to_char(v, '9G999G999D99') AS grouped, to_char(v, 'FM999999990.099') AS tight, to_char(v, '0999.9PR') AS brackets FROM amounts;
SELECT v, to_char(v, 'S999999999D9') AS s, to_char(v, '999999999.9MI') AS mi, to_char(v, 'PL9999999') AS pl, to_char(v, '999SG9999') AS sg FROM amounts;
SELECT v, to_char(v, '9.99EEEE') AS exponent, to_char(v, '99999V99') AS shifted, to_char(v, 'L9999999.99') AS currency FROM amounts;
SELECT n, to_char(n, 'FM9999th') AS th, to_char(n, 'FM9999TH') AS upper_th, to_char(n, 'FMRN') AS roman, to_char(n, 'rn') AS padded
FROM unnest(ARRAY[1, 2, 3, 11, 112, 1999, 4000, -3]) AS n;
SELECT to_char(5::bigint, '"no. "99 "\"q\""'), to_char(1.5::float4, '99.999999999'), to_char(123456789.123456789::float8, '999999999.999999999');
SELECT to_char(1, '9.9.9');
SELECT to_char(1, 'S9S');
SELECT to_char(1, 'S9MI');
SELECT to_char(1, '9PR9');
SELECT to_char(1, 'FM9EEEE');
SELECT to_char(1, '9V9.9');
SELECT to_char(2000000000, '9V9');
SELECT to_number('-34,338,492.5', '99G999G999D9'), to_number('<12.5>', '99.9PR'), to_number('12.5-', '99.9S'), to_number('5.01-', 'FM9.999999MI');
SELECT to_number('$ 1,234.5', 'L9,999.9'), to_number('42nd', '99th'), to_number('1250', '99V99'), to_number('1', '');
SELECT to_number('x', '9');
SELECT to_number('12', 'RN');
DROP TABLE amounts;
