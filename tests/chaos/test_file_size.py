"""The write-ahead log stays bounded while somebody always reads, and a reader that holds a snapshot for long delays that and harms nobody. Space that is
free in the file goes back."""
import os
import threading
import time

import psycopg2
import pytest

from server import Server

MIB = 1 << 20
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM kept"


def log_size(server):
    return os.path.getsize(server.file + "-wal")


def connect(server):
    conn = psycopg2.connect(server.dsn())
    conn.autocommit = True
    return conn, conn.cursor()


class Writers:
    """Change a few MiB in each transaction until told to stop; `written` counts them."""

    ROWS = 8000  # of 250 bytes: 2 MiB and more of log for each change of all

    def __init__(self, server):
        self.server, self.written, self.stop, self.problems = server, 0, threading.Event(), []
        self.largest = 0
        _, cursor = connect(server)
        cursor.execute(f"CREATE TABLE kept AS SELECT i AS k, 0 AS n, repeat('x', 240) AS note FROM generate_series(1, {self.ROWS}) i")
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            _, cursor = connect(self.server)
            cursor.execute("SET synchronous_commit = off")
            while not self.stop.is_set():
                cursor.execute("UPDATE kept SET n = n + 1")
                self.written += 1
                self.largest = max(self.largest, log_size(self.server))
        except psycopg2.Error as error:
            self.problems.append(error)

    def until_written(self, count, seconds=120):
        goal, deadline = self.written + count, time.monotonic() + seconds
        while self.written < goal and not self.problems and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not self.problems and self.written >= goal

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(30)


def read_on(server, stop, snapshot_seconds, problems):
    """One snapshot after the other, with no time between."""
    try:
        _, cursor = connect(server)
        while not stop.is_set():
            cursor.execute(SNAPSHOT)
            time.sleep(snapshot_seconds)
            cursor.execute("COMMIT")
    except psycopg2.Error as error:
        problems.append(error)


@pytest.mark.parametrize("snapshot_seconds, bound", [(0.02, 256 * MIB), (0.4, 512 * MIB)])
def test_log_is_bounded_while_somebody_always_reads(snapshot_seconds, bound):
    with Server() as server:
        writers = Writers(server)
        readers = [threading.Thread(target=read_on, args=(server, writers.stop, snapshot_seconds * (1 + i / 7), writers.problems)) for i in range(4)]
        with writers:
            for reader in readers:
                reader.start()
            writers.until_written(400)
        for reader in readers:
            reader.join(30)
        assert writers.problems == []
        assert writers.largest < bound, f"the log grew to {writers.largest // MIB} MiB"


def test_long_snapshot_holds_the_log_and_its_end_frees_it():
    with Server() as server:
        with Writers(server) as writers:
            writers.until_written(2)
            _, reader = connect(server)
            reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT min(n), max(n), count(*) FROM kept")
            seen = reader.fetchone()
            writers.until_written(60)
            assert log_size(server) > 64 * MIB, "what the reader may need is kept"
            reader.execute("SELECT min(n), max(n), count(*) FROM kept")
            assert reader.fetchone() == seen
            reader.execute("COMMIT")
            deadline = time.monotonic() + 30
            while log_size(server) > 64 * MIB and time.monotonic() < deadline:
                time.sleep(0.02)
            assert log_size(server) <= 64 * MIB


def test_space_of_deleted_rows_is_given_back():
    with Server() as server:
        _, cursor = connect(server)
        cursor.execute("CREATE TABLE kept (k int)")
        cursor.execute("INSERT INTO kept VALUES (1)")
        cursor.execute("CREATE TABLE much AS SELECT i, repeat('x', 900) AS note FROM generate_series(1, 40000) i")
        server.ctl("checkpoint")
        full = os.path.getsize(server.file)
        assert full > 32 * MIB
        cursor.execute("DELETE FROM much")
        deadline = time.monotonic() + 40
        while os.path.getsize(server.file) > full / 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert os.path.getsize(server.file) <= full / 2
        cursor.execute("SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM much)")
        assert cursor.fetchone() == (1, 0)


def test_the_log_of_a_renamed_database_is_copied_too():
    with Server() as server:
        _, cursor = connect(server)
        cursor.execute("CREATE DATABASE first")
        for name, new_name in (("first", "second"), ("second", "first")):
            server.psql("-c", f"CREATE TABLE {new_name} AS SELECT repeat('x', 100) AS note FROM generate_series(1, 20000)", dbname=name)
            server.ctl("checkpoint")
            deadline = time.monotonic() + 20
            while True:
                cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")
                if cursor.fetchone() == (0,) or time.monotonic() > deadline:
                    break
            cursor.execute(f"ALTER DATABASE {name} RENAME TO {new_name}")
        path = os.path.join(server.directory, "first.db")
        before = os.path.getsize(path)
        server.psql("-c", "CREATE TABLE third AS SELECT repeat('x', 100) AS note FROM generate_series(1, 20000)", dbname="first")
        deadline = time.monotonic() + 20
        while os.path.getsize(path) < before + MIB and time.monotonic() < deadline:
            time.sleep(0.05)
        assert os.path.getsize(path) > before + MIB, "what was written stays in the log"
