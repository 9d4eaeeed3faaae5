"""Limits of memory and size, and how fast whatever waits can be interrupted."""
import os
import re
import socket
import struct
import sys
import threading
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server import Server  # noqa: E402
from wire import Connection, cstring, errors, kinds, rows  # noqa: E402


# What a sanitizer keeps, and the time that it takes, is not the server's: ./dev asan leaves these out.
measured = pytest.mark.skipif("PGQUILL_SANITIZED" in os.environ, reason="a sanitizer's memory and time would be measured")


@pytest.fixture(scope="module")
def server():
    with Server(settings={"session_memory_limit": "64MB"}) as running:
        running.psql("-c", "CREATE TABLE t AS SELECT g AS n, repeat('z', 100) AS z FROM generate_series(1, 100000) g")
        yield running


@pytest.fixture
def target(server):
    """conftest's connections go to this server."""
    return server.port


def memory_of(pid, what="RssAnon"):
    """MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(what + r":\s+(\d+) kB", status.read()).group(1)) / 1024


def peak_during(pid, work):
    """What `work` returns, and the most memory that was seen meanwhile."""
    peak, stop = [memory_of(pid)], threading.Event()

    def watch():
        while not stop.wait(0.01):
            peak.append(memory_of(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = work()
    stop.set()
    watcher.join()
    return result, max(peak)


@measured
@pytest.mark.parametrize("query", [
    "SELECT length(string_agg(repeat('x', 1000000), '')) FROM generate_series(1, 1000)",
    "SELECT count(*) FROM (SELECT g, repeat('y', 1000) FROM generate_series(1, 1000000) g ORDER BY 2, 1 DESC) s",
    "SELECT array_length(array_agg(g), 1) FROM generate_series(1, 100000000) g",
    "SELECT length(repeat('x', 900000000))",
    "SELECT length(lpad('x', 200000000, 'y'))",
    "SELECT json_agg(g) IS NULL FROM generate_series(1, 100000000) g",
    "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT g, repeat('z', 1000) FROM generate_series(1, 1000000) g; COMMIT",
])
def test_a_statement_that_wants_too_much_fails_and_the_session_goes_on(conn, query):
    messages, peak = peak_during(conn.pid, lambda: conn.query(query))
    assert errors(messages) == ["53200"], messages
    assert messages[kinds(messages).index("E")].fields["M"] == "out of memory"
    conn.query("ROLLBACK")
    assert rows(conn.query("SELECT count(*) FROM t")) == [["100000"]]
    after = memory_of(conn.pid)
    print(f"\n{query[:50]}…: at most {peak:.0f} MiB, afterwards {after:.0f} MiB")
    assert peak < 180 and after < 40


def test_a_write_that_runs_out_of_memory_leaves_nothing(conn):
    conn.query("BEGIN; INSERT INTO t VALUES (0, 'a')")
    messages = conn.query("SELECT count(*) FROM (SELECT * FROM t a, t b ORDER BY a.z, b.z, a.n DESC) s")
    assert errors(messages) == ["53200"] and messages[-1].body == b"E"
    conn.query("ROLLBACK")
    assert rows(conn.query("SELECT count(*) FROM t")) == [["100000"]]


def test_a_message_without_room_is_passed_over(conn):
    def send(kind, body):
        conn.socket.settimeout(60)
        conn.send(kind, body)

    big = b"SELECT 1 -- " + b"x" * (80 << 20) + b"\0"
    messages, peak = peak_during(conn.pid, lambda: (send("Q", big), conn.until())[1])
    assert kinds(messages) == "EZ" and errors(messages) == ["53200"]
    print(f"\na message of 80 MiB: at most {peak:.0f} MiB")
    assert peak < 40
    send("P", cstring("") + big + b"\0\0")
    conn.send("S")
    assert kinds(conn.until()) == "EZ"
    assert rows(conn.query("SELECT 1")) == [["1"]]


def test_a_long_statement_runs(conn):
    text = "SELECT " + "+".join(["1"] * 15) + " AS n -- " + "x" * (4 << 20)
    assert rows(conn.query(text)) == [["15"]]


@pytest.mark.parametrize("word, others, expected", [("OR", "n = -{}", "1"), ("AND", "n <> -{}", "1")])
def test_thousands_of_conditions(conn, word, others, expected):
    text = f" {word} ".join(["n = 7"] + [others.format(i) for i in range(1, 5000)])
    assert rows(conn.query(f"SELECT count(*) FROM t WHERE {text}")) == [[expected]]


@measured
def test_what_nests_too_deep_is_refused(conn):
    for count in (5000, 20000, 60000):
        assert errors(conn.query("SELECT " + " + ".join(["1"] * count))) == ["54001"]
    assert rows(conn.query("SELECT 1")) == [["1"]]


def test_parameters_are_counted(conn):
    conn.parse("SELECT $1::int + $2::int")
    conn.bind([b"1"])
    conn.send("S")
    messages = conn.until()
    assert errors(messages) == ["08P01"]
    count = 5000
    conn.parse("SELECT count(*) FROM (VALUES (1)) v(n) WHERE n IN (" + ", ".join(f"${n}" for n in range(1, count + 1)) + ")")
    conn.bind([b"1"] * count)
    conn.send("E", cstring("") + struct.pack("!i", 0))
    conn.send("S")
    assert rows(conn.until()) == [["1"]]
    assert errors(conn.query("SELECT $70000")) == ["42P02"]


def test_as_many_parameters_as_the_protocol_counts():
    count = 65534
    with Server() as server:
        conn = Connection(server.port)
        conn.start()
        conn.socket.settimeout(120)
        conn.query("CREATE TABLE pairs (a int, b int)")
        conn.parse("INSERT INTO pairs VALUES " + ", ".join(f"(${n}, ${n + 1})" for n in range(1, count, 2)))
        body = cstring("") + cstring("") + struct.pack("!hH", 0, count) + (struct.pack("!i", 1) + b"1") * count + struct.pack("!h", 0)
        conn.send("B", body)
        conn.execute()
        conn.sync()
        assert kinds(conn.until()) == "12CZ"
        assert rows(conn.query("SELECT count(*), sum(a), sum(b) FROM pairs")) == [["32767"] * 3]
        conn.close()


@measured
def test_a_portal_of_a_million_rows_is_fetched_in_bounded_memory(conn):
    def fetch_all():
        count = 0
        conn.parse("SELECT g, repeat('x', 100) FROM generate_series(1, 1000000) g")
        conn.bind()
        conn.send("H")
        conn.until("2")
        while True:
            conn.send("E", cstring("") + struct.pack("!i", 10000))
            conn.send("H")
            messages = conn.until("sC")
            count += len(messages) - 1
            if messages[-1].kind == "C":
                conn.send("S")
                conn.until()
                return count

    count, peak = peak_during(conn.pid, fetch_all)
    print(f"\na million rows by 10,000: at most {peak:.0f} MiB")
    assert count == 1000000 and peak < 20


@measured
def test_a_slow_reader_costs_no_memory(server):
    slow = Connection(server.port)
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.start()
    slow.send("Q", b"SELECT g, repeat('x', 1000) FROM generate_series(1, 1000000) g\0")
    time.sleep(1)
    waiting = memory_of(slow.pid)
    print(f"\na result of 1 GB that nobody reads: {waiting:.0f} MiB")
    assert waiting < 20
    began = time.monotonic()
    slow.close()
    while os.path.exists(f"/proc/{slow.pid}") and time.monotonic() - began < 5:
        time.sleep(0.01)
    assert time.monotonic() - began < 1


def wait_until_active(server, pid, wait=None):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for session in server.sessions():
            if session["pid"] == pid and session["state"] == "active" and wait in (None, session.get("wait_event")):
                return
        time.sleep(0.01)
    raise AssertionError(f"{pid} never waits: {server.sessions()}")


@measured
@pytest.mark.parametrize("how", ["cancel", "terminate"])
@pytest.mark.parametrize("kind, query", [
    ("sleep", "SELECT pg_sleep(100)"),
    ("gate", "UPDATE t SET n = n WHERE n = 1"),
    ("long step", "SELECT count(*) FROM t a, t b WHERE a.n + b.n = -1"),
    ("long recursion", "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"),
    ("series", "SELECT sum(g) FROM generate_series(1, 100000000000) g"),
    ("sort", "SELECT count(*) FROM (SELECT a.n, b.n FROM t a, t b WHERE a.n < 3 OR b.n % 1000 = a.n ORDER BY a.z, b.n) s"),
    ("blocked write", "SELECT g, repeat('x', 1000) FROM generate_series(1, 1000000) g"),
])
def test_whatever_waits_is_interrupted_within_100_ms(server, conn, kind, query, how):
    holder = Connection(server.port)
    holder.start()
    if kind == "gate":
        holder.query("BEGIN")
        holder.query("UPDATE t SET n = n WHERE n = 2")
    conn.send("Q", cstring(query))
    wait_until_active(server, conn.pid)
    time.sleep(0.3)
    gone = rows(holder.query(f"SELECT clock_timestamp(), pg_{how}_backend({conn.pid})")) if kind != "gate" else None
    began = time.monotonic()
    if kind == "gate":
        server.ctl(how, str(conn.pid))
    assert gone is None or gone[0][1] == "t"

    def is_stopped():
        if how == "terminate":
            return not os.path.exists(f"/proc/{conn.pid}")
        return all(session["state"] != "active" for session in server.sessions() if session["pid"] == conn.pid)

    if kind == "blocked write" and how == "cancel":
        messages = conn.until()  # the reader reads on: what was under way, then the error
    else:
        while not is_stopped() and time.monotonic() - began < 10:
            time.sleep(0.002)
        messages = None
    took = (time.monotonic() - began) * 1000
    print(f"\n{kind}, {how}: {took:.0f} ms")
    if messages is None and how == "cancel":
        messages = conn.until()
    if messages:
        assert errors(messages) == ["57014"]
    if not (kind == "blocked write" and how == "cancel"):
        assert took < float(os.environ.get("INTERRUPT_MS", "100")) + 20  # and what asking costs
    holder.close()
