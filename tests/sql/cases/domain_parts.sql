-- domains over rows and arrays, and what is inside of them
create type comp as (r float8, i float8);
create domain dcomp as comp check ((value).r <= (value).i);
create domain dcomps as comp[] check (value[1].r > 0);
create table t (id int, d dcomp[], a dcomps);
insert into t values (1, array[row(1,2)]::dcomp[], array[row(1,2)]::dcomps), (2, null, null);
insert into t values (3, array[row(2,1)]::dcomp[], null);
insert into t values (3, null, array[row(0,1)]::dcomps);
insert into t values (3, null, array[row(5,1), row(0,0)]::comp[]);
update t set d[2].i = 5 where id = 2;
update t set d[2].r = 6 where id = 2;
update t set a[2] = row(7, 8) where id = 1;
select *, d[1], d[2].i, a[1].r, (a[2]).i from t order by id;
select array[row(1, 2), row(3, 4)]::dcomps, array[]::dcomps, (array[row(1, 2)]::dcomps)[1].i;
-- arrays of domains over arrays
create domain posint as int check (value > 0);
create domain list as posint[] check (array_length(value, 1) < 4);
create table lists (l list[]);
insert into lists values (array[array[42]]);
insert into lists values (array[array[42]::list, '{1,2}']);
select l, l[1], l[2], (l[2])[2], l[1][1], pg_typeof(l[1]), pg_typeof((l[1])[1]), cardinality(l), array_dims(l) from lists;
update lists set l[3] = array[99];
update lists set l[4] = array[-1];
update lists set l[2][1] = array[97];
select l, l[3] from lists;
select array_agg(x), array(select unnest(l) from lists) from (select unnest(l) x from lists) s;
select x, pg_typeof(x) from unnest((select l from lists)) x;
-- constraints that cannot be looked at everywhere
alter domain posint add constraint even check (value % 2 = 0);
alter domain posint set not null;
create table ranges (r int4range);
create type posrange as range (subtype = posint);
create table uses (r posrange);
drop table lists;
alter domain posint add constraint even check (value % 2 = 0);
drop table uses;
alter domain posint add constraint even check (value % 2 = 0);
drop type posrange;
-- functions with domains over rows
create function make(r float8, i float8) returns dcomp language sql as 'select row(r, i)';
select make(1, 2), (make(1, 2)).i;
select make(2, 1);
select * from make(1, 2) m;
select m, m is not null, pg_typeof(m) from make(1, 2) m;
create function bad() returns dcomp language sql as 'select 1.0::float8, 2.0::float8';
-- new columns of domains that say something
create domain filled as int default 3;
create domain present as text not null;
create domain short as text check (length(value) < 3) default 'long';
create table old (a int);
insert into old values (1), (2);
alter table old add column b filled;
alter table old add column c present;
alter table old add column c present default 'x';
alter table old add column d short;
alter table old add column d short default 'y';
select * from old order by a;
create table fresh (a int);
alter table fresh add column c present;
alter table fresh add column d short;
\d fresh
copy old (a, c) from stdin;
3	\N
\.
copy old (a, c) from stdin;
3	ok
\.
-- comments on constraints
comment on constraint posint_check on domain posint is 'above zero';
comment on constraint nothing on domain posint is 'above zero';
select conname, obj_description(oid, 'pg_constraint') from pg_constraint where contypid = 'posint'::regtype order by 1;
alter domain posint rename constraint posint_check to above;
select conname, obj_description(oid, 'pg_constraint') from pg_constraint where contypid = 'posint'::regtype order by 1;
alter domain posint rename to number;
select (-3)::number;
select '{1,0}'::list;
-- functions of temporary types
create temp table people (first text, last text);
insert into people values ('Ada', 'Lovelace');
create function fullname(people) returns text language sql as 'select $1.first || '' '' || $1.last';
create function everyone() returns setof people language sql as 'select * from people';
select fullname(p), p.fullname from people p;
select * from everyone();
select proname, pronamespace::regnamespace from pg_proc where proname in ('fullname', 'everyone') order by 1;
drop function everyone();
create or replace function fullname(people) returns text language sql as 'select $1.last';
select public.fullname(p) from people p;
drop function fullname(people);
