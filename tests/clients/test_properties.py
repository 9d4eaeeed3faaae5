"""Random values of every type, in and out in text and in binary, cast, stored, indexed, found, sorted and grouped: whatever PostgreSQL 15 answers or
reports, byte for byte. A cluster of the test's own gives the answers. PGQUILL_ROUNDS: values of a type; PGQUILL_SEED: other values."""
import os
import random
import struct

import pytest

from postgres import Postgres
from random_values import SETUP, TYPES, USER_TYPES, values
from rawpg import Failure, RawConnection
from server import Server

ROUNDS = int(os.environ.get("PGQUILL_ROUNDS", "60"))
SEED = os.environ.get("PGQUILL_SEED", "1")
SHOWN = 12
TEXT, BINARY = 0, 1
NEGATIVE_ZERO = {"float4": struct.pack("!f", -0.0), "float8": struct.pack("!d", -0.0)}  # SQLite's REAL columns keep it as 0
INDEXED_MOST = 800  # bytes: PostgreSQL's indexes take no more than a third of a page

STYLES = {
    "date": ["SET DateStyle = 'SQL, DMY'", "SET DateStyle = 'Postgres, YMD'", "SET DateStyle = 'German'", "SET DateStyle = 'ISO, YMD'; SET TimeZone = '-3:30'"],
    "time": ["SET DateStyle = 'SQL, MDY'; SET TimeZone = 'America/New_York'", "SET DateStyle = 'Postgres, DMY'", "SET DateStyle = 'German'; SET TimeZone = 'UTC'",
             "SET DateStyle = 'ISO, YMD'; SET TimeZone = 'Asia/Kolkata'"],
    "interval": ["SET IntervalStyle = 'postgres_verbose'", "SET IntervalStyle = 'sql_standard'", "SET IntervalStyle = 'iso_8601'"],
    "bytea": ["SET bytea_output = 'escape'"],
    "float": ["SET extra_float_digits = 0", "SET extra_float_digits = -3"],
}
STYLES["timestamp"] = STYLES["time"]
PLAIN = "SET DateStyle = 'ISO, MDY'; SET TimeZone = 'Europe/Paris'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1"


def styles_of(name):
    return next((STYLES[kind] for kind in ("interval", "timestamp", "time", "date", "bytea", "float") if name.startswith(kind) and "range" not in name), [])


class Pair:
    """The same asked of both servers; what differs is kept."""

    def __init__(self, postgres, own):
        self.reference = RawConnection(postgres.port, "postgres")
        self.own = RawConnection(own.port, own.dbname)
        self.both = [self.reference, self.own]
        self.user_oids = {}
        self.oids = {}  # those that binary values of the type in hand may name
        self.differences = []
        self.script("SET client_min_messages = error; SET enable_seqscan = off; SET synchronous_commit = off; " + PLAIN)

    def close(self):
        for side in self.both:
            side.close()

    def script(self, sql):
        """A simple query on both, which must agree on what fails; true when it did not."""
        for side in self.both:
            side.send_query(sql)
        (reference, _), (own, _) = [side.outcome() for side in self.both]
        self.compare(sql, reference, own)
        return reference is None and own is None

    def ask(self, sql, many=((),), types=((), ()), form=TEXT, result_form=TEXT):
        """PostgreSQL's answer for each list of parameters: rows or a Failure. `types` are the parameters' for each side, as are `many` when it is a Sides."""
        failures = [side.parse(sql, side_types) for side, side_types in zip(self.both, types)]
        if any(failures):
            self.compare(sql, *failures)
            return [failures[0] or Failure(b"")] * len(many)
        answers = []
        chosen = many if isinstance(many, Sides) else Sides(many, many)
        for start in range(0, len(chosen.reference), 32):
            for side, own_many in ((self.reference, chosen.reference), (self.own, chosen.own)):
                side.send_execute(own_many[start:start + 32], form, result_form)
            for parameters in chosen.reference[start:start + 32]:
                (failure, rows), (own_failure, own_rows) = [side.outcome() for side in self.both]
                if result_form == BINARY:
                    own_rows = [tuple(self.translated(column) for column in row) for row in own_rows]
                self.compare((sql, parameters, form, result_form), failure or rows, own_failure or own_rows)
                answers.append(failure or rows)
        return answers

    def translated(self, data, back=False):
        """A binary value with the other side's oids of user-defined types."""
        for own, reference in self.oids.items() if data else ():
            old, new = (reference, own) if back else (own, reference)
            data = data.replace(struct.pack("!I", old), struct.pack("!I", new))
        return data

    def compare(self, asked, reference, own):
        if reference != own:
            if isinstance(reference, list) and isinstance(own, list) and len(reference) > 1:
                at = next((i for i, (a, b) in enumerate(zip(reference, own)) if a != b), min(len(reference), len(own)))
                reference, own = (f"{len(rows)} rows, {rows[at:at + 1]} at {at}" for rows in (reference, own))
            self.differences.append(f"{asked}\n    PostgreSQL {reference}\n    pgquill    {own}")


