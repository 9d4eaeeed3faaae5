"""Notifications as client libraries and programs show them."""
import asyncio
import os
import re
import select
import subprocess

import asyncpg
import psycopg
import psycopg2

from test_programs import HERE, JDBC


def test_psycopg2(server):
    listener, sender = psycopg2.connect(server.dsn()), psycopg2.connect(server.dsn())
    listener.autocommit = sender.autocommit = True
    listener.cursor().execute("LISTEN news")
    sender.cursor().execute("NOTIFY news, 'hello'")
    assert select.select([listener], [], [], 10)[0]
    listener.poll()
    assert [(n.channel, n.payload, n.pid) for n in listener.notifies] == [("news", "hello", sender.info.backend_pid)]


def test_psycopg3(server):
    with psycopg.connect(server.dsn(), autocommit=True) as listener, psycopg.connect(server.dsn(), autocommit=True) as sender:
        listener.execute("LISTEN news")
        sender.execute("SELECT pg_notify('news', %s)", ("hello",))
        sender.execute("NOTIFY news")
        generator = listener.notifies()
        heard = [next(generator) for _ in range(2)]
        assert [(n.channel, n.payload, n.pid) for n in heard] == [("news", "hello", sender.info.backend_pid), ("news", "", sender.info.backend_pid)]


def test_asyncpg(server):
    async def run():
        where = {"host": "127.0.0.1", "port": server.port, "user": "postgres", "database": server.dbname}
        listener, sender = await asyncpg.connect(**where), await asyncpg.connect(**where)
        heard = asyncio.Queue()
        await listener.add_listener("news", lambda *told: heard.put_nowait(told[1:]))
        await sender.execute("NOTIFY news, 'hello'")
        assert await asyncio.wait_for(heard.get(), 10) == (sender.get_server_pid(), "news", "hello")
        await listener.close()
        await sender.close()
    asyncio.run(run())


def test_psql_prints_a_line(server):
    out = server.psql(script="LISTEN news;\nNOTIFY news;\nNOTIFY news, 'hello';\n")
    assert re.findall(r"^Asynchronous notification \"news\"(.*?) received from server process with PID \d+\.$", out, re.M) == ["", ' with payload "hello"']


def test_node_postgres(server):
    done = subprocess.run(["node", os.path.join(HERE, "node", "notify.js"), str(server.port), server.dbname], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("OK\n", "", 0)


def test_jdbc(server, tmp_path):
    subprocess.run(["javac", "-cp", JDBC, "-d", tmp_path, os.path.join(HERE, "jdbc", "Notify.java")], check=True, timeout=120)
    done = subprocess.run(["java", "-cp", f"{tmp_path}:{JDBC}", "Notify", str(server.port), server.dbname], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr, done.returncode) == ("OK\n", "", 0)
