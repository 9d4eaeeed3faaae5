"""The node and JDBC programs beside this file, run as their users would run them."""
import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
JDBC = "/usr/share/java/postgresql.jar"


def test_node_postgres(server):
    done = subprocess.run(["node", os.path.join(HERE, "node", "alltypes.js"), str(server.port), server.dbname], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("OK\n", "", 0)


@pytest.mark.parametrize("program", ["AllTypes", "SpecialTypes"])
def test_jdbc(server, tmp_path, program):
    subprocess.run(["javac", "-cp", JDBC, "-d", tmp_path, os.path.join(HERE, "jdbc", program + ".java")], check=True, timeout=120)
    done = subprocess.run(["java", "-cp", f"{tmp_path}:{JDBC}", program, str(server.port), server.dbname], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("OK\n", "", 0)