class Sides:
    def __init__(self, reference, own):
        self.reference, self.own = reference, own

    def __len__(self):
        return len(self.reference)


@pytest.fixture(scope="module")
def pair():
    with Postgres("fsync=off", "autovacuum=off") as postgres, Server() as own:
        pair = Pair(postgres, own)
        assert pair.script(SETUP), pair.differences
        for name in USER_TYPES:
            for suffix in ("", "[]"):
                reference, found = [oid_of(side, f"SELECT '{name}{suffix}'::regtype::oid") for side in pair.both]
                pair.user_oids[found] = reference
        yield pair
        pair.close()


def oid_of(side, sql):
    failure = side.parse(sql)
    assert not failure, failure
    return int(side.execute()[0][0])


def accepted(pair, name, sql):
    """The texts that PostgreSQL takes, each with its binary form; on the way every text is asked for in every form and style."""
    texts = [(value.encode(),) for value in dict.fromkeys(values(name, SEED, ROUNDS)) if "\0" not in value]
    for style in styles_of(name):
        pair.script(style)
        pair.ask(f"SELECT $1::{sql}", texts)
        pair.script(PLAIN)
    shown = pair.ask(f"SELECT $1::{sql}", texts)
    sent = pair.ask(f"SELECT $1::{sql}", texts, result_form=BINARY)
    return [(value, data[0][0]) for (value,), text, data in zip(texts, shown, sent) if isinstance(text, list) and isinstance(data, list)]


def store(pair, name, sql, good):
    """A table t_NAME (id, v) with an index; half of the values come as text, half in binary, and then some nulls."""
    pair.script(f"CREATE TABLE t_{name} (id int PRIMARY KEY, v {sql})")
    oids = [oid_of(side, f"SELECT atttypid FROM pg_attribute WHERE attrelid = 't_{name}'::regclass AND attname = 'v'") for side in pair.both]
    small = [(value, data) for value, data in good if max(len(data), len(value)) <= INDEXED_MOST and data != NEGATIVE_ZERO.get(name)]
    texts = [(str(i).encode(), value) for i, (value, _) in enumerate(small) if i % 2]
    pair.ask(f"INSERT INTO t_{name} VALUES ($1, $2)", texts)
    binaries = [(struct.pack("!i", i), data) for i, (_, data) in enumerate(small) if not i % 2]
    translated = [(number, pair.translated(data, back=True)) for number, data in binaries]
    pair.ask(f"INSERT INTO t_{name} VALUES ($1, $2)", Sides(binaries, translated), types=[(23, oid) for oid in oids], form=BINARY)
    pair.script(f"INSERT INTO t_{name} SELECT 1000000 + i, NULL FROM generate_series(1, 3) AS i")
    pair.script(f"CREATE INDEX ON t_{name} (v)")
    return small, oids


def read_back(pair, name, sql):
    for form in (TEXT, BINARY):
        pair.ask(f"SELECT v FROM t_{name} ORDER BY id", result_form=form)
        pair.ask(f"SELECT v::text::{sql} FROM t_{name} ORDER BY id", result_form=form)
    pair.ask(f"SELECT v::text, v::varchar(7), v::char(3) FROM t_{name} ORDER BY id")
    for style in styles_of(name):
        pair.script(style)
        pair.ask(f"SELECT v, v::text FROM t_{name} ORDER BY id")
    pair.script(PLAIN)


