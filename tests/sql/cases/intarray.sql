-- intarray
CREATE EXTENSION intarray;
SELECT icount('{1,2}'::int[]), sort('{3,1,2}'::int[]), sort('{3,1,2}'::int[], 'desc'), sort_desc('{3,1,2}'), uniq('{1,1,2,1}'::int[]), idx('{5,6}'::int[], 6), idx('{5}', 1), intset(3);
SELECT subarray('{1,2,3,4}'::int[], 2, 2), subarray('{1,2,3}'::int[], -2), subarray('{1,2,3,4,5}', 2, -1), subarray('{1,2,3}', 5), subarray('{1,2,3}', 0, 2);
SELECT '{1,2}'::int[] + 3, '{1,2}'::int[] + '{9}'::int[], '{1,2,3,2}'::int[] - 2, '{1,2,3,3}'::int[] - '{1}'::int[], '{3,1,1}'::int[] | 5, '{1,2}'::int[] | '{2,3}'::int[], '{2,1,2}'::int[] & '{2,3}'::int[], # '{1,2}'::int[], '{5,6}'::int[] # 6;
SELECT '{1,2}'::int[] && '{2}'::int[], '{1,2,1}'::int[] @> '{1,1}'::int[], '{2}'::int[] <@ '{1,2}'::int[], '{}'::int[] && '{1}'::int[], '{3,1}'::int[] = '{1,3}'::int[], _int_same('{3,1}', '{1,3}'), _int_different('{1}', '{2}');
SELECT '1|2&3'::query_int, '(1|2)&!(3)'::query_int, '!(1&(2|4))'::query_int, '!!1'::query_int, ' -5 & 3 '::query_int;
SELECT '{1,2}'::int[] @@ '1&!3', '{1,3}'::int[] @@ '1&!3'::query_int, '2|7'::query_int ~~ '{7}'::int[];
SELECT '1&'::query_int;
SELECT ''::query_int;
SELECT 'a'::query_int;
SELECT '{1,NULL}'::int[] & '{1}'::int[];
SELECT sort('{1,2}'::int[], 'up');
CREATE TABLE tagged (id int, tags int[], q query_int);
INSERT INTO tagged VALUES (1, '{1,2}', '1|9'), (2, '{3}', '!3'), (3, '{}', '1');
CREATE INDEX ON tagged USING gist (tags gist__int_ops);
SELECT id, q, tags @@ q FROM tagged ORDER BY id;
SELECT id FROM tagged WHERE tags && '{2,3}' ORDER BY id;
