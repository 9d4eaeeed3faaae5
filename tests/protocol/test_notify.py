"""NotificationResponse: when it comes, and when it does not."""
import select
import struct
import time

from wire import Connection, cstring, kinds, rows


def notified(messages):
    """(channel, payload) of the notifications among messages."""
    return [tuple(part.decode() for part in message.body[4:].split(b"\0")[:2]) for message in messages if message.kind == "A"]


def is_quiet(conn, seconds=0.3):
    return not select.select([conn.socket], [], [], seconds)[0]


def test_to_oneself_it_comes_before_ready_for_query(conn):
    conn.query("LISTEN me")
    messages = conn.query("NOTIFY me, 'hello'")
    assert kinds(messages) == "CAZ"
    assert notified(messages) == [("me", "hello")]
    assert struct.unpack("!i", messages[1].body[:4])[0] == conn.pid
    # In one message that is one transaction, at its end.
    assert kinds(conn.query("NOTIFY me; SELECT 1; NOTIFY me; NOTIFY me, 'x'")) == "CTDCCCAAZ"
    assert kinds(conn.query("LISTEN other; NOTIFY other; UNLISTEN *; LISTEN other")) == "CCCCAZ"
    conn.query("UNLISTEN *")
    assert kinds(conn.query("NOTIFY me; NOTIFY other")) == "CCZ"


def test_a_transaction_sends_at_its_end_and_only_what_stays(conn):
    conn.query("LISTEN me")
    assert kinds(conn.query("BEGIN")) == "CZ"
    assert kinds(conn.query("NOTIFY me, 'one'")) == "CZ"
    conn.query("SAVEPOINT s")
    conn.query("NOTIFY me, 'two'; NOTIFY me, 'one'")
    conn.query("ROLLBACK TO s")
    conn.query("NOTIFY me, 'three'; NOTIFY me, 'one'; RELEASE s")
    assert notified(conn.query("COMMIT")) == [("me", "one"), ("me", "three")]
    conn.query("BEGIN; NOTIFY me, 'never'")
    assert kinds(conn.query("ROLLBACK")) == "CZ"
    assert kinds(conn.query("NOTIFY me, 'never'; SELECT nothing")) == "CEZ"
    # The next transaction has begun already: told of when that ends.
    conn.query("BEGIN; NOTIFY me, 'chained'")
    assert kinds(conn.query("COMMIT AND CHAIN")) == "CZ"
    assert notified(conn.query("COMMIT")) == [("me", "chained")]
    conn.query("UNLISTEN *")


def test_many_are_folded_and_keep_their_order(conn):
    conn.query("LISTEN me")
    messages = conn.query("SELECT count(pg_notify('me', (g % 100)::text)) FROM generate_series(0, 4999) g")
    assert notified(messages) == [("me", str(i)) for i in range(100)]
    conn.query("UNLISTEN *")


def test_another_hears_at_once_when_idle_else_at_the_transactions_end(conn, other):
    listener, sender = conn, other
    listener.query("LISTEN news")
    sender.query("NOTIFY news, 'idle'")
    assert notified([listener.read()]) == [("news", "idle")]
    listener.query("BEGIN")
    sender.query("NOTIFY news, 'busy'")
    assert is_quiet(listener)
    assert kinds(listener.query("SELECT 1")) == "TDCZ"
    assert notified(listener.query("COMMIT")) == [("news", "busy")]
    sender.query("BEGIN; NOTIFY news, 'held back'")
    assert is_quiet(listener)
    sender.query("COMMIT")
    assert notified([listener.read()]) == [("news", "held back")]


def test_what_came_during_a_statement_is_told_before_ready_for_query(conn, other):
    listener, sender = conn, other
    listener.query("LISTEN news")
    listener.send("Q", cstring("SELECT pg_sleep(0.7)"))
    while rows(sender.query(f"SELECT wait_event FROM pg_stat_activity WHERE pid = {listener.pid}")) != [["PgSleep"]]:
        time.sleep(0.01)
    sender.query("NOTIFY news, 'meanwhile'")
    assert kinds(listener.until()) == "TDCAZ"


def test_extended_messages_hold_it_back_until_sync(conn, other):
    listener, sender = conn, other
    listener.query("LISTEN news")
    listener.parse("SELECT 1")
    listener.flush()
    assert listener.read().kind == "1"
    sender.query("NOTIFY news, 'meanwhile'")
    assert is_quiet(listener)
    listener.sync()
    assert kinds(listener.until()) == "AZ"
    listener.parse("SELECT pg_notify('news', $1)", "n")
    listener.bind([b"abc"], statement="n")
    listener.execute()
    listener.parse("NOTIFY news, 'two'")
    listener.bind()
    listener.execute()
    listener.sync()
    messages = listener.until()
    assert kinds(messages) == "12DC12CAAZ"
    assert notified(messages) == [("news", "abc"), ("news", "two")]


def test_only_the_same_database_hears(target, conn, other):
    conn.query("CREATE DATABASE notify_elsewhere")
    there = Connection(target)
    there.start(database="notify_elsewhere")
    there.query("LISTEN news")
    conn.query("LISTEN news")
    other.query("NOTIFY news")
    assert conn.read().kind == "A"
    assert is_quiet(there)
    there.query("NOTIFY news")
    assert is_quiet(conn)
    there.close()
