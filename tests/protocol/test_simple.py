import pytest
from wire import errors, kinds, rows, tags


def test_rows_tag_and_status(conn):
    messages = conn.query("SELECT 1 AS one, 'two' AS two, NULL AS three")
    assert kinds(messages) == "TDCZ"
    assert messages[0].columns == [("one", 23, 0), ("two", 25, 0), ("three", 25, 0)]
    assert rows(messages) == [["1", "two", None]]
    assert tags(messages) == ["SELECT 1"]
    assert messages[-1].body == b"I"


@pytest.mark.parametrize("text, expected", [("", "IZ"), (" ; ; ", "IZ"), ("-- nothing", "IZ"), ("SELECT 1;;SELECT 2", "TDCTDCZ")])
def test_statements_of_a_message(conn, text, expected):
    assert kinds(conn.query(text)) == expected


@pytest.mark.parametrize("text, code, position", [
    ("SELEC 1", "42601", "1"),
    ("SELECT 1; SELECT nope", "42703", "18"),
    ("SELECT * FROM nowhere", "42P01", "15"),
    ("SELECT $1", "42P02", "8"),
])
def test_errors_carry_code_and_position(conn, text, code, position):
    error = next(message for message in conn.query(text) if message.kind == "E")
    assert (error.fields["C"], error.fields["P"], error.fields["S"]) == (code, position, "ERROR")


@pytest.mark.parametrize("text", ["CREATE PUBLICATION p", "CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION f(internal))", "CREATE ROLE r", "DO ''"])
def test_what_we_do_not_have_is_said_in_a_whole_sentence(conn, text):
    error = next(message for message in conn.query(text) if message.kind == "E")
    assert error.fields["C"] == "0A000" and not error.fields["M"].startswith(" ")


@pytest.mark.parametrize("text, shown", [(b"SELECT '\xff'", "0xff"), (b"SELECT '\xc3\x28'", "0xc3 0x28"), (b"SELECT \xed\xa0\x80", "0xed 0xa0 0x80")])
def test_a_query_that_is_no_text(conn, text, shown):
    conn.send("Q", text + b"\0")
    error = next(message for message in conn.until() if message.kind == "E")
    assert (error.fields["C"], error.fields["M"]) == ("22021", f'invalid byte sequence for encoding "UTF8": {shown}')
    assert rows(conn.query("SELECT 1")) == [["1"]]


def test_a_syntax_error_anywhere_runs_nothing(conn):
    assert kinds(conn.query("SELECT 1; SELEC 2")) == "EZ"


def test_statements_of_a_message_are_one_transaction(conn):
    conn.query("DROP TABLE IF EXISTS wire_one; CREATE TABLE wire_one (a int)")
    assert errors(conn.query("INSERT INTO wire_one VALUES (1); SELECT 1/0; INSERT INTO wire_one VALUES (2)")) == ["22012"]
    assert rows(conn.query("SELECT count(*) FROM wire_one")) == [["0"]]
    assert errors(conn.query("INSERT INTO wire_one VALUES (1); COMMIT; INSERT INTO wire_one VALUES (2); SELECT 1/0")) == ["22012"]
    assert rows(conn.query("SELECT a FROM wire_one")) == [["1"]]
    messages = conn.query("BEGIN; INSERT INTO wire_one VALUES (3)")
    assert messages[-1].body == b"T"
    assert tags(conn.query("ROLLBACK")) == ["ROLLBACK"]
    assert rows(conn.query("SELECT a FROM wire_one")) == [["1"]]


def test_a_failed_block_accepts_only_its_end(conn):
    assert conn.query("BEGIN")[-1].body == b"T"
    assert conn.query("SELECT 1/0")[-1].body == b"E"
    assert errors(conn.query("SELECT 1")) == ["25P02"]
    assert errors(conn.query("SELECT * FROM nowhere")) == ["25P02"]
    assert errors(conn.query("SELEC 1")) == ["42601"]
    messages = conn.query("COMMIT")
    assert tags(messages) == ["ROLLBACK"] and messages[-1].body == b"I"


@pytest.mark.parametrize("text, code", [("COMMIT", "25P01"), ("ROLLBACK", "25P01"), ("BEGIN; BEGIN; ROLLBACK", "25001"), ("SET LOCAL work_mem = 64", "25P01")])
def test_warnings_about_transactions(conn, text, code):
    assert [message.fields["C"] for message in conn.query(text) if message.kind == "N"] == [code]


