"""A pgquilld of the test's own: on a free port, in a temporary directory, stopped by pid."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PGQUILLD = os.environ.get("PGQUILLD", os.path.join(TOP, "build", "pgquilld"))
PGQUILLCTL = os.environ.get("PGQUILLCTL", os.path.join(os.path.dirname(PGQUILLD), "pgquillctl"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """with Server() as server: …   server.port, server.socket_dir, server.file, server.log()"""

    def __init__(self, *options, name="main", directory=None, settings=None):
        self.directory = directory or tempfile.mkdtemp(prefix="pgquill-")
        self.owns_directory = directory is None
        self.socket_dir = self.run_dir = self.data_dir = self.directory
        self.file = os.path.join(self.directory, name + ".db")
        self.dbname = name
        self.options = list(options)
        for key, value in (settings or {}).items():
            self.options += ["-c", f"{key}={value}"]
        self.port = free_port()
        self.log_path = os.path.join(self.directory, "log")
        self.process = None

    def spawn(self):
        """Start the server's process, and no more."""
        log = open(self.log_path, "ab")
        command = [PGQUILLD, "-h", "127.0.0.1", "-p", str(self.port), "-k", self.socket_dir, "-R", self.run_dir, "-D", self.data_dir]
        self.process = subprocess.Popen(command + self.options + [self.file], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()

    def start(self, timeout=20):
        self.spawn()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"pgquilld ended with {self.process.returncode}: {self.log()}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("pgquilld does not answer: " + self.log())

    def stop(self, how=signal.SIGINT, timeout=20):
        """End the server; its exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise RuntimeError("pgquilld does not end: " + self.log())
        return self.process.returncode if self.process else None

    def clean(self):
        if self.owns_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.clean()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ctl(self, *arguments):
        done = subprocess.run([PGQUILLCTL, "-R", self.run_dir, *arguments], capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise RuntimeError(f"pgquillctl {arguments}: {done.returncode}: {done.stderr}")
        return done.stdout

    def status(self):
        return json.loads(self.ctl("status", "--json"))

    def sessions(self):
        return json.loads(self.ctl("sessions", "--json"))

    def dsn(self, user="postgres", dbname=None, tcp=True):
        host = "127.0.0.1" if tcp else self.socket_dir
        return f"host={host} port={self.port} user={user} dbname={dbname or self.dbname}"

    def psql(self, *arguments, script=None, check=True, dbname=None):
        """psql's output; `script` goes to its standard input."""
        command = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(dbname=dbname), *arguments]
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=120)
        if check and done.returncode:
            raise RuntimeError(f"psql: {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout if check else (done.returncode, done.stdout, done.stderr)
