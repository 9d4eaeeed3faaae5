create domain posint as int check (value > 0);
select (-1)::posint;
select 5::posint, '7'::posint, null::posint;
select '-3'::posint;
create domain small as posint check (value < 100) constraint nn not null default 3;
select 100::small; select 0::small; select null::small;
create table dt (id int, p posint, s small);
insert into dt(id) values (1);
insert into dt values (2, 0, 5);
insert into dt values (3, 1, 500);
insert into dt values (3, 1, 50);
insert into dt select 4, x, x from generate_series(99,101) x;
update dt set p = -p;
update dt set s = null;
copy dt from stdin;
9	-1	3
\.
copy dt from stdin;
9	1	3
\.
select * from dt order by 1;
select '{1,2,-1}'::posint[];
select array[1,-1]::posint[];
select array[1,2]::posint[];
create type comp as (a int, b posint);
select '(1,-2)'::comp; select row(1,-2)::comp; select row(1,2)::comp;
alter domain posint add constraint even check (value % 2 = 0) not valid;
select 3::posint;
alter domain posint rename constraint even to twos;
select 3::posint;
alter domain posint drop constraint twos;
alter domain posint drop constraint twos;
alter domain posint drop constraint if exists twos;
select 3::posint;
alter domain posint set default 8;
insert into dt(id) values (20) returning *;
alter domain posint drop default;
alter domain posint set not null;
alter domain small drop not null;
select null::small;
create domain mail as text check (value ~ '^[^@]+@[^@]+$' and length(value) < 50) check (value <> 'x@y');
select 'bob'::mail; select 'x@y'::mail; select 'a@b'::mail || '!';
prepare q(posint) as select $1 + 1; execute q(4); execute q(-4);
\dD
create domain bad as int check (value);
create domain bad as int unique;
create domain dd as numeric(5,2) check (value < 100);
select 12.345::dd, 99.999::dd;
select count(*) from dt where p > 0;
create function f(posint) returns int language sql as 'select $1 * 2';
select f(3); select f(-3);
