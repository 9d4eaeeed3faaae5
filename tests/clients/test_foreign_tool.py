"""Another SQLite tool changes the schema beside us: the next statement knows."""
import sqlite3

import psycopg2
import pytest

COLUMNS = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped"


@pytest.fixture
def conn(server):
    conn = psycopg2.connect(server.dsn())
    conn.autocommit = True
    yield conn
    with conn.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS mine, theirs, later")
    conn.close()


def ask(conn, sql):
    with conn.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def by_other_tool(server, script):
    file = sqlite3.connect(server.file, timeout=20)
    file.executescript(script)
    file.close()


def test_between_our_own_changes(server, conn):
    ask(conn, "CREATE TABLE mine (a int, b text)")
    by_other_tool(server, "ALTER TABLE mine ADD COLUMN c INTEGER; CREATE TABLE theirs (x INTEGER PRIMARY KEY, y TEXT);")
    assert ask(conn, "INSERT INTO mine VALUES (1, 'b', 2) RETURNING c") == [(2,)]
    ask(conn, "CREATE TABLE later (n numeric(5,2))")
    assert ask(conn, COLUMNS.format("mine")) == [("a b c",)]
    assert ask(conn, COLUMNS.format("theirs")) == [("x y",)]
    ask(conn, "ALTER TABLE later ADD COLUMN m int")
    by_other_tool(server, "ALTER TABLE later RENAME COLUMN m TO k; DROP TABLE theirs;")
    ask(conn, "CREATE INDEX ON later (n)")
    assert ask(conn, COLUMNS.format("later")) == [("n k",)]
    assert ask(conn, "SELECT to_regclass('theirs')") == [(None,)]
    ask(conn, "DROP TABLE mine, later")


def test_before_a_transaction_with_several_changes(server, conn):
    ask(conn, "CREATE TABLE mine (a int)")
    by_other_tool(server, "ALTER TABLE mine ADD COLUMN b TEXT;")
    ask(conn, "BEGIN")
    ask(conn, "ALTER TABLE mine ADD COLUMN c date")
    ask(conn, "SAVEPOINT s")
    ask(conn, "ALTER TABLE mine ADD COLUMN d int")
    assert ask(conn, COLUMNS.format("mine")) == [("a b c d",)]
    ask(conn, "ROLLBACK TO s")
    assert ask(conn, COLUMNS.format("mine")) == [("a b c",)]
    ask(conn, "ALTER TABLE mine ADD COLUMN e int")
    ask(conn, "COMMIT")
    other = psycopg2.connect(server.dsn())
    assert ask(other, COLUMNS.format("mine")) == [("a b c e",)]
    other.close()
    by_other_tool(server, "ALTER TABLE mine DROP COLUMN e;")
    assert ask(conn, COLUMNS.format("mine")) == [("a b c",)]


def test_a_change_that_was_rolled_back_leaves_no_trace(server, conn):
    ask(conn, "CREATE TABLE mine (a int)")
    ask(conn, "BEGIN")
    ask(conn, "ALTER TABLE mine ADD COLUMN b int")
    ask(conn, "ROLLBACK")
    # The schema has the same number as in the transaction, but is another.
    by_other_tool(server, "ALTER TABLE mine ADD COLUMN c TEXT;")
    assert ask(conn, COLUMNS.format("mine")) == [("a c",)]
    other = psycopg2.connect(server.dsn())
    assert ask(other, "SELECT * FROM mine") == []
    assert ask(other, COLUMNS.format("mine")) == [("a c",)]
    other.close()
