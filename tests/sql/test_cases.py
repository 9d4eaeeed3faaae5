"""Scripts of our own, run through psql: what it prints must be what PostgreSQL 15 printed (cases/NAME.out, made by ./record)."""
import glob
import os
import re
import subprocess

import pytest

from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(HERE, "cases", "*.sql")))


@pytest.fixture(scope="module")
def database():
    with Server(name="cases") as server:
        yield server


@pytest.mark.parametrize("name", CASES)
def test_case(database, name):
    path = os.path.join(HERE, "cases", name)
    database.psql("-c", f"CREATE DATABASE case_{name}")
    done = subprocess.run(["psql", "-X", "-a", "-q", "-d", database.dsn(dbname=f"case_{name}"), "-f", path + ".sql"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, env=environment())
    with open(path + ".out", encoding="utf-8") as file:
        assert normalised(done.stdout) == normalised(file.read())


def environment():
    return dict(os.environ, PGTZ="UTC", PGDATESTYLE="ISO, MDY", LC_ALL="C.UTF-8", PAGER="cat", LC_MESSAGES="C")


def normalised(text):
    """psql names the script's path in its error lines: only the file's name counts."""
    return [re.sub(r"^psql:\S*?([^/\s:]+\.sql:)", r"psql:\1", line) for line in text.splitlines()]
