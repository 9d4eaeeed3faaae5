-- What one session sees of notifications, without hearing any: those name process ids.
SELECT * FROM pg_listening_channels();
LISTEN orders;
LISTEN orders;
LISTEN "Odd Name";
SELECT * FROM pg_listening_channels();
UNLISTEN nobody;
UNLISTEN orders;
SELECT * FROM pg_listening_channels();
UNLISTEN *;
SELECT count(*) FROM pg_listening_channels();
-- LISTEN and UNLISTEN belong to the transaction, and to its savepoints
BEGIN;
LISTEN a;
SAVEPOINT s;
LISTEN b;
SELECT * FROM pg_listening_channels();
ROLLBACK TO s;
LISTEN c;
RELEASE s;
COMMIT;
SELECT * FROM pg_listening_channels();
BEGIN;
UNLISTEN a;
LISTEN d;
ROLLBACK;
SELECT * FROM pg_listening_channels();
BEGIN;
UNLISTEN *;
LISTEN e;
COMMIT;
SELECT * FROM pg_listening_channels();
DISCARD ALL;
SELECT * FROM pg_listening_channels();
-- limits
SELECT pg_notify('', 'x');
SELECT pg_notify(NULL, NULL);
SELECT pg_notify(repeat('c', 64), 'x');
SELECT pg_notify(repeat('c', 63), 'x');
SELECT pg_notify('quiet', repeat('p', 8000));
SELECT pg_notify('quiet', repeat('p', 7999));
SELECT pg_notify('quiet', NULL);
NOTIFY quiet;
NOTIFY quiet, 'payload';
NOTIFY "";
NOTIFY quiet, payload;
SELECT pg_notification_queue_usage();
-- a read-only transaction may send and listen
BEGIN READ ONLY;
LISTEN f;
NOTIFY quiet, 'from a reader';
UNLISTEN f;
COMMIT;
-- not where a failed transaction waits for its end
BEGIN;
SELECT 1/0;
NOTIFY quiet;
LISTEN g;
ROLLBACK;
SELECT * FROM pg_listening_channels();
SELECT pg_typeof(pg_notify('quiet', 'x')), pg_typeof(pg_notification_queue_usage());
PREPARE p(text) AS SELECT pg_notify('quiet', $1);
EXECUTE p('once');
-- in functions
CREATE FUNCTION tell(text) RETURNS void LANGUAGE sql AS $$ NOTIFY quiet, 'it''s told'; SELECT pg_notify('quiet', $1) $$;
SELECT tell('x');
CREATE FUNCTION tell_and_count() RETURNS int LANGUAGE sql AS $$ NOTIFY quiet; SELECT 42 $$;
SELECT tell_and_count();
CREATE FUNCTION tell_nothing() RETURNS int LANGUAGE sql AS $$ NOTIFY quiet $$;
