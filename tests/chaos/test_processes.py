"""The master and its processes: pool, reaping, shutdown, restart, control socket."""
import fcntl
import json
import os
import pty
import signal
import socket
import sqlite3
import struct
import subprocess
import termios
import threading
import time

import pytest

from proc import alive, until
from rawpg import RawConnection
from server import PGQUILLCTL, PGQUILLD, Server, free_port


def answers(conn):
    return any(kind == b"D" for kind, _ in conn.query("SELECT 1"))


def pids(server, state):
    return [worker["pid"] for worker in server.status()["workers"] if worker["state"] == state]


def test_a_storm_is_served_and_its_spares_go_to_work():
    with Server(settings={"min_spare_workers": "3", "max_spare_workers": "8"}) as server:
        conns = [RawConnection(server.port) for _ in range(60)]
        assert all(answers(conn) for conn in conns)
        assert server.status()["sessions"] == 60
        for number, conn in enumerate(conns):
            (conn.leave if number % 2 else conn.close)()
        assert until(lambda: server.status()["sessions"] == 0)
        assert until(lambda: 3 <= server.status()["spare_workers"] <= 8)


def test_too_many_clients_are_told_at_once():
    with Server(settings={"max_connections": "6", "superuser_reserved_connections": "0"}) as server:
        conns = [RawConnection(server.port) for _ in range(6)]
        began = time.monotonic()
        code, _, error = server.psql("-c", "SELECT 1", check=False)
        assert code == 2 and "too many clients already" in error
        assert time.monotonic() - began < 2
        conns.pop().close()
        assert until(lambda: server.psql("-Atc", "SELECT 1", check=False)[0] == 0)


