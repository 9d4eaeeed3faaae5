"""The forms in which a server runs: daemon, inetd, socket activation, throw-away, init script."""
import csv
import json
import os
import shutil
import signal
import socket
import subprocess

import pytest

from proc import until
from server import PGQUILLCTL, PGQUILLD, TOP, Server, free_port


def psql(dsn, sql):
    return subprocess.run(["psql", "-X", "-At", "-d", dsn, "-c", sql], capture_output=True, text=True, timeout=30)


def ctl(run_dir, *arguments):
    return subprocess.run([PGQUILLCTL, "-R", str(run_dir), *arguments], capture_output=True, text=True, timeout=30)


def test_daemon(tmp_path):
    port = free_port()
    command = [PGQUILLD, "--daemon", "-p", str(port), str(tmp_path / "main.db")]
    started = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert started.returncode == 0, started.stderr
    pid = int((tmp_path / "pgquilld.pid").read_text())
    try:
        assert psql(f"host={tmp_path} port={port} dbname=main user=root", "SELECT 1").stdout == "1\n"
        assert os.getsid(pid) != os.getsid(0) and os.readlink(f"/proc/{pid}/cwd") == "/"
        assert all(os.readlink(f"/proc/{pid}/fd/{fd}") == "/dev/null" for fd in (0, 1))
        assert "ready to accept connections" in (tmp_path / "pgquilld.log").read_text()
        again = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert again.returncode == 1 and "is another server" in again.stderr
    finally:
        assert ctl(tmp_path, "stop").returncode == 0
    assert not os.path.exists(f"/proc/{pid}") or until(lambda: not os.path.exists(f"/proc/{pid}/fd/0"))
    assert not (tmp_path / "pgquilld.pid").exists() and not (tmp_path / "control.sock").exists()


def test_log_file_is_reopened_after_rotation(tmp_path):
    with Server("-c", "log_file=server.log", "-c", "log_connections=on", directory=str(tmp_path)) as server:
        log = tmp_path / "server.log"
        log.rename(tmp_path / "server.log.1")
        server.process.send_signal(signal.SIGUSR1)
        assert until(log.exists)
        server.psql("-c", "SELECT 1")
        assert until(lambda: "connection" in log.read_text())


def test_service_manager_is_told(tmp_path):
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(10)
        os.environ["NOTIFY_SOCKET"] = address
        try:
            server = Server().start()
        finally:
            del os.environ["NOTIFY_SOCKET"]
        try:
            assert manager.recv(1000).startswith(b"READY=1")
            server.process.send_signal(signal.SIGHUP)
            assert manager.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert manager.recv(1000) == b"READY=1"
        finally:
            server.stop()
            server.clean()
        assert manager.recv(1000).startswith(b"STOPPING=1")


def test_socket_activation(tmp_path):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        port = listener.getsockname()[1]
        pid = os.fork()
        if pid == 0:
            os.dup2(listener.fileno(), 9)
            os.dup2(9, 3)
            os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
            os.execv(PGQUILLD, [PGQUILLD, "-p", "1", str(tmp_path / "main.db")])
        try:
            assert psql(f"host=127.0.0.1 port={port} dbname=main user=postgres", "SELECT 1").stdout == "1\n"
        finally:
            until(lambda: ctl(tmp_path, "stop").returncode == 0)
        assert os.waitpid(pid, 0)[1] == 0


