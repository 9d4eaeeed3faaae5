CREATE VIEW rich AS SELECT aid, abalance FROM pgbench_accounts WHERE abalance > 0;
CREATE TABLE kinds (
    id serial PRIMARY KEY,
    name varchar(20) NOT NULL DEFAULT 'x' CHECK (name <> ''),
    price numeric(10,2),
    at timestamptz DEFAULT now(),
    branch int REFERENCES pgbench_branches ON DELETE CASCADE,
    UNIQUE (name, price)
);
CREATE INDEX kinds_lower ON kinds (lower(name)) WHERE price > 0;
COMMENT ON TABLE kinds IS 'of all kinds';
COMMENT ON COLUMN kinds.price IS 'without tax';
CREATE SEQUENCE sq INCREMENT 5;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN posint AS int CHECK (value > 0);
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'select 1';
CREATE SCHEMA extra;
CREATE TABLE extra.t (a int GENERATED ALWAYS AS IDENTITY, b text COLLATE "C", c int GENERATED ALWAYS AS (1 + 1) STORED);