def test_thousands_of_short_connections():
    with Server() as server:
        problems = []

        def connect_often():
            try:
                for _ in range(150):
                    conn = RawConnection(server.port)
                    assert answers(conn)
                    conn.close()
            except Exception as problem:  # noqa: BLE001
                problems.append(problem)

        threads = [threading.Thread(target=connect_often) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert problems == []
        assert until(lambda: server.status()["sessions"] == 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_session_is_logged_and_alone(how):
    with Server() as server:
        victim, other = RawConnection(server.port), RawConnection(server.port)
        os.kill(victim.pid, how)
        assert until(lambda: server.status()["sessions"] == 1)
        assert answers(other)
        assert f"(PID {victim.pid}" in server.log() and f"terminated by signal {int(how)}" in server.log()


def test_killed_spares_are_replaced_and_no_client_waits():
    with Server() as server:
        until(lambda: pids(server, "spare"))
        spares = pids(server, "spare")
        for pid in spares:
            os.kill(pid, signal.SIGSTOP)
        waiting = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        fields = b"user\0postgres\0database\0main\0\0"
        waiting.sendall(struct.pack("!ii", len(fields) + 8, 196608) + fields)
        time.sleep(0.1)
        for pid in spares:
            os.kill(pid, signal.SIGKILL)
        assert waiting.recv(1) == b"R"
        waiting.close()


def test_a_killed_checkpointer_comes_back():
    with Server() as server:
        first = until(lambda: pids(server, "checkpointer"))
        os.kill(first[0], signal.SIGKILL)
        assert until(lambda: pids(server, "checkpointer") not in ([], first))


def test_smart_shutdown_ends_idle_sessions_within_a_second():
    with Server() as server:
        conns = [RawConnection(server.port) for _ in range(90)]
        began = time.monotonic()
        assert server.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 1
        began = time.monotonic()
        server.start()
        assert answers(RawConnection(server.port))
        assert time.monotonic() - began < 1


def test_smart_shutdown_waits_for_an_open_transaction():
    with Server() as server:
        server.psql("-c", "CREATE TABLE t (n int)")
        conn = RawConnection(server.port)
        conn.query("BEGIN")
        conn.query("INSERT INTO t VALUES (1)")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None
        with pytest.raises(OSError):
            RawConnection(server.port)
        assert conn.query("COMMIT")[-1][0] == b"Z"
        assert server.process.wait(5) == 0
        server.start()
        assert server.psql("-Atc", "SELECT n FROM t").strip() == "1"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_fast_and_immediate_shutdown_end_everything(how):
    with Server() as server:
        server.psql("-c", "CREATE TABLE t (n int)", "-c", "INSERT INTO t VALUES (7)")
        conns = [RawConnection(server.port) for _ in range(5)]
        conns[0].query("BEGIN")
        conns[0].query("INSERT INTO t VALUES (8)")
        conns[1].send_query("SELECT pg_sleep(100)")
        time.sleep(0.2)
        began = time.monotonic()
        server.stop(how)
        assert time.monotonic() - began < 3
        server.start()
        assert server.psql("-Atc", "SELECT n FROM t").strip() == "7"


def test_a_server_with_a_unix_socket_only_ends_as_fast(tmp_path):
    port = free_port()
    with open(tmp_path / "log", "wb") as log:
        places = [option for name in "kRD" for option in ("-" + name, tmp_path)]
        server = subprocess.Popen([PGQUILLD, "-h", "", "-p", str(port), *places, tmp_path / "main.db"], stdout=log, stderr=log)
    try:
        assert until(lambda: subprocess.run(["psql", "-X", "-h", tmp_path, "-p", str(port), "-U", "postgres", "-d", "main", "-c", "SELECT 1"],
                                            capture_output=True, check=False).returncode == 0)
        server.send_signal(signal.SIGINT)
        server.wait(4)
    finally:
        server.kill()
        server.wait()
    assert "SIGKILL" not in (tmp_path / "log").read_text()


def test_death_of_the_master_ends_its_processes():
    with Server() as server:
        conns = [RawConnection(server.port) for _ in range(3)]
        conns[0].send_query("SELECT pg_sleep(100)")
        until(lambda: pids(server, "checkpointer"))
        children = [worker["pid"] for worker in server.status()["workers"]]
        server.process.kill()
        server.process.wait()
        assert until(lambda: not any(alive(pid) for pid in children), 5)
        server.start()
        assert answers(RawConnection(server.port))


def test_no_second_master_while_processes_of_the_first_live():
    with Server() as server:
        conn = RawConnection(server.port)
        command = [PGQUILLD, "-h", "", "-p", "6", "-R", server.run_dir, "-D", server.data_dir, server.file]
        second = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert second.returncode == 1 and "is another server" in second.stderr
        os.kill(conn.pid, signal.SIGSTOP)
        server.process.kill()
        server.process.wait()
        orphaned = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert orphaned.returncode == 1 and "processes of it still live" in orphaned.stderr
        os.kill(conn.pid, signal.SIGCONT)
        assert until(lambda: not alive(conn.pid))
        server.start()
        assert answers(RawConnection(server.port))


def test_a_hostile_control_client_delays_nobody():
    with Server() as server:
        path = os.path.join(server.run_dir, "control.sock")
        assert os.stat(path).st_mode & 0o777 == 0o600
        rude = []
        for number, noise in enumerate([b"", b"\0", b"GET / HTTP/1.0\r\n\r\n", struct.pack("=IHHI", 0x51475051, 1, 1, 1 << 31)] * 10):
            conn = socket.socket(socket.AF_UNIX)
            conn.connect(path)
            conn.sendall(noise)
            rude.append(conn)
            if number % 7 == 0:
                began = time.monotonic()
                assert server.status()["pid"] == server.process.pid
                assert time.monotonic() - began < 1
        old = socket.socket(socket.AF_UNIX)
        old.connect(path)
        old.sendall(struct.pack("=IHHI", 0x51475051, 99, 1, 0))
        assert b"version 99 is not spoken" in old.recv(1000)


def test_control_commands():
    with Server() as server:
        conn = RawConnection(server.port)
        sleeper = RawConnection(server.port)
        sleeper.send_query("SELECT pg_sleep(100)")
        session = until(lambda: [s for s in server.sessions() if s["pid"] == sleeper.pid and s["state"] == "active"])[0]
        assert session["query"] == "SELECT pg_sleep(100)" and session["datname"] == "main" and session["usename"] == "postgres"
        server.ctl("cancel", str(sleeper.pid))
        assert any(kind == b"E" and b"57014" in body for kind, body in sleeper.until_ready())
        server.ctl("terminate", str(conn.pid))
        assert any(kind == b"E" and b"57P01" in body for kind, body in conn.until_ready())
        with pytest.raises(RuntimeError, match="is no session"):
            server.ctl("cancel", "1")
        assert "pgquill_up 1" in server.ctl("metrics")
        assert "PID" in server.ctl("top") and "pg_sleep" not in server.ctl("sessions", "--json").split("state")[0]
        server.psql("-c", "CREATE TABLE t AS SELECT 1 AS n")
        copy = os.path.join(server.directory, "copy.db")
        server.ctl("backup", "main", copy)
        assert subprocess.run(["sqlite3", copy, "SELECT n FROM t"], capture_output=True, text=True, check=True).stdout == "1\n"
        with pytest.raises(RuntimeError, match="File exists"):
            server.ctl("backup", "main", copy)
        json.loads(server.ctl("checkpoint", "--json"))
        assert json.loads(server.ctl("version", "--json"))["pgquilld"]
        server.ctl("stop", "smart")
        assert server.process.wait(1) == 0
    assert subprocess.run([PGQUILLCTL, "-R", "/nonexistent", "status"], capture_output=True, check=False).returncode == 1
    assert subprocess.run([PGQUILLCTL, "nonsense"], capture_output=True, check=False).returncode == 2


def test_commands_for_scripts():
    """What --json gives is one JSON document, where there is one; a command line that makes no sense is told from a failure."""
    def run(*arguments):
        done = subprocess.run([PGQUILLCTL, "-R", server.run_dir, *arguments], capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout, done.stderr

    with Server() as server:
        conn = RawConnection(server.port)
        conn.query("SELECT 1")
        top = json.loads(run("top", "--json")[1])
        assert top["idle"] == 1 and top["per_second"]["queries"] == 0 and [s["pid"] for s in top["sessions"]] == [conn.pid]
        assert json.loads(run("status", "--json")[1])["sessions"] == 1
        for command in (["reload"], ["cancel", str(conn.pid)], ["terminate", str(conn.pid)]):
            assert run(*command) == (0, "", "") and json.loads(run("reload", "--json")[1]) == {}
        assert set(json.loads(run("checkpoint", "--json")[1])) == {"wal_frames", "checkpointed"}
        for wrong in (["metrics", "--json"], ["cancel"], ["status", "more"], ["backup", "main"], ["--nonsense"], []):
            status, out, error = run(*wrong)
            assert (status, out) == (2, "") and error.startswith("pgquillctl: ")
        for failing in (["cancel", "abc"], ["cancel", "99999999999999"], ["terminate", "1"], ["backup", "none", "/tmp/none"], ["stop", "soon"]):
            status, out, error = run(*failing)
            assert (status, out) == (1, "") and error.startswith("pgquillctl: ")
        assert json.loads(run("stop", "--json")[1]) == {"pid": server.process.pid}
        server.process.wait(5)
        for command in ("status", "sessions", "top", "reload", "checkpoint", "metrics", "version", "stop"):
            status, _, error = run(command)
            assert status == 1 and error.startswith("pgquillctl: ")


def test_backup_is_consistent_under_writes_and_shows_its_progress():
    with Server() as server:
        server.psql("-c", "CREATE TABLE account AS SELECT g AS id, 0 AS balance, repeat('x', 200) AS filler FROM generate_series(1, 50000) g",
                    "-c", "CREATE INDEX ON account (id)")
        stop, problems, done = threading.Event(), [], [0]

        def transfer():
            conn = RawConnection(server.port)
            while not stop.is_set():
                number = done[0] % 25000
                answer = conn.query(f"BEGIN; UPDATE account SET balance = balance - 1 WHERE id = {number + 1}; "
                                    f"UPDATE account SET balance = balance + 1 WHERE id = {50000 - number}; COMMIT")
                problems.extend(body for kind, body in answer if kind == b"E")
                done[0] += 1

        threads = [threading.Thread(target=transfer) for _ in range(2)]
        for thread in threads:
            thread.start()
        for number in range(3):
            copy = os.path.join(server.directory, f"copy{number}.db")
            master, slave = pty.openpty()
            backup = subprocess.Popen([PGQUILLCTL, "-R", server.run_dir, "backup", "main", copy], stdin=slave, stdout=slave, stderr=slave)
            os.close(slave)
            shown = b""
            try:
                while part := os.read(master, 65536):
                    shown += part
            except OSError:  # the end of a terminal
                pass
            os.close(master)
            assert backup.wait(30) == 0 and b"[########################################] 100 %" in shown
            with sqlite3.connect(copy) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert db.execute("SELECT sum(balance), count(*) FROM account").fetchall() == [(0, 50000)]
            db.close()
        stop.set()
        for thread in threads:
            thread.join()
        assert problems == [] and done[0] > 10


def test_reserved_connections_are_for_superusers():
    def attempt(user):
        """A connection, or why there is none."""
        conn = RawConnection(server.port, user=user)
        if conn.pid:
            conns.append(conn)
            return None
        return conn.error

    conns = []
    with Server(settings={"max_connections": "5", "superuser_reserved_connections": "2"}) as server:
        assert [attempt("ann") for _ in range(3)] == [None] * 3
        refused = attempt("ann")
        assert b"C53300\0" in refused and b"remaining connection slots are reserved for non-replication superuser connections" in refused
        assert [attempt("postgres") for _ in range(2)] == [None] * 2
        assert b"sorry, too many clients already" in attempt("postgres")
        assert all(answers(conn) for conn in conns)


def test_work_is_counted_while_it_is_done_and_after():
    with Server() as server:
        conn = RawConnection(server.port)
        for sql in ("SELECT 1", "BEGIN; SELECT 2; ROLLBACK", "SELECT 3", "SELECT 1 / 0"):
            conn.query(sql)
        for _ in range(2):  # from the session's slot, then from the server's counters
            status = server.status()
            assert (status["queries"], status["transactions_committed"], status["transactions_rolled_back"]) == (6, 2, 2), status
            assert status["plan_hits"] + status["plan_misses"] >= 6
            assert "pgquill_queries_total 6\n" in server.ctl("metrics")
            conn.close()
            assert until(lambda: server.status()["sessions"] == 0)


def test_top_is_a_live_screen():
    with Server() as server:
        sleeper = RawConnection(server.port)
        sleeper.send_query("SELECT pg_sleep(100)")
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 140, 0, 0))
        top = subprocess.Popen([PGQUILLCTL, "-R", server.run_dir, "top"], stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        shown = b""
        deadline = time.monotonic() + 10
        while shown.count(b"pg_sleep(100)") < 2 and time.monotonic() < deadline:
            shown += os.read(master, 65536)
        assert b"PgSleep" in shown and b"sessions 1   active 1" in shown
        os.write(master, b"q")
        assert top.wait(5) == 0
        shown = os.read(master, 65536)
        os.close(master)
        assert b"\033[?1049l" in shown


def test_reload_keeps_the_old_settings_when_the_new_ones_are_wrong():
    with Server() as server:
        config = os.path.join(server.data_dir, "pgquill.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write("work_mem = 5MB\nlock_timeout = never\n")
        with pytest.raises(RuntimeError, match="errors"):
            server.ctl("reload")
        assert f'in file "{config}" line 2' in server.log()
        assert server.psql("-Atc", "SHOW work_mem").strip() == "4MB"
        with open(config, "w", encoding="ascii") as file:
            file.write("work_mem = 5MB\n")
        server.process.send_signal(signal.SIGHUP)
        assert until(lambda: server.psql("-Atc", "SHOW work_mem").strip() == "5MB")


def test_a_database_that_cannot_be_opened_stops_the_start(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database, certainly not one of SQLite" * 100)
    done = subprocess.run([PGQUILLD, "-h", "", str(broken)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "broken.db" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["broken.db"]
