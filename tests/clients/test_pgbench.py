"""pgbench, unmodified: initialisation, TPC-B and select-only in every protocol mode; what it leaves behind is consistent."""
import os
import subprocess

import pytest

from server import Server

SECONDS = os.environ.get("PGBENCH_SECONDS", "2")
MODES = ["simple", "extended", "prepared"]
CLIENTS = [1, 8, 32]


@pytest.fixture(scope="module")
def bench():
    with Server() as server:
        done = pgbench(server, "-i", "-s", "2", "-q")
        assert done.returncode == 0, done.stderr
        yield server


def pgbench(server, *arguments):
    command = ["pgbench", "-h", server.socket_dir, "-p", str(server.port), "-U", "postgres", *arguments, server.dbname]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def number(server, sql):
    return int(server.psql("-Atc", sql))


@pytest.mark.parametrize("script", ["tpcb-like", "select-only", "simple-update"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("clients", CLIENTS)
def test_run(bench, script, mode, clients):
    done = pgbench(bench, "-n", "-b", script, "-M", mode, "-c", str(clients), "-j", "2", "-T", SECONDS)
    assert done.returncode == 0, done.stderr
    assert "number of failed transactions: 0 (0.000%)" in done.stdout
    assert "ERROR" not in done.stderr


def test_invariants_and_log(bench):
    delta = number(bench, "SELECT sum(delta) FROM pgbench_history")
    accounts = number(bench, "SELECT sum(abalance) FROM pgbench_accounts")
    tellers = number(bench, "SELECT sum(tbalance) FROM pgbench_tellers")
    branches = number(bench, "SELECT sum(bbalance) FROM pgbench_branches")
    done = pgbench(bench, "-n", "-c", "8", "-j", "2", "-t", "50")
    assert done.returncode == 0, done.stderr
    delta = number(bench, "SELECT sum(delta) FROM pgbench_history") - delta
    assert number(bench, "SELECT sum(abalance) FROM pgbench_accounts") - accounts == delta
    assert number(bench, "SELECT sum(tbalance) FROM pgbench_tellers") - tellers == delta
    assert number(bench, "SELECT sum(bbalance) FROM pgbench_branches") - branches == delta
    assert "ERROR" not in bench.log()


def test_sqlite_shell_reads_the_file(bench):
    done = subprocess.run(["sqlite3", bench.file, "SELECT aid, bid, abalance, length(filler) FROM pgbench_accounts WHERE aid = 5; PRAGMA integrity_check"],
                          capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    aid_row, check = done.stdout.splitlines()
    assert aid_row.startswith("5|1|") and aid_row.endswith("|84")
    assert check == "ok"
