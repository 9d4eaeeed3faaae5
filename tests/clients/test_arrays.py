"""Random arrays and composites, sent and read in text and in binary: what comes back is what was sent, and both forms agree."""
import random
import struct

import psycopg
import pytest
from psycopg.types.composite import CompositeInfo, register_composite

ROUNDS = 60
WORDS = ["", "NULL", "null", "a", "b c", 'q"uote', "back\\slash", "com,ma", "{brace}", "(paren)", " lead", "trail ", "tab\t", "nl\n", "é", "日本", "😀"]
NUMBERS = {"int4": (-2**31, 2**31 - 1), "int8": (-2**63, 2**63 - 1), "int2": (-2**15, 2**15 - 1)}


def value(rng, kind):
    if rng.random() < 0.15:
        return None
    if kind in NUMBERS:
        return rng.randint(*NUMBERS[kind])
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "float8":
        return rng.choice([0.0, -1.5, 1e300, 1e-300, float("inf"), rng.random()])
    if kind == "bytea":
        return bytes(rng.randrange(256) for _ in range(rng.randrange(5)))
    return "".join(rng.choice(WORDS) for _ in range(rng.randrange(4)))


def array(rng, kind, shape):
    if not shape:
        return value(rng, kind)
    return [array(rng, kind, shape[1:]) for _ in range(shape[0])]


@pytest.fixture(scope="module")
def connection(server):
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TYPE part AS (n int, t text, a int[])")
        connection.execute("CREATE TYPE whole AS (p part, ps part[], b bool)")
        connection.execute("CREATE TABLE kept (id int PRIMARY KEY, a text[], p part, ps part[])")
        register_composite(CompositeInfo.fetch(connection, "part"), connection)
        register_composite(CompositeInfo.fetch(connection, "whole"), connection)
        yield connection


@pytest.mark.parametrize("kind", ["int2", "int4", "int8", "bool", "float8", "text", "bytea"])
@pytest.mark.parametrize("binary", [False, True])
def test_arrays_come_back(connection, kind, binary):
    rng = random.Random(f"{kind} {binary}")
    for _ in range(ROUNDS):
        shape = [rng.randint(1, 3) for _ in range(rng.randint(1, 3))]
        sent = array(rng, kind, shape)
        mark = "%b" if binary else "%t"
        row = connection.execute(f"SELECT x, x::text, x = x, array_dims(x) FROM (SELECT {mark}::{kind}[] AS x) s", [sent],
                                 binary=binary).fetchone()
        assert row[0] == sent
        assert row[2] is True
        assert row[3] == "".join(f"[1:{size}]" for size in shape)
        other = connection.execute(f"SELECT %s::{kind}[]", [row[1]], binary=not binary).fetchone()
        assert other[0] == sent


@pytest.mark.parametrize("binary", [False, True])
def test_composites_come_back(connection, binary):
    rng = random.Random(f"composite {binary}")
    for id in range(ROUNDS):
        parts = [(value(rng, "int4"), value(rng, "text"), array(rng, "int4", [2])) for _ in range(3)]
        words = array(rng, "text", [3])
        connection.execute("INSERT INTO kept VALUES (%s, %s, ROW(%s, %s, %s), ARRAY[ROW(%s, %s, %s), ROW(%s, %s, %s)]::part[])",
                           [id, words, *parts[0], *parts[1], *parts[2]])
        row = connection.execute("SELECT a, p, ps, p::text, ps::text, ROW(p, ps, true)::whole FROM kept WHERE id = %s", [id],
                                 binary=binary).fetchone()
        assert row[0] == words
        assert tuple(row[1]) == parts[0]
        assert [tuple(item) for item in row[2]] == parts[1:]
        assert tuple(row[5].p) == parts[0] and [tuple(item) for item in row[5].ps] == parts[1:]
        again = connection.execute("SELECT %s::part = p, %s::part[] = ps FROM kept WHERE id = %s", [row[3], row[4], id]).fetchone()
        assert again == (True, True)
    connection.execute("DELETE FROM kept")


def binary_part(number, text, numbers):
    """record_send's form: the number of fields, then each one's type, length and bytes."""
    items = b"".join(struct.pack("!i", -1) if n is None else struct.pack("!ii", 4, n) for n in numbers)
    fields = [(23, None if number is None else struct.pack("!i", number)), (25, None if text is None else text.encode()),
              (1007, struct.pack("!iiIii", 1, 1, 23, len(numbers), 1) + items)]
    return struct.pack("!i", 3) + b"".join(struct.pack("!Ii", oid, -1) if data is None else struct.pack("!Ii", oid, len(data)) + data
                                           for oid, data in fields)


class Raw:
    """A value that is sent as it is, in binary."""

    def __init__(self, data):
        self.data = data


def test_composites_are_received_in_binary(connection):
    rng = random.Random("recv")
    oid = connection.execute("SELECT 'part'::regtype::oid").fetchone()[0]

    class Dumper(psycopg.adapt.Dumper):
        format = psycopg.pq.Format.BINARY

        def dump(self, raw):
            return raw.data

    Dumper.oid = oid
    connection.adapters.register_dumper(Raw, Dumper)
    for _ in range(ROUNDS):
        number, text, numbers = value(rng, "int4"), value(rng, "text"), array(rng, "int4", [rng.randint(1, 4)])
        row = connection.execute("SELECT (x).n, (x).t, (x).a FROM (SELECT %b AS x OFFSET 0) s", [Raw(binary_part(number, text, numbers))]).fetchone()
        assert row == (number, text, numbers)
    for broken in [b"", b"\0\0\0\2", binary_part(1, "a", [1])[:-2], binary_part(1, "a", [1]) + b"x"]:
        with pytest.raises(psycopg.Error) as failure:
            connection.execute("SELECT %b", [Raw(broken)])
        assert failure.value.sqlstate in ("08P01", "22P03", "42804")


def test_assignment_to_elements_is_that_of_lists(connection):
    rng = random.Random("assign")
    connection.execute("CREATE TABLE assigned (a int[])")
    for _ in range(ROUNDS):
        items = {i + 1: value(rng, "int4") for i in range(rng.randint(1, 4))}
        connection.execute("DELETE FROM assigned")
        connection.execute("INSERT INTO assigned VALUES (%s)", [list(items.values())])
        for _ in range(3):
            at, new = rng.randint(-3, 8), value(rng, "int4")
            connection.execute(f"UPDATE assigned SET a[{at}] = %s", [new])
            items[at] = new
        low, high = min(items), max(items)
        row = connection.execute("SELECT array_lower(a, 1), array_upper(a, 1), a FROM assigned").fetchone()
        assert row[:2] == (low, high)
        assert row[2] == [items.get(i) for i in range(low, high + 1)]
