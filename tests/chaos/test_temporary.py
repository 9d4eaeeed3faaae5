"""Temporary relations between sessions: nobody else sees them, nothing of them is left, and they wait for no one."""
import os
import signal
import sqlite3
import threading
import time

import psycopg2
import pytest


@pytest.fixture
def connect(server):
    connections = []

    def make(autocommit=True):
        connection = psycopg2.connect(server.dsn())
        connection.autocommit = autocommit
        connections.append(connection)
        return connection.cursor()
    yield make
    for connection in connections:
        connection.close()


def value(cursor, sql):
    cursor.execute(sql)
    return cursor.fetchone()[0]


def residue(server):
    with sqlite3.connect(f"file:{server.file}?mode=ro", uri=True) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = file.execute("SELECT name FROM sqlite_schema WHERE name LIKE '%temp%'").fetchall()
        books = file.execute("SELECT name FROM sqlite_schema WHERE name = 'pgquill_relation'").fetchall()
        rows = file.execute("SELECT name FROM pgquill_relation WHERE oid >= 0xC0000000 OR persistence = 't'").fetchall() if books else []
        return names + rows


def test_each_session_has_its_own(server, connect):
    one, two = connect(), connect()
    for cursor, first in ((one, 1), (two, 100)):
        cursor.execute("CREATE TEMP TABLE mine (id serial, v int)")
        cursor.execute("INSERT INTO mine (v) SELECT g FROM generate_series(%s, %s) g", (first, first + 2))
    for cursor, expected in ((one, [(1, 1), (2, 2), (3, 3)]), (two, [(1, 100), (2, 101), (3, 102)])):
        cursor.execute("SELECT id, v FROM mine ORDER BY id")
        assert cursor.fetchall() == expected
    schemas = {value(cursor, "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()") for cursor in (one, two)}
    assert len(schemas) == 2
    two.execute("CREATE TEMP TABLE only_here (a int)")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        one.execute("SELECT * FROM only_here")
    assert value(one, "SELECT count(*) FROM pg_class WHERE relname = 'only_here'") == 0
    assert residue(server) == []


