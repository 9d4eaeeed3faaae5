"""What the log says of statements, and clients that are too slow or gone."""
import os
import re
import struct
import sys
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server import Server  # noqa: E402
from wire import Connection, cstring, rows  # noqa: E402


@pytest.fixture(name="server", scope="module")
def running_server():
    with Server(settings={"log_line_prefix": "", "authentication_timeout": "1s", "client_connection_check_interval": "50ms",
                          "max_spare_workers": "1", "min_spare_workers": "1"}) as server:
        # What it says when it starts is over before the first session's lines are looked for.
        while "ready to accept connections" not in server.log():
            time.sleep(0.01)
        yield server


def logged(server, work):
    """The log's new lines."""
    before = len(server.log())
    work()
    return [line for line in server.log()[before:].splitlines() if not line.startswith(("connection", "disconnection"))]


@pytest.mark.parametrize("kinds, expected", [
    ("none", []),
    ("ddl", ["CREATE TABLE t (n int)", "DROP TABLE t"]),
    ("mod", ["CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)", "DROP TABLE t"]),
    ("all", ["CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)", "SELECT n FROM t", "SHOW work_mem", "DROP TABLE t"]),
])
def test_log_statement(server, kinds, expected):
    conn = Connection(server.port)
    conn.start(options=f"-c log_statement={kinds}")
    statements = ["CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)", "SELECT n FROM t", "SHOW work_mem", "DROP TABLE t"]
    lines = logged(server, lambda: [conn.query(text) for text in statements])
    assert lines == [f"LOG:  statement: {text}" for text in expected]
    conn.close()


def test_log_statement_of_the_extended_protocol(server):
    conn = Connection(server.port)
    conn.start(options="-c log_statement=all")

    def run():
        conn.parse("SELECT 1", name="one")
        conn.bind(statement="one")
        conn.send("E", cstring("") + struct.pack("!i", 0))
        conn.parse("SELECT 2")
        conn.bind(portal="two")
        conn.send("E", cstring("two") + struct.pack("!i", 0))
        conn.send("S")
        conn.until()

    assert logged(server, run) == ["LOG:  execute one: SELECT 1", "LOG:  execute <unnamed>/two: SELECT 2"]
    conn.close()


def test_durations(server):
    conn = Connection(server.port)
    conn.start()
    conn.query("SET log_min_duration_statement = 100")
    lines = logged(server, lambda: [conn.query("SELECT pg_sleep(0.15)"), conn.query("SELECT 1"), conn.query("SELECT 1 / 0")])
    assert re.fullmatch(r"LOG:  duration: 1[5-9]\d\.\d{3} ms  statement: SELECT pg_sleep\(0\.15\)", lines[0]), lines
    assert lines[1:] == ["ERROR:  division by zero", "STATEMENT:  SELECT 1 / 0"]
    conn.query("SET log_min_duration_statement = -1; SET log_duration = on")
    lines = logged(server, lambda: conn.query("SELECT 1"))
    assert len(lines) == 1 and re.fullmatch(r"LOG:  duration: \d+\.\d{3} ms", lines[0]), lines
    conn.query("SET log_statement = 'all'; SET log_min_duration_statement = 0")
    lines = logged(server, lambda: conn.query("SELECT 1"))
    assert lines[0] == "LOG:  statement: SELECT 1" and re.fullmatch(r"LOG:  duration: \d+\.\d{3} ms", lines[1]), lines
    conn.close()


def test_samples(server):
    conn = Connection(server.port)
    conn.start()
    conn.query("SET log_min_duration_sample = 0; SET log_statement_sample_rate = 0")
    assert logged(server, lambda: [conn.query("SELECT 1") for _ in range(20)]) == []
    conn.query("SET log_statement_sample_rate = 0.5")
    lines = logged(server, lambda: [conn.query("SELECT 1") for _ in range(200)])
    assert 50 < len(lines) < 150 and all(re.fullmatch(r"LOG:  duration: \d+\.\d{3} ms  statement: SELECT 1", line) for line in lines)
    conn.query("SET log_min_duration_sample = -1; SET log_transaction_sample_rate = 0.5")
    lines = logged(server, lambda: [conn.query(text) for _ in range(200) for text in ("BEGIN", "SELECT 1", "COMMIT")])
    texts = [line.rsplit("statement: ", 1)[1] for line in lines]
    assert 150 < len(texts) < 450 and texts == ["BEGIN", "SELECT 1", "COMMIT"] * (len(texts) // 3)
    conn.close()


def test_waits_are_seen(server):
    watcher, conn = Connection(server.port), Connection(server.port)
    watcher.start()
    conn.start()

    def becomes(*expected):
        for _ in range(200):
            seen = rows(watcher.query(f"SELECT state, wait_event_type, wait_event FROM pg_stat_activity WHERE pid = {conn.pid}"))
            if seen == [list(expected)]:
                return True
            time.sleep(0.02)
        return seen
    assert becomes("idle", "Client", "ClientRead") is True
    conn.query("BEGIN")
    assert becomes("idle in transaction", "Client", "ClientRead") is True
    conn.query("CREATE TABLE waits (a text)")
    conn.send("Q", cstring("COPY waits FROM STDIN"))
    assert becomes("active", "Client", "ClientRead") is True
    conn.send("d", b"a\n")
    conn.send("c")
    conn.until()
    conn.query("ROLLBACK")
    conn.send("Q", cstring("SELECT pg_sleep(0.5)"))
    assert becomes("active", "Timeout", "PgSleep") is True
    conn.until()
    conn.send("Q", cstring("SELECT repeat('x', 1000) FROM generate_series(1, 100000)"))
    assert becomes("active", "Client", "ClientWrite") is True
    conn.until()
    assert rows(watcher.query("SELECT state, wait_event FROM pg_stat_activity WHERE pid = pg_backend_pid()")) == [["active", None]]
    conn.close()
    watcher.close()


def test_who_never_logs_in_is_sent_away_and_the_next_is_served(server):
    for _ in range(3):
        silent = Connection(server.port)
        began = time.monotonic()
        assert silent.socket.recv(100) == b""
        assert 0.9 < time.monotonic() - began < 3
        silent.close()
        conn = Connection(server.port)
        conn.start()
        assert rows(conn.query("SELECT 1")) == [["1"]]
        conn.close()


def test_a_query_whose_client_is_gone_ends(server):
    conn = Connection(server.port)
    conn.start()
    conn.send("Q", cstring("SELECT sum(g) FROM generate_series(1, 100000000000) g"))
    time.sleep(0.2)
    began = time.monotonic()
    conn.socket.close()
    while os.path.exists(f"/proc/{conn.pid}") and time.monotonic() - began < 5:
        time.sleep(0.01)
    assert time.monotonic() - began < 0.5