def test_ephemeral_databases_leave_nothing():
    def directories():
        return {name for name in os.listdir("/dev/shm") if name.startswith("pgquill-ephemeral-")}

    before, port = directories(), free_port()
    dsn = f"host=127.0.0.1 port={port} dbname=postgres user=postgres"
    server = subprocess.Popen([PGQUILLD, "-E", "-p", str(port)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: psql(dsn, "CREATE TABLE t (n int)").returncode == 0)
        assert len(directories() - before) == 1
    finally:
        server.send_signal(signal.SIGINT)
        status = server.wait(10)
    assert status == 0
    assert directories() <= before


def test_inetd(tmp_path):
    """One process for each connection, as inetd starts them; they share a registry."""
    port = free_port()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(10)
        clients = [subprocess.Popen(["psql", "-X", "-At", "-d", f"host=127.0.0.1 port={port} dbname=main user=postgres"], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True) for _ in range(2)]
        servers = []
        for _ in clients:
            conn, _ = listener.accept()
            servers.append(subprocess.Popen([PGQUILLD, "--inetd", str(tmp_path / "main.db")], stdin=conn, stdout=conn, stderr=conn))
            conn.close()
        assert until(lambda: ctl(tmp_path, "sessions").stdout.count("\n") == 3)
        clients[1].stdin.write("LISTEN made;\n")
        clients[1].stdin.flush()
        assert clients[1].stdout.readline() == "LISTEN\n"
        out, _ = clients[0].communicate("CREATE TABLE t (n int);\nINSERT INTO t VALUES (1);\nNOTIFY made;\n", timeout=30)
        assert out == "CREATE TABLE\nINSERT 0 1\nNOTIFY\n"
        out, _ = clients[1].communicate("SELECT n FROM t;\n", timeout=30)
        assert out.startswith("1\nAsynchronous notification \"made\" received from server process with PID ")
        assert [server.wait(10) for server in servers] == [0, 0]
        assert ctl(tmp_path, "sessions").stdout.count("\n") == 1


def serves_many(port, dsn, run_dir):
    """What is asked of every super-server: sessions side by side that see each other, and none left."""
    first = subprocess.Popen(["psql", "-X", "-At", "-d", dsn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first.stdin.write("CREATE TABLE t (n int);\nINSERT INTO t VALUES (1);\n\\echo made\n")
    first.stdin.flush()
    assert [first.stdout.readline() for _ in range(3)] == ["CREATE TABLE\n", "INSERT 0 1\n", "made\n"]
    second = psql(dsn, "SELECT n, (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') FROM t")
    assert second.stdout == "1|2\n", second.stderr
    first.communicate(timeout=30)
    for _ in range(20):
        assert psql(dsn, "SELECT n FROM t").stdout == "1\n"
    assert until(lambda: ctl(run_dir, "sessions").stdout.count("\n") == 1)


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("xinetd"), reason="needs root and xinetd")
def test_xinetd(tmp_path):
    """xinetd itself, with the service file that we ship: its port, user and places are the test's."""
    port = free_port()
    service = open(os.path.join(TOP, "contrib", "xinetd", "pgquilld"), encoding="ascii").read()
    for line, value in (("port            = 5432", f"port = {port}"), ("user            = pgquill", "user = root"),
                        ("server          = /usr/sbin/pgquilld", f"server = {PGQUILLD}"),
                        ("--inetd -D /var/lib/pgquill -R /run/pgquill", f"--inetd -D {tmp_path} -R {tmp_path} {tmp_path}/main.db")):
        assert line in service
        service = service.replace(line, value)
    config = tmp_path / "xinetd.conf"
    config.write_text(f"defaults\n{{\n    log_type = FILE {tmp_path}/xinetd.log\n}}\n{service}")
    daemon = subprocess.Popen(["xinetd", "-dontfork", "-f", str(config), "-pidfile", str(tmp_path / "xinetd.pid")])
    try:
        assert until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        serves_many(port, f"host=127.0.0.1 port={port} dbname=main user=postgres", tmp_path)
    finally:
        daemon.terminate()
        daemon.wait(10)


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("logrotate"), reason="needs root and logrotate")
def test_logrotate(tmp_path):
    """The file that we ship, run twice by logrotate itself: the server goes on in new files, text, csv and json alike."""
    with Server("-c", "log_file=server.log", "-c", "log_destination=stderr,csvlog,jsonlog", "-c", "log_connections=on",
                directory=str(tmp_path)) as server:
        text = open(os.path.join(TOP, "contrib", "logrotate", "pgquilld"), encoding="ascii").read()
        text = text.replace("/var/log/pgquill/*.log", f"{tmp_path}/server.log {tmp_path}/server.csv {tmp_path}/server.json")
        text = text.replace("/run/pgquill", str(tmp_path)).replace("su pgquill pgquill", "su root root")
        config = tmp_path / "logrotate.conf"
        config.write_text(text)
        for turn in range(2):
            server.psql("-c", f"SELECT {turn} / 0", check=False)
            assert until(lambda: f"SELECT {turn} / 0" in (tmp_path / "server.log").read_text())
            done = subprocess.run(["logrotate", "-f", "-s", str(tmp_path / "state"), str(config)], capture_output=True, text=True, timeout=30)
            assert done.returncode == 0, done.stderr
            assert f"SELECT {turn} / 0" in (tmp_path / "server.log.1").read_text()
            for name in ("server.log", "server.csv", "server.json"):
                assert until(lambda: os.path.exists(tmp_path / name)), name
            assert f"SELECT {turn} / 0" not in (tmp_path / "server.log").read_text()
        server.psql("-c", "SELECT 1 / 0", check=False)
        lines = until(lambda: [json.loads(line) for line in (tmp_path / "server.json").read_text().splitlines()
                               if '"state_code":"22012"' in line])
        assert lines[-1]["message"] == "division by zero" and lines[-1]["statement"] == "SELECT 1 / 0" and lines[-1]["dbname"] == "main"
        rows = list(csv.reader((tmp_path / "server.csv").read_text().splitlines()))
        row = [row for row in rows if row[12] == "22012"][-1]
        assert len(row) == 26 and row[13] == "division by zero" and row[19] == "SELECT 1 / 0"


@pytest.mark.skipif(os.getuid() != 0 or not os.path.exists("/lib/lsb/init-functions"), reason="needs root and lsb-base")
def test_init_script(tmp_path):
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    for program in (PGQUILLD, PGQUILLCTL):
        shutil.copy(program, bin_dir)
    port = free_port()
    script = tmp_path / "pgquilld"
    text = open(os.path.join(TOP, "contrib", "init.d", "pgquilld"), encoding="ascii").read()
    for name, value in (("DAEMON", bin_dir / "pgquilld"), ("CONTROL", bin_dir / "pgquillctl"), ("DATA_DIR", tmp_path / "data"), ("RUN_DIR", tmp_path / "run"),
                        ("LOG_DIR", tmp_path / "log"), ("RUN_AS", "root"), ("OPTIONS", f"'-p {port}'")):
        text = "".join(f"{name}={value}\n" if line.startswith(name + "=") else line for line in text.splitlines(keepends=True))
    script.write_text(text)

    def run(action):
        return subprocess.run(["sh", str(script), action], capture_output=True, text=True, timeout=60).returncode

    dsn = f"host=127.0.0.1 port={port} dbname=postgres user=postgres"
    assert run("status") == 3
    try:
        assert run("start") == 0 and run("start") == 0
        assert run("status") == 0
        first = (tmp_path / "run" / "pgquilld.pid").read_text()
        assert psql(dsn, "SELECT 1").stdout == "1\n"
        assert run("reload") == 0
        assert run("restart") == 0
        assert (tmp_path / "run" / "pgquilld.pid").read_text() != first
        assert psql(dsn, "SELECT 1").stdout == "1\n"
    finally:
        stopped = run("stop")
    assert stopped == 0 and run("stop") == 0
    assert run("status") == 3
    assert run("nonsense") == 3


@pytest.mark.parametrize("words, expected", [
    (["pgquillctl", "st"], {"status", "stop"}),
    (["pgquillctl", "stop", ""], {"smart", "fast", "immediate"}),
    (["pgquillctl", "--j"], {"--json"}),
    (["pgquilld", "--da"], {"--daemon", "--data-dir"}),
])
def test_bash_completes(words, expected):
    script = (f"source {TOP}/contrib/bash-completion/pgquillctl; COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}; "
              f"_{words[0]}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=10)
    assert set(done.stdout.split()) == expected, done.stderr


def test_bash_completes_sessions(tmp_path):
    with Server(directory=str(tmp_path)) as server:
        client = subprocess.Popen(["psql", "-X", "-d", server.dsn()], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        pid = until(server.sessions)[0]["pid"]
        script = (f"PATH={os.path.dirname(PGQUILLCTL)}:$PATH; source {TOP}/contrib/bash-completion/pgquillctl; "
                  f"COMP_WORDS=(pgquillctl -R {tmp_path} cancel ''); COMP_CWORD=4; _pgquillctl; echo ${{COMPREPLY[@]}}")
        assert subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=10).stdout == f"{pid}\n"
        client.communicate(b"", timeout=10)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_units(tmp_path):
    """The units are well formed; the paths in them are those of an installed server."""
    for name in ("pgquilld.service", "pgquilld.socket"):
        text = open(os.path.join(TOP, "contrib", "systemd", name), encoding="ascii").read()
        (tmp_path / name).write_text(text.replace("/usr/sbin/pgquilld", PGQUILLD).replace("man:", "https://example.org/"))
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / "pgquilld.service")], capture_output=True, text=True, timeout=60)
    assert "pgquilld" not in done.stderr, done.stderr
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(tmp_path / "pgquilld.service")],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-400:] + done.stderr
