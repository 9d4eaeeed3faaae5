"""Settings that outlive a session: the files, ALTER SYSTEM, ALTER DATABASE and ROLE, reload into sessions that run."""
import os
import signal
import subprocess
import sys
import time

import psycopg2
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server import PGQUILLD, Server  # noqa: E402


class Session:
    """A psycopg2 connection that speaks in one-liners."""

    def __init__(self, server, user="postgres", dbname=None):
        self.conn = psycopg2.connect(server.dsn(user=user, dbname=dbname))
        self.conn.autocommit = True
        self.cursor = self.conn.cursor()

    def rows(self, sql):
        self.cursor.execute(sql)
        return self.cursor.fetchall() if self.cursor.description else None

    def one(self, sql):
        return self.rows(sql)[0][0]

    def code(self, sql):
        with pytest.raises(psycopg2.Error) as problem:
            self.rows(sql)
        return problem.value.pgcode


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def write(server, name, text):
    path = os.path.join(server.data_dir, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


@pytest.fixture(name="server")
def running_server():
    with Server() as server:
        yield server


def test_a_reload_reaches_running_sessions_between_commands(server):
    session, other = Session(server), Session(server)
    other.rows("SET work_mem = '9MB'")
    session.rows("BEGIN; SET LOCAL lock_timeout = '7s'")
    more = write(server, "more.d/10.conf", "lock_timeout = 2s\n")
    write(server, "more.d/left.out", "lock_timeout = 4s\n")
    write(server, "pgquill.conf", "work_mem = 5MB\ninclude_dir 'more.d'\ninclude_if_exists = 'none.conf'\nmax_connections = 7\n")
    server.ctl("reload")
    assert session.one("SHOW work_mem") == "5MB" and session.one("SHOW lock_timeout") == "7s"
    session.rows("COMMIT")
    assert session.one("SHOW lock_timeout") == "2s"
    assert other.one("SHOW work_mem") == "9MB"
    other.rows("RESET work_mem")
    assert other.one("SHOW work_mem") == "5MB"
    assert session.rows("SELECT setting, unit, source, sourcefile, sourceline, reset_val, boot_val FROM pg_settings "
                        "WHERE name = 'lock_timeout'") == [("2000", "ms", "configuration file", more, 1, "2000", "0")]
    assert session.rows("SELECT setting, pending_restart FROM pg_settings WHERE name = 'max_connections'") == [("100", True)]
    write(server, "pgquill.conf", "")
    server.process.send_signal(signal.SIGHUP)
    assert until(lambda: session.one("SHOW work_mem") == "4MB")
    assert session.rows("SELECT pending_restart, sourcefile FROM pg_settings WHERE name IN ('max_connections', 'work_mem')") == \
        [(False, None)] * 2


def test_mistakes_are_shown_with_file_and_line_and_change_nothing(server):
    session = Session(server)
    path = write(server, "pgquill.conf", "work_mem = 5MB\nTimeZone = nowhere\nno_such = 1\nlock_timeout 1 2\n")
    with pytest.raises(RuntimeError):
        server.ctl("reload")
    for line, text in ((2, 'invalid value for parameter "TimeZone": "nowhere"'), (3, "unrecognized configuration parameter"),
                       (4, "syntax error")):
        assert any(text in entry and f'"{path}" line {line}' in entry for entry in server.log().splitlines()), text
    assert session.one("SHOW work_mem") == "4MB"
    assert session.rows("SELECT sourceline, name, applied, error IS NULL FROM pg_file_settings") == \
        [(1, "work_mem", False, True), (2, "TimeZone", False, False), (3, "no_such", False, False), (4, None, False, False)]
    server.stop()
    with pytest.raises(RuntimeError, match="line 2"):
        server.start()


@pytest.mark.parametrize("options, expected", [
    (["max_connections=0"], '0 is outside the valid range for parameter "max_connections" (1 .. 262143)'),
    (["no_such=1"], 'unrecognized configuration parameter "no_such"'),
    (["work_mem=5XB"], 'invalid value for parameter "work_mem": "5XB"'),
    (["log_destination=stderr, paper"], 'invalid value for parameter "log_destination": "stderr, paper"'),
    (["max_connections=5", "superuser_reserved_connections=5"],
     "superuser_reserved_connections (5) must be less than max_connections (5)"),
])
def test_a_bad_setting_stops_the_start_and_leaves_nothing(tmp_path, options, expected):
    words = [word for option in options for word in ("-c", option)]
    done = subprocess.run([PGQUILLD, "-h", "", "-D", str(tmp_path), *words, str(tmp_path / "main.db")], capture_output=True, text=True,
                          timeout=20)
    assert done.returncode == 1 and expected in done.stderr, done.stderr
    assert os.listdir(tmp_path) == []


def test_included_files_are_named_in_mistakes(tmp_path):
    (tmp_path / "pgquill.conf").write_text("include 'more.conf'\n")
    for text, expected in (("work_mem = 5MB\nwork_mem = lots\n", 'invalid value for parameter "work_mem": "lots"'),
                           ("work_mem = 5MB\ninclude 'none.conf'\n", "none.conf")):
        (tmp_path / "more.conf").write_text(text)
        done = subprocess.run([PGQUILLD, "-h", "", "-D", str(tmp_path), str(tmp_path / "main.db")], capture_output=True, text=True, timeout=20)
        assert done.returncode == 1 and expected in done.stderr and f'"{tmp_path}/more.conf" line 2' in done.stderr, done.stderr


def test_alter_system(server):
    session = Session(server)
    session.rows("ALTER SYSTEM SET work_mem = '7MB'")
    session.rows("ALTER SYSTEM SET search_path = a, \"B c\"")
    assert session.one("SHOW work_mem") == "4MB"
    before = session.one("SELECT pg_conf_load_time()")
    assert session.one("SELECT pg_reload_conf()") is True
    assert until(lambda: session.one("SHOW work_mem") == "7MB")
    assert session.one("SHOW search_path") == 'a, "B c"'
    assert session.one("SELECT pg_conf_load_time()") > before
    assert session.one("SELECT sourcefile FROM pg_settings WHERE name = 'work_mem'").endswith("/pgquill.auto.conf")
    session.rows("ALTER SYSTEM SET max_connections = 50")
    server.stop()
    server.start()
    session = Session(server)
    assert session.one("SHOW max_connections") == "50" and session.one("SHOW work_mem") == "7MB"
    session.rows("ALTER SYSTEM RESET work_mem")
    session.one("SELECT pg_reload_conf()")
    assert until(lambda: session.one("SHOW work_mem") == "4MB")
    session.rows("ALTER SYSTEM RESET ALL")
    assert session.one("SELECT count(*) FROM pg_file_settings") == 0
    for sql, code in (("ALTER SYSTEM SET work_mem = 'lots'", "22023"), ("ALTER SYSTEM SET no_such = 1", "42704"),
                      ("ALTER SYSTEM SET data_directory = '/'", "55P02"), ("ALTER SYSTEM SET server_version = '1'", "55P02"),
                      ("BEGIN; ALTER SYSTEM SET work_mem = '7MB'", "25001")):
        assert session.code(sql) == code, sql
        session.conn.rollback()


def test_databases_and_roles_have_settings(server):
    session = Session(server)
    session.rows("CREATE DATABASE shop")
    session.rows("ALTER DATABASE shop SET work_mem = '5MB'")
    session.rows("ALTER DATABASE shop SET lock_timeout = '5s'")
    session.rows("ALTER ROLE ann SET lock_timeout = '6s'")
    session.rows("ALTER ROLE ann IN DATABASE shop SET IntervalStyle = 'iso_8601'")
    session.rows("ALTER ROLE ALL SET application_name = 'it''s \\ one'")
    session.rows("BEGIN; ALTER ROLE ann SET work_mem = '1GB'; ROLLBACK")
    session.rows("BEGIN; ALTER ROLE ann SET idle_session_timeout = '1h'; SAVEPOINT s; "
                 "ALTER ROLE ann SET idle_session_timeout = '2h'; ROLLBACK TO s; COMMIT")
    ann = Session(server, "ann", "shop")
    assert ann.rows("SELECT name, setting, source FROM pg_settings WHERE source IN ('global', 'database', 'user', 'database user')"
                    " ORDER BY lower(name)") == [("application_name", "it's \\ one", "global"), ("idle_session_timeout", "3600000", "user"),
                                          ("IntervalStyle", "iso_8601", "database user"), ("lock_timeout", "6000", "user"),
                                          ("work_mem", "5120", "database")]
    ann.rows("SET work_mem = '9MB'; RESET work_mem")
    assert ann.one("SHOW work_mem") == "5MB"
    assert Session(server, "bob", "shop").one("SHOW lock_timeout") == "5s"
    assert Session(server, "bob").one("SHOW lock_timeout") == "0"
    session.rows("ALTER DATABASE shop RESET lock_timeout")
    session.rows("ALTER ROLE ann RESET ALL")
    assert Session(server, "ann", "shop").one("SHOW lock_timeout") == "0"
    assert session.rows("SELECT d.datname, setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase "
                        "ORDER BY 2") == [("shop", ["IntervalStyle=iso_8601"]), ("shop", ["work_mem=5MB"])]
    for sql, code in (("ALTER DATABASE none SET work_mem = '5MB'", "3D000"), ("ALTER ROLE ann SET port = 1", "55P02"),
                      ("ALTER ROLE ann SET work_mem = '1'", "22023"), ("ALTER ROLE ann SET no_such = 1", "42704"),
                      ("ALTER ROLE ann IN DATABASE none SET work_mem = '5MB'", "3D000")):
        assert session.code(sql) == code, sql


def test_databases_are_listed_renamed_and_dropped(server):
    session = Session(server)
    session.rows("CREATE DATABASE one")
    Session(server, dbname="one").rows("CREATE TABLE t AS SELECT g AS n FROM generate_series(1, 1000) g")
    session.rows("ALTER DATABASE one SET work_mem = '5MB'")
    assert until(lambda: session.one("SELECT count(*) FROM pg_stat_activity WHERE datname = 'one'") == 0)
    session.rows("ALTER DATABASE one RENAME TO two")
    assert session.rows("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1") == [("main",), ("two",)]
    assert session.one("SELECT pg_database_size('two')") > 8192
    assert session.one("SELECT pg_database_size(oid) = pg_database_size(datname) FROM pg_database WHERE datname = 'two'")
    two = Session(server, dbname="two")
    assert two.one("SELECT sum(n) FROM t") == 500500 and two.one("SHOW work_mem") == "5MB"
    for sql, code in (("ALTER DATABASE two RENAME TO three", "55006"), ("DROP DATABASE two", "55006"),
                      ("ALTER DATABASE none RENAME TO three", "3D000"), ("ALTER DATABASE two RENAME TO main", "42P04"),
                      ("ALTER DATABASE main RENAME TO three", "0A000"), ("SELECT pg_database_size('none')", "3D000")):
        assert session.code(sql) == code, sql
    two.rows("INSERT INTO t VALUES (1)")
    assert two.one("SELECT count(*) FROM t") == 1001
    two.conn.close()
    assert until(lambda: session.one("SELECT count(*) FROM pg_stat_activity WHERE datname = 'two'") == 0)
    assert "two" in server.psql("-c", "\\l+")
    session.rows("DROP DATABASE two")
    session.rows("CREATE DATABASE two")
    assert Session(server, dbname="two").one("SHOW work_mem") == "4MB"
    assert sorted(name for name in os.listdir(server.data_dir) if name.endswith(".db")) == ["main.db", "two.db"]
