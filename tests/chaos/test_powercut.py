"""A power cut at any moment keeps every acknowledged commit.

The server runs under a recorder (powercut.c) that notes each write and sync of the database's files. For a thousand moments the files are rebuilt as a
disk might hold them: what was synced before, and of what was not, anything (none, all, a part). Each must be a sound database that holds all the rows
whose commit a client had been told of by then, and whole transactions only.
"""
import os
import random
import sqlite3
import struct
import subprocess
import threading
import time

import pytest

from rawpg import RawConnection
from server import Server

CUTS = int(os.environ.get("POWER_CUTS", "1000"))
HERE = os.path.dirname(os.path.abspath(__file__))
RECORD = struct.Struct("=Ic3xqqqqii")


def read_log(path):
    with open(path, "rb") as file:
        data = file.read()
    at, records = 0, []
    while at < len(data):
        magic, kind, start, end, offset, size, name_size, _ = RECORD.unpack_from(data, at)
        assert magic == 0x50435554, "the log is torn"
        at += RECORD.size
        name = os.path.basename(data[at:at + name_size].decode())
        at += name_size
        body = b""
        if kind == b"w":
            body = data[at:at + size]
            at += size
        records.append((start, end, kind, name, offset, body))
    return records


def apply(files, record):
    _, _, kind, name, offset, body = record
    content = files.setdefault(name, bytearray())
    if kind == b"t":
        if offset < len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(body)] = body


def writer(port, number, stop, acknowledged):
    conn = RawConnection(port)
    count = 0
    while not stop.is_set():
        count += 1
        key = number * 1000000 + count
        answer = conn.query(f"BEGIN; INSERT INTO kept (k, part) VALUES ({key}, 1); INSERT INTO kept (k, part) VALUES ({key}, 2); COMMIT")
        if any(kind == b"E" for kind, _ in answer):
            raise RuntimeError(answer)
        acknowledged.append((time.monotonic_ns(), key))
    conn.close()


def check_cut(directory, files, must, number):
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            os.unlink(path)
        if name in files:
            with open(path, "wb") as file:
                file.write(files[name])
    with sqlite3.connect(os.path.join(directory, "main.db")) as db:
        parts = dict(db.execute("SELECT k, count(*) FROM kept GROUP BY k").fetchall())
        assert set(parts.values()) <= {2}, f"cut {number}: a torn transaction"
        missing = [key for key in must if key not in parts]
        assert not missing, f"cut {number}: acknowledged and lost: {missing[:5]} of {len(must)}"
        if number % 20 == 0:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="one preloaded library at a time")
def test_acknowledged_commits_survive(tmp_path):
    shim = tmp_path / "powercut.so"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", shim, os.path.join(HERE, "powercut.c"), "-ldl"], check=True)
    log = tmp_path / "writes"
    with Server() as server:
        server.psql("-c", "CREATE TABLE kept (k int, part int, note text DEFAULT repeat('x', 200))")
        server.stop()
        with open(server.file, "rb") as file:
            base = {"main.db": bytearray(file.read())}
        os.environ.update(LD_PRELOAD=str(shim), POWERCUT_LOG=str(log), POWERCUT_PREFIX=server.file)
        try:
            server.start()
        finally:
            for name in ("LD_PRELOAD", "POWERCUT_LOG", "POWERCUT_PREFIX"):
                del os.environ[name]
        stop, lists = threading.Event(), [[] for _ in range(6)]
        threads = [threading.Thread(target=writer, args=(server.port, i + 1, stop, lists[i])) for i in range(6)]
        for thread in threads:
            thread.start()
        for _ in range(6):
            time.sleep(0.4)
            server.ctl("checkpoint")
        stop.set()
        for thread in threads:
            thread.join(30)
    acknowledged = sorted(sum(lists, []))
    records = sorted(read_log(log))
    assert len(acknowledged) > 100 and len(records) > 300

    chance = random.Random(7)
    first, last = acknowledged[0][0], acknowledged[-1][0]
    cuts = sorted(chance.uniform(first, last) for _ in range(CUTS))
    syncs = sorted((end, start, name) for start, end, kind, name, _, _ in records if kind == b"s")
    writes = [record for record in records if record[2] != b"s"]
    durable, pending, next_write, next_sync, next_ack, must = base, [], 0, 0, 0, []
    for number, cut in enumerate(cuts):
        while next_write < len(writes) and writes[next_write][0] < cut:
            pending.append(writes[next_write])
            next_write += 1
        while next_sync < len(syncs) and syncs[next_sync][0] <= cut:
            _, started, name = syncs[next_sync]
            next_sync += 1
            left = []
            for record in pending:
                if record[3] == name and record[1] <= started:
                    apply(durable, record)
                else:
                    left.append(record)
            pending = left
        while next_ack < len(acknowledged) and acknowledged[next_ack][0] <= cut:
            must.append(acknowledged[next_ack][1])
            next_ack += 1
        files = {name: bytearray(content) for name, content in durable.items()}
        share = chance.choice([0.0, 0.5, 1.0])
        for record in pending:
            if chance.random() < share:
                apply(files, record)
        check_cut(tmp_path, files, must, number)
    print(f"{CUTS} cuts, {len(acknowledged)} commits, {len(writes)} writes, {len(syncs)} syncs")
