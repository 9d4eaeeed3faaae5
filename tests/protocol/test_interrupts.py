"""A statement that nobody wants any more ends at once, wherever it is: inside one call of a function, or waiting for its client in COPY."""
import ctypes
import os
import signal
import socket
import sys
import time

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from proc import STATE, SYSTEM_TICKS, USER_TICKS, stat_of  # noqa: E402
from server import Server  # noqa: E402
from wire import Connection, cstring, errors, kinds, rows  # noqa: E402

# Each computes for seconds within one call of one function.
CALLS = {
    "a pattern that backtracks": "SELECT length(regexp_replace(repeat('a', 5000000), '(a?){20}b', 'x'))",
    "a pattern found often": "SELECT regexp_count(repeat('ab', 20000000), '(a|ab)(c|bcd)*(d*)e?')",
    "LIKE": "SELECT repeat('a', 10000000) LIKE '%' || repeat('a', 1000) || 'b%'",
    "arrays that overlap": "SELECT array_agg(g) && array_agg(-g) FROM generate_series(1, 100000) g",
    "an array within another": "SELECT array_agg(g) @> array_agg(g) FROM generate_series(1, 200000) g",
    "lexemes": "SELECT length(to_tsvector('english', repeat('running dogs ', 2000000)))",
    "json": "SELECT length(('[' || repeat('1,', 20000000) || '1]')::jsonb::text)",
    "letters": "SELECT length(upper(repeat('é', 100000000)))",
    "pieces": "SELECT array_length(string_to_array(repeat('a,', 30000000), ','), 1)",
}


@pytest.fixture(scope="module")
def server():
    with Server(settings={"client_connection_check_interval": "50ms"}) as running:
        yield running


@pytest.fixture
def target(server):
    """conftest's connections go to this server."""
    return server.port


def cpu_ms(pid):
    """What a process has computed so far; None: it has ended."""
    stat = stat_of(pid)
    if not stat or stat[STATE] == "Z":
        return None
    return (int(stat[USER_TICKS]) + int(stat[SYSTEM_TICKS])) * 1000 // os.sysconf("SC_CLK_TCK")


def let_compute(pid, ms):
    """Machines are busy: what counts is the process's own time."""
    begun, deadline = cpu_ms(pid), time.monotonic() + 30
    while (now := cpu_ms(pid)) is not None and now - begun < ms:
        assert time.monotonic() < deadline, "it does not compute"
        time.sleep(0.005)
    assert now is not None
    return now


@pytest.mark.parametrize("how", ["cancel", "timeout", "terminate"])
@pytest.mark.parametrize("name", CALLS)
def test_a_long_call_is_left(server, conn, name, how):
    boss = Connection(server.port)
    boss.start()
    before = cpu_ms(conn.pid)
    if how == "timeout":
        conn.query("SET statement_timeout = '300ms'")
    conn.send("Q", cstring(CALLS[name]))
    if how != "timeout":
        before = let_compute(conn.pid, 200)
    if how == "cancel":
        conn.cancel()
    elif how == "terminate":
        boss.query(f"SELECT pg_terminate_backend({conn.pid})")
    messages = conn.until("ZE")
    after = cpu_ms(conn.pid)
    assert errors(messages) == [{"cancel": "57014", "timeout": "57014", "terminate": "57P01"}[how]]
    if after is not None:
        print(f"\n{name}, {how}: {after - before} ms of its own time")
        assert after - before < 700  # the calls by themselves take thousands; memory given back is some of this
    if how != "terminate":
        conn.until()
        assert rows(conn.query("SELECT regexp_replace('abc', '(b)', '<\\1>')")) == [["a<b>c"]]
    boss.close()


def test_a_long_call_of_a_client_that_is_gone_is_left(server, conn):
    conn.send("Q", cstring(CALLS["a pattern that backtracks"]))
    before = let_compute(conn.pid, 200)
    conn.socket.close()
    began = time.monotonic()
    last = before
    while (now := cpu_ms(conn.pid)) is not None and time.monotonic() - began < 20:
        last = now
        time.sleep(0.01)
    assert now is None and last - before < 400


