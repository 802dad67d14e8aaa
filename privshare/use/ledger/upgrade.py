"""A ledger of an earlier format made into one of this format, since a ledger outlives every version of the program.

Format 1 had an index through which every spend added up all spends before it; format 2 keeps the sums with the
accounts, and tables that are their own index (decision 0016). The chain is the same in both, entry by entry, so the
anchor and every extract go on to hold.

Promises: runs within the opening's transaction, which afterwards compares the new tables with the chain and only then
commits; a crash, a full disk or a chain that says otherwise leaves the file of format 1 as it was.
Leaves to others: whether the old file's guards are in place and its pages whole (`schema.py`).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence

OBJECTS_1 = "d6bc2e956854d7089e3040f135a3e71f0673a4d11e59e52137f45e80fbfdbf2a"
"""SHA-256 of the tables, index and triggers of format 1, as `digest` makes it."""
_FILLED = ("holder", "account", "request", "spend")
"""The tables that are made anew, each after those that it refers to."""


def digest(objects: Sequence[tuple[str, str, str]]) -> str:
    """Return the SHA-256 of a file's tables, indexes and triggers (type, name, text), hex."""
    return hashlib.sha256(json.dumps(list(objects)).encode()).hexdigest()


def upgrade(connection: sqlite3.Connection, *, tables: Sequence[str], triggers: Sequence[str]) -> None:
    """Make the tables of format 1 into those of format 2. Runs inside the caller's transaction.

    tables, triggers: the statements that make those of format 2; `chain` stays the table that it is.
    """
    rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in _FILLED}  # noqa: S608 - constants
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for table in reversed(_FILLED):
        connection.execute(f"DROP TABLE {table}")
    for statement in tables:
        if not statement.startswith("CREATE TABLE chain"):
            connection.execute(statement)
    for table, values in {"holder": "?, ?", "account": "?, ?, ?, ?, 0, 0", "request": "?, ?, ?, ?, ?"}.items():
        for row in rows[table]:
            connection.execute(f"INSERT INTO {table} VALUES ({values})", row)  # noqa: S608 - constants
    for request, holder, purpose, micro, delta in rows["spend"]:
        connection.execute("INSERT INTO spend VALUES (?, ?, ?, ?, ?)", (request, holder, purpose, micro, delta))
        added = "UPDATE account SET spent_micro = spent_micro + ?, spent_delta_e15 = spent_delta_e15 + ?"
        connection.execute(f"{added} WHERE holder = ? AND purpose = ?", (micro, delta, holder, purpose))
    for statement in triggers:
        connection.execute(statement)
