"""The open ledger file: one transaction a change, one chain entry a transaction, and the anchor after it.

Promises: a change is durable at the return of `write`, or an error is raised
and nothing may be published on it. An error before COMMIT means that nothing
was written. An error from COMMIT means that nothing is known: the entry is
looked up by number and hash, the sentence says what was found, and it is never
taken for success, since what the disk would not sync may still be lost.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from privshare.errors import LedgerFault, ParameterRefused, StorageFault
from privshare.use.ledger import schema
from privshare.use.ledger.anchor import Anchor, move_anchor, put_anchor
from privshare.use.ledger.chain import GENESIS, entry_hash, entry_text

Entry = tuple[str, Mapping[str, Any]]
"""Kind and facts of a chain entry."""
_LOOK_SECONDS = 0.001


class LedgerFile:
    """A checked, open file. run: marks this opening's entries, so that an unsure commit can be looked up."""

    def __init__(self, path: Path, connection: sqlite3.Connection, run: str) -> None:
        self.path, self.run, self._connection = path, run, connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Run one statement. Inside `write`'s work errors are translated; elsewhere use `row` and `rows`."""
        return self._connection.execute(statement, values)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query; errors come translated."""
        with self._told():
            return self.execute(statement, *values).fetchall()

    def row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        found = self.rows(statement, *values)
        return found[0] if found else None

    def write(self, work: Callable[[], Entry | None]) -> None:
        """Run `work` and append the entry that it returns, in one durable transaction; None leaves all as it was."""
        with self._told():
            self._take_lock()
            try:
                entry = work()
                if entry is None:
                    self.execute("ROLLBACK")
                    return
                tip = self._tip()
                text = entry_text(number=tip.count + 1, previous=tip.head, run=self.run, kind=entry[0], facts=entry[1])
                newest = Anchor(tip.count + 1, entry_hash(text))
                self.execute("INSERT INTO chain VALUES (?, ?, ?)", newest.count, text, newest.head)
            except BaseException:
                with suppress(sqlite3.Error):
                    self.execute("ROLLBACK")
                raise
        try:
            self.execute("COMMIT")
        except sqlite3.Error as error:
            self._settle(newest, error)
        if not move_anchor(self.path, newest):
            self.raise_anchor()

    def raise_anchor(self) -> None:
        """Put a new anchor in place under the ledger's own write lock, so that it only ever moves up."""
        with self._told():
            self._take_lock()
            try:
                put_anchor(self.path, self._tip())
            finally:
                self.execute("ROLLBACK")

    def _take_lock(self) -> None:
        """Begin to write. SQLite's own waiting sleeps up to a tenth of a second while the lock is free; this looks."""
        until = time.monotonic() + schema.BUSY_SECONDS
        self.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                        raise
                time.sleep(_LOOK_SECONDS)
        finally:
            self.execute(f"PRAGMA busy_timeout = {int(schema.BUSY_SECONDS * 1000)}")

    def _tip(self) -> Anchor:
        found = self.execute("SELECT entry, hash FROM chain ORDER BY entry DESC LIMIT 1").fetchone()
        return Anchor(int(found[0]), str(found[1])) if found else Anchor(0, GENESIS)

    def _settle(self, entry: Anchor, error: sqlite3.Error) -> None:
        """Say what an error from COMMIT left behind, on a fresh connection."""
        with suppress(sqlite3.Error):
            self.execute("ROLLBACK")
        self._connection.close()
        outcome = "whether it was written is not known, so it counts as spent"
        with suppress(sqlite3.Error, LedgerFault):
            self._connection = schema.connect(self.path, writable=True)
            found = self.execute("SELECT hash FROM chain WHERE entry = ?", entry.count).fetchone()
            written = found is not None and found[0] == entry.head
            outcome = "it was written all the same, and counts as spent" if written else "it was not written"
        raise StorageFault(str(self.path), f"{error}; {outcome}") from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise schema.fault_of(self.path, error) from None
        except UnicodeEncodeError:
            raise ParameterRefused("a text", "one with a lone surrogate", "whole Unicode characters") from None
