"""Many at once: idle and busy sessions within a bound of memory, connections that come and go, a quick end."""
import os
import signal
import threading
import time

import psycopg2
import pytest

from proc import family, until
from rawpg import RawConnection
from server import Server

IDLE, BUSY = int(os.environ.get("SCALE_IDLE", "1000")), 32
PSS_MAX = 1024  # MiB
CONNECTS, AT_ONCE = int(os.environ.get("SCALE_CONNECTS", "10000")), 8


def processes_of(server):
    """The master and its children."""
    return family(server.process.pid)


def pss(server):
    """MiB of all processes, each shared page counted once in all."""
    total = 0
    for pid in processes_of(server):
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total / 1024


def be_busy(server, stop, counts, problems):
    """Transfers, with the sum of all that must hold."""
    try:
        conn = psycopg2.connect(server.dsn())
        cursor = conn.cursor()
        while not stop.is_set():
            number = counts[0] % 100
            cursor.execute("UPDATE account SET balance = balance - 1 WHERE id = %s", (number,))
            cursor.execute("UPDATE account SET balance = balance + 1 WHERE id = %s", ((number + 1) % 100,))
            cursor.execute("SELECT sum(balance) FROM account")
            assert cursor.fetchone()[0] == 0
            conn.commit()
            counts[0] += 1
        conn.close()
    except Exception as problem:  # noqa: BLE001
        problems.append(problem)


def test_a_thousand_idle_sessions_and_busy_ones_beside_them():
    with Server(settings={"max_connections": str(IDLE + BUSY + 10)}) as server:
        server.psql("-c", "CREATE TABLE account AS SELECT g AS id, 0 AS balance FROM generate_series(0, 99) g")
        server.psql("-c", "CREATE INDEX ON account (id)")
        idle = [RawConnection(server.port) for _ in range(IDLE)]
        for conn in idle:
            assert any(kind == b"D" for kind, _ in conn.query("SELECT count(*) FROM account"))
        stop, counts, problems = threading.Event(), [0], []
        threads = [threading.Thread(target=be_busy, args=(server, stop, counts, problems)) for _ in range(BUSY)]
        for thread in threads:
            thread.start()
        time.sleep(5)
        used, processes = pss(server), len(processes_of(server))
        status = server.status()
        stop.set()
        for thread in threads:
            thread.join()
        print(f"\n{status['sessions']} sessions, {processes} processes: {used:.0f} MiB PSS in all; {counts[0]} transactions")
        assert not problems, problems[0]
        assert status["sessions"] >= IDLE + BUSY and counts[0] > BUSY
        assert used < PSS_MAX and processes > IDLE + BUSY
        assert all(any(kind == b"D" for kind, _ in conn.query("SELECT 1")) for conn in idle[::50])
        for conn in idle:
            conn.close()
        assert until(lambda: server.status()["sessions"] == 0)
        assert until(lambda: len(processes_of(server)) <= 40 + 3)  # max_spare_workers, checkpointer, master


def test_ten_thousand_connects_and_disconnects():
    with Server() as server:
        problems, lock, left = [], threading.Lock(), [CONNECTS]

        def connect_often():
            try:
                while True:
                    with lock:
                        if left[0] == 0 or problems:
                            return
                        left[0] -= 1
                        number = left[0]
                    conn = RawConnection(server.port)
                    if number % 10 == 0:
                        assert any(kind == b"D" for kind, _ in conn.query("SELECT 1"))
                    (conn.reset if number % 3 == 0 else conn.close)()
            except Exception as problem:  # noqa: BLE001
                problems.append(problem)

        began = time.monotonic()
        threads = [threading.Thread(target=connect_often) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        print(f"\n{CONNECTS} connects and disconnects, {AT_ONCE} at a time: {took:.1f} s")
        assert not problems, problems[0]
        assert until(lambda: server.status()["sessions"] == 0)
        assert "terminated by signal" not in server.log()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_end_takes_less_than_a_second_and_the_next_server_serves_at_once(how):
    server = Server(settings={"max_connections": "120"}).start()
    try:
        idle = [RawConnection(server.port) for _ in range(100)]
        began = time.monotonic()
        server.process.send_signal(how)
        assert server.process.wait(10) == 0
        took = time.monotonic() - began
        print(f"\n{how.name} to exit with {len(idle)} idle clients: {took * 1000:.0f} ms")
        assert took < 1
        began = time.monotonic()
        server.start()
        assert server.psql("-Atc", "SELECT 1") == "1\n"
        print(f"serving again after {(time.monotonic() - began) * 1000:.0f} ms")
    finally:
        server.stop()
        server.clean()
