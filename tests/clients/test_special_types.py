"""Networks, identifiers and shapes at random: through text and binary, stored, indexed, found and sorted as PostgreSQL sorts them.

The models of the orders are Python's own numbers and tuples, not our code."""
import ipaddress
import random
import struct

import psycopg
import pytest

ROUNDS = 300


def random_address(rng):
    v6 = rng.random() < 0.5
    size = 128 if v6 else 32
    # Few distinct networks, so that prefixes and equal addresses meet.
    number = rng.choice([rng.getrandbits(size), rng.getrandbits(4) << (size - 8), rng.getrandbits(3)])
    return (ipaddress.IPv6Address if v6 else ipaddress.IPv4Address)(number), rng.choice([size, size, rng.randint(0, size)])


def inet_text(address, bits):
    return str(address) if bits == address.max_prefixlen else f"{address}/{bits}"


def inet_key(value):
    address, bits = value
    size = address.max_prefixlen
    return Network(size, bits, int(address))


class Network:
    """PostgreSQL's order: family, the prefix that both have, prefix length, address."""

    def __init__(self, size, bits, number):
        self.size, self.bits, self.number = size, bits, number

    def __lt__(self, other):
        if self.size != other.size:
            return self.size < other.size
        shift = self.size - min(self.bits, other.bits)
        return (self.number >> shift, self.bits, self.number) < (other.number >> shift, other.bits, other.number)


