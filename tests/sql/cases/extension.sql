-- CREATE, ALTER and DROP EXTENSION
SELECT name, default_version, installed_version, comment FROM pg_available_extensions WHERE name IN ('citext', 'plpgsql', 'hstore', 'uuid-ossp') ORDER BY name;
CREATE EXTENSION citext;
CREATE EXTENSION citext;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION hstore VERSION '77';
CREATE EXTENSION hstore SCHEMA nowhere;
CREATE SCHEMA extras;
CREATE EXTENSION "uuid-ossp" SCHEMA extras CASCADE;
\dx
SELECT extname, extnamespace::regnamespace, extrelocatable, extversion FROM pg_extension ORDER BY extname;
SELECT uuid_nil();
SELECT extras.uuid_nil();
SELECT p.oid::regprocedure, pg_get_function_result(p.oid), provolatile, proisstrict FROM pg_proc p WHERE pronamespace = 'extras'::regnamespace ORDER BY proname;
SELECT deptype, count(*) FROM pg_depend d JOIN pg_extension e ON refobjid = e.oid AND refclassid = 'pg_extension'::regclass WHERE extname IN ('citext', 'uuid-ossp') GROUP BY 1;
ALTER EXTENSION "uuid-ossp" SET SCHEMA public;
SELECT uuid_generate_v5(uuid_ns_dns(), 'postgresql.org'), uuid_generate_v3(uuid_ns_url(), 'x');
SELECT length(uuid_generate_v1()::text), substr(uuid_generate_v4()::text, 15, 1), uuid_generate_v1mc() <> uuid_generate_v1();
ALTER EXTENSION citext UPDATE;
ALTER EXTENSION citext UPDATE TO '9.9';
COMMENT ON EXTENSION citext IS 'mine';
SELECT obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'citext';
-- what depends on it
CREATE TABLE people (id int PRIMARY KEY, name citext UNIQUE, note text DEFAULT 'A'::citext);
CREATE VIEW names AS SELECT name FROM people;
DROP EXTENSION citext;
DROP EXTENSION nowhere;
DROP EXTENSION IF EXISTS nowhere;
ROLLBACK;
BEGIN;
DROP EXTENSION "uuid-ossp";
SELECT uuid_nil();
ROLLBACK;
SELECT uuid_nil();
DROP EXTENSION "uuid-ossp";
SELECT uuid_nil();
SELECT count(*) FROM pg_proc WHERE proname LIKE 'uuid_generate%';
-- schemas go with what is in them
CREATE EXTENSION "uuid-ossp" SCHEMA extras;
DROP SCHEMA extras;
DROP SCHEMA extras CASCADE;
SELECT extname FROM pg_extension ORDER BY 1;
\dx+ citext
