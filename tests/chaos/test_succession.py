"""A worker whose client took its leave is succeeded by another process in the same memory: nothing of the session may be seen by the next one, and
nothing may get lost on the way."""
import functools
import os
import random
import signal
import sqlite3
import threading
import time

import psycopg2
import pytest

from proc import alive, family, has_open, until as wait_until
from rawpg import RawConnection
from server import Server

# Few spares: the next clients meet the memory that the last one had.
FEW = {"min_spare_workers": "1", "max_spare_workers": "3", "max_connections": "10"}

until = functools.partial(wait_until, seconds=20)


def connect(server, dbname=None):
    conn = psycopg2.connect(server.dsn(dbname=dbname))
    conn.autocommit = True
    return conn


def ask(conn, sql):
    with conn.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def one(conn, sql):
    return ask(conn, sql)[0][0]


def count(server, name):
    return server.status()[name]


def settled(server, others=0):
    """Spares and nobody else, or so many others."""
    return until(lambda: (status := server.status())["sessions"] == others and status["spare_workers"] > 0 and status["starting_workers"] == 0)


def succeeded(server, act, others=0):
    """Let a client do `act` and go; a process must have succeeded its worker, which is gone."""
    assert settled(server, others)
    before = count(server, "workers_succeeded")
    conn = connect(server)
    pid = conn.get_backend_pid()
    act(conn)
    conn.close()
    assert until(lambda: count(server, "workers_succeeded") == before + 1), "no process succeeded the worker"
    assert until(lambda: not alive(pid)), "the worker is still there"
    assert settled(server, others)
    return pid


def test_each_session_is_a_process_of_its_own():
    with Server(settings=FEW) as server:
        pids = [succeeded(server, lambda conn: ask(conn, "SELECT 1")) for _ in range(10)]
        assert len(set(pids)) == 10
        assert count(server, "workers_forked") <= 3
        # No zombies, and nobody whom the master does not know.
        assert until(lambda: known(server) == there(server)), (known(server), there(server))


@pytest.mark.parametrize("left, look, expected", [
    ("CREATE TEMP TABLE mine AS SELECT 1 AS n", "SELECT to_regclass('mine')", None),
    ("CREATE TEMP TABLE mine AS SELECT 1 AS n", "SELECT count(*) FROM pg_class WHERE relname = 'mine'", 0),
    ("PREPARE mine AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements", 0),
    ("SET work_mem = '77MB'", "SHOW work_mem", "4MB"),
    ("SET search_path = elsewhere", "SHOW search_path", '"$user", public'),
    ("SET datestyle = 'German, DMY'", "SELECT '2026-02-01'::date::text", "2026-02-01"),
    ("SET timezone = 'Asia/Kathmandu'", "SELECT '2026-02-01 00:00+00'::timestamptz::text", "2026-02-01 00:00:00+00"),
    ("SET extra_float_digits = -10", "SELECT (1.0::float8 / 3)::text", "0.3333333333333333"),
    ("SET bytea_output = 'escape'", "SELECT 'x'::bytea::text", "\\x78"),
    ("SET intervalstyle = 'iso_8601'", "SELECT '1 day'::interval::text", "1 day"),
    ("SET my.own = 'mine'", "SELECT current_setting('my.own', true)", None),
    ("SET application_name = 'mine'", "SHOW application_name", ""),
    ("SET client_encoding = 'SQL_ASCII'", "SHOW client_encoding", "UTF8"),
    ("SET default_transaction_read_only = on", "SHOW transaction_read_only", "off"),
    ("SET default_transaction_isolation = 'serializable'", "SHOW transaction_isolation", "read committed"),
    ("SET synchronous_commit = off", "SHOW synchronous_commit", "on"),
    ("SET statement_timeout = 1", "SELECT 1 FROM pg_sleep(0.1)", 1),
    ("SET idle_session_timeout = 50", "SHOW idle_session_timeout", "0"),
    ("LISTEN mine", "SELECT count(*) FROM pg_listening_channels()", 0),
    ("SELECT pg_advisory_lock(4711)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", 0),
    ("SELECT pg_advisory_lock(4711)", "SELECT pg_try_advisory_lock(4711)", True),
    ("SELECT set_config('log_statement', 'all', false)", "SHOW log_statement", "none"),
    ("CREATE SEQUENCE IF NOT EXISTS s; SELECT nextval('s')", "SELECT count(*) FROM pg_sequences WHERE sequencename = 's'", 1),
    ("SELECT repeat('x', 1000000)", "SELECT 1", 1),
])
def test_nothing_of_a_session_is_left_to_the_next(left, look, expected):
    with Server(settings=FEW) as server:
        server.psql("-c", "ALTER DATABASE main SET timezone = 'UTC'")
        succeeded(server, lambda conn: ask(conn, left))
        # Whoever has that memory is among these.
        conns = [connect(server) for _ in range(3)]
        assert one(conns[0], look) == expected
        assert "advisory" in look or all(one(conn, look) == expected for conn in conns)
        for conn in conns:
            conn.close()