@pytest.mark.parametrize("text", [b"", b"1\n", b"d\0\0"])
def test_copy_that_waits_for_its_client_is_cancelled(server, conn, text):
    """Even when the client has stopped in the middle of a message: what follows is still understood."""
    conn.query("CREATE TABLE IF NOT EXISTS copied (n int)")
    conn.send("Q", cstring("COPY copied FROM STDIN"))
    conn.until("G")
    if text.startswith(b"d"):
        conn.send_raw(text)
    elif text:
        conn.send("d", text)
    time.sleep(0.2)
    began = time.monotonic()
    conn.cancel()
    messages = conn.until()
    took = time.monotonic() - began
    print(f"\nCOPY cancelled after {took * 1000:.0f} ms")
    assert errors(messages) == ["57014"] and kinds(messages) == "EZ"
    assert took < 1
    if text.startswith(b"d"):
        conn.send_raw(b"\0\6x\n")  # the rest of the message that was begun
    conn.send("d", b"2\n")
    conn.send("c")
    assert rows(conn.query("SELECT count(*) FROM copied")) == [["0"]]


def test_copy_that_waits_for_its_client_times_out(server, conn):
    conn.query("CREATE TABLE IF NOT EXISTS copied (n int); SET statement_timeout = '200ms'")
    conn.send("Q", cstring("COPY copied FROM STDIN"))
    messages = conn.until()
    assert errors(messages) == ["57014"]
    assert messages[-2].fields["M"] == "canceling statement due to statement timeout"
    assert rows(conn.query("SELECT 1")) == [["1"]]


def socket_options(pid):
    """keepalives_idle, interval, count and user_timeout of the client's socket, as the process has it."""
    libc = ctypes.CDLL(None, use_errno=True)
    pidfd = libc.syscall(434, pid, 0)
    for fd in os.listdir(f"/proc/{pid}/fd"):
        if not os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:"):
            continue
        with socket.socket(fileno=libc.syscall(438, pidfd, int(fd), 0)) as theirs:
            try:
                theirs.getpeername()
            except OSError:
                continue
            os.close(pidfd)
            assert theirs.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) and theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            return [theirs.getsockopt(socket.IPPROTO_TCP, option) for option in
                    (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)]
    raise AssertionError("no client's socket")


@pytest.mark.skipif(os.getuid() != 0, reason="looks into another process's sockets")
def test_keepalive_settings_are_the_sockets():
    with Server(settings={"tcp_keepalives_idle": "77", "tcp_keepalives_interval": "7"}) as server:
        conn = Connection(server.port)
        conn.start(options="-c tcp_keepalives_count=4")
        default_count, default_timeout = socket.socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT), 0
        assert socket_options(conn.pid) == [77, 7, 4, 0]
        conn.query("SET tcp_user_timeout = '2s'; SET tcp_keepalives_idle = 33; SET tcp_keepalives_count = 0")
        assert socket_options(conn.pid) == [33, 7, default_count, 2000]
        conn.query("BEGIN; SET LOCAL tcp_keepalives_interval = 9")
        assert socket_options(conn.pid)[1] == 9
        conn.query("ROLLBACK; RESET ALL")
        assert socket_options(conn.pid) == [77, 7, 4, default_timeout]
        conn.close()


def test_the_masters_death_is_told():
    with Server() as server:
        idle, busy, writer = [Connection(server.port) for _ in range(3)]
        for conn in (idle, busy, writer):
            conn.start()
        busy.send("Q", cstring("SELECT pg_sleep(100)"))
        writer.query("BEGIN; CREATE TABLE t (n int)")
        time.sleep(0.2)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        for conn in (idle, busy, writer):
            error = conn.until("E")[-1].fields
            assert (error["S"], error["C"], error["M"]) == ("FATAL", "57P01", "terminating connection due to unexpected postmaster exit")
            assert conn.is_closed()
        server.start()
        assert server.psql("-Atc", "SELECT to_regclass('t') IS NULL") == "t\n"