@pytest.mark.parametrize("text, code", [
    ("SAVEPOINT a", "25P01"), ("RELEASE a", "25P01"), ("ROLLBACK TO a", "25P01"), ("BEGIN; ROLLBACK TO a", "3B001"),
    ("DECLARE c CURSOR FOR SELECT 1", "25P01"), ("FETCH c", "34000"), ("CLOSE c", "34000"), ("EXECUTE nope", "26000"), ("DEALLOCATE nope", "26000"),
    ("BEGIN; VACUUM", "25001"), ("BEGIN READ ONLY; CREATE TABLE wire_never (a int)", "25006"), ("SET nonsense = 1", "42704"),
    ("SET work_mem = 'much'", "22023"), ("SET port = 1", "55P02"), ("SHOW nonsense", "42704"), ("LOCK TABLE pg_class", "25P01"),
])
def test_errors_of_utilities(conn, text, code):
    assert errors(conn.query(text)) == [code]


def test_savepoints(conn):
    conn.query("DROP TABLE IF EXISTS wire_save; CREATE TABLE wire_save (a int)")
    conn.query("BEGIN")
    conn.query("SAVEPOINT before_any")
    conn.query("INSERT INTO wire_save VALUES (1)")
    conn.query("SAVEPOINT one")
    conn.query("INSERT INTO wire_save VALUES (2)")
    conn.query("SELECT 1/0")
    assert conn.query("ROLLBACK TO one")[-1].body == b"T"
    conn.query("INSERT INTO wire_save VALUES (3)")
    conn.query("RELEASE one")
    assert rows(conn.query("SELECT a FROM wire_save ORDER BY a")) == [["1"], ["3"]]
    conn.query("ROLLBACK TO before_any")
    assert rows(conn.query("SELECT a FROM wire_save ORDER BY a")) == []
    conn.query("COMMIT")


def test_settings_follow_transactions(conn):
    show = lambda: rows(conn.query("SHOW work_mem"))[0][0]
    before = show()
    conn.query("BEGIN; SET work_mem = '1MB'; SAVEPOINT a; SET work_mem = '2MB'; ROLLBACK TO a")
    assert show() == "1MB"
    conn.query("SET LOCAL work_mem = '3MB'")
    assert show() == "3MB"
    conn.query("COMMIT")
    assert show() == "1MB"
    conn.query("BEGIN; SET work_mem = '5MB'; ROLLBACK")
    assert show() == "1MB"
    conn.query("RESET work_mem")
    assert show() == before


def test_changed_settings_are_reported(conn):
    messages = conn.query("SET application_name = 'renamed'")
    assert b"application_name\0renamed\0" in [message.body for message in messages if message.kind == "S"]
    messages = conn.query("BEGIN; SET DateStyle = 'SQL, DMY'")
    assert b"DateStyle\0SQL, DMY\0" in [message.body for message in messages if message.kind == "S"]
    messages = conn.query("ROLLBACK")
    assert b"DateStyle\0ISO, MDY\0" in [message.body for message in messages if message.kind == "S"]


def test_cursors(conn):
    conn.query("BEGIN; DECLARE c SCROLL CURSOR FOR SELECT g FROM generate_series(1, 10) g")
    fetch = lambda what: [row[0] for row in rows(conn.query(what))]
    assert fetch("FETCH 3 FROM c") == ["1", "2", "3"]
    assert fetch("FETCH BACKWARD 1 FROM c") == ["2"]
    assert fetch("FETCH ABSOLUTE 7 FROM c") == ["7"]
    assert fetch("FETCH RELATIVE -2 FROM c") == ["5"]
    assert fetch("FETCH LAST FROM c") == ["10"]
    assert fetch("FETCH NEXT FROM c") == []
    assert fetch("FETCH PRIOR FROM c") == ["10"]
    assert fetch("FETCH FIRST FROM c") == ["1"]
    assert tags(conn.query("MOVE FORWARD ALL IN c")) == ["MOVE 9"]
    assert tags(conn.query("CLOSE c")) == ["CLOSE CURSOR"]
    conn.query("COMMIT")


def test_a_held_cursor_outlives_its_transaction(conn):
    conn.query("BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT g FROM generate_series(1, 3) g; COMMIT")
    assert rows(conn.query("FETCH ALL FROM h")) == [["1"], ["2"], ["3"]]
    conn.query("CLOSE h")


def test_prepare_and_execute(conn):
    assert tags(conn.query("PREPARE p (int, text) AS SELECT $1 + 1, $2")) == ["PREPARE"]
    assert rows(conn.query("EXECUTE p (41, 'x')")) == [["42", "x"]]
    assert errors(conn.query("EXECUTE p (1)")) == ["42601"]
    assert errors(conn.query("PREPARE p AS SELECT 1")) == ["42P05"]
    assert tags(conn.query("DEALLOCATE p")) == ["DEALLOCATE"]
