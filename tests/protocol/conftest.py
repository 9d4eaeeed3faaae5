import os
import sys

import pytest

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "lib")]

from server import Server  # noqa: E402
from wire import Connection  # noqa: E402


@pytest.fixture(scope="session")
def target():
    """Where the server is. With PROTOCOL_TARGET (a port or a unix socket's path) the tests judge another server: PostgreSQL itself."""
    given = os.environ.get("PROTOCOL_TARGET")
    if given:
        yield int(given) if given.isdigit() else given
        return
    with Server() as server:
        yield server.port


@pytest.fixture
def raw(target):
    connection = Connection(target)
    yield connection
    connection.close()


@pytest.fixture
def conn(raw):
    raw.start(database=os.environ.get("PROTOCOL_DATABASE", "postgres"))
    return raw


@pytest.fixture
def other(target):
    connection = Connection(target)
    connection.start(database=os.environ.get("PROTOCOL_DATABASE", "postgres"))
    yield connection
    connection.close()
