// node-postgres: notifications of another session and of one's own, while idle and with a query. Prints OK, or throws.
'use strict';
const assert = require('assert');
const { Client } = require('pg');

async function connect() {
  const client = new Client({ host: '127.0.0.1', port: Number(process.argv[2]), user: 'postgres', database: process.argv[3] });
  await client.connect();
  return client;
}

async function main() {
  const [listener, sender] = [await connect(), await connect()];
  const heard = [];
  let more = () => {};
  listener.on('notification', (message) => {
    heard.push([message.channel, message.payload, message.processId]);
    more();
  });
  const until = (count) => new Promise((resolve) => {
    more = () => heard.length >= count && resolve();
    more();
  });
  await listener.query('LISTEN news');
  await sender.query("NOTIFY news, 'grüße'");
  await until(1);
  await sender.query('SELECT pg_notify($1, $2)', ['news', 'by parameter']);
  await until(2);
  await listener.query("NOTIFY news, 'own'");
  await until(3);
  assert.deepStrictEqual(heard, [['news', 'grüße', sender.processID], ['news', 'by parameter', sender.processID], ['news', 'own', listener.processID]]);
  await listener.query('UNLISTEN news');
  await sender.query('NOTIFY news');
  await listener.query('SELECT 1');
  assert.strictEqual(heard.length, 3);
  await listener.end();
  await sender.end();
  console.log('OK');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
