"""The open ledger file: one transaction a change, one chain entry a transaction, and the anchor after it.

The anchor costs a flush of its own. Of an entry on which nothing can be released yet, or no more than before, it is
told with the next one or at the closing.

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

from privshare.errors import LedgerFault, ParameterRefused, PrivshareError, StorageFault
from privshare.use.ledger import schema
from privshare.use.ledger.anchor import Anchor, check_anchor, move_anchor, put_anchor, read_anchor
from privshare.use.ledger.chain import GENESIS, entry_hash, entry_text

Entry = tuple[str, Mapping[str, Any]]
"""Kind and facts of a chain entry."""
_LOOK_SECONDS = 0.025
"""Between two looks of one who waits to begin: seldom enough that the one who writes is not disturbed."""
_READER_SECONDS = 0.0005
"""Between two tries to commit: only readers are in the way, and those who look hold it for microseconds."""


class LedgerFile:
    """A checked, open file. run: marks this opening's entries, so that an unsure commit can be looked up."""

    def __init__(self, path: Path, connection: sqlite3.Connection, run: str) -> None:
        self.path, self.run, self._connection = path, run, connection
        self._ahead: Anchor | None = None  # of the anchor: the newest entry that it was not told of
        self.execute("PRAGMA busy_timeout = 0")

    def close(self) -> None:
        """Move the anchor up to what it was not yet told of, and close the file."""
        if self._ahead is not None:
            with suppress(PrivshareError):  # the next opening does it where this cannot
                self._anchor(self._ahead)
        self._connection.close()

    def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Run one statement. Inside `write`'s work errors are translated; elsewhere use `row` and `rows`."""
        return self._connection.execute(statement, values)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query; errors come translated."""
        with self._told():
            return self._patiently(statement, *values).fetchall()

    def row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        found = self.rows(statement, *values)
        return found[0] if found else None

    def write(self, work: Callable[[], Entry | None], *, anchored: bool = True) -> None:
        """Run `work` and append the entry that it returns, in one durable transaction; None leaves all as it was.

        anchored: whether the anchor, too, must remember the entry before this returns; else a later one or `close`
        takes it along.
        """
        with self._told():
            self._take_lock()
            try:
                tip = self._tip()
                self._check_newest(tip)
                entry = work()
                if entry is None:
                    self.execute("ROLLBACK")
                    return
                text = entry_text(number=tip.count + 1, previous=tip.head, run=self.run, kind=entry[0], facts=entry[1])
                newest = Anchor(tip.count + 1, entry_hash(text))
                self.execute("INSERT INTO chain VALUES (?, ?, ?)", newest.count, text, newest.head)
            except BaseException:
                with suppress(sqlite3.Error):
                    self.execute("ROLLBACK")
                raise
        try:
            self._patiently("COMMIT", look=_READER_SECONDS)
        except sqlite3.Error as error:
            self._settle(newest, error)
        except BaseException:  # interrupted while a reader was in the way: left open, it would be in everybody's
            with suppress(sqlite3.Error):
                self.execute("ROLLBACK")
            raise
        if anchored:
            self._anchor(newest)
        else:
            self._ahead = newest

    def _anchor(self, newest: Anchor) -> None:
        if not move_anchor(self.path, newest):
            self.raise_anchor()
        self._ahead = None

    def raise_anchor(self) -> None:
        """Put a new anchor in place under the ledger's own write lock, so that it only ever moves up."""
        with self._told():
            self._take_lock()
            try:
                put_anchor(self.path, self._tip())
            finally:
                self.execute("ROLLBACK")

    def _take_lock(self) -> None:
        """Begin to write."""
        self._patiently("BEGIN IMMEDIATE")

    def _patiently(self, statement: str, *values: object, look: float = _LOOK_SECONDS) -> sqlite3.Cursor:
        """Run a statement that another program's lock may hold up; try it again every `look` seconds.

        SQLite's own waiting sleeps up to a tenth of a second while the lock is free.
        """
        until = None
        while True:
            try:
                return self.execute(statement, *values)
            except sqlite3.OperationalError as error:
                until = until or time.monotonic() + schema.BUSY_SECONDS
                code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
                if code & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(look)

    def _tip(self) -> Anchor:
        found = self.execute("SELECT entry, hash FROM chain ORDER BY entry DESC LIMIT 1").fetchone()
        return Anchor(int(found[0]), str(found[1])) if found else Anchor(0, GENESIS)

    def _check_newest(self, tip: Anchor) -> None:
        """Raise LedgerFault where an older copy was written over the file since it was opened."""

        def hash_at(number: int) -> str:
            if number == tip.count:
                return tip.head
            found = self.execute("SELECT hash FROM chain WHERE entry = ?", number).fetchone()
            return str(found[0]) if found else GENESIS

        try:
            check_anchor(self.path, read_anchor(self.path, locked=False), tip.count, hash_at)
        except LedgerFault:  # or a slot was read while it was written
            check_anchor(self.path, read_anchor(self.path), tip.count, hash_at)

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
