"""A power cut at any moment keeps every acknowledged commit.

The server runs under a recorder (powercut.c) that notes each write and sync of the database's files. For a thousand moments the files are rebuilt as a
disk might hold them: what was synced before, and of what was not, anything (none, all, some writes, the beginning of a write). Each must be a sound
database that holds all the rows whose commit a client had been told of by then, and whole transactions only. That the search can fail is tested, too:
commits that did not wait for the disk must be found lost.
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


def find_fault(directory, files, must, is_thorough):
    """What is wrong with the database that these files are; None."""
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            os.unlink(path)
        if name in files:
            with open(path, "wb") as file:
                file.write(files[name])
    db = sqlite3.connect(os.path.join(directory, "main.db"))
    try:
        parts = dict(db.execute("SELECT k, count(*) FROM kept GROUP BY k").fetchall())
        if not set(parts.values()) <= {2}:
            return "a torn transaction"
        missing = [key for key in must if key not in parts]
        if missing:
            return f"acknowledged and lost: {missing[:5]} of {len(must)}"
        if is_thorough and db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return "not sound"
        return None
    except sqlite3.DatabaseError as error:
        return f"not readable: {error}"
    finally:
        db.close()


class Recording:
    """A server's writes and syncs while six clients commit and checkpoints run."""

    def __init__(self, tmp_path, rounds, *options):
        shim, log = tmp_path / "powercut.so", tmp_path / "writes"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", shim, os.path.join(HERE, "powercut.c"), "-ldl"], check=True)
        with Server(*options) as server:
            server.psql("-c", "CREATE TABLE kept (k int, part int, note text DEFAULT repeat('x', 200))")
            server.stop()
            with open(server.file, "rb") as file:
                self.base = {"main.db": bytearray(file.read())}
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
            for _ in range(rounds):
                time.sleep(0.4)
                server.ctl("checkpoint")
            stop.set()
            for thread in threads:
                thread.join(30)
        self.acknowledged = sorted(sum(lists, []))
        records = sorted(read_log(log))
        self.syncs = sorted((end, start, name) for start, end, kind, name, _, _ in records if kind == b"s")
        self.writes = [record for record in records if record[2] != b"s"]
        assert len(self.acknowledged) > 100 and len(records) > 300

    def wal_syncs(self):
        return [sync for sync in self.syncs if sync[2].endswith("-wal")]

    def cut(self, directory, cuts, syncs):
        """([what is wrong after which of so many cuts], how many of them fell into a checkpoint), given the syncs that are believed."""
        chance = random.Random(7)
        first, last = self.acknowledged[0][0], self.acknowledged[-1][0]
        durable = {name: bytearray(content) for name, content in self.base.items()}
        pending, next_write, next_sync, next_ack, must = [], 0, 0, 0, []
        faults, in_checkpoint = [], 0
        for number, cut in enumerate(sorted(chance.uniform(first, last) for _ in range(cuts))):
            while next_write < len(self.writes) and self.writes[next_write][0] < cut:
                pending.append(self.writes[next_write])
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
            while next_ack < len(self.acknowledged) and self.acknowledged[next_ack][0] <= cut:
                must.append(self.acknowledged[next_ack][1])
                next_ack += 1
            in_checkpoint += any(record[3] == "main.db" for record in pending)
            files = {name: bytearray(content) for name, content in durable.items()}
            share = chance.choice([0.0, 0.5, 1.0])
            for record in pending:
                if chance.random() < share:
                    apply(files, torn(record, chance) if share == 0.5 and chance.random() < 0.2 else record)
            fault = find_fault(directory, files, must, is_thorough=number % 20 == 0)
            if fault:
                faults.append(f"cut {number}: {fault}")
        return faults, in_checkpoint


def torn(record, chance):
    """A write of which only some sectors from its start reached the disk."""
    start, end, kind, name, offset, body = record
    return (start, end, kind, name, offset, body[:chance.randrange(0, len(body) + 1, 512)]) if kind == b"w" else record


needs_preload = pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="one preloaded library at a time")


@needs_preload
def test_acknowledged_commits_survive(tmp_path):
    recording = Recording(tmp_path, 6)
    faults, in_checkpoint = recording.cut(tmp_path, CUTS, recording.syncs)
    assert faults == []
    # The hard cases were among them: one sync for several commits, and a checkpoint half done.
    assert len(recording.wal_syncs()) < len(recording.acknowledged)
    assert in_checkpoint > 0
    # The same recording on a disk that ignores the syncs of the log.
    believed = [sync for sync in recording.syncs if not sync[2].endswith("-wal")]
    assert any("lost" in fault for fault in recording.cut(tmp_path, 50, believed)[0])
    print(f"{CUTS} cuts, {in_checkpoint} in a checkpoint, {len(recording.acknowledged)} commits, {len(recording.writes)} writes, {len(recording.wal_syncs())} syncs of the log")


@needs_preload
def test_commits_that_do_not_wait_are_found_lost(tmp_path):
    recording = Recording(tmp_path, 3, "-c", "synchronous_commit=off")
    faults, _ = recording.cut(tmp_path, 100, recording.syncs)
    assert any("lost" in fault for fault in faults)
    assert all("lost" in fault for fault in faults), "late, but never torn"


@needs_preload
def test_a_local_commit_waits(tmp_path):
    recording = Recording(tmp_path, 3, "-c", "synchronous_commit=local")
    assert recording.cut(tmp_path, 100, recording.syncs)[0] == []
