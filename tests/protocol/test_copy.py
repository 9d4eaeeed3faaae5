import struct

import pytest
from wire import errors, kinds, rows, tags


@pytest.fixture
def table(conn):
    conn.query("DROP TABLE IF EXISTS wire_copy; CREATE TABLE wire_copy (a int, b text, c numeric(6,2))")
    yield conn
    conn.query("DROP TABLE wire_copy")


def copy_in(conn, statement, *chunks):
    conn.send("Q", statement.encode() + b"\0")
    messages = conn.until("GEZ")
    if messages[-1].kind == "G":
        for chunk in chunks:
            conn.send("d", chunk)
        conn.send("c")
    return messages + (conn.until() if messages[-1].kind != "Z" else [])


def data(messages):
    return b"".join(message.body for message in messages if message.kind == "d")


def test_text_in_and_out(table):
    messages = copy_in(table, "COPY wire_copy FROM STDIN", b"1\tone\t1.5\n2\t\\N\t\\N\n", b"3\ta\\tb\\\\c\\nd\t-2\n\\.\n")
    assert kinds(messages) == "GCZ" and tags(messages) == ["COPY 3"]
    messages = table.query("COPY wire_copy TO STDOUT")
    assert kinds(messages) == "HdddcCZ"
    assert data(messages) == b"1\tone\t1.50\n2\t\\N\t\\N\n3\ta\\tb\\\\c\\nd\t-2.00\n"


def test_lines_may_be_cut_anywhere(table):
    text = b"1\tone\t1\n2\ttw\\\\o\t2\n3\tthree\t3"
    messages = copy_in(table, "COPY wire_copy FROM STDIN", *[text[i:i + 1] for i in range(len(text))])
    assert tags(messages) == ["COPY 3"]
    assert rows(table.query("SELECT b FROM wire_copy ORDER BY a")) == [["one"], ["tw\\o"], ["three"]]


def test_csv_in_and_out(table):
    text = b'a,b,c\r\n1,"x, ""y""\nz",1\r\n2,,\r\n3,"",\r\n'
    assert tags(copy_in(table, "COPY wire_copy FROM STDIN (FORMAT csv, HEADER)", text[:9], text[9:])) == ["COPY 3"]
    assert data(table.query("COPY wire_copy TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (a))")) == (
        b'a,b,c\n"1","x, ""y""\nz",1.00\n"2",,\n"3","",\n')


def test_binary_in_and_out(table):
    table.query("INSERT INTO wire_copy VALUES (1, 'x', NULL)")
    sent = data(table.query("COPY wire_copy TO STDOUT (FORMAT binary)"))
    assert sent == b"PGCOPY\n\xff\r\n\0" + bytes(8) + struct.pack("!hiiis", 3, 4, 1, 1, b"x") + struct.pack("!ih", -1, -1)
    assert tags(copy_in(table, "COPY wire_copy FROM STDIN (FORMAT binary)", sent[:25], sent[25:])) == ["COPY 1"]
    assert rows(table.query("SELECT count(*) FROM wire_copy")) == [["2"]]


def test_columns_and_queries(table):
    assert tags(copy_in(table, "COPY wire_copy (b, a) FROM STDIN", b"x\t1\n")) == ["COPY 1"]
    assert data(table.query("COPY (SELECT a, b FROM wire_copy) TO STDOUT (DELIMITER ';', NULL 'nil')")) == b"1;x\n"


@pytest.mark.parametrize("statement, text, code, message, context", [
    ("", b"1\tx\n", "22P04", 'missing data for column "c"', 'COPY wire_copy, line 1: "1\tx"'),
    ("", b"1\tx\t1\n1\tx\t1\tmore\n", "22P04", "extra data after last expected column", 'COPY wire_copy, line 2: "1\tx\t1\tmore"'),
    ("", b"one\tx\t1\n", "22P02", 'invalid input syntax for type integer: "one"', 'COPY wire_copy, line 1, column a: "one"'),
    ("(FORMAT csv)", b'1,"x', "22P04", "unterminated CSV quoted field", 'COPY wire_copy, line 1: "1,"x"'),
    ("", b"1\t\xff\t1\n", "22021", 'invalid byte sequence for encoding "UTF8": 0xff', "COPY wire_copy, line 1"),
    ("(FORMAT binary)", b"x" * 30, "22P04", "COPY file signature not recognized", None),
])
def test_bad_data(table, statement, text, code, message, context):
    messages = copy_in(table, f"COPY wire_copy FROM STDIN {statement}", text)
    error = next(message for message in messages if message.kind == "E")
    assert (error.fields["C"], error.fields["M"], error.fields.get("W")) == (code, message, context)
    assert rows(table.query("SELECT count(*) FROM wire_copy")) == [["0"]]


def test_a_client_may_give_up(table):
    table.send("Q", b"COPY wire_copy FROM STDIN\0")
    table.until("G")
    table.send("d", b"1\tx\t1\n")
    table.send("f", b"changed my mind\0")
    error = table.until()[0]
    assert (error.fields["C"], error.fields["M"]) == ("57014", "COPY from stdin failed: changed my mind")
    assert rows(table.query("SELECT count(*) FROM wire_copy")) == [["0"]]


@pytest.mark.parametrize("statement, code", [
    ("COPY nowhere FROM STDIN", "42P01"), ("COPY wire_copy (nope) FROM STDIN", "42703"), ("COPY wire_copy (a, a) FROM STDIN", "42701"),
    ("COPY wire_copy FROM STDIN (FORMAT nope)", "22023"), ("COPY wire_copy FROM STDIN (NOPE)", "42601"), ("COPY wire_copy TO STDOUT (QUOTE 'x')", "0A000"),
    ("COPY wire_copy TO STDOUT (FORMAT csv, DELIMITER 'ab')", "0A000"),
])
def test_wrong_statements(table, statement, code):
    messages = copy_in(table, statement)
    assert errors(messages) == [code]
