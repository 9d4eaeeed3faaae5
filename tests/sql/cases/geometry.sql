-- Geometric values: forms, parts, operators.
create table shapes (id int primary key, p point, s lseg, b box, l line, c circle, o path, g polygon);
insert into shapes values
  (1, '(1,2)', '[(0,0),(3,4)]', '(0,0),(2,2)', '{1,-1,0}', '<(1,1),2>', '[(0,0),(1,1),(2,0)]', '((0,0),(0,3),(3,3),(3,0))'),
  (2, '-0.5, 1e3', '((1,1),(2,5))', '(7,1),(5,9)', '[(0,0),(1,2)]', '1,1,0.5', '((0,0),(4,0),(4,4))', '(1,1),(1,2),(2,2),(2,1)'),
  (3, '(Infinity,nan)', null, null, null, '((4,5),6)', '(9,9)', '(5,5)');
select * from shapes order by id;
select id, p[0], b[1], l[2], s[0] from shapes order by id;
update shapes set p[0] = 7, b[0] = '(10,10)' where id = 1;
select p, b from shapes where id = 1;
select area(b), height(b), width(b), center(b), diagonal(b), area(c), radius(c), diameter(c), center(c) from shapes where id < 3 order by id;
select isclosed(o), isopen(o), npoints(o), length(o), area(o), pclose(o), popen(o) from shapes order by id;
select a.id, b.id, a.p <-> b.p as dist, a.b && b.b as over, a.b # b.b as common, a.g @> b.g as holds, a.c <-> b.c as apart
  from shapes a, shapes b where a.id <= 2 and b.id <= 2 order by a.id, b.id;
select id, p <@ g, p <@ c, p <-> s, p ## s, s ?# b, s <-> b, p <-> g, p <-> o from shapes where id < 3 order by id;
select point '(1,2)' + '(3,4)', point '(1,2)' * '(3,4)', point '(1,2)' / '(3,4)', point '(1,2)' - '(3,4)', box '(0,0),(1,1)' * point '(0,1)';
select point '(1,2)' ~= '(1,2.0000001)', lseg '[(0,0),(1,1)]' ?|| '[(2,2),(3,3)]', line '{1,-1,0}' # '{1,1,-2}', line '{1,-1,0}' ?-| '{1,1,0}';
select box(p, '(0,0)'), circle(b), polygon(4, c), polygon(b), box(c), path(g), circle(g), point(g), lseg(b), line('(0,0)', '(1,3)')
  from shapes where id = 1;
select bound_box('(0,0),(1,1)', '(5,5),(6,6)'), slope('(0,0)', '(1,3)'), point '(1,1)' <-> '{1,0,0}'::line;
select array[point '(1,2)', '(3,4)'], array[box '(1,2),(3,4)', '(5,6),(7,8)'], '{(1,2),(3,4);(5,6),(7,8)}'::box[];
select '(1,2'::point;
select '(1,2,3)'::point;
select '{0,0,1}'::line;
select '[(1,1),(1,1)]'::line;
select '<(1,1),-1>'::circle;
select '(1e400,2)'::point;
select point '(1e300,1)' * '(1e300,1)';
select point '(1,1)' / '(0,0)';
select polygon(1, '<(0,0),1>'::circle);
select polygon('[(0,0),(1,1)]'::path);
select (point '(1,2)')[0:1];
select distinct p from shapes;
select p from shapes order by p;
select p = p from shapes;
set extra_float_digits = 0;
select point '(0.1,0.30000000000000004)', circle '<(1.1,2.2),3.3000000000000003>';
drop table shapes;