def inet_binary(value, cidr):
    address, bits = value
    return bytes([2 if address.version == 4 else 3, bits, cidr, address.max_prefixlen // 8]) + address.packed


def mac_text(number, size):
    return ":".join(f"{byte:02x}" for byte in number.to_bytes(size, "big"))


def random_cidr(rng):
    address, bits = random_address(rng)
    return ipaddress.ip_network((int(address), bits) if address.version == 4 else (address.packed, bits), strict=False)


# type: (make a value, its text, its binary form, its key)
TYPES = {
    "inet": (random_address, lambda v: inet_text(*v), lambda v: inet_binary(v, 0), inet_key),
    "cidr": (lambda rng: (lambda n: (n.network_address, n.prefixlen))(random_cidr(rng)), lambda v: f"{v[0]}/{v[1]}",
             lambda v: inet_binary(v, 1), inet_key),
    "macaddr": (lambda rng: rng.getrandbits(rng.choice([8, 48])), lambda v: mac_text(v, 6), lambda v: v.to_bytes(6, "big"), int),
    "macaddr8": (lambda rng: rng.getrandbits(rng.choice([8, 64])), lambda v: mac_text(v, 8), lambda v: v.to_bytes(8, "big"), int),
    "pg_lsn": (lambda rng: rng.getrandbits(rng.choice([8, 33, 64])), lambda v: f"{v >> 32:X}/{v & 0xffffffff:X}",
               lambda v: v.to_bytes(8, "big"), int),
    "xid8": (lambda rng: rng.getrandbits(rng.choice([8, 64])), str, lambda v: v.to_bytes(8, "big"), int),
    "tid": (lambda rng: (rng.getrandbits(rng.choice([3, 32])), rng.getrandbits(rng.choice([3, 16]))), lambda v: f"({v[0]},{v[1]})",
            lambda v: struct.pack("!IH", *v), lambda v: v),
}


def run(conn, sql, params=(), formats=(), binary=False):
    result = conn.pgconn.exec_params(sql.encode(), [p if isinstance(p, bytes) else p.encode() for p in params], None,
                                     list(formats) or None, 1 if binary else 0)
    assert result.status in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK), result.error_message
    return [result.get_value(row, 0) for row in range(result.ntuples)]


@pytest.mark.parametrize("name", TYPES)
def test_values_travel_and_sort(server, name):
    make, text, binary, key = TYPES[name]
    rng = random.Random(name)
    values = [make(rng) for _ in range(ROUNDS)]
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute(f"CREATE TABLE t_{name} (id int, v {name})")
        conn.execute(f"CREATE INDEX ON t_{name} (v)")
        for i, value in enumerate(values):
            form = i % 2
            run(conn, f"INSERT INTO t_{name} VALUES ({i}, $1::{name})", [binary(value) if form else text(value)], [form])
        stored = run(conn, f"SELECT v FROM t_{name} ORDER BY id")
        assert [v.decode() for v in stored] == [text(v) for v in values]
        assert run(conn, f"SELECT v FROM t_{name} ORDER BY id", binary=True) == [binary(v) for v in values]
        in_order = [text(v) for v in sorted(values, key=key)]
        assert [v.decode() for v in run(conn, f"SELECT v FROM t_{name} ORDER BY v")] == in_order
        assert [v.decode() for v in run(conn, f"SELECT v FROM t_{name} ORDER BY v DESC")] == in_order[::-1]
        least, most = run(conn, f"SELECT v FROM t_{name} ORDER BY v LIMIT 1")[0], in_order[-1]
        if name not in ("cidr", "macaddr", "macaddr8"):  # which have no min and max; cidr's are inet's
            assert run(conn, f"SELECT min(v) FROM t_{name}") == [least]
            assert run(conn, f"SELECT max(v) FROM t_{name}")[0].decode() == most
        distinct = {text(v) for v in values}
        assert int(run(conn, f"SELECT count(DISTINCT v) FROM t_{name}")[0]) == len(distinct)
        for value in rng.sample(values, 20):
            same = [str(i) for i, other in enumerate(values) if text(other) == text(value)]
            found = run(conn, f"SELECT id FROM t_{name} WHERE v = $1::{name} ORDER BY id", [binary(value)], [1])
            assert [v.decode() for v in found] == same
            below = sum(1 for other in values if key(other) < key(value))
            assert int(run(conn, f"SELECT count(*) FROM t_{name} WHERE v < $1::{name}", [text(value)])[0]) == below


NUMBERS = [0.0, 1.0, -1.5, 0.1, 1e300, 5e-324, 123456789.125, float("inf"), float("-inf")]


def shape_numbers(rng, count):
    return [rng.choice(NUMBERS + [rng.uniform(-1e3, 1e3)] * 6) for _ in range(count)]


# type: (how many numbers, its binary form)
SHAPES = {
    "point": (2, lambda n: struct.pack("!2d", *n)),
    "lseg": (4, lambda n: struct.pack("!4d", *n)),
    "box": (4, lambda n: struct.pack("!4d", max(n[0], n[2]), max(n[1], n[3]), min(n[0], n[2]), min(n[1], n[3]))),
    "circle": (3, lambda n: struct.pack("!3d", n[0], n[1], abs(n[2]))),
    "path": (6, lambda n: struct.pack("!bi6d", 1, 3, *n)),
    "polygon": (6, lambda n: struct.pack("!i6d", 3, *n)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_keep_every_bit(server, name):
    count, binary = SHAPES[name]
    rng = random.Random(name)
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute(f"CREATE TABLE s_{name} (id int, v {name}, a {name}[])")
        given = []
        for i in range(ROUNDS):
            data = binary(shape_numbers(rng, count))
            given.append(data)
            run(conn, f"INSERT INTO s_{name} VALUES ({i}, $1::{name}, ARRAY[$1::{name}, NULL])", [data], [1])
        assert run(conn, f"SELECT v FROM s_{name} ORDER BY id", binary=True) == given
        assert run(conn, f"SELECT v::text::{name} FROM s_{name} ORDER BY id", binary=True) == given
        assert run(conn, f"SELECT a[1] FROM s_{name} ORDER BY id", binary=True) == given
        assert run(conn, f"SELECT a::text::{name}[] FROM s_{name} ORDER BY id", binary=True) == run(
            conn, f"SELECT a FROM s_{name} ORDER BY id", binary=True)


def random_words(rng):
    words = ["a", "b", "ab", "it's", "back\\slash", "two words", "ž", "x:y"]
    return {rng.choice(words): sorted({(rng.randint(1, 20)) for _ in range(rng.randint(0, 4))}) for _ in range(rng.randint(0, 5))}


def test_documents_match_phrases(server):
    """a <N> b is true where positions are N apart, by a model of two loops."""
    rng = random.Random("phrases")
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        for _ in range(ROUNDS):
            document = random_words(rng)
            quoted = {word: "'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in document}
            text = " ".join(quoted[w] + (":" if p else "") + ",".join(map(str, p)) for w, p in document.items())
            stored = run(conn, "SELECT $1::tsvector", [text], binary=True)[0]
            assert run(conn, "SELECT $1::tsvector", [stored], [1], binary=True)[0] == stored
            a, b, distance = rng.choice(["a", "b", "ab"]), rng.choice(["a", "b", "ab"]), rng.randint(0, 3)
            near = any(q - p == distance for p in document.get(a, []) for q in document.get(b, []))
            assert run(conn, f"SELECT $1::tsvector @@ '{a} <{distance}> {b}'", [text]) == [b"t" if near else b"f"]
            assert run(conn, f"SELECT $1::tsvector @@ '{a} & !{b}'", [text]) == [b"t" if a in document and b not in document else b"f"]
