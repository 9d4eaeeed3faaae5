"""Who may connect: the hba file, at start, while it runs and at reload."""
import getpass
import os
import socket
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from server import PGQUILLD, Server  # noqa: E402


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return str(path)


def own_address():
    """An address of this machine that is not loopback; None when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


def connect(server, user="postgres", host=None, dbname="main"):
    code, out, error = server.psql("-Atc", "SELECT 'in'", "-d", f"host={host or '127.0.0.1'} port={server.port} user={user} dbname={dbname}",
                                   check=False)
    return "in" if code == 0 and out == "in\n" else error


def test_rules_are_enforced(tmp_path):
    hba = write(tmp_path / "hba", f"local all {getpass.getuser()} peer\nlocal all root,guest peer\n"
                                  "host main ann,postgres 127.0.0.0/8 trust\nhost all bob all reject\n")
    with Server("--hba", hba) as server:
        assert connect(server, "ann") == "in"
        assert 'pg_hba.conf rejects connection for host "127.0.0.1", user "bob", database "main", no encryption' in connect(server, "bob")
        assert 'no pg_hba.conf entry for host "127.0.0.1", user "carl", database "main", no encryption' in connect(server, "carl")
        assert 'no pg_hba.conf entry for host "127.0.0.1", user "ann", database "other", no encryption' in \
            connect(server, "ann", dbname="other")
        assert connect(server, getpass.getuser(), server.socket_dir) == "in"
        assert 'Peer authentication failed for user "guest"' in connect(server, "guest", server.socket_dir)
        assert 'no pg_hba.conf entry for host "[local]", user "ann"' in connect(server, "ann", server.socket_dir)


def test_an_address_beyond_this_machine_needs_rules(tmp_path):
    address = own_address()
    if not address:
        pytest.skip("this machine has loopback addresses alone")
    with pytest.raises(RuntimeError, match="not a loopback address, without an hba file"):
        Server("-h", address).start()
    hba = write(tmp_path / "hba", "host all ann samehost trust\nhost all all 127.0.0.1/32 trust\n")
    with Server("--hba", hba, "-h", f"127.0.0.1,{address}") as server:
        assert connect(server, "ann", address) == "in"
        assert f'no pg_hba.conf entry for host "{address}", user "bob"' in connect(server, "bob", address)


@pytest.mark.parametrize("text, expected", [
    ("host all all nowhere/8 trust\n", "specifying both host name and CIDR mask is invalid"),
    ("host all all all scram-sha-1\n", 'invalid authentication method "scram-sha-1"'),
    ("host all all all ldap\n", 'invalid authentication method "ldap": not supported by this build'),
    ("", "contains no entries"),
])
def test_mistakes_stop_the_start(tmp_path, text, expected):
    hba = write(tmp_path / "hba", text)
    server = Server("--hba", hba)
    with pytest.raises(RuntimeError) as problem:
        server.start()
    assert expected in str(problem.value) and f"could not load {hba}" in str(problem.value)
    if text:
        assert f'line 1 of configuration file "{hba}"' in str(problem.value)
    server.clean()


def test_reload_takes_new_rules_and_keeps_the_old_ones_when_they_are_wrong(tmp_path):
    hba = write(tmp_path / "hba", "host all all 127.0.0.1/32 trust\n")
    with Server("--hba", hba) as server:
        assert connect(server, "ann") == "in"
        write(hba, "host all all 127.0.0.1/32 trust\nhost all all 127.0.0.1/99 trust\n")
        with pytest.raises(RuntimeError):
            server.ctl("reload")
        assert f'line 2 of configuration file "{hba}"' in server.log()
        assert connect(server, "ann") == "in"
        write(hba, "host all ann 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 trust\n")
        server.ctl("reload")
        for _ in range(8):  # whoever accepts: no spare has the old rules
            assert 'rejects connection for host "127.0.0.1", user "ann"' in connect(server, "ann")
        assert connect(server, "bob") == "in"


def test_inetd_without_rules_serves_this_machine_alone(tmp_path):
    address = own_address()
    if not address:
        pytest.skip("this machine has loopback addresses alone")
    for host, expected in (("127.0.0.1", b"R"), (address, b"E")):
        with socket.socket() as listener:
            listener.bind((host, 0))
            listener.listen(1)
            client = socket.create_connection(listener.getsockname(), timeout=20)
            served, _ = listener.accept()
        process = subprocess.Popen([PGQUILLD, "--inetd", str(tmp_path / "main.db")], stdin=served, stdout=served, stderr=served)
        served.close()
        fields = b"user\0ann\0database\0main\0\0"
        client.sendall(struct.pack("!ii", len(fields) + 8, 196608) + fields)
        answer = client.recv(4096)
        assert answer[:1] == expected and (expected == b"R" or b"no pg_hba.conf entry for host" in answer), answer
        client.close()
        process.wait(10)
