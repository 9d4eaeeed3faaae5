// node-postgres: every type in and out by parameters, rollback, a unique violation. Prints OK, or throws.
'use strict';
const assert = require('assert');
const { Client } = require('pg');

const CREATE = `CREATE TABLE nodetypes (id serial PRIMARY KEY, big bigserial, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(20,4),
  t text, v varchar(12), c char(5), bin bytea, d date, ts timestamp, tz timestamptz, u uuid, j json, jb jsonb, code text CONSTRAINT nodetypes_code_unique UNIQUE)`;
const columns = ['b', 'i2', 'i4', 'i8', 'f4', 'f8', 'n', 't', 'v', 'c', 'bin', 'd', 'ts', 'tz', 'u', 'j', 'jb', 'code'];
const doc = { a: [1, 2.5, null, true], b: 'ü' };
const row = [true, 7, -42, '9007199254740993', 0.5, 3.141592653589793, '12345.6789', "grüße 'q'", 'twelve chars', 'ab   ', Buffer.from([0, 1, 254, 255]),
  '2026-01-31', '2026-01-31 23:59:59.5', new Date('2026-01-31T23:59:59.123Z'), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', doc, doc, 'one'];

async function main() {
  const client = new Client({ host: '127.0.0.1', port: Number(process.argv[2]), user: 'postgres', database: process.argv[3] });
  await client.connect();
  await client.query('DROP TABLE IF EXISTS nodetypes');
  await client.query(CREATE);
  const marks = columns.map((_, i) => `$${i + 1}`).join(', ');
  const insert = `INSERT INTO nodetypes (${columns.join(', ')}) VALUES (${marks}) RETURNING id`;
  assert.strictEqual((await client.query(insert, row)).rows[0].id, 1);
  const nulls = columns.map((name) => (name === 'code' ? 'two' : null));
  assert.strictEqual((await client.query({ name: 'insert', text: insert, values: nulls })).rows[0].id, 2);

  const select = `SELECT ${columns.map((name) => (['d', 'ts'].includes(name) ? `${name}::text` : name)).join(', ')} FROM nodetypes ORDER BY id`;
  const { rows } = await client.query(select);
  const back = columns.map((name) => rows[0][name]);
  assert.deepStrictEqual(back, row);
  assert.deepStrictEqual(columns.map((name) => rows[1][name]), nulls);

  // Binary results: node-postgres reads those types whose binary form it knows.
  const binary = await client.query({ text: 'SELECT b, i2, f8, t FROM nodetypes WHERE id = $1', values: [1], binary: true });
  assert.strictEqual(binary.rows[0].i2, 7);
  assert.ok(Math.abs(binary.rows[0].f8 - Math.PI) < 1e-4); // node-postgres rounds it
  assert.strictEqual(binary.rows[0].b, true);

  await client.query('BEGIN');
  await client.query("INSERT INTO nodetypes (code) VALUES ('three')");
  await client.query('ROLLBACK');
  assert.strictEqual((await client.query('SELECT count(*)::int AS n FROM nodetypes')).rows[0].n, 2);

  await assert.rejects(client.query("INSERT INTO nodetypes (code) VALUES ('one')"), (error) => {
    assert.strictEqual(error.code, '23505');
    assert.strictEqual(error.constraint, 'nodetypes_code_unique');
    assert.strictEqual(error.table, 'nodetypes');
    return true;
  });
  await client.end();
  console.log('OK');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
