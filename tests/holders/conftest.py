"""What the tests of engines share."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from privshare.holders.files import relation


@pytest.fixture(scope="module")
def one_database() -> Iterator[None]:
    """Let every relation open a connection to one database: starting a database for each takes most of the time.

    Tables of cells are temporary and belong to their connection, so nothing is shared that matters. Tests without
    this fixture start databases as the program does.
    """
    with relation.connected() as database, pytest.MonkeyPatch.context() as patched:

        def connected() -> duckdb.DuckDBPyConnection:
            cursor = database.cursor()
            cursor.execute("SET TimeZone = 'UTC'")
            return cursor

        patched.setattr(relation, "connected", connected)
        yield
