"""pg_dump writes what it writes for the same schema in PostgreSQL 15 (dump_schema.out), and what it wrote can be read back."""
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def dump(server, database, *options):
    done = subprocess.run(["pg_dump", *options, "-d", server.dsn(dbname=database)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return re.sub(r"(?m)^(-- Dumped .*|\\(un)?restrict .*)\n", "", done.stdout)


def test_dump_equals_postgresql_s_and_restores(server):
    with open(os.path.join(HERE, "dump_schema.sql"), encoding="utf-8") as script:
        server.psql("-q", script="CREATE DATABASE dumped;\nCREATE DATABASE restored;\n")
        server.psql("-q", script="SET timezone = 'UTC';\n" + script.read(), dbname="dumped")
    server.psql("-q", script="ALTER DATABASE dumped SET timezone = 'UTC'; ALTER DATABASE restored SET timezone = 'UTC';")
    written = dump(server, "dumped")
    with open(os.path.join(HERE, "dump_schema.out"), encoding="utf-8") as expected:
        assert written == expected.read()
    server.psql("-q", script=written, dbname="restored")
    assert dump(server, "restored") == written
    assert dump(server, "restored", "--data-only", "--inserts") == dump(server, "dumped", "--data-only", "--inserts")
