-- psql's describe commands over a schema such as pgbench makes, and one with everything
CREATE TABLE pgbench_accounts (aid int not null, bid int, abalance int, filler char(84)) WITH (fillfactor=100);
CREATE TABLE pgbench_branches (bid int not null, bbalance int, filler char(88)) WITH (fillfactor=100);
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
ALTER TABLE pgbench_branches ADD PRIMARY KEY (bid);
ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid);
\dt
\d
\d pgbench_accounts
\d pgbench_history
\di
CREATE TABLE customers (
    id bigserial PRIMARY KEY,
    email varchar(80) NOT NULL UNIQUE,
    name text COLLATE "C" DEFAULT 'nobody',
    balance numeric(12,2) NOT NULL DEFAULT 0,
    born date,
    created timestamptz(3) DEFAULT now(),
    active boolean DEFAULT true,
    CONSTRAINT positive CHECK (balance >= 0)
);
CREATE INDEX customers_name_idx ON customers (name DESC, born) WHERE active;
CREATE TABLE orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer bigint REFERENCES customers (id) ON DELETE CASCADE,
    placed timestamp NOT NULL DEFAULT '2026-01-01 00:00:00',
    code char(4),
    UNIQUE (customer, code)
);
CREATE VIEW active_customers AS SELECT id, email FROM customers WHERE active;
\d customers
\d orders
\d active_customers
\d customers_id_seq
\d customers_name_idx
\dv
\ds
\dn
\d nothing
COMMENT ON TABLE customers IS 'who buys';
COMMENT ON COLUMN customers.email IS 'where to write';
\dt+ nothing
\dT nothing
\df nothing
SELECT obj_description('customers'::regclass), col_description('customers'::regclass, 2);
