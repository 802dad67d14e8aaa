"""Opening a ledger: where it lies, what it is, and whether it is whole, genuine and the newest.

Checked each time, before anything else: the file is a SQLite file of this
format with its guards in place (`schema.py`; one of an earlier format becomes
that, for a reader in memory); its chain replays, cap by cap and state by state
(`chain.py`); its tables say what its chain says; and the chain holds the entry
that the anchor remembers (`anchor.py`).
Every refusal is one sentence that says what to do.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path

from privshare.errors import LedgerFault, StorageFault, VerificationFailed
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import schema
from privshare.use.ledger.anchor import anchor_path, check_anchor, has_slots, read_anchor, sync_folder
from privshare.use.ledger.chain import GENESIS, Books, entry_hash, replay
from privshare.use.ledger.request import Spend
from privshare.use.ledger.transaction import LedgerFile


def open_file(path: Path, entropy: Entropy, *, writable: bool) -> LedgerFile:
    """Open and check a ledger; make it when it is writable and there is none.

    Raises LedgerFault for what cannot be trusted or is no ledger, StorageFault for a disk that refuses.
    """
    place = _place(path, made=writable)
    # The anchor first: it only ever lags, so what it remembers must already be in the file read after it.
    anchor = read_anchor(place)
    new = not place.exists() or place.stat().st_size == 0
    if new:
        if anchor is not None and anchor.count:
            reason = f"it is missing or empty, though its anchor {anchor_path(place).name} knows {anchor.count} entries"
            raise LedgerFault(str(path), f"{reason}; restore the newest copy")
        if not writable:
            raise LedgerFault(str(path), "there is no ledger in this place")
        _create(place)
    connection: sqlite3.Connection | None = None
    try:
        connection = schema.connect(place, writable=writable)
        if not writable and schema.version_of(connection) == 1:
            connection = _in_memory(connection)
        connection.execute("BEGIN IMMEDIATE" if writable else "BEGIN")
        schema.prepare(connection, place, writable=writable)
        hashes = _checked(connection, place)
        anchor = anchor or read_anchor(place)  # another process may have made both meanwhile
        check_anchor(place, anchor, len(hashes) - 1, hashes.__getitem__)
        connection.execute("COMMIT")
        if not writable:
            connection.execute("PRAGMA query_only = ON")  # a copy in memory is not, before this
        if new:
            sync_folder(place.parent)
        file = LedgerFile(place, connection, entropy.token(16).hex())
        if writable and (anchor is None or anchor.count < len(hashes) - 1 or not has_slots(place)):
            file.raise_anchor()  # a new ledger has one before its first entry, so a missing one is always a fault
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error):
            raise schema.fault_of(place, error) from None
        if isinstance(error, OSError):  # the folder that has the new file's name would not be flushed
            raise StorageFault(str(place), str(error.strerror)) from None
        raise
    return file


def replayed(path: Path, texts: Sequence[str]) -> Books:
    """Return the books of a chain read from the file, or raise LedgerFault."""
    try:
        return replay(texts, file=str(path))
    except VerificationFailed as failed:
        raise LedgerFault(str(path), f"its chain does not hold ({failed.reason}); {schema.RESTORE}") from None


def _place(path: Path, *, made: bool) -> Path:
    """Return the file's real place; raise LedgerFault for what can be no ledger. made: whether one is made there."""
    try:
        place = path.resolve()
        found = place.stat()
    except FileNotFoundError:
        if not place.parent.is_dir():
            raise LedgerFault(str(path), f"its folder {place.parent} does not exist") from None
        return place
    except (OSError, RuntimeError, ValueError):
        raise LedgerFault(str(path), "the path leads to no file (a loop of links, too long, or not a path)") from None
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device, a pipe or the like"
        name = "name a file, which is made if it does not exist" if made else "name the ledger's own file"
        raise LedgerFault(str(path), f"it is {what}, and a ledger is a file; {name}")
    if found.st_nlink != 1:
        raise LedgerFault(str(path), "it has a second name (a hard link), under which a crash could not be repaired")
    return place


def _create(place: Path) -> None:
    """Make an empty file that only its owner reads: it will hold snapshot keys and released bytes."""
    try:
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise StorageFault(str(place), str(error.strerror)) from None


def _in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy in memory, for a reader, who may not change the file; closes the file."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        copy.close()
        raise
    finally:
        connection.close()
    return copy


def _checked(connection: sqlite3.Connection, path: Path) -> list[str]:
    """Replay the chain and compare the tables with it; return the hash after each entry, from the empty chain on."""
    rows = connection.execute("SELECT body, hash FROM chain ORDER BY entry").fetchall()
    books = replayed(path, [body for body, _ in rows])
    hashes = [GENESIS, *(entry_hash(body) for body, _ in rows)]
    accounts = {
        (PartyId(holder), PurposeId(purpose)): (PrivacyLoss(micro, delta), tuple(spent))
        for holder, purpose, micro, delta, *spent in connection.execute("SELECT * FROM account")
    }
    keys = {
        PartyId(holder): hashlib.sha256(key).hexdigest() for holder, key in connection.execute("SELECT * FROM holder")
    }
    requests = {
        request: (question, state, run, hashlib.sha256(document).hexdigest() if document is not None else "")
        for request, question, state, run, document in connection.execute("SELECT * FROM request")
    }
    spends = {Spend(r, h, p, PrivacyLoss(m, d)) for r, h, p, m, d in connection.execute("SELECT * FROM spend")}
    same = (
        hashes[1:] == [its_hash for _, its_hash in rows]
        and accounts == {account: (cap, books.spent[account]) for account, cap in books.caps.items()}
        and keys == books.key_digests
        and requests == {r: (f.question, f.state, f.run, f.document_sha256) for r, f in books.requests.items()}
        and spends == {spend for filed in books.requests.values() for spend in filed.spends}
    )
    if not same:
        raise LedgerFault(str(path), f"its tables are not what its chain says; {schema.RESTORE}")
    return hashes
