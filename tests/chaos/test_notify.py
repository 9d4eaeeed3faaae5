"""Notifications while sessions are killed, do not read, or go away."""
import os
import random
import select
import signal
import threading
import time

import psycopg2
from proc import SYSTEM_TICKS, USER_TICKS, stat_of
from rawpg import RawConnection
from server import Server

SECONDS = float(os.environ.get("NOTIFY_SECONDS", "8"))


def session(server):
    connection = psycopg2.connect(server.dsn())
    connection.autocommit = True
    return connection, connection.cursor()


class Hearer:
    """Collects what it hears in a thread."""

    def __init__(self, server, channel):
        self.connection, cursor = session(server)
        cursor.execute(f"LISTEN {channel}")
        self.heard, self.stopping = [], False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping:
            if select.select([self.connection], [], [], 0.05)[0]:
                self.connection.poll()
                self.heard += [notify.payload for notify in self.connection.notifies]
                self.connection.notifies.clear()

    def stop(self):
        self.stopping = True
        self.thread.join()
        self.connection.close()


def test_nothing_acknowledged_is_lost_and_nothing_uncommitted_heard(server):
    _, cursor = session(server)
    cursor.execute("CREATE TABLE sent (payload text PRIMARY KEY)")
    hearers = [Hearer(server, "news") for _ in range(3)]
    acknowledged, deadline, pids = [], time.monotonic() + SECONDS, {}

    def write(number):
        round_ = 0
        while time.monotonic() < deadline:
            round_ += 1
            try:
                connection, cursor = session(server)
                pids[number] = connection.info.backend_pid
                for i in range(1000000):
                    if time.monotonic() > deadline:
                        return
                    payload = f"{number} {round_} {i}"
                    cursor.execute("BEGIN")
                    cursor.execute("SELECT pg_notify('news', %s)", (payload,))
                    cursor.execute("INSERT INTO sent VALUES (%s)", (payload,))
                    cursor.execute("ROLLBACK" if i % 5 == 4 else "COMMIT")
                    if i % 5 != 4:
                        acknowledged.append(payload)
            except psycopg2.Error:
                pass
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    while time.monotonic() < deadline:
        time.sleep(random.uniform(0.01, 0.15))
        if pids:
            try:
                os.kill(random.choice(list(pids.values())), signal.SIGKILL)
            except ProcessLookupError:
                pass
    for writer in writers:
        writer.join()
    cursor.execute("NOTIFY news, 'last'")
    limit = time.monotonic() + 20
    while any("last" not in hearer.heard for hearer in hearers) and time.monotonic() < limit:
        time.sleep(0.05)
    for hearer in hearers:
        hearer.stop()
    cursor.execute("SELECT payload FROM sent")
    committed = {payload for payload, in cursor.fetchall()}
    assert len(acknowledged) > 20
    for hearer in hearers:
        heard = hearer.heard[:-1]
        assert hearer.heard[-1] == "last"
        assert len(heard) == len(set(heard))
        assert set(acknowledged) <= set(heard) <= committed
        assert heard == [payload for payload in hearers[0].heard if payload in set(heard)]


def test_who_does_not_read_stops_nobody_until_the_queue_is_full():
    with Server() as server:
        deaf = RawConnection(server.port)
        deaf.query("LISTEN news")
        deaf.query("BEGIN")
        hearer = Hearer(server, "news")
        connection, cursor = session(server)
        sent, code = 0, None
        while code is None:
            try:
                cursor.execute("SELECT count(pg_notify('news', g || repeat('x', 7000))) FROM generate_series(1, 50) g")
                sent += 50
            except psycopg2.Error as error:
                code, message = error.pgcode, error.diag.message_primary
        assert (code, message) == ("54000", "too many notifications in the NOTIFY queue")
        assert any("NOTIFY queue is 5" in notice and f"PID {deaf.pid} " in notice for notice in connection.notices)
        cursor.execute("SELECT pg_notification_queue_usage() > 0.9")
        assert cursor.fetchone() == (True,)
        limit = time.monotonic() + 20
        while len(hearer.heard) < sent and time.monotonic() < limit:
            time.sleep(0.05)
        assert len(hearer.heard) == sent
        deaf.close()
        while True:
            try:
                cursor.execute("NOTIFY news, 'again'")
                break
            except psycopg2.Error:
                assert time.monotonic() < limit
                time.sleep(0.05)
        while hearer.heard[-1] != "again":
            assert time.monotonic() < limit
            time.sleep(0.05)
        hearer.stop()


def test_listeners_come_and_go(server):
    """Killed, reset and closed while notifications fly."""
    stopping = threading.Event()

    def send():
        _, cursor = session(server)
        while not stopping.is_set():
            cursor.execute("SELECT count(pg_notify('comings', g::text)) FROM generate_series(1, 20) g")
    sender = threading.Thread(target=send)
    sender.start()
    hearer = Hearer(server, "comings")
    deadline = time.monotonic() + SECONDS / 2
    while time.monotonic() < deadline:
        guest = RawConnection(server.port)
        guest.query("LISTEN comings")
        time.sleep(random.uniform(0, 0.02))
        how = random.choice(["close", "reset", "kill"])
        if how == "kill":
            os.kill(guest.pid, signal.SIGKILL)
            guest.close()
        else:
            getattr(guest, how)()
    stopping.set()
    sender.join()
    _, cursor = session(server)
    cursor.execute("NOTIFY comings, 'last'")
    limit = time.monotonic() + 20
    while not hearer.heard or hearer.heard[-1] != "last":
        assert time.monotonic() < limit
        time.sleep(0.05)
    hearer.stop()
    while True:
        cursor.execute("SELECT pg_notification_queue_usage()")
        if cursor.fetchone() == (0.0,):
            break
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_listening_sessions_sleep(server):
    """An idle listener uses no processor time."""
    def ticks(pid):
        stat = stat_of(pid)
        return int(stat[USER_TICKS]) + int(stat[SYSTEM_TICKS])
    connection, cursor = session(server)
    cursor.execute("LISTEN quiet")
    before = ticks(connection.info.backend_pid)
    time.sleep(1)
    assert ticks(connection.info.backend_pid) - before <= 1
