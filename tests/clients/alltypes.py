"""The table that each driver's program makes, and the rows that it puts in: shared by the python programs."""
import datetime
import decimal
import uuid

CREATE = """CREATE TABLE alltypes (
    id serial PRIMARY KEY, big bigserial, b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(20,4), t text, v varchar(12),
    c char(5), bin bytea, d date, ts timestamp, tz timestamptz, u uuid, j json, jb jsonb, code text CONSTRAINT alltypes_code_unique UNIQUE)"""

COLUMNS = ["b", "i2", "i4", "i8", "f4", "f8", "n", "t", "v", "c", "bin", "d", "ts", "tz", "u", "code"]

UTC = datetime.timezone.utc
ROWS = [
    [True, 7, -42, 9007199254740993, 0.5, 3.141592653589793, decimal.Decimal("12345.6789"), "grüße, 世界 'quoted'", "twelve chars", "ab   ",
     bytes(range(256)), datetime.date(2026, 1, 31), datetime.datetime(2026, 1, 31, 23, 59, 59, 500000),
     datetime.datetime(2026, 1, 31, 23, 59, 59, 123456, UTC), uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), "one"],
    [False, -32768, 2147483647, -9223372036854775808, -1.25, 1e300, decimal.Decimal("-0.0001"), "", "", "     ", b"", datetime.date(1, 1, 1),
     datetime.datetime(1999, 12, 31), datetime.datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0), "two"],
    [None] * 15 + ["three"],
]
JSON = {"a": [1, 2.5, None, True, "x"], "b": {"c": "ü"}}
