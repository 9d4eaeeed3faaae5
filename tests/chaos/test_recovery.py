"""SIGKILL of everything at once, again and again: the next server finds every acknowledged commit, and whole transactions only."""
import os
import random
import signal
import threading
import time

from proc import STATE, stat_of
from rawpg import RawConnection
from server import Server
from test_scale import processes_of

ROUNDS, WRITERS = 8, 6


def write_until_killed(port, first_key, acknowledged):
    key = first_key
    try:
        conn = RawConnection(port)
        while True:
            key += 1
            answer = conn.query(f"BEGIN; INSERT INTO kept VALUES ({key}, 1); INSERT INTO kept VALUES ({key}, 2); COMMIT")
            if not answer or answer[-1][0] != b"Z" or any(kind == b"E" for kind, _ in answer):
                return
            acknowledged.append(key)
    except OSError:
        return


def state_of(pid):
    """As /proc has it; "X" for who is gone."""
    stat = stat_of(pid)
    return stat[STATE] if stat else "X"


def until_all_are(states, pids):
    deadline = time.monotonic() + 10
    while any(state_of(pid) not in states for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.005)


def kill_everything(server):
    """Nobody may clean up after another: all are stopped before the first dies. The master may be in the middle of a fork when it is told to stop, and who is
    not quite dead still listens on the port."""
    for how, reached in ((signal.SIGSTOP, "TZX"), (signal.SIGKILL, "ZX")):
        found = processes_of(server)
        for pid in found:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass
        until_all_are(reached, found)
    server.process.wait(10)


def test_acknowledged_commits_survive_the_death_of_all_processes():
    chance, acknowledged = random.Random(3), []
    server = Server()
    try:
        server.start()
        server.psql("-c", "CREATE TABLE kept (k int, part int)")
        for number in range(ROUNDS):
            known = len(acknowledged)
            threads = [threading.Thread(target=write_until_killed, args=(server.port, (number * WRITERS + i) * 1000000, acknowledged)) for i in range(WRITERS)]
            for thread in threads:
                thread.start()
            deadline = time.monotonic() + 20
            while len(acknowledged) < known + 20 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.5))
            kill_everything(server)
            for thread in threads:
                thread.join(20)
            assert len(acknowledged) >= known + 20
            server.start()
            rows = server.psql("-Atc", "SELECT k, count(*) FROM kept GROUP BY k").split()
            found = dict(row.split("|") for row in rows)
            assert set(found.values()) == {"2"}
            assert not [key for key in acknowledged if str(key) not in found]
        assert server.psql("-Atc", "SELECT count(*) = count(DISTINCT (k, part)) FROM kept").strip() == "t"
    finally:
        server.stop()
        server.clean()
