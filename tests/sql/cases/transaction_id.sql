-- Transaction ids, what became of them, and snapshots; their values are nobody's business.
SELECT pg_typeof(txid_current()), pg_typeof(pg_current_xact_id()), pg_typeof(txid_current_snapshot()), pg_typeof(pg_current_snapshot());
SELECT txid_current() > 2, pg_current_xact_id() > '2'::xid8;
BEGIN;
SELECT txid_current_if_assigned() IS NULL, pg_current_xact_id_if_assigned() IS NULL;
SELECT txid_current() AS first \gset
SELECT txid_current() = :first AS same, txid_current_if_assigned() = :first AS assigned, pg_current_xact_id()::text = :'first' AS as_xid8;
SELECT txid_status(:first);
SAVEPOINT s;
SELECT txid_current() = :first AS same;
ROLLBACK TO s;
COMMIT;
SELECT txid_status(:first), pg_xact_status(:'first'::xid8);
BEGIN;
SELECT txid_current() AS second \gset
SELECT :second > :first AS grows;
ROLLBACK;
SELECT txid_status(:second);
BEGIN;
SELECT txid_current() AS third \gset
SELECT nothing;
ROLLBACK;
SELECT txid_status(:third);
-- who writes has one
CREATE TABLE audited (a int, xid bigint DEFAULT txid_current(), xid8 xid8 DEFAULT pg_current_xact_id());
BEGIN;
INSERT INTO audited (a) VALUES (1), (2);
SELECT txid_current_if_assigned() IS NOT NULL;
INSERT INTO audited (a) VALUES (3);
COMMIT;
INSERT INTO audited (a) VALUES (4);
SELECT count(DISTINCT xid), count(DISTINCT xid8), bool_and(xid::text = xid8::text), bool_and(txid_status(xid) = 'committed') FROM audited;
SELECT a FROM audited WHERE txid_visible_in_snapshot(xid, txid_current_snapshot()) ORDER BY a;
SELECT a FROM audited WHERE pg_visible_in_snapshot(xid8, pg_current_snapshot()) ORDER BY a;
-- snapshots
BEGIN;
SELECT txid_current() AS own \gset
SELECT txid_visible_in_snapshot(:own, txid_current_snapshot()) AS own,
       txid_visible_in_snapshot(:third, txid_current_snapshot()) AS ended,
       txid_snapshot_xmin(txid_current_snapshot()) <= :own AS xmin,
       txid_snapshot_xmin(s) <= txid_snapshot_xmax(s) AS ordered
  FROM txid_current_snapshot() s;
COMMIT;
SELECT txid_current_snapshot() IS NOT NULL, txid_current_snapshot()::text = pg_current_snapshot()::text AS same_text;
-- ids that are always known, too old, or not there yet
SELECT txid_status(1), txid_status(2), txid_status(0), txid_status(NULL);
SELECT txid_status(9223372036854775807);
SELECT pg_xact_status('18446744073709551615');