def sort(pair, name):
    """False: neither has an order for the type."""
    for order in ("DESC", "NULLS FIRST", "DESC NULLS LAST", ""):
        answer = pair.ask(f"SELECT id FROM t_{name} ORDER BY v {order}, id")[0]
    pair.ask(f"SELECT min(id), count(*), count(v) FROM t_{name} GROUP BY v ORDER BY 1")
    pair.ask(f"SELECT count(DISTINCT v), count(v) FROM t_{name}")
    pair.ask(f"SELECT count(*) FROM (SELECT DISTINCT v FROM t_{name}) AS d")
    ordered = not isinstance(answer, Failure)
    for end in ("min", "max") if ordered and name != "oidvector" else ():  # an oidvector's are those of arrays
        pair.ask(f"SELECT min(id) FROM t_{name} WHERE v = (SELECT {end}(v) FROM t_{name})")
    return ordered


def find(pair, name, small, oids):
    rng = random.Random(f"find {SEED} {name}")
    wanted = [data for _, data in rng.sample(small, min(len(small), 12))]
    one = [(data,) for data in wanted]
    two = [(data, rng.choice(wanted)) for data in wanted]
    for operator in ("=", "<>", "<", "<=", ">", ">="):
        search(pair, f"SELECT id FROM t_{name} WHERE v {operator} $1 ORDER BY id", one, oids)
    search(pair, f"SELECT id FROM t_{name} WHERE v BETWEEN $1 AND $2 ORDER BY v, id", two, oids)
    search(pair, f"SELECT id FROM t_{name} WHERE v IN ($1, $2) ORDER BY id", two, oids)
    search(pair, f"SELECT id FROM t_{name} WHERE v > $1 ORDER BY v DESC, id LIMIT 5", one, oids)
    search(pair, f"SELECT id FROM t_{name} WHERE v IS NOT DISTINCT FROM $1 ORDER BY id", [*one, (None,)], oids)
    pair.ask(f"SELECT a.id, b.id, a.v < b.v, a.v = b.v, a.v >= b.v, a.v IS DISTINCT FROM b.v FROM t_{name} a, t_{name} b WHERE a.id < 15 AND b.id < 15 ORDER BY 1, 2")
    pair.ask(f"SELECT a.id, b.id FROM t_{name} a JOIN t_{name} b USING (v) WHERE a.id < b.id ORDER BY 1, 2")


def search(pair, sql, many, oids):
    own = [tuple(pair.translated(data, back=True) for data in parameters) for parameters in many]
    pair.ask(sql, Sides(many, own), types=[(oid,) * len(many[0]) for oid in oids], form=BINARY)


def cast(pair, sql, good):
    """To every type that pg_cast names, explicitly; arrays to arrays of those."""
    targets, element = pair.reference, sql.removesuffix("[]")
    assert not targets.parse(f"SELECT DISTINCT casttarget::regtype::text FROM pg_cast WHERE castsource = pg_typeof(NULL::{element})::oid ORDER BY 1")
    for (target,) in targets.execute():
        pair.ask(f"SELECT $1::{sql}::{target.decode()}{sql[len(element):]}", [(value,) for value, _ in good])


@pytest.mark.parametrize("name", TYPES)
def test_values_are_those_of_postgresql(pair, name):
    sql = TYPES[name][0]
    pair.differences.clear()
    pair.oids = pair.user_oids if name.removesuffix("_array") in USER_TYPES else {}
    good = accepted(pair, name, sql)
    assert len(good) > len(set(values(name, SEED, ROUNDS))) / 10, "the generator makes too few values that are valid"
    small, oids = store(pair, name, sql, good)
    read_back(pair, name, sql)
    if sort(pair, name) or not name.endswith("_array"):  # arrays of what has no order have operators that fail when they run
        find(pair, name, small, oids)
    if not name.startswith("word"):
        cast(pair, sql, good)
    pair.script(f"DROP TABLE t_{name}")
    shown = "\n".join(pair.differences[:SHOWN])
    assert not pair.differences, f"PGQUILL_SEED={SEED} PGQUILL_ROUNDS={ROUNDS}: {len(pair.differences)} differences, such as\n{shown}"
