"""Advisory locks between sessions: waiting, timeouts, deadlocks, and what a session leaves when it ends."""
import os
import signal
import threading
import time

import psycopg2
import pytest


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def session(server):
    connection = psycopg2.connect(server.dsn())
    connection.autocommit = True
    return connection, connection.cursor()


def in_thread(act):
    result = []

    def run():
        try:
            result.append(act())
        except psycopg2.Error as error:
            result.append(error)
    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def is_waiting(cursor, pid):
    cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = %s", (pid,))
    return cursor.fetchone()[0] == 1


def test_a_waiter_is_seen_and_served(server):
    holder, have = session(server)
    waiter, want = session(server)
    have.execute("SELECT pg_advisory_lock(10)")
    thread, _ = in_thread(lambda: want.execute("SELECT pg_advisory_lock(10)"))
    wait_until(lambda: is_waiting(have, waiter.info.backend_pid))
    have.execute("SELECT wait_event_type, wait_event, pg_blocking_pids(pid) FROM pg_stat_activity WHERE pid = %s", (waiter.info.backend_pid,))
    assert have.fetchone() == ("Lock", "advisory", [holder.info.backend_pid])
    have.execute("SELECT pg_advisory_unlock(10)")
    thread.join(20)
    assert not thread.is_alive()
    have.execute("SELECT pg_try_advisory_lock(10)")
    assert have.fetchone() == (False,)


@pytest.mark.parametrize("how", ["close", "kill"])
def test_an_ended_session_holds_nothing(server, how):
    holder, have = session(server)
    _, want = session(server)
    have.execute("SELECT pg_advisory_lock(11)")
    if how == "close":
        holder.close()
    else:
        os.kill(holder.info.backend_pid, signal.SIGKILL)
    want.execute("SET lock_timeout = '20s'")
    want.execute("SELECT pg_advisory_lock(11)")


def test_lock_timeout_and_cancel(server):
    _, have = session(server)
    waiter, want = session(server)
    have.execute("SELECT pg_advisory_lock(12)")
    want.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg2.Error) as caught:
        want.execute("SELECT pg_advisory_lock(12)")
    assert caught.value.pgcode == "55P03"
    assert caught.value.diag.message_primary == "canceling statement due to lock timeout"
    want.execute("SET lock_timeout = 0")
    thread, result = in_thread(lambda: want.execute("SELECT pg_advisory_lock(12)"))
    wait_until(lambda: is_waiting(have, waiter.info.backend_pid))
    waiter.cancel()
    thread.join(20)
    assert result[0].pgcode == "57014"
    assert result[0].diag.message_primary == "canceling statement due to user request"


def test_a_deadlock_ends_one_of_the_two(server):
    first, one = session(server)
    second, two = session(server)
    for cursor in one, two:
        cursor.execute("SET deadlock_timeout = '100ms'")
    one.execute("BEGIN; SELECT pg_advisory_xact_lock(1, 13)")
    two.execute("BEGIN; SELECT pg_advisory_xact_lock(14)")
    thread, result = in_thread(lambda: one.execute("SELECT pg_advisory_xact_lock(14)"))
    try:
        two.execute("SELECT pg_advisory_xact_lock(1, 13)")
        thread.join(20)
        error = result[0]
    except psycopg2.Error as caught:
        error = caught
    thread.join(20)
    assert error.pgcode == "40P01"
    assert error.diag.message_primary == "deadlock detected"
    assert "ExclusiveLock on advisory lock [5,1,13,2]" in error.diag.message_detail.replace(
        str(first.info.backend_pid), "A").replace(str(second.info.backend_pid), "B")
    assert "ExclusiveLock on advisory lock [5,0,14,1]" in error.diag.message_detail


def test_a_deadlock_with_a_writer_is_found(server):
    _, one = session(server)
    _, two = session(server)
    one.execute("CREATE TABLE held (a int)")
    for cursor in one, two:
        cursor.execute("SET deadlock_timeout = '100ms'")
        cursor.execute("BEGIN")
    two.execute("SELECT pg_advisory_xact_lock(15)")
    one.execute("INSERT INTO held VALUES (1)")
    thread, result = in_thread(lambda: two.execute("INSERT INTO held VALUES (2)"))
    with pytest.raises(psycopg2.Error) as caught:
        one.execute("SELECT pg_advisory_xact_lock(15)")
    assert caught.value.pgcode == "40P01"
    one.execute("ROLLBACK")
    thread.join(20)
    assert result == [None]