def test_a_sequence_has_no_current_value_in_the_next_session():
    with Server(settings=FEW) as server:
        succeeded(server, lambda conn: ask(conn, "CREATE SEQUENCE s; SELECT nextval('s')"))
        conn = connect(server)
        for call in ("currval('s')", "lastval()"):
            with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState):
                ask(conn, f"SELECT {call}")
        conn.close()


def test_random_numbers_do_not_go_on():
    with Server(settings=FEW) as server:
        succeeded(server, lambda conn: ask(conn, "SELECT setseed(0.5)"))
        conns = [connect(server) for _ in range(4)]
        ask(conns[3], "SELECT setseed(0.5)")
        assert len({one(conn, "SELECT random()") for conn in conns}) == 4
        for conn in conns:
            conn.close()


def test_another_database_and_user_do_not_stay():
    with Server(settings=FEW) as server:
        server.psql("-c", "CREATE DATABASE other")
        assert settled(server)
        before = count(server, "workers_succeeded")
        psycopg2.connect(f"host=127.0.0.1 port={server.port} user=else dbname=other").close()
        assert until(lambda: count(server, "workers_succeeded") == before + 1) and settled(server)
        conn = connect(server)
        assert ask(conn, "SELECT current_database(), current_user, session_user") == [("main", "postgres", "postgres")]
        conn.close()


def test_the_locks_of_the_open_file_stay():
    """SQLite's last user of a file removes its log: who could not see us would take it away from under us."""
    with Server(settings=FEW) as server:
        server.psql("-c", "CREATE TABLE t (n int)")
        for _ in range(5):
            succeeded(server, lambda conn: ask(conn, "INSERT INTO t VALUES (1)"))
        device, inode = os.stat(server.file).st_dev, os.stat(server.file).st_ino
        name = f"{os.major(device):02x}:{os.minor(device):02x}:{inode}"

        def locks():
            with open("/proc/locks", encoding="ascii") as file:
                return sum(1 for entry in file if name in entry and "POSIX" in entry and "READ" in entry)
        # Every worker and the checkpointer, which opens the file when it has something to do.
        assert until(lambda: settled(server) and locks() == len(known(server))), (locks(), known(server))
        with sqlite3.connect(server.file) as file:
            assert file.execute("SELECT count(*) FROM t").fetchone() == (5,)
        file.close()
        server.psql("-c", "INSERT INTO t VALUES (2)")
        assert server.psql("-Atc", "SELECT count(*) FROM t").strip() == "6"
        assert os.path.exists(server.file + "-wal")


