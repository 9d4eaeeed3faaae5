import struct

import pytest
from wire import errors, kinds, rows, tags

INT4, INT8, TEXT = 23, 20, 25


def test_the_whole_round(conn):
    conn.parse("SELECT $1::int + 1 AS a, $2::text AS b")
    conn.describe("S")
    conn.bind([b"41", b"x"])
    conn.describe("P")
    conn.execute()
    conn.sync()
    messages = conn.until()
    assert kinds(messages) == "1tT2TDCZ"
    assert messages[1].body == struct.pack("!hII", 2, INT4, TEXT)
    assert messages[4].columns == [("a", INT4, 0), ("b", TEXT, 0)]
    assert rows(messages) == [["42", "x"]]


def test_binary_both_ways(conn):
    conn.parse("SELECT $1::int4, $2::int8, $3::text, $4::bool, $5::int2, $6::float8")
    values = [struct.pack("!i", -7), struct.pack("!q", 1 << 40), "grün".encode(), b"\1", struct.pack("!h", -3), struct.pack("!d", 1.5)]
    conn.bind(values, formats=[1], results=[1])
    conn.execute()
    conn.sync()
    assert [message.row for message in conn.until() if message.kind == "D"] == [values]


def test_formats_by_column(conn):
    conn.parse("SELECT 1::int4, 2::int4")
    conn.bind(results=[0, 1])
    conn.execute()
    conn.sync()
    assert conn.until()[2].row == [b"1", struct.pack("!i", 2)]


def test_a_row_limit_suspends_the_portal(conn):
    conn.parse("SELECT g FROM generate_series(1, 5) g")
    conn.bind(portal="p")
    conn.execute("p", 2)
    conn.execute("p", 2)
    conn.execute("p", 2)
    conn.sync()
    messages = conn.until()
    assert kinds(messages) == "12DDsDDsDCZ"
    assert [row[0] for row in rows(messages)] == ["1", "2", "3", "4", "5"]


def test_an_error_skips_to_sync(conn):
    conn.parse("SELECT 1/0")
    conn.bind()
    conn.execute()
    conn.parse("SELECT 1")
    conn.bind()
    conn.execute()
    conn.sync()
    messages = conn.until()
    assert kinds(messages) in ("12EZ", "1EZ", "EZ") and errors(messages) == ["22012"]
    conn.parse("SELECT 1")
    conn.bind()
    conn.execute()
    conn.sync()
    assert kinds(conn.until()) == "12DCZ"


def test_what_lies_between_two_syncs_is_one_transaction(conn):
    conn.query("DROP TABLE IF EXISTS wire_pipeline; CREATE TABLE wire_pipeline (a int)")
    for text in ("INSERT INTO wire_pipeline VALUES (1)", "SELECT 1/(a - 1) FROM wire_pipeline"):
        conn.parse(text)
        conn.bind()
        conn.execute()
    conn.sync()
    assert errors(conn.until()) == ["22012"]
    assert rows(conn.query("SELECT count(*) FROM wire_pipeline")) == [["0"]]


def test_flush_sends_what_there_is(conn):
    conn.parse("SELECT 1")
    conn.flush()
    assert conn.read().kind == "1"
    conn.sync()
    conn.until()


def test_named_statements_stay(conn):
    conn.parse("SELECT $1::int * 2", name="double")
    conn.sync()
    conn.until()
    for value in (1, 2, 3):
        conn.bind([str(value).encode()], statement="double")
        conn.execute()
        conn.sync()
        assert rows(conn.until()) == [[str(value * 2)]]
    conn.close_object("S", "double")
    conn.close_object("S", "double")
    conn.sync()
    assert kinds(conn.until()) == "33Z"


