-- joins, subqueries, grouping, ordering, set operations, CTEs
CREATE TABLE dept (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE emp (id serial PRIMARY KEY, dept int, name text, salary numeric(10,2), hired date, boss int);
INSERT INTO dept VALUES (1, 'sales'), (2, 'lab'), (3, 'empty');
INSERT INTO emp (dept, name, salary, hired, boss) VALUES
    (1, 'Ann', 5000, '2020-01-15', NULL), (1, 'Bob', 3200.50, '2021-03-01', 1), (2, 'Cid', 4100.25, '2019-07-30', 1),
    (2, 'Dee', NULL, '2022-11-11', 3), (NULL, 'Eve', 2800, NULL, 1);
SELECT * FROM emp ORDER BY id;
SELECT e.name, d.name AS dept FROM emp e JOIN dept d ON d.id = e.dept ORDER BY 1;
SELECT e.name, d.name FROM emp e LEFT JOIN dept d ON d.id = e.dept ORDER BY e.name DESC;
SELECT e.name, d.name FROM emp e RIGHT JOIN dept d ON d.id = e.dept ORDER BY 2, 1;
SELECT e.name, d.name FROM emp e FULL JOIN dept d ON d.id = e.dept ORDER BY 2 NULLS FIRST, 1;
SELECT count(*) FROM emp CROSS JOIN dept;
SELECT id, d.name FROM dept d JOIN (SELECT id, salary FROM emp) e USING (id) ORDER BY id;
SELECT d.name, count(e.id), sum(salary), avg(salary), min(hired), max(hired) FROM dept d LEFT JOIN emp e ON e.dept = d.id GROUP BY d.id ORDER BY d.name;
SELECT dept, count(*) FROM emp GROUP BY dept HAVING count(*) > 1 ORDER BY dept;
SELECT name FROM emp WHERE salary > (SELECT avg(salary) FROM emp) ORDER BY salary DESC;
SELECT name FROM emp e WHERE EXISTS (SELECT 1 FROM emp s WHERE s.boss = e.id) ORDER BY 1;
SELECT name FROM emp WHERE dept IN (SELECT id FROM dept WHERE name LIKE 'l%') ORDER BY 1;
SELECT name FROM emp WHERE dept NOT IN (1, 3);
SELECT name, salary FROM emp ORDER BY salary;
SELECT name, salary FROM emp ORDER BY salary DESC NULLS LAST LIMIT 2 OFFSET 1;
SELECT name, CASE WHEN salary IS NULL THEN 'unpaid' WHEN salary < 4000 THEN 'low' ELSE 'high' END AS class FROM emp ORDER BY id;
SELECT dept FROM emp UNION SELECT id FROM dept ORDER BY 1;
SELECT dept FROM emp UNION ALL SELECT 9 ORDER BY 1 DESC NULLS LAST;
SELECT dept FROM emp INTERSECT SELECT id FROM dept ORDER BY dept;
SELECT id FROM dept EXCEPT SELECT dept FROM emp;
(SELECT name FROM emp ORDER BY id LIMIT 1) UNION ALL (SELECT name FROM emp ORDER BY id DESC LIMIT 1);
WITH paid AS (SELECT * FROM emp WHERE salary IS NOT NULL) SELECT count(*), max(salary) FROM paid;
WITH RECURSIVE chain AS (SELECT id, name, 0 AS depth FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.name, depth + 1 FROM emp e JOIN chain c ON e.boss = c.id)
    SELECT * FROM chain ORDER BY depth, id;
SELECT DISTINCT dept FROM emp ORDER BY dept;
SELECT DISTINCT ON (dept) dept, name FROM emp ORDER BY dept, hired;
SELECT name, row_number() OVER (PARTITION BY dept ORDER BY hired), sum(salary) OVER (ORDER BY id) FROM emp ORDER BY id;
SELECT dept, count(*) FROM emp GROUP BY ROLLUP (dept) ORDER BY dept NULLS LAST, 2;
SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS v (n, t);
SELECT g, g * g AS square FROM generate_series(1, 4) AS g;
SELECT coalesce(salary, 0) AS pay, nullif(dept, 1), greatest(id, 3), least(id, 3) FROM emp ORDER BY id;
SELECT string_agg(name, ', ' ORDER BY name DESC) FROM emp;
SELECT count(*) FILTER (WHERE dept = 1), count(DISTINCT dept) FROM emp;
SELECT name FROM emp WHERE name BETWEEN 'B' AND 'D' ORDER BY name;
SELECT (SELECT name FROM dept WHERE dept.id = emp.dept) AS d FROM emp ORDER BY id;
SELECT e.name, x.top FROM dept d, LATERAL (SELECT max(salary) AS top FROM emp WHERE dept = d.id) x JOIN emp e ON e.salary = x.top ORDER BY 1;
SELECT name IS NOT NULL AND salary > 3000 AS b, NOT (dept = 1) FROM emp ORDER BY id;
SELECT 7 / 2, -7 / 2, 7 % 3, 7.0 / 2, 2 ^ 10, 10 / 4.0, 1e3;
SELECT 'abc' || 'def' || 1, upper('abc'), length('grüße'), substring('abcdef' FROM 2 FOR 3), position('c' IN 'abc'), trim('  x ');
-- errors
SELECT nope FROM emp;
SELECT * FROM nope;
SELECT name FROM emp GROUP BY dept;
SELECT sum(name) FROM emp;
SELECT 1 + 'x';
SELECT 1 / 0;
SELECT 2147483647 + 1;
SELECT id FROM emp, dept;
SELECT (SELECT id FROM emp);
SELECT * FROM emp WHERE name = 5;
SELEC 1;
SELECT 1 FROM;
SELECT foo(1);
SELECT * FROM emp ORDER BY 9;
SELECT 'x'::int;

-- COLLATION FOR leaves its argument in the query
CREATE TABLE collated (x text COLLATE "C");
INSERT INTO collated VALUES ('a'), ('b');
SELECT pg_collation_for(max(x)) FROM collated;
SELECT pg_collation_for(x || 'c') FROM collated;
SELECT pg_collation_for((1 / 0)::text);

-- What a join's alias hides and how many names it may give
SELECT * FROM (collated a JOIN collated b USING (x) AS u) AS j WHERE u.x = 'a';
SELECT u.x FROM collated a JOIN collated b USING (x) AS u ORDER BY 1;
SELECT * FROM (collated a CROSS JOIN collated b) AS j(p, q, r);
SELECT * FROM collated a RIGHT JOIN LATERAL generate_series(1, length(a.x)) g ON true;
SELECT * FROM collated a FULL JOIN LATERAL (SELECT x) g ON true;
SELECT * FROM collated a LEFT JOIN LATERAL generate_series(1, length(a.x)) g ON true ORDER BY 1;
SELECT booland_statefunc(false, NULL), boolor_statefunc(true, NULL), booland_statefunc(true, false), boolor_statefunc(true, false);