def test_changes_of_the_schema_are_seen_by_the_next_session():
    with Server(settings=FEW) as server:
        server.psql("-c", "CREATE TYPE mood AS ENUM ('sad', 'happy')", "-c", "CREATE TABLE t (n int, m mood)",
                    "-c", "INSERT INTO t VALUES (1, 'sad'), (2, 'happy')")
        stays = connect(server)
        look = "SELECT string_agg(m::text, ' ' ORDER BY m), max(m)::text FROM t"
        for number, (change, expected) in enumerate([
                ("SELECT 1", ("sad happy", "happy")),
                ("ALTER TYPE mood ADD VALUE 'well' BEFORE 'happy'; INSERT INTO t VALUES (3, 'well')", ("sad well happy", "happy")),
                ("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME n TO id; CREATE VIEW t AS SELECT id AS n, m FROM u", ("sad well happy", "happy")),
                ("ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'", ("sad well glad", "glad")),
                ("DROP VIEW t; DROP TABLE u; DROP TYPE mood; CREATE TABLE t AS SELECT 1 AS n, 'x'::text AS m", ("x", "x"))]):
            for statement in change.split("; "):
                ask(stays, statement)
            succeeded(server, lambda conn, expected=expected: check(ask(conn, look), [expected]), others=1)
            # Another tool's change.
            with sqlite3.connect(server.file) as file:
                file.execute(f"CREATE TABLE foreign_{number} (a INTEGER, b TEXT)")
                file.execute(f"INSERT INTO foreign_{number} VALUES ({number}, 'y')")
            file.close()
            succeeded(server, lambda conn, number=number: check(ask(conn, f"SELECT a, b FROM foreign_{number}"), [(number, "y")]), others=1)
        stays.close()


def check(found, expected):
    assert found == expected


def test_thousands_of_sessions_do_not_swell_the_memory():
    with Server(settings={**FEW, "max_sessions_per_worker": "1000000"}) as server:
        server.psql("-c", "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                    "-c", "CREATE TABLE t (id serial PRIMARY KEY, m mood, j jsonb, a int[])")

        def come():
            conn = connect(server)
            ask(conn, "INSERT INTO t (m, j, a) VALUES ('sad', '{\"a\": 1}', '{1,2}')")
            ask(conn, "SELECT m, j -> 'a', a[1], to_char(now(), 'YYYY') FROM t ORDER BY m, id DESC LIMIT 3")
            conn.close()

        def heap():
            sizes = []
            for pid in there(server):
                with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                    sizes.append(int(file.read().split()[5]))  # data, in pages
            return max(sizes)

        for _ in range(300):
            come()
        assert settled(server)
        before = heap()
        for _ in range(1500):
            come()
        assert settled(server)
        assert count(server, "workers_succeeded") > 1700
        assert heap() < before + 128, "half a megabyte more"


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="the sanitizer keeps what is freed")
def test_a_spare_gives_back_what_its_former_session_needed():
    with Server(settings=FEW) as server:
        assert settled(server)

        def largest():
            """Of its own memory, in pages."""
            sizes = []
            for pid in known(server):
                with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                    fields = [int(field) for field in file.read().split()]
                    sizes.append(fields[1] - fields[2])
            return max(sizes)

        def need_much(conn):
            for i in range(statements):
                ask(conn, f"PREPARE p{i} AS SELECT {', '.join(f'n + {j}' for j in range(10))} FROM (VALUES (1)) AS v(n)")
            sizes.append(largest())

        sizes = []
        succeeded(server, lambda conn: ask(conn, "SELECT 1"))
        assert until(lambda: largest() < 800, seconds=5)
        small = largest()
        for statements in (50, 1000):
            succeeded(server, need_much)
            assert sizes[-1] > small + 256
            assert until(lambda: largest() < small + 128, seconds=5), (statements, small, sizes, largest())


def users_of(server, name):
    """How many of the server's processes have a file open."""
    return sum(has_open(pid, os.path.join(server.directory, name)) for pid in there(server))


def visit(server, dbname, sql):
    conn = connect(server, dbname)
    found = ask(conn, sql)
    conn.close()
    return found


