"""Interrupts, time limits and broken streams."""
import struct
import threading
import time

import pytest
from wire import Connection, errors, kinds, rows


def test_cancel(conn):
    threading.Timer(0.3, conn.cancel).start()
    began = time.monotonic()
    messages = conn.query("SELECT pg_sleep(20)")
    assert errors(messages) == ["57014"]
    assert messages[-2].fields["M"] == "canceling statement due to user request"
    assert time.monotonic() - began < 5
    assert conn.query("SELECT 1")[1].row == [b"1"]


def test_cancel_with_a_wrong_key_does_nothing(conn):
    conn.cancel(key=conn.key ^ 1)
    assert conn.query("SELECT 1")[1].row == [b"1"]


def test_cancel_while_idle_does_nothing(conn):
    conn.cancel()
    time.sleep(0.2)
    assert conn.query("SELECT 1")[1].row == [b"1"]


def test_statement_timeout(conn):
    conn.query("SET statement_timeout = 200")
    messages = conn.query("SELECT pg_sleep(20)")
    assert messages[-2].fields["M"] == "canceling statement due to statement timeout"
    assert conn.query("SELECT 1")[1].row == [b"1"]


def test_idle_in_transaction_timeout(conn):
    conn.query("SET idle_in_transaction_session_timeout = 200; BEGIN")
    conn.query("BEGIN")
    error = conn.until("E")[-1]
    assert (error.fields["C"], error.fields["S"]) == ("25P03", "FATAL")
    assert conn.is_closed()


def test_idle_session_timeout(conn):
    conn.query("SET idle_session_timeout = 200")
    assert conn.until("E")[-1].fields["C"] == "57P05"
    assert conn.is_closed()


def test_terminate(conn, other):
    assert rows(other.query(f"SELECT pg_terminate_backend({conn.pid})")) == [["t"]]
    error = conn.until("E")[-1]
    assert (error.fields["C"], error.fields["M"]) == ("57P01", "terminating connection due to administrator command")
    assert conn.is_closed()


@pytest.mark.parametrize("data, text", [
    (b"\x01\0\0\0\4", "invalid frontend message type 1"),
    (b"~\0\0\0\4", "invalid frontend message type 126"),
    (b"Q\0\0\0\3", "invalid message length"),
    (b"S\x7f\xff\xff\xff", "invalid message length"),
    (b"Q\xff\xff\xff\xff", "invalid message length"),
])
def test_a_stream_that_cannot_be_followed_ends(conn, data, text):
    """PostgreSQL closes without a word where the length is wrong; a word is better."""
    conn.send_raw(data)
    try:
        error = conn.until("E")[-1]
        assert (error.fields["C"], error.fields["S"], error.fields["M"]) == ("08P01", "FATAL", text)
    except EOFError:
        assert text == "invalid message length"
    assert conn.is_closed()


def test_a_truncated_message_hurts_nobody(target, conn):
    broken = Connection(target)
    broken.start()
    broken.send_raw(b"Q" + struct.pack("!i", 1000) + b"SELECT")
    broken.close()
    assert conn.query("SELECT 1")[1].row == [b"1"]


def test_a_function_call_message_is_answered(conn):
    conn.send("F", struct.pack("!ihhh", 0, 0, 0, 0))
    messages = conn.until()
    assert kinds(messages) == "EZ"


def test_a_slow_reader_is_waited_for(conn):
    conn.send("Q", b"SELECT g, repeat('x', 1000) FROM generate_series(1, 20000) g\0")
    time.sleep(0.5)
    messages = conn.until()
    assert len([1 for message in messages if message.kind == "D"]) == 20000
