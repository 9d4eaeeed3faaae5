"""Clients that go away in every state, in every manner: afterwards nothing is left of them."""
import os
import random
import signal
import sqlite3
import threading
import time

from rawpg import RawConnection
from server import Server

DISCONNECTS = int(os.environ.get("DISCONNECTS", "1000"))
LONG_QUERY = "SELECT count(*) FROM generate_series(1, 100000000) a"


def idle(conn):
    conn.query("SELECT 1")


def in_transaction(conn):
    conn.query("BEGIN")
    conn.query(f"INSERT INTO work (note) VALUES ('lost {conn.pid}')")


def in_failed_transaction(conn):
    conn.query("BEGIN; SELECT 1/0")


def in_long_query(conn):
    conn.send_query(LONG_QUERY)


def in_result(conn):
    conn.send_query("SELECT g, repeat('x', 1000) FROM generate_series(1, 1000000) g")


def listening(conn):
    conn.query("LISTEN work")


def notifying(conn):
    conn.query("LISTEN work")
    conn.send_query("SELECT count(pg_notify('work', g::text)) FROM generate_series(1, 100) g")


def waiting_for_gate(conn):
    conn.send_query(f"INSERT INTO work (note) VALUES ('lost {conn.pid}')")


def holding_gate_in_long_query(conn):
    conn.query("BEGIN")
    conn.query(f"INSERT INTO work (note) VALUES ('lost {conn.pid}')")
    conn.send_query(LONG_QUERY)


STATES = [idle, in_transaction, in_failed_transaction, in_long_query, in_result, listening, notifying, waiting_for_gate, holding_gate_in_long_query]


def leave(conn, how):
    if how == "kill":
        try:
            os.kill(conn.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        conn.close()
    elif how == "reset":
        conn.reset()
    elif how == "leave":
        conn.leave()
    else:
        conn.close()


def client(port, seed, count, failures):
    chance = random.Random(seed)
    try:
        for _ in range(count):
            conn = RawConnection(port)
            state = chance.choice(STATES)
            # A writer of an earlier state may hold the gate: it leaves soon, and then this one's statement goes on.
            state(conn)
            if chance.random() < 0.5:
                time.sleep(chance.random() * 0.02)
            leave(conn, chance.choice(["close", "reset", "leave", "kill"]))
    except Exception as problem:  # noqa: BLE001
        failures.append(f"{type(problem).__name__}: {problem}")


def test_disconnects_in_every_state():
    with Server() as server:
        server.psql("-c", "CREATE TABLE work (id serial PRIMARY KEY, note text)", "-c", "INSERT INTO work (note) VALUES ('kept')")
        spares = server.status()["min_spare_workers"]
        failures = []
        threads = [threading.Thread(target=client, args=(server.port, seed, DISCONNECTS // 8, failures)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
            assert not thread.is_alive(), "a client hangs: " + server.ctl("sessions")
        assert failures == []

        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            status = server.status()
            if status["sessions"] == 0 and status["spare_workers"] >= spares:
                break
            time.sleep(0.1)
        assert status["sessions"] == 0, server.ctl("sessions")
        assert status["spare_workers"] >= spares
        assert server.psql("-Atc", "SELECT count(*) FROM work WHERE note = 'kept'").strip() == "1"
        server.psql("-c", "INSERT INTO work (note) VALUES ('after')")
        with sqlite3.connect(server.file) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert server.stop() == 0