@pytest.mark.parametrize("messages, code, text", [
    (lambda c: (c.parse("SELECT $1::int"), c.bind()), "08P01", 'bind message supplies 0 parameters, but prepared statement "" requires 1'),
    (lambda c: (c.parse("SELECT 1"), c.bind([b"1"])), "08P01", 'bind message supplies 1 parameters, but prepared statement "" requires 0'),
    (lambda c: (c.parse("SELECT $1::int"), c.bind([b"1"], formats=[0, 1])), "08P01", "bind message has 2 parameter formats but 1 parameters"),
    (lambda c: (c.parse("SELECT 1"), c.bind(results=[0, 0]), c.execute()), "08P01", "bind message has 2 result formats but query has 1 columns"),
    (lambda c: c.bind(statement="nope"), "26000", 'prepared statement "nope" does not exist'),
    (lambda c: c.execute("nope"), "34000", 'portal "nope" does not exist'),
    (lambda c: c.describe("P", "nope"), "34000", 'portal "nope" does not exist'),
    (lambda c: c.describe("S", "nope"), "26000", 'prepared statement "nope" does not exist'),
    (lambda c: c.describe("Q", ""), "08P01", "invalid DESCRIBE message subtype 81"),
    (lambda c: c.close_object("Q", ""), "08P01", "invalid CLOSE message subtype 81"),
    (lambda c: (c.parse("SELECT 1", name="twice"), c.parse("SELECT 1", name="twice")), "42P05", 'prepared statement "twice" already exists'),
    (lambda c: (c.parse("SELECT 1"), c.bind(portal="p"), c.bind(portal="p")), "42P03", 'cursor "p" already exists'),
    (lambda c: c.parse("SELECT 1; SELECT 2"), "42601", "cannot insert multiple commands into a prepared statement"),
    (lambda c: (c.parse("SELECT $1::int"), c.bind([b"x"])), "22P02", 'invalid input syntax for type integer: "x"'),
    (lambda c: (c.parse("SELECT $1::text"), c.bind([b"\xff"])), "22021", 'invalid byte sequence for encoding "UTF8": 0xff'),
    (lambda c: c.parse(b"SELECT '\xc3\x28'"), "22021", 'invalid byte sequence for encoding "UTF8": 0xc3 0x28'),
    (lambda c: (c.parse("SELECT 1"), c.send("B", b"\0\0\0")), "08P01", "insufficient data left in message"),
    (lambda c: c.send("P", b"x"), "08P01", "invalid string in message"),
])
def test_mistakes(conn, messages, code, text):
    messages(conn)
    conn.sync()
    error = next(message for message in conn.until() if message.kind == "E")
    assert (error.fields["C"], error.fields["M"]) == (code, text)
    assert conn.query("SELECT 1")[1].row == [b"1"]


def test_an_empty_statement(conn):
    conn.parse("")
    conn.describe("S")
    conn.bind()
    conn.describe("P")
    conn.execute()
    conn.sync()
    assert kinds(conn.until()) == "1tn2nIZ"


def test_utilities_are_described(conn):
    conn.parse("SHOW work_mem")
    conn.describe("S")
    conn.bind()
    conn.execute()
    conn.sync()
    messages = conn.until()
    assert kinds(messages) == "1tT2DCZ"
    assert messages[2].columns == [("work_mem", TEXT, 0)]


def test_a_block_over_several_rounds(conn):
    for text, status in (("BEGIN", b"T"), ("SELECT 1", b"T"), ("COMMIT", b"I")):
        conn.parse(text)
        conn.bind()
        conn.execute()
        conn.sync()
        messages = conn.until()
        assert errors(messages) == [] and messages[-1].body == status


def test_a_changed_table_is_noticed(conn):
    conn.query("DROP TABLE IF EXISTS wire_changed; CREATE TABLE wire_changed (a int); INSERT INTO wire_changed VALUES (1)")
    conn.parse("SELECT * FROM wire_changed", name="all")
    conn.sync()
    conn.until()
    conn.query("ALTER TABLE wire_changed ADD COLUMN b int")
    conn.bind(statement="all")
    conn.execute()
    conn.sync()
    messages = conn.until()
    assert errors(messages) == ["0A000"]
    assert messages[0].fields["M"] == "cached plan must not change result type"
    conn.query("DROP TABLE wire_changed")
