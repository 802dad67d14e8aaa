"""The ledger file: SQLite, opened so that an acknowledged commit survives power loss, with rules of its own.

journal_mode=DELETE and synchronous=EXTRA, both read back: the write-ahead log
has a corruption bug in SQLite 3.7.0 to 3.51.2, and anything below EXTRA may
lose the newest commit. Amounts are whole numbers by CHECK. Triggers forbid
what no code here does - deleting, changing an amount, skipping a state,
passing a cap - so that a bug, or a person with a SQL shell, hits a wall; they
are compared with this file's text at every opening.

What is spent of an account stands with its cap and is moved by a trigger, so a spend takes as long in an old ledger as
in a new one; a table is its own index (WITHOUT ROWID), so a commit writes few pages.

Local disks only: SQLite's locks do not hold on network file systems.
Format: application_id "pshl", user_version 2. Version 1 is made into it (`upgrade.py`), a newer one is refused.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from privshare.errors import LedgerFault, PrivshareError, StorageFault
from privshare.use.ledger import upgrade

APPLICATION_ID = int.from_bytes(b"pshl", "big")
VERSION = 2
BUSY_SECONDS = 30.0
RESTORE = "restore the newest copy of it together with its .head file"

SETTINGS: tuple[tuple[str, str, str | int], ...] = (
    ("journal_mode", "DELETE", "delete"),
    ("synchronous", "EXTRA", 3),
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
)
"""Name, value, and what SQLite must answer when asked for it afterwards."""

TABLES = (
    """CREATE TABLE holder (
        holder TEXT NOT NULL PRIMARY KEY CHECK (typeof(holder) = 'text'),
        snapshot_key BLOB NOT NULL CHECK (typeof(snapshot_key) = 'blob' AND length(snapshot_key) = 32))
        WITHOUT ROWID""",
    """CREATE TABLE account (
        holder TEXT NOT NULL REFERENCES holder (holder), purpose TEXT NOT NULL CHECK (typeof(purpose) = 'text'),
        cap_micro INTEGER NOT NULL CHECK (typeof(cap_micro) = 'integer' AND cap_micro BETWEEN 0 AND 9007199254740991),
        cap_delta_e15 INTEGER NOT NULL
            CHECK (typeof(cap_delta_e15) = 'integer' AND cap_delta_e15 BETWEEN 0 AND 1000000000000000),
        spent_micro INTEGER NOT NULL CHECK (typeof(spent_micro) = 'integer'),
        spent_delta_e15 INTEGER NOT NULL CHECK (typeof(spent_delta_e15) = 'integer'),
        PRIMARY KEY (holder, purpose)) WITHOUT ROWID""",
    """CREATE TABLE request (
        request TEXT NOT NULL PRIMARY KEY CHECK (typeof(request) = 'text' AND length(request) = 64),
        question TEXT NOT NULL CHECK (typeof(question) = 'text'),
        state TEXT NOT NULL CHECK (state IN ('reserved', 'drawing', 'released')),
        run TEXT NOT NULL CHECK ((state = 'reserved') = (run = '')),
        document BLOB CHECK (typeof(document) = CASE state WHEN 'released' THEN 'blob' ELSE 'null' END))
        WITHOUT ROWID""",
    """CREATE TABLE spend (
        request TEXT NOT NULL REFERENCES request (request), holder TEXT NOT NULL, purpose TEXT NOT NULL,
        micro_epsilon INTEGER NOT NULL
            CHECK (typeof(micro_epsilon) = 'integer' AND micro_epsilon BETWEEN 1 AND 9007199254740991),
        delta_e15 INTEGER NOT NULL
            CHECK (typeof(delta_e15) = 'integer' AND delta_e15 BETWEEN 0 AND 1000000000000000),
        PRIMARY KEY (request, holder), FOREIGN KEY (holder, purpose) REFERENCES account (holder, purpose))
        WITHOUT ROWID""",
    """CREATE TABLE chain (
        entry INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL CHECK (typeof(body) = 'text'),
        hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND length(hash) = 64))""",
)


def _forbid(name: str, when: str, table: str, condition: str, why: str) -> str:
    guard = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER {name} BEFORE {when} ON {table}{guard} BEGIN SELECT RAISE(ABORT, '{why}'); END"


_SPENT_BEFORE = "EXISTS (SELECT 1 FROM spend WHERE request = NEW.request AND holder = NEW.holder)"
# A spend that adds nothing to a part may stand beside a cap that was lowered below what is spent of it.
_FITS = (
    "EXISTS (SELECT 1 FROM account WHERE holder = NEW.holder AND purpose = NEW.purpose"
    " AND NEW.micro_epsilon + spent_micro <= cap_micro"
    " AND (NEW.delta_e15 = 0 OR NEW.delta_e15 + spent_delta_e15 <= cap_delta_e15))"
)
TRIGGERS = (
    *(
        _forbid(f"{table}_stays", "DELETE", table, "", f"a {table} entry is never deleted")
        for table in ("holder", "account", "request", "spend", "chain")
    ),
    *(
        _forbid(f"{table}_is_final", "UPDATE", table, "", f"a {table} entry is never changed")
        for table in ("holder", "spend", "chain")
    ),
    # INSERT OR REPLACE deletes the old row without a DELETE trigger, unless the connection asks for it.
    _forbid(
        "holder_once",
        "INSERT",
        "holder",
        "EXISTS (SELECT 1 FROM holder WHERE holder = NEW.holder)",
        "a holder keeps its snapshot key",
    ),
    _forbid(
        "account_keeps_its_name",
        "UPDATE",
        "account",
        "NEW.holder IS NOT OLD.holder OR NEW.purpose IS NOT OLD.purpose",
        "an account keeps its holder and purpose",
    ),
    _forbid(
        "account_once",
        "INSERT",
        "account",
        "NEW.spent_micro <> 0 OR NEW.spent_delta_e15 <> 0"
        " OR EXISTS (SELECT 1 FROM account WHERE holder = NEW.holder AND purpose = NEW.purpose)",
        "an account is opened once, with nothing spent",
    ),
    _forbid(
        "account_forgets_nothing",
        "UPDATE",
        "account",
        "NEW.spent_micro < OLD.spent_micro OR NEW.spent_delta_e15 < OLD.spent_delta_e15",
        "what was spent of an account stays spent",
    ),
    _forbid(
        "request_once",
        "INSERT",
        "request",
        "NEW.state <> 'reserved' OR EXISTS (SELECT 1 FROM request WHERE request = NEW.request)",
        "a request is filed once, as reserved",
    ),
    _forbid(
        "request_goes_forward",
        "UPDATE",
        "request",
        "NEW.request IS NOT OLD.request OR NEW.question IS NOT OLD.question OR NOT ("
        "(OLD.state = 'reserved' AND NEW.state = 'drawing')"
        " OR (OLD.state = 'drawing' AND NEW.state = 'released' AND NEW.run IS OLD.run))",
        "a request goes from reserved to drawing to released, within one run",
    ),
    _forbid(
        "spend_within_cap",
        "INSERT",
        "spend",
        f"{_SPENT_BEFORE} OR NOT {_FITS}",
        "a spend is debited once and within the cap",
    ),
    "CREATE TRIGGER spend_is_counted AFTER INSERT ON spend BEGIN"
    " UPDATE account SET spent_micro = spent_micro + NEW.micro_epsilon,"
    " spent_delta_e15 = spent_delta_e15 + NEW.delta_e15"
    " WHERE holder = NEW.holder AND purpose = NEW.purpose; END",
    _forbid(
        "chain_has_no_gap",
        "INSERT",
        "chain",
        "NEW.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM chain)",
        "a chain entry has the next number",
    ),
)


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open the file (it must exist unless writable) and assert what durability rests on; transactions are by hand.

    Raises sqlite3.Error, which `fault_of` translates, or LedgerFault when a setting does not hold.
    """
    mode = "rwc" if writable else "rw"  # even a reader may have to roll back what a crash left
    connection = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        for name, value, told in SETTINGS:
            connection.execute(f"PRAGMA {name} = {value}")
            if connection.execute(f"PRAGMA {name}").fetchone()[0] != told:
                raise LedgerFault(str(path), f"SQLite would not set {name} to {value}, on which its promises rest")
        if not writable:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: Path, *, writable: bool) -> None:
    """Check that the file is a ledger, whole, with its guards; make a new one in an empty file or of an earlier format.

    Runs inside the caller's transaction. Raises LedgerFault.
    """
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version, objects = version_of(connection), _objects(connection)
    if (owner, version, objects) == (0, 0, []) and writable:
        for statement in (*TABLES, *TRIGGERS):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        return
    if owner != APPLICATION_ID:
        raise LedgerFault(str(path), "it is not a ledger of privshare; name another file")
    if version > VERSION:
        known = f"format {version}, while this one reads format {VERSION}"
        raise LedgerFault(str(path), f"it was written by a newer version ({known}); use that version")
    known_objects = objects == _expected() if version == VERSION else upgrade.digest(objects) == upgrade.OBJECTS_1
    if version < 1 or not known_objects:
        raise LedgerFault(str(path), "its tables or the triggers that guard them were changed; restore the file")
    _check_whole(connection, path)
    if version != VERSION:
        upgrade.upgrade(connection, tables=TABLES, triggers=TRIGGERS)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        _check_whole(connection, path)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the format's version, 0 for a file that is no ledger yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_whole(connection: sqlite3.Connection, path: Path) -> None:
    told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    if told != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise LedgerFault(str(path), f"it is damaged; {RESTORE}")


def fault_of(path: Path, error: sqlite3.Error) -> PrivshareError:
    """Translate an error of SQLite into one sentence: what the disk did, what the file is, or who is in the way."""
    code = getattr(error, "sqlite_errorcode", -1) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerFault(str(path), f"another program has held it for {BUSY_SECONDS:g} seconds; try again later")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LedgerFault(str(path), f"it is damaged or not a ledger of privshare ({name})")
    if code == sqlite3.SQLITE_CONSTRAINT:
        return LedgerFault(str(path), f"its own rules refuse the change ({error})")
    if code in _STORAGE:
        return StorageFault(str(path), f"{error} ({name})")
    return LedgerFault(str(path), f"SQLite cannot read it ({name})")


_STORAGE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
}


def _objects(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    found = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    return [(str(kind), str(name), str(sql)) for kind, name, sql in found]


@cache
def _expected() -> list[tuple[str, str, str]]:
    memory = sqlite3.connect(":memory:")
    try:
        for statement in (*TABLES, *TRIGGERS):
            memory.execute(statement)
        return _objects(memory)
    finally:
        memory.close()
