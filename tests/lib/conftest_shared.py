"""Fixtures for all end-to-end suites: each conftest.py imports them."""
import pytest

from server import Server


@pytest.fixture(scope="module")
def server():
    """One server for the tests of a file; a test that ends or hurts it starts its own."""
    with Server() as running:
        yield running
