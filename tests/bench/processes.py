"""What connections cost in memory, and how long the server takes to its first answer."""
import re
import statistics
import time

import psycopg2

from proc import family

CONNECTIONS = 100
SELECT = "SELECT abalance FROM pgbench_accounts WHERE aid = 17"


def pss_kib(pid):
    """Its memory, with what it shares divided by those who share it; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Pss: +(\d+)", file.read(), re.M).group(1))
    except (OSError, AttributeError):
        return 0


def connect(target):
    conn = psycopg2.connect(host=target.socket_dir, port=target.port, user="postgres", dbname=target.dbname)
    conn.autocommit = True
    return conn


def whole(target):
    return sum(pss_kib(pid) for pid in family(target.pid))


def grown(target, sql):
    """(KiB that each connection adds, KiB of the whole server)."""
    before = whole(target)
    connections = [connect(target) for _ in range(CONNECTIONS)]
    for conn in connections:
        if sql:
            conn.cursor().execute(sql)
    time.sleep(1)
    after = whole(target)
    for conn in connections:
        conn.close()
    time.sleep(1)
    return (after - before) / CONNECTIONS, after


def startup(quill):
    """Milliseconds from starting the server on its file to its first answer."""
    quill.stop()
    start = time.monotonic()
    quill.spawn()
    conn = None
    while conn is None:
        try:
            conn = connect(quill)
        except psycopg2.OperationalError:
            time.sleep(0.001)
    conn.cursor().execute("SELECT 1")
    took = time.monotonic() - start
    conn.close()
    return took * 1000


def measure(targets, options, report):
    quill, postgres, _ = targets
    spares = [worker["pid"] for worker in quill.status()["workers"] if worker["state"] == "spare"]
    report.fact("PSS of a spare worker", 0, f"{statistics.median(pss_kib(pid) for pid in spares):12,.0f} KiB")
    for name, sql in (("idle connection adds", None), ("connection adds after one select", SELECT)):
        mine, other = grown(quill, sql), grown(postgres, sql)
        report.fact(name, mine[0], f"{mine[0]:12,.0f} KiB {other[0]:12,.0f} KiB")
    report.fact(f"server with {CONNECTIONS} connections", mine[1], f"{mine[1]:12,.0f} KiB {other[1]:12,.0f} KiB")
    took = [startup(quill) for _ in range(max(options.rounds, 3))]
    report.fact("start to first answer", statistics.median(took), f"{statistics.median(took):12,.0f} ms  (fastest {min(took):.0f}, slowest {max(took):.0f})")
