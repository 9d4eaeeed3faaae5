"""psycopg2, psycopg 3 (text and binary) and asyncpg: every type in and out, rollback, a unique violation."""
import asyncio
import datetime
import decimal
import json

import asyncpg
import psycopg
import psycopg2
import psycopg2.extras
import pytest
from psycopg.types.json import Json, Jsonb

from alltypes import COLUMNS, CREATE, JSON, ROWS

INSERT = f"INSERT INTO alltypes ({', '.join(COLUMNS)}, j, jb) VALUES ({', '.join(['%s'] * (len(COLUMNS) + 2))}) RETURNING id"
SELECT = f"SELECT {', '.join(COLUMNS)}, j, jb FROM alltypes ORDER BY id"


def expected():
    rows = []
    for row in ROWS:
        given = row[0] is not None
        rows.append(tuple(row) + ((JSON, JSON) if given else (None, None)))
    return rows


def plain(row):
    """psycopg2 gives memoryviews and zone-aware times in the session's zone: make them comparable."""
    out = []
    for value in row:
        if isinstance(value, memoryview):
            value = bytes(value)
        if isinstance(value, datetime.datetime) and value.tzinfo:
            value = value.astimezone(datetime.timezone.utc)
        out.append(value)
    return tuple(out)


def test_psycopg2(server):
    psycopg2.extras.register_uuid()
    conn = psycopg2.connect(server.dsn())
    cur = conn.cursor()
    cur.execute("DROP TABLE IF EXISTS alltypes")
    cur.execute(CREATE)
    ids = []
    for row in ROWS:
        doc = json.dumps(JSON) if row[0] is not None else None
        cur.execute(INSERT, row + [doc, doc])
        ids.append(cur.fetchone()[0])
    conn.commit()
    assert ids == [1, 2, 3]
    cur.execute(SELECT)
    assert [plain(row) for row in cur.fetchall()] == expected()
    cur.execute("INSERT INTO alltypes (code) VALUES ('four')")
    conn.rollback()
    cur.execute("SELECT count(*) FROM alltypes")
    assert cur.fetchone() == (3,)
    with pytest.raises(psycopg2.errors.UniqueViolation) as caught:
        cur.execute("INSERT INTO alltypes (code) VALUES ('one')")
    assert caught.value.pgcode == "23505"
    assert caught.value.diag.constraint_name == "alltypes_code_unique"
    assert caught.value.diag.message_detail == "Key (code)=(one) already exists."
    conn.rollback()
    conn.close()


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg3(server, binary):
    with psycopg.connect(server.dsn()) as conn:
        cur = conn.cursor(binary=binary)
        cur.execute("DROP TABLE IF EXISTS alltypes")
        cur.execute(CREATE)
        mark = "%b" if binary else "%t"
        insert = INSERT.replace("%s", mark)
        for row in ROWS:
            given = row[0] is not None
            cur.execute(insert, row + ([Json(JSON), Jsonb(JSON)] if given else [None, None]))
        conn.commit()
        cur.execute(SELECT)
        assert [plain(row) for row in cur.fetchall()] == expected()
        cur.execute("INSERT INTO alltypes (code) VALUES ('four')")
        conn.rollback()
        assert cur.execute("SELECT count(*) FROM alltypes").fetchone() == (3,)
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            cur.execute("INSERT INTO alltypes (code) VALUES ('one')")
        assert caught.value.diag.constraint_name == "alltypes_code_unique"
        conn.rollback()
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            try:
                cur.execute("SELECT 1/0")
            except psycopg.errors.DivisionByZero:
                cur.execute("SELECT 1")
        conn.rollback()


def test_psycopg3_copy_and_server_cursor(server):
    with psycopg.connect(server.dsn()) as conn:
        conn.execute("DROP TABLE IF EXISTS copied")
        conn.execute("CREATE TABLE copied (a int, b text, n numeric)")
        with conn.cursor().copy("COPY copied (a, b, n) FROM STDIN") as copy:
            for number in range(1000):
                copy.write_row((number, None if number % 7 == 0 else f"tab\t{number}\\", decimal.Decimal(number) / 8))
        with conn.cursor().copy("COPY copied TO STDOUT") as copy:
            rows = list(copy.rows())
        assert len(rows) == 1000
        assert rows[8] == ("8", "tab\t8\\", "1")
        with conn.cursor("walk") as named:
            named.itersize = 100
            named.execute("SELECT a FROM copied ORDER BY a")
            assert [a for (a,) in named] == list(range(1000))


def test_asyncpg(server):
    async def run():
        conn = await asyncpg.connect(host="127.0.0.1", port=server.port, user="postgres", database=server.dbname)
        await conn.execute("DROP TABLE IF EXISTS alltypes")
        await conn.execute(CREATE)
        marks = ", ".join(f"${i + 1}" for i in range(len(COLUMNS) + 2))
        for row in ROWS:
            doc = json.dumps(JSON) if row[0] is not None else None
            await conn.execute(f"INSERT INTO alltypes ({', '.join(COLUMNS)}, j, jb) VALUES ({marks})", *row, doc, doc)
        got = [tuple(row) for row in await conn.fetch(SELECT)]
        got = [tuple(json.loads(v) if i >= len(COLUMNS) and v is not None else v for i, v in enumerate(row)) for row in got]
        assert got == expected()
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("INSERT INTO alltypes (code) VALUES ('four')")
        await transaction.rollback()
        assert await conn.fetchval("SELECT count(*) FROM alltypes") == 3
        with pytest.raises(asyncpg.UniqueViolationError) as caught:
            await conn.execute("INSERT INTO alltypes (code) VALUES ('one')")
        assert caught.value.constraint_name == "alltypes_code_unique"
        await conn.close()

    asyncio.run(run())
