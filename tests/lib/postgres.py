"""A throw-away cluster of PostgreSQL 15 to compare with: as root it runs as user postgres; stopped and removed at the end."""
import os
import pwd
import shutil
import subprocess
import tempfile

from server import free_port

BIN = "/usr/lib/postgresql/15/bin"


class Postgres:
    """port, socket_dir, dbname and the postmaster's pid, while it runs."""

    def __init__(self, *options):
        self.directory = tempfile.mkdtemp(prefix="pgquill-pg-")
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(self.directory, "postgres")
        self.port = free_port()
        self.socket_dir = self.directory
        self.dbname = "postgres"
        self.run("initdb", "-D", self.directory + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        settings = f"-k {self.directory} -p {self.port} -c listen_addresses=127.0.0.1 " + " ".join(f"-c {option}" for option in options)
        self.run("pg_ctl", "-D", self.directory + "/data", "-l", self.directory + "/log", "-w", "-o", settings, "start")
        with open(self.directory + "/data/postmaster.pid", encoding="ascii") as file:
            self.pid = int(file.readline())

    def run(self, program, *arguments):
        switch = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(switch + [f"{BIN}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def stop(self):
        self.run("pg_ctl", "-D", self.directory + "/data", "-m", "fast", "-w", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
