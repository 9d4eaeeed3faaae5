"""asyncpg (binary alone, types looked up in pg_type) and psycopg 3 in binary mode send and read every type, as values and in arrays, rows and ranges."""
import asyncio
import datetime
import decimal
import ipaddress
import itertools
import uuid

import asyncpg
import psycopg
import pytest
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.hstore import register_hstore
from psycopg.types.json import Json, Jsonb
from psycopg.types.multirange import Multirange, MultirangeInfo, register_multirange
from psycopg.types.range import Range, RangeInfo, register_range

UTC = datetime.timezone.utc
DAY, NOON = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 30, 15, 123456)
NUMBER = decimal.Decimal

SETUP = """
CREATE EXTENSION IF NOT EXISTS hstore; CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy');
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE TYPE part AS (n int, t text, m mood, a int[]);
CREATE TYPE whole AS (p part, ps part[], r int4range);
CREATE TYPE floatrange AS RANGE (subtype = float8);
"""

# type: values that both drivers write and read as they are
VALUES = {
    "bool": [True, False], "int2": [-32768, 32767], "int4": [-2**31, 2**31 - 1], "int8": [-2**63, 2**63 - 1], "oid": [0, 2**32 - 1],
    "float4": [0.5, float("inf")], "float8": [0.1, -1e300, 5e-324],
    "numeric": [NUMBER("0"), NUMBER("-12345678901234567890.000100"), NUMBER("1E+3") * 1000, NUMBER("0.00000000000000000001")], "numeric(6,2)": [NUMBER("1234.50")],
    "text": ["", "é世界😀 'q\\"], "varchar(5)": ["abcde"], "char(4)": ["ab  "], "name": ["x y"], "bytea": [b"", bytes(range(256))],
    "uuid": [uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")], "date": [DAY, datetime.date(1, 1, 1), datetime.date(9999, 12, 31)],
    "time": [datetime.time(23, 59, 59, 999999)], "timetz": [datetime.time(1, 2, 3, 4, datetime.timezone(datetime.timedelta(hours=5, minutes=30)))],
    "timestamp": [NOON], "timestamptz": [NOON.replace(tzinfo=UTC)], "interval": [datetime.timedelta(days=-3, seconds=5, microseconds=6), datetime.timedelta()],
    "inet": [ipaddress.ip_address("10.1.2.3"), ipaddress.ip_address("2001:db8::1"), ipaddress.ip_interface("10.1.2.3/8")],
    "cidr": [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32")], "small": [7], "citext": ["Ab"],
}
ARRAYS = ["bool", "int2", "int4", "int8", "oid", "float8", "numeric", "text", "bytea", "uuid", "date", "time", "timestamp", "timestamptz", "interval", "cidr"]


def run(server, work):
    async def session():
        conn = await asyncpg.connect(host="127.0.0.1", port=server.port, user="postgres", database=server.dbname)
        try:
            await work(conn)
        finally:
            await conn.close()
    asyncio.run(session())


@pytest.fixture(scope="module")
def types(server):
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute(SETUP)
    return server


def nested(values):
    return [[values[0], None], [values[-1], values[0]]]


TABLES = (f"kept_{number}" for number in itertools.count())


async def round_trip(conn, sql, value):
    assert await conn.fetchval(f"SELECT $1::{sql}", value) == value, sql
    table = next(TABLES)
    await conn.execute(f"CREATE TEMP TABLE {table} (id int, v {sql})")
    await conn.execute(f"INSERT INTO {table} VALUES (1, $1), (2, NULL)", value)
    assert [row["v"] for row in await conn.fetch(f"SELECT v FROM {table} ORDER BY id")] == [value, None], sql
    await conn.execute(f"DROP TABLE {table}")


def test_asyncpg_values_and_arrays(types):
    async def work(conn):
        for sql, values in VALUES.items():
            for value in values:
                await round_trip(conn, sql, value)
        for sql in ARRAYS:
            for value in ([], VALUES[sql], [None, *VALUES[sql]], nested(VALUES[sql])):
                await round_trip(conn, sql + "[]", value)
    run(types, work)


def test_asyncpg_special_types(types):
    async def work(conn):
        await conn.set_builtin_type_codec("hstore", codec_name="pg_contrib.hstore")
        point = asyncpg.Point(1.5, -2)
        part, span = (1, "a,b", "very happy", [1, None]), asyncpg.Range(1, 5)
        for sql, value in {
            '"char"': b"x", "bit(5)": asyncpg.BitString("10110"), "varbit": asyncpg.BitString("101"), "json": '{"a": [1, 2.50]}', "jsonb": '{"a": [1, 2.50]}',
            "macaddr": "08:00:2b:01:02:03", "macaddr8": "08:00:2b:01:02:03:04:05", "money": "$1,234.50", "xml": "<a>é</a>", "tsvector": "'a':1 'b':2A",
            "tsquery": "'a' & 'b'", "pg_lsn": 0x16B374D848, "point": point, "box": asyncpg.Box(asyncpg.Point(2, 2), asyncpg.Point(1, 1)),
            "lseg": asyncpg.LineSegment(point, point), "line": asyncpg.Line(1, 2, 3), "circle": asyncpg.Circle(point, 3),
            "polygon": asyncpg.Polygon(point, asyncpg.Point(3, 4)), "path": asyncpg.Path(point, asyncpg.Point(3, 4), is_closed=False), "tid": (3, 4),
            "xid": 7, "jsonpath": '$."a"[*]', "mood": "very happy", "hstore": {"a": "1", "b c": None}, "int4range": span, "int8range": span,
            "numrange": asyncpg.Range(NUMBER("1.5"), None, lower_inc=False), "daterange": asyncpg.Range(DAY, datetime.date(2024, 3, 2)),
            "tsrange": asyncpg.Range(None, NOON, upper_inc=True), "tstzrange": asyncpg.Range(empty=True), "floatrange": asyncpg.Range(0.5, 1.5),
            "int4multirange": [asyncpg.Range(1, 3), asyncpg.Range(7, None)], "floatmultirange": [asyncpg.Range(0.5, 1.5)], "mood[]": ["sad", None, "ok"],
            "int4range[]": [span, asyncpg.Range(empty=True)], "point[]": [point], "jsonb[]": ['{"a": 1}'], "box[]": [asyncpg.Box(point, asyncpg.Point(1, -3))],
            "part": part, "whole": (part, [part, None], span), "part[]": [part, (None, None, None, None)], "regtype": "integer", "regclass": "pg_class", "regproc": "now",
        }.items():
            await round_trip(conn, sql, value)
        row = await conn.fetchrow("SELECT ROW(1, 'a'::text, '{1}'::int[]) AS r, $1::whole AS w", (part, [], None))
        assert tuple(row["r"]) == (1, "a", [1]) and row["w"]["p"]["m"] == "very happy"
    run(types, work)


def test_asyncpg_copy_and_batches(types):
    async def work(conn):
        await conn.execute("CREATE TEMP TABLE copied (i int, m mood, a numeric[], p part)")
        rows = [(i, "ok", [NUMBER(i), None], (i, "x", None, [i])) for i in range(200)]
        await conn.executemany("INSERT INTO copied VALUES ($1, $2, $3, $4)", rows)
        assert [(r["i"], r["m"], r["a"], tuple(r["p"])) for r in await conn.fetch("SELECT * FROM copied ORDER BY i")] == rows
        await conn.execute("CREATE TEMP TABLE plain (i int, t text, n numeric, d timestamptz, b bytea, a int[])")
        records = [(i, "t" * i, NUMBER(i) / 4, NOON.replace(tzinfo=UTC), bytes([i]), [i, None]) for i in range(100)]
        await conn.copy_records_to_table("plain", records=records)
        assert [tuple(r) for r in await conn.fetch("SELECT * FROM plain ORDER BY i")] == records
    run(types, work)


def test_psycopg_binary(types):
    with psycopg.connect(types.dsn(), autocommit=True) as conn:
        register_hstore(psycopg.types.TypeInfo.fetch(conn, "hstore"), conn)
        mood = EnumInfo.fetch(conn, "mood")
        register_enum(mood, conn)
        for name in ("part", "whole"):
            register_composite(CompositeInfo.fetch(conn, name), conn)
        register_range(RangeInfo.fetch(conn, "floatrange"), conn)
        register_multirange(MultirangeInfo.fetch(conn, "floatmultirange"), conn)
        span = Range(1, 5)
        cases = [(sql, value) for sql, values in VALUES.items() if sql != "citext" for value in values]
        cases += [(sql + "[]", value) for sql in ARRAYS if sql not in ("timetz",) for value in (VALUES[sql], [None, *VALUES[sql]], nested(VALUES[sql]))]
        cases += [("int4range", span), ("int8range", Range(2**40, None)), ("numrange", Range(NUMBER("1.5"), None, "()")), ("daterange", Range(DAY, datetime.date(2024, 3, 2))),
                  ("tsrange", Range(None, NOON, "(]")), ("tstzrange", Range(empty=True)), ("floatrange", Range(0.5, 1.5)), ("int4multirange", Multirange([Range(1, 3), Range(7, None)])),
                  ("floatmultirange", Multirange([Range(0.5, 1.5)])), ("mood", mood.enum["very happy"]), ("mood[]", [mood.enum["sad"], None])]
        for sql, value in cases:
            for binary in (True, False):
                row = conn.execute(f"SELECT %b::{sql}, v FROM (SELECT %t::{sql} AS v) AS s", [value, value], binary=binary).fetchone()
                assert row == (value, value), (sql, binary)
            table = next(TABLES)
            conn.execute(f"CREATE TEMP TABLE {table} (id int, v {sql})")
            conn.execute(f"INSERT INTO {table} VALUES (1, %b), (2, NULL)", [value])
            assert conn.execute(f"SELECT v FROM {table} ORDER BY id", binary=True).fetchall() == [(value,), (None,)], sql
        for wrapper, sql in ((Json, "json"), (Jsonb, "jsonb")):
            assert conn.execute(f"SELECT %b::{sql}", [wrapper({"a": [1, None]})], binary=True).fetchone() == ({"a": [1, None]},)
        for sql, text in {"hstore": '"a"=>"1", "b c"=>NULL', "part": '(1,"a,b","very happy","{1,NULL}")', "xml": "<a/>", "money": "$1.50", "bit(3)": "101",
                          "macaddr": "08:00:2b:01:02:03", "point": "(1.5,-2)", "tsvector": "'a':1", "pg_lsn": "16/B374D848", "jsonpath": '$."a"'}.items():
            table = next(TABLES)
            conn.execute(f"CREATE TEMP TABLE {table} (v {sql})")
            conn.execute(f"INSERT INTO {table} VALUES (%t::{sql})", [text])
            raw = conn.execute(f"SELECT v FROM {table}", binary=True).fetchone()[0]
            assert conn.execute(f"SELECT v::text FROM {table}").fetchone()[0] == text
            assert conn.execute(f"SELECT v FROM {table}").fetchone()[0] == raw or isinstance(raw, bytes), sql
        whole = conn.execute("SELECT '(\"(1,x,ok,{2})\",\"{\"\"(3,y,sad,{})\"\"}\",\"[1,5)\")'::whole", binary=True).fetchone()[0]
        assert whole.p.n == 1 and whole.ps[0].t == "y" and whole.r == span
