"""Random paths over random documents. Always: a stored path means what the text meant, and the ways to run it agree with one another. With
PGQUILL_REFERENCE (the connection string of a PostgreSQL 15) set: every answer and every report is PostgreSQL's."""
import os
import random

import psycopg
import pytest

from random_paths import Paths, document, misspelt

ROUNDS = int(os.environ.get("PGQUILL_ROUNDS", "300"))
REFERENCE = os.environ.get("PGQUILL_REFERENCE")
VARIABLES = '\'{"x": "a", "y": {"a": [1, {"b": 2}]}}\''
CALLS = [
    "jsonb_path_exists({args}, {vars}, {silent})",
    "jsonb_path_match({args}, {vars}, {silent})",
    "jsonb_path_query_array({args}, {vars}, {silent})",
    "jsonb_path_query_first({args}, {vars}, {silent})",
    "jsonb_path_query_array_tz({args}, {vars}, {silent})",
    "(SELECT string_agg(item::text, ' ') FROM jsonb_path_query({args}, {vars}, {silent}) AS item)",
    "jsonb_path_exists_opr({args})",
    "jsonb_path_match_opr({args})",
]


def connect(dsn):
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("SET TimeZone = 'Europe/Paris'")
    return connection


@pytest.fixture(scope="module")
def own(server):
    with connect(server.dsn()) as connection:
        yield connection


def answer(connection, expression, *args, source=""):
    """The value as text, or what a report says."""
    try:
        return connection.execute(f"SELECT ({expression})::text{source}", args).fetchone()[0]
    except psycopg.Error as error:
        return error.diag.sqlstate, error.diag.message_primary, error.diag.message_detail, error.diag.message_hint


def cases(seed):
    for round in range(ROUNDS):
        rng = random.Random(f"{seed} {round}")
        path = Paths(rng).path()
        yield rng, misspelt(rng, path) if rng.random() < 0.2 else path, document(rng)


def is_report(value):
    return isinstance(value, tuple)


def test_a_stored_path_means_the_same(own):
    own.execute("CREATE TEMPORARY TABLE kept (path jsonpath, paths jsonpath[])")
    for _, path, data in cases("stored"):
        shown = answer(own, "%s::text::jsonpath", path)
        if is_report(shown):
            continue
        own.execute("DELETE FROM kept")
        own.execute("INSERT INTO kept SELECT p, ARRAY[p] FROM (SELECT %s::text::jsonpath) AS q (p)", [path])
        assert own.execute("SELECT path::text, paths[1]::text FROM kept").fetchone() == (shown, shown)
        run = "jsonb_path_query_array(%s::text::jsonb, {})"
        assert answer(own, run.format("path"), data, source=" FROM kept") == answer(own, run.format("%s::text::jsonpath"), data, path)


def test_the_ways_to_run_a_path_agree(own):
    for _, path, data in cases("ways"):
        run = lambda call, silent="true": answer(own, call.format(args="%s::text::jsonb, %s::text::jsonpath", vars="'{}'", silent=silent), data, path)
        found = run("jsonb_path_query_array({args}, {vars}, {silent})")
        if is_report(found):
            continue
        assert run("(SELECT coalesce(jsonb_agg(item), '[]') FROM jsonb_path_query({args}, {vars}, {silent}) AS item)") == found
        assert run("jsonb_path_query_first({args}, {vars}, {silent})") == answer(own, "%s::text::jsonb -> 0", found)
        loud = run("jsonb_path_query_array({args}, {vars}, {silent})", "false")
        if not is_report(loud):
            assert loud == found
            assert run("jsonb_path_exists({args}, {vars}, {silent})") == ("false" if found == "[]" else "true")


@pytest.mark.skipif(not REFERENCE, reason="PGQUILL_REFERENCE names no PostgreSQL")
@pytest.mark.parametrize("part", range(4))
def test_answers_are_those_of_the_reference(own, part):
    with connect(REFERENCE) as reference:
        for rng, path, data in cases(part):
            asked = [("%s::text::jsonpath", (path,))]
            for call in rng.sample(CALLS, 4):
                expression = call.format(args="%s::text::jsonb, %s::text::jsonpath", vars=VARIABLES, silent=rng.choice(["true", "false"]))
                asked.append((expression, (data, path)))
            for expression, args in asked:
                assert answer(own, expression, *args) == answer(reference, expression, *args), (expression, args)
