"""Who is measured: pgquilld, a PostgreSQL cluster of the bench's own, and the programs that show the limits."""
import os
import shutil
import subprocess
import tempfile
import time

import postgres
from server import PGQUILLD, Server, free_port

LIMITS = os.environ.get("BENCH_LIMITS", os.path.join(os.path.dirname(PGQUILLD), "tests", "bench"))
ROWS_A_SCALE = 100000


class Postgres(postgres.Postgres):
    """A throw-away cluster, as initdb makes it."""

    def __init__(self, _scale):
        super().__init__()

    def close(self):
        self.stop()


class Quill(Server):
    def __init__(self, _scale):
        super().__init__(name="bench")
        self.start()

    @property
    def pid(self):
        return self.process.pid

    def close(self):
        self.stop()
        self.clean()


class Limits:
    """The wire's limit, a server that answers without SQL (canned.c), and the engine's, SQLite in the process itself (engine.c)."""

    dbname = "postgres"
    PROCESSES = 40

    def __init__(self, scale):
        for program in ("canned", "engine", "drain"):
            if not os.access(os.path.join(LIMITS, program), os.X_OK):
                raise SystemExit(f"{LIMITS}/{program} is not built: make bench, or make tests/bench/{program}")
        self.directory = self.socket_dir = tempfile.mkdtemp(prefix="pgquill-bench-limits-")
        self.port = free_port()
        self.file = os.path.join(self.directory, "engine.db")
        self.server = subprocess.Popen([os.path.join(LIMITS, "canned"), self.directory, str(self.port), str(self.PROCESSES), str(scale * ROWS_A_SCALE)])
        self.engine("init", str(scale))
        while not os.path.exists(f"{self.directory}/.s.PGSQL.{self.port}"):
            time.sleep(0.01)

    def engine(self, *arguments):
        """What engine.c prints: work done in a second."""
        done = subprocess.run([os.path.join(LIMITS, "engine"), self.file, *arguments], stdout=subprocess.PIPE, text=True, check=True)
        return float(done.stdout or 0)

    def close(self):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def address(target):
    return ["-h", target.socket_dir, "-p", str(target.port), "-U", "postgres"]


def psql(target, sql, stdin=None):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *address(target), "-d", target.dbname, "-c", sql],
                   stdin=stdin, stdout=subprocess.DEVNULL, check=True, env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})


def drain(target, sql):
    """Runs a second of a query whose answer is read, and not looked into."""
    socket = f"{target.socket_dir}/.s.PGSQL.{target.port}"
    done = subprocess.run([os.path.join(LIMITS, "drain"), socket, "postgres", target.dbname, sql], stdout=subprocess.PIPE, text=True, check=True)
    return 1 / float(done.stdout.split()[0])


def timed(action):
    """Runs a second."""
    start = time.monotonic()
    action()
    return 1 / (time.monotonic() - start)
