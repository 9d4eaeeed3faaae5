"""psql's commands and its completion by Tab print what they print on PostgreSQL 15 (psql_commands.out, psql_complete.out), which is recorded by

    python3 tests/clients/test_psql.py 'host=... port=... user=postgres'
"""
import os
import pty
import select
import subprocess
import sys
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
DATABASE = "psql_commands"
ENVIRONMENT = dict(os.environ, PAGER="cat", LC_ALL="C.UTF-8", TERM="dumb", INPUTRC="/dev/null", PSQL_HISTORY="/dev/null", PGTZ="UTC", COLUMNS="400")
TYPED = [
    "select * from pgb", "select * from pgbench_accounts where a", "select * from extra.", "select pg_size", "insert into kinds (",
    "update pgbench_t", "copy pgb", "\\d ki", "\\d pgbench_accounts ", "\\c psql_com", "\\dn e", "alter table kinds drop column ",
    "alter table kinds drop constraint ", "alter type mood ", "comment on column kinds.", "create index on kinds (", "reindex index k", "drop ta",
    "drop view ", "drop function o", "drop sequence ", "set work", "set search_path to ", "set client_min_messages to ", "show enable_h",
]


def path(name):
    return os.path.join(HERE, name)


def fill(dsn):
    subprocess.run(["psql", "-Xq", "-d", dsn + " dbname=postgres", "-c", f"CREATE DATABASE {DATABASE} TEMPLATE template0"], check=True)
    dsn += f" dbname={DATABASE}"
    subprocess.run(["pgbench", "-i", "-q", dsn], check=True, capture_output=True)
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-f", path("psql_schema.sql")], check=True)
    return dsn


def commands(dsn):
    done = subprocess.run(["psql", "-Xa", "-d", dsn, "-f", path("psql_commands.sql")], capture_output=True, text=True, env=ENVIRONMENT, timeout=120)
    return done.stdout + done.stderr.replace(HERE + "/", "")


class Terminal:
    def __init__(self, dsn):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe("psql", ["psql", "-X", "-d", dsn], ENVIRONMENT)
        self.read(20, "=# ")

    def read(self, seconds, until):
        seen, end = "", time.monotonic() + seconds
        while until not in seen and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                seen += os.read(self.fd, 65536).decode()
        return seen

    def complete(self, typed):
        """What psql shows when Tab is pressed twice behind `typed`; the mark behind it says that it has answered."""
        os.write(self.fd, typed.encode() + b"\t\t@@")
        shown = self.read(20, "@@")
        os.write(self.fd, b"\x15\x03")
        self.read(20, "=# ")
        return shown.replace("\r", "").replace("\a", "").removesuffix("@@")

    def close(self):
        os.write(self.fd, b"\\q\n")
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def completions(dsn):
    terminal = Terminal(dsn)
    shown = [f"== {typed}\n{terminal.complete(typed)}\n" for typed in TYPED]
    terminal.close()
    return "".join(shown)


@pytest.fixture(scope="module")
def dsn(server):
    return fill(f"host={server.socket_dir} port={server.port} user=postgres")


@pytest.mark.parametrize("answers, name", [(commands, "psql_commands.out"), (completions, "psql_complete.out")])
def test_psql_prints_what_postgresql_makes_it_print(dsn, answers, name):
    with open(path(name), encoding="utf-8") as expected:
        assert answers(dsn) == expected.read()


def test_conninfo(server, dsn):
    shown = subprocess.run(["psql", "-X", "-d", dsn, "-c", "\\conninfo"], capture_output=True, text=True, timeout=60).stdout
    assert shown == (f'You are connected to database "{DATABASE}" as user "postgres" via socket in "{server.socket_dir}" at port "{server.port}".\n')


if __name__ == "__main__":
    target = fill(sys.argv[1])
    for record, into in [(commands, "psql_commands.out"), (completions, "psql_complete.out")]:
        with open(path(into), "w", encoding="utf-8") as out:
            out.write(record(target))
    subprocess.run(["psql", "-Xq", "-d", sys.argv[1] + " dbname=postgres", "-c", f"DROP DATABASE {DATABASE}"], check=True)