@pytest.mark.parametrize("how", ["close", "kill"])
def test_nothing_is_left(server, connect, how):
    keeper, goer = connect(), connect()
    keeper.execute("CREATE TABLE IF NOT EXISTS stays (a int)")
    goer.execute("CREATE TEMP TABLE goes (a int PRIMARY KEY, b text UNIQUE)")
    goer.execute("INSERT INTO goes SELECT g, repeat('x', 500) || g FROM generate_series(1, 20000) g")
    goer.execute("CREATE TEMP VIEW looks AS SELECT * FROM goes")
    if how == "close":
        goer.connection.close()
    else:
        os.kill(goer.connection.get_backend_pid(), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while value(keeper, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'") > 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    keeper.execute("INSERT INTO stays VALUES (1)")
    again = connect()
    with pytest.raises(psycopg2.errors.UndefinedTable):
        again.execute("SELECT * FROM goes")
    assert residue(server) == []


def test_no_waiting_for_a_writer(connect):
    writer, other = connect(False), connect()
    other.execute("CREATE TABLE IF NOT EXISTS shared (a int)")
    writer.execute("INSERT INTO shared VALUES (1)")
    other.execute("SET lock_timeout = '2s'")
    other.execute("CREATE TEMP TABLE scratch (id serial PRIMARY KEY, v text)")
    other.execute("INSERT INTO scratch (v) VALUES ('a'), ('b') RETURNING id")
    assert other.fetchall() == [(1,), (2,)]
    other.execute("CREATE INDEX ON scratch (v)")
    other.execute("UPDATE scratch SET v = v || '!' WHERE id = 1")
    other.execute("CREATE TEMP TABLE copied ON COMMIT DELETE ROWS AS SELECT * FROM scratch")
    assert value(other, "SELECT count(*) FROM copied") == 0
    other.execute("SELECT * INTO TEMP into_one FROM scratch")
    other.execute("CREATE TEMP VIEW looks AS SELECT * FROM into_one")
    assert value(other, "SELECT count(*) FROM looks") == 2
    other.execute("TRUNCATE scratch")
    other.execute("DROP TABLE scratch")
    with pytest.raises(psycopg2.errors.LockNotAvailable):
        other.execute("INSERT INTO shared VALUES (2)")
    writer.connection.commit()
    other.execute("INSERT INTO shared VALUES (2)")


def test_repeatable_read(connect):
    """A snapshot goes on after a write to a temporary table, whatever others commit."""
    other, reader = connect(), connect(False)
    reader.connection.set_session(isolation_level="REPEATABLE READ")
    other.execute("CREATE TABLE IF NOT EXISTS watched (a int)")
    other.execute("TRUNCATE watched")
    assert value(reader, "SELECT count(*) FROM watched") == 0
    other.execute("INSERT INTO watched VALUES (1)")
    reader.execute("SAVEPOINT before")
    reader.execute("CREATE TEMP TABLE notes (a int)")
    reader.execute("INSERT INTO notes SELECT count(*) FROM watched")
    other.execute("INSERT INTO watched VALUES (2)")
    reader.execute("SAVEPOINT between")
    reader.execute("INSERT INTO notes VALUES (7)")
    reader.execute("ROLLBACK TO between")
    assert value(reader, "SELECT array_agg(a) FROM notes") == [0]
    assert value(reader, "SELECT count(*) FROM watched") == 0
    reader.execute("ROLLBACK TO before")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        reader.execute("SELECT * FROM notes")
    reader.connection.rollback()
    assert value(reader, "SELECT count(*) FROM watched") == 2
    reader.execute("CREATE TEMP TABLE notes AS SELECT a FROM watched")
    reader.execute("INSERT INTO watched SELECT a + 10 FROM notes")
    reader.connection.commit()
    assert value(other, "SELECT sum(a) FROM watched") == 26


def test_read_committed_block(connect):
    """In a block each statement sees what others have committed, before the first write as after it."""
    other, block = connect(), connect(False)
    other.execute("CREATE TABLE IF NOT EXISTS seen (a int)")
    other.execute("TRUNCATE seen")
    block.execute("SELECT 1")
    other.execute("INSERT INTO seen VALUES (1)")
    assert value(block, "SELECT count(*) FROM seen") == 1
    block.execute("CREATE TEMP TABLE t AS SELECT a FROM seen")
    block.execute("INSERT INTO seen SELECT a + 1 FROM t")
    block.connection.commit()
    assert value(other, "SELECT count(*) FROM seen") == 2


def test_cancelled_change(server, connect):
    cursor = connect()
    cursor.execute("CREATE TEMP TABLE long (a int)")
    cursor.execute("SET statement_timeout = 200")
    with pytest.raises(psycopg2.errors.QueryCanceled):
        cursor.execute("INSERT INTO long SELECT a.g FROM generate_series(1, 100000) a(g), generate_series(1, 100000) b(g)")
    cursor.execute("RESET statement_timeout")
    assert value(cursor, "SELECT count(*) FROM long") == 0
    cursor.execute("INSERT INTO long VALUES (1)")
    assert value(cursor, "SELECT count(*) FROM long") == 1
    assert residue(server) == []


def test_many_at_once(server, connect):
    failures = []

    def work(number):
        try:
            cursor = connect(False)
            for turn in range(10):
                cursor.execute("CREATE TEMP TABLE work (a int) ON COMMIT DROP")
                cursor.execute("INSERT INTO work SELECT %s FROM generate_series(1, 100)", (number,))
                cursor.execute("SELECT count(*), min(a), max(a) FROM work")
                assert cursor.fetchone() == (100, number, number)
                cursor.connection.commit() if turn % 2 else cursor.connection.rollback()
        except BaseException as error:  # noqa: B902
            failures.append(error)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert residue(server) == []
