"""A minute of mixed work under fire: workers killed at random, clients that vanish, a checkpointer killed, a foreign writer, a disk that fills up.

Every commit that a client was told of is there afterwards, none that was refused is, the sums hold, nobody hangs, no slot leaks. CHAOS_SECONDS makes it
longer (hours, if you like).
"""
import os
import random
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections import Counter

import pytest

from rawpg import RawConnection
from server import Server

SECONDS = float(os.environ.get("CHAOS_SECONDS", "60"))
ACCOUNTS = 200
PATIENCE = 20  # seconds: longer than any timeout that the server was given


class Ledger:
    """What the clients know: transfers acknowledged, refused, and in doubt (the connection was lost before the answer)."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged, self.refused, self.doubtful = set(), set(), set()
        self.faults, self.hangs = Counter(), []
        self.stop = threading.Event()

    def note(self, where, key):
        with self.lock:
            where.add(key)

    def fault(self, kind):
        with self.lock:
            self.faults[kind] += 1


def answer_of(messages):
    """'ok', an SQLSTATE, or None when the connection ended before ReadyForQuery."""
    if not messages or messages[-1][0] != b"Z":
        return None
    for kind, body in messages:
        if kind == b"E":
            return body.split(b"\0C", 1)[1].split(b"\0", 1)[0].decode()
    return "ok"


def transfer(conn, key, chance):
    source, target, amount = chance.randrange(ACCOUNTS), chance.randrange(ACCOUNTS), chance.randrange(1, 100)
    return answer_of(conn.query(
        f"BEGIN; UPDATE account SET balance = balance - {amount} WHERE id = {source}; UPDATE account SET balance = balance + {amount} WHERE id = {target}; "
        f"INSERT INTO transfer (key, amount) VALUES ({key}, {amount}); COMMIT"))


def client(port, number, ledger):
    chance, conn, count = random.Random(number), None, 0
    while not ledger.stop.is_set():
        key = number * 10_000_000 + count
        count += 1
        began = time.monotonic()
        sent = False
        try:
            conn = conn or RawConnection(port, timeout=PATIENCE)
            kind = chance.random()
            if kind < 0.5:
                sent = True
                outcome = transfer(conn, key, chance)
                if outcome is None:
                    ledger.note(ledger.doubtful, key)
                    conn.close()
                    conn = None
                elif outcome == "ok":
                    ledger.note(ledger.acknowledged, key)
                else:
                    ledger.note(ledger.refused, key)
                    conn.query("ROLLBACK")
            elif kind < 0.8:
                conn.query(f"SELECT sum(balance), count(*) FROM account WHERE id > {chance.randrange(ACCOUNTS)}")
            elif kind < 0.9:
                conn.query("BEGIN")
                conn.query(f"UPDATE account SET balance = balance + 1000000 WHERE id = {chance.randrange(ACCOUNTS)}")
                conn.query("ROLLBACK")
            else:
                vanish(conn, chance, ledger)
                conn = None
        except socket.timeout:
            ledger.hangs.append(f"client {number}: no answer in {time.monotonic() - began:.1f} s")
            conn = None
        except OSError:
            if sent:
                ledger.note(ledger.doubtful, key)
            conn = None
            time.sleep(0.01)
    if conn:
        conn.close()


def vanish(conn, chance, ledger):
    """Leave in the middle of something."""
    how = chance.choice(["close", "reset", "half-open"])
    conn.query("BEGIN")
    conn.send_query(chance.choice(["SELECT count(*) FROM generate_series(1, 10000000)", "UPDATE account SET balance = balance + 5000000", "SELECT * FROM transfer"]))
    if how == "reset":
        conn.reset()
    elif how == "half-open":
        conn.socket.shutdown(socket.SHUT_WR)
        time.sleep(0.05)
        conn.close()
    else:
        conn.close()
    ledger.fault(f"client {how}")


def killer(server, ledger):
    chance = random.Random(99)
    while not ledger.stop.is_set():
        time.sleep(0.05 + chance.random() * 0.1)
        try:
            workers = server.status()["workers"]
        except (RuntimeError, subprocess.TimeoutExpired, ValueError):
            continue
        if not workers:
            continue
        victim = chance.choice(workers)
        how = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
        if victim["state"] == "checkpointer":
            how = signal.SIGKILL
        try:
            os.kill(victim["pid"], how)
            if how == signal.SIGSTOP:
                time.sleep(0.2)
                os.kill(victim["pid"], signal.SIGKILL)
        except ProcessLookupError:
            continue
        ledger.fault(f"{victim['state']} {how.name}")


def foreign_writer(path, ledger):
    """Another program writes the file with SQLite alone."""
    while not ledger.stop.is_set():
        time.sleep(0.7)
        try:
            with sqlite3.connect(path, timeout=5, isolation_level=None) as db:
                db.execute("BEGIN IMMEDIATE")
                time.sleep(0.1)
                db.execute("ROLLBACK")
            db.close()
            ledger.fault("foreign lock")
        except sqlite3.OperationalError:
            pass


def fill_disk(directory, ledger):
    """For a while there is no space left."""
    path = os.path.join(directory, "ballast")
    while not ledger.stop.is_set():
        time.sleep(4)
        with open(path, "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(65536))
            except OSError:
                ledger.fault("disk full")
            time.sleep(0.3)
        os.unlink(path)


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 96 MiB when this machine lets us mount one, else the ordinary folder."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "none", directory], capture_output=True).returncode == 0
    yield str(directory), mounted
    if mounted:
        subprocess.run(["umount", "-l", directory], check=False)


def test_a_minute_of_chaos(small_disk):
    directory, mounted = small_disk
    ledger = Ledger()
    with Server(directory=directory, settings={"max_connections": "60", "statement_timeout": "10s", "lock_timeout": "8s"}) as server:
        server.psql("-c", "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)", "-c", "CREATE TABLE transfer (key bigint PRIMARY KEY, amount int)",
                    "-c", f"INSERT INTO account SELECT g, 1000 FROM generate_series(0, {ACCOUNTS - 1}) g")
        threads = [threading.Thread(target=client, args=(server.port, i + 1, ledger)) for i in range(12)]
        threads.append(threading.Thread(target=killer, args=(server, ledger)))
        threads.append(threading.Thread(target=foreign_writer, args=(server.file, ledger)))
        if mounted:
            threads.append(threading.Thread(target=fill_disk, args=(directory, ledger)))
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        ledger.stop.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs: " + server.ctl("sessions")

        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and server.status()["sessions"]:
            time.sleep(0.1)
        status = server.status()
        assert status["sessions"] == 0, server.ctl("sessions")
        stored = {int(line) for line in server.psql("-Atc", "SELECT key FROM transfer").split()}
        total = int(server.psql("-Atc", "SELECT sum(balance) FROM account"))
        assert server.stop() == 0
        with sqlite3.connect(server.file) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()

    print(f"\nfaults injected and survived: {sum(ledger.faults.values())}: {dict(ledger.faults)}")
    print(f"commits acknowledged {len(ledger.acknowledged)}, refused {len(ledger.refused)}, in doubt {len(ledger.doubtful)}; locks recovered {status.get('locks_recovered')}")
    assert ledger.hangs == []
    assert not ledger.acknowledged - stored, "acknowledged and lost"
    assert not stored & ledger.refused, "refused and stored"
    assert stored <= ledger.acknowledged | ledger.doubtful
    assert total == ACCOUNTS * 1000
    assert len(ledger.acknowledged) > 50 * SECONDS / 60
    assert sum(ledger.faults.values()) >= 500 * SECONDS / 60