def test_another_database_stays_open_for_the_next_session_and_not_for_long():
    with Server(settings=FEW) as server:
        visit(server, "main", "CREATE DATABASE other")
        visit(server, "other", "CREATE TABLE t AS SELECT 7 AS n")
        for _ in range(20):
            assert visit(server, "other", "SELECT n, current_database() FROM t") == [(7, "other")]
        assert users_of(server, "other.db") > 0
        assert visit(server, "main", "SELECT to_regclass('t'), current_database()") == [(None, "main")]
        assert visit(server, "postgres", "SELECT to_regclass('t'), current_database()") == [(None, "main")]
        for _ in range(4):
            visit(server, "other", "SELECT 1")
        assert settled(server)
        checkpointer = 1
        assert until(lambda: users_of(server, "other.db") <= checkpointer, seconds=5)


@pytest.mark.parametrize("seed", range(3))
def test_databases_that_are_dropped_and_renamed_under_the_spares(seed):
    chance = random.Random(seed)
    with Server(settings={"min_spare_workers": "2", "max_spare_workers": "4"}) as server:
        there_are = {}
        home = connect(server)

        def settle(dbname):
            """DROP and RENAME want that nobody is there: who said good-bye may still be on the way out."""
            assert until(lambda: one(home, f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{dbname}'") == 0)

        for number in range(120):
            names = sorted(there_are)
            act = chance.choice(["create", "drop", "rename", "back", "visit", "visit", "visit", "visit"]) if names else "create"
            name = chance.choice(names) if names else None
            if act == "create" and len(names) < 4:
                name = next(n for n in ("a", "b", "c", "d", "e") if n not in there_are)
                ask(home, f"CREATE DATABASE {name}")
                visit(server, name, f"CREATE TABLE t (n int); INSERT INTO t VALUES ({number})")
                there_are[name] = number
            elif act == "drop":
                settle(name)
                ask(home, f"DROP DATABASE {name}")
                del there_are[name]
                with pytest.raises(psycopg2.OperationalError, match="does not exist"):
                    connect(server, name)
            elif act in ("rename", "back"):
                settle(name)
                ask(home, f"ALTER DATABASE {name} RENAME TO moved")
                if act == "back":
                    visit(server, "moved", "UPDATE t SET n = n + 1000")
                    there_are[name] += 1000
                    settle("moved")
                    ask(home, f"ALTER DATABASE moved RENAME TO {name}")
                else:
                    other = next(n for n in ("a", "b", "c", "d", "e", "f") if n not in there_are)
                    settle("moved")
                    ask(home, f"ALTER DATABASE moved RENAME TO {other}")
                    there_are[other] = there_are.pop(name)
            elif act == "visit":
                assert visit(server, name, "UPDATE t SET n = n + 1 RETURNING n") == [(there_are[name] + 1,)]
                there_are[name] += 1
            for name, value in there_are.items():
                assert visit(server, name, "SELECT n FROM t") == [(value,)], (number, act, name)
        home.close()
        assert server.stop() == 0
        for name, value in there_are.items():
            with sqlite3.connect(os.path.join(server.directory, name + ".db")) as file:
                assert file.execute("SELECT n FROM t").fetchone() == (value,)


def test_who_leaves_in_the_middle_of_something_has_no_successor():
    with Server(settings=FEW) as server:
        server.psql("-c", "CREATE TABLE t (n int)")
        for script in ("BEGIN; INSERT INTO t VALUES (1)", "BEGIN; SELECT 1/0"):
            assert settled(server)
            before = count(server, "workers_succeeded")
            conn = RawConnection(server.port)
            conn.query(script)
            conn.leave()
            assert until(lambda: not alive(conn.pid)) and settled(server)
            assert count(server, "workers_succeeded") == before
        assert server.psql("-Atc", "SELECT count(*) FROM t").strip() == "0"


def test_a_cancel_or_termination_for_the_former_session_does_not_meet_the_next():
    with Server(settings=FEW) as server:
        former = succeeded(server, lambda conn: ask(conn, "SELECT 1"))
        conn = connect(server)
        assert ask(conn, f"SELECT pg_cancel_backend({former}), pg_terminate_backend({former}), 5") == [(False, False, 5)]
        conn.close()


def test_memory_is_made_anew_after_the_wanted_number_of_sessions():
    with Server(settings={**FEW, "max_sessions_per_worker": "1"}) as server:
        for _ in range(5):
            server.psql("-c", "SELECT 1")
        assert settled(server)
        assert count(server, "workers_succeeded") == 0
        assert count(server, "workers_forked") >= 6


def test_a_reload_reaches_who_was_just_coming():
    with Server() as server:
        problems, stop = [], threading.Event()

        def come_and_go():
            try:
                while not stop.is_set():
                    connect(server).close()
            except Exception as problem:  # noqa: BLE001
                problems.append(problem)

        def shown():
            conn = connect(server)
            value = one(conn, "SHOW work_mem")
            conn.close()
            return value

        threads = [threading.Thread(target=come_and_go) for _ in range(3)]
        for thread in threads:
            thread.start()
        for megabytes in range(10, 30):
            with open(os.path.join(server.directory, "pgquill.conf"), "w", encoding="ascii") as file:
                file.write(f"work_mem = {megabytes}MB\n")
            server.ctl("reload")
            # Who is ready by then may have the old value for a moment; soon nobody does.
            assert until(lambda: all(shown() == f"{megabytes}MB" for _ in range(5)))
            time.sleep(0.2)
            assert {shown() for _ in range(40)} == {f"{megabytes}MB"}
        stop.set()
        for thread in threads:
            thread.join(30)
        assert problems == []


def test_successors_killed_at_any_moment():
    with Server(settings={"max_connections": "30"}) as server:
        server.psql("-c", "CREATE TABLE t (n int)")
        stop, served = threading.Event(), []

        def come_and_go(number):
            done = 0
            while not stop.is_set():
                try:
                    conn = connect(server)
                    ask(conn, f"INSERT INTO t VALUES ({number})")
                    done += 1
                    conn.close()
                except psycopg2.OperationalError:
                    pass
            served.append(done)

        threads = [threading.Thread(target=come_and_go, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        chance, end = random.Random(11), time.monotonic() + 8
        while time.monotonic() < end:
            children = list(known(server))
            try:
                os.kill(chance.choice(children), signal.SIGKILL)
            except (ProcessLookupError, IndexError):
                pass
            time.sleep(chance.random() * 0.02)
        stop.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs: " + server.ctl("sessions")
        assert count(server, "workers_succeeded") > 100
        assert until(lambda: server.status()["sessions"] == 0)
        # An INSERT may have been done without its client being told, but none that was told is missing.
        assert int(server.psql("-Atc", "SELECT count(*) FROM t")) >= sum(served) > 0
        # Whoever is there is known.
        assert until(lambda: known(server) == there(server)), (known(server), there(server))


def known(server):
    """The children that the master knows of."""
    return {worker["pid"] for worker in server.status()["workers"]}


def there(server):
    """Those that there are; zombies, too."""
    return set(family(server.process.pid)) - {server.process.pid}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_shutdown_in_the_middle_of_a_storm_leaves_nobody(how):
    for _ in range(3):
        with Server() as server:
            stop = threading.Event()

            def come_and_go():
                while not stop.is_set():
                    try:
                        connect(server).close()
                    except psycopg2.OperationalError:
                        stop.wait(0.01)

            threads = [threading.Thread(target=come_and_go) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            assert count(server, "workers_succeeded") > 0
            server.stop(how)
            stop.set()
            for thread in threads:
                thread.join(30)
            left = until(lambda: not processes_with(server.directory))
            assert left, processes_with(server.directory)


def processes_with(directory):
    """Processes that still have one of the server's files open."""
    return [entry for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != os.getpid() and has_open(entry, directory)]
