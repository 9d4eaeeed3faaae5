-- Names of catalog objects as values: read, printed, missing.
create schema s;
create table s.t (a int);
create table "Odd name" (a int);
select 's.t'::regclass, '"Odd name"'::regclass, 'pg_class'::regclass, 's'::regnamespace, 'pg_catalog'::regnamespace;
select 'now'::regproc, 'pg_catalog.now'::regproc, 'abs(numeric)'::regprocedure, 'now()'::regprocedure, 'substr( text,int4 , integer)'::regprocedure;
select '||/'::regoper, '-(none,int)'::regoperator, '!~(text,text)'::regoperator, 'pg_catalog.=(int,int4)'::regoperator;
select 'int4'::regtype, 'int4[]'::regtype, '_text'::regtype, 'character varying'::regtype, '"char"'::regtype, 'pg_catalog.int8'::regtype;
select '"C"'::regcollation, 'pg_catalog."POSIX"'::regcollation, '"default"'::regcollation, 'postgres'::regrole;
select 'abs'::regproc;
select 'nosuch'::regproc;
select 'no.now'::regproc;
select 'abs'::regprocedure;
select 'abs(int'::regprocedure;
select 'abs(text)'::regprocedure;
select 'abs(nosuch)'::regprocedure;
select 'no.abs(int)'::regprocedure;
select '+'::regoper;
select '+(int4)'::regoperator;
select '+(int4,int4,int4)'::regoperator;
select '++(int4,int4)'::regoperator;
select 'no.+(int4,int4)'::regoperator;
select 'no.t'::regclass;
select 'nosuch'::regclass;
select 'no.int4'::regtype;
select 'Nosuch'::regtype;
select 'nosuch'::regcollation;
select 'a.b'::regrole;
select 'a.b'::regnamespace;
select 'nobody'::regrole;
select to_regclass('nosuch'), to_regtype('nosuch'), to_regproc('abs'), to_regoper('+'), to_regnamespace('no'), to_regrole('nobody');
select to_regprocedure('abs(int4)'), to_regprocedure('abs(text)'), to_regoperator('+(int4,int4)'), to_regoperator('+(int4,inet)');
select to_regprocedure('abs');
select to_regprocedure('abs(nosuch)');
select to_regoperator('+(int4)');
select to_regrole('a.b');
select 0::regclass, 4000000000::regproc, '-'::regtype, '12345678'::regtype;
select oid::regclass::text = relname as same from pg_class where relname = 'pg_class';
drop schema s cascade;
drop table "Odd name";

-- the cast from text: digits are a name
SELECT 'pg_class'::text::regclass, relname::text::regclass FROM pg_class WHERE relname = 'pg_type';
SELECT 'nope'::text::regclass;
SELECT '12'::text::regclass;

-- the database's name may stand before the schema
SELECT 'case_regnames.pg_catalog.pg_class'::regclass, 'case_regnames.pg_catalog.int4'::regtype;
SELECT 'other.public.t'::regclass;
SELECT 'a.b.c.d'::regclass;
SELECT 'a..b'::regclass;
SELECT count(*) > 0 FROM case_regnames.pg_catalog.pg_class;
SELECT * FROM other.public.t;
