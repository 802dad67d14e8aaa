"""The anchor `<ledger>.head`: how many entries the ledger had at last, and the newest one's hash.

A ledger file copied back from yesterday is whole and consistent; only something
kept outside it can tell that today's spends are missing. The anchor is made
durable after commits, so it never runs ahead of the ledger; it lags by at most
what a crash cut short: a commit, debits of which no noise was drawn, the bytes
of a release whose debit it knows.

It has two slots of one line, 4096 bytes each: the older one is overwritten in
place, so a write that a power cut tears leaves the newer one whole, and one
flush of the disk is enough where a rename needs two. A file of one line, as
earlier versions wrote, is read as well.

What it cannot show: both files restored together from the same older copy.
Against that an extract must be kept elsewhere, as the log of a run does.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from privshare.errors import LedgerFault, StorageFault

try:
    import fcntl
except ImportError:  # no such locks here: every anchor is then put in place by a rename, under the ledger's own lock
    fcntl = None  # type: ignore[assignment]

SLOT = 4096
"""Bytes a slot: what the disks of today write as one."""
_LINE = re.compile(rb"privshare-ledger-head/1 (0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) *\n?")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_WAIT_SECONDS, _LOOK_SECONDS = 30.0, 0.0005


@dataclass(frozen=True, slots=True)
class Anchor:
    """count: entries in the chain. head: hash of the newest, hex."""

    count: int
    head: str

    @property
    def line(self) -> str:
        """One slot's text, without what fills it."""
        return f"privshare-ledger-head/1 {self.count} {self.head}"


def anchor_path(ledger: Path) -> Path:
    """Return where a ledger's anchor stands."""
    return ledger.with_name(ledger.name + ".head")


def read_anchor(ledger: Path, *, locked: bool = True) -> Anchor | None:
    """Return the anchor, or None when there is none; raise LedgerFault when it is damaged.

    locked: not while another process overwrites a slot, since half of each hash looks like an altered one.
    """
    place = anchor_path(ledger)
    try:
        with place.open("rb") as file:
            if locked:
                _lock(file.fileno(), shared=True)
            data = file.read(2 * SLOT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerFault(str(ledger), f"its anchor {place.name} cannot be read ({error.strerror})") from None
    found = [anchor for anchor in _slots(data) if anchor is not None]
    if not found or len(data) > 2 * SLOT:
        raise LedgerFault(str(ledger), f"its anchor {place.name} is damaged; put back the one that was kept with it")
    return max(found, key=lambda anchor: anchor.count)


def check_anchor(ledger: Path, anchor: Anchor | None, count: int, hash_at: Callable[[int], str]) -> None:
    """Raise LedgerFault unless a chain of so many entries holds what the anchor remembers.

    hash_at: of the entry with this number, 0 for the empty chain; asked for numbers up to `count` only.
    """
    name = anchor_path(ledger).name
    if anchor is None and count:
        reason = f"its anchor {name} is missing, without which an older copy cannot be told from the newest"
        # The line that would pass is not told: whoever pastes it waves an older copy through without a thought.
        meant = "an older copy forgets what was spent since, and only the ledger's owner can decide which one this is"
        raise LedgerFault(str(ledger), f"{reason}: {meant}; put back the {name} that was kept with it")
    if anchor is not None and (anchor.count > count or hash_at(anchor.count) != anchor.head):
        reason = "it was restored from an older copy or altered"
        known = f"{name} remembers {anchor.count} entries, and they are not in it"
        raise LedgerFault(str(ledger), f"{reason}: {known}; restore the newest copy")


def move_anchor(ledger: Path, anchor: Anchor) -> bool:
    """Make the anchor remember at least this entry, durably, in place; return whether it could.

    False, with nothing changed: there is no anchor with two slots, which `put_anchor` makes, or no lock for it.
    The entry must be durable in the ledger. Raises StorageFault when the disk refuses.
    """
    place = anchor_path(ledger)
    try:
        handle = os.open(place, os.O_RDWR | _NO_LINK)
    except OSError:
        return False
    try:
        if not _lock(handle):
            return False
        data = os.pread(handle, 2 * SLOT + 1, 0)
        if len(data) != 2 * SLOT:
            return False
        counts = [-1 if slot is None else slot.count for slot in _slots(data)]
        if max(counts) < anchor.count:
            _overwrite(handle, counts.index(min(counts)), anchor)
        else:  # another process wrote a newer one, and may have been killed before its flush
            _flush(handle)
    except OSError as error:
        raise StorageFault(str(place), str(error.strerror)) from None
    finally:
        os.close(handle)  # gives the lock back
    return True


def put_anchor(ledger: Path, anchor: Anchor) -> None:
    """Put a new anchor with two slots in place, atomically and durably. The caller holds the ledger's write lock."""
    place = anchor_path(ledger)
    draft = place.with_name(place.name + ".new")
    try:
        _write(draft, _slot(anchor) * 2)
        draft.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise StorageFault(str(place), str(error.strerror)) from None


def has_slots(ledger: Path) -> bool:
    """Return whether the anchor is one that `move_anchor` can change."""
    try:
        return anchor_path(ledger).stat().st_size == 2 * SLOT
    except OSError:
        return False


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename or a new file is not, before this)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _slot(anchor: Anchor) -> bytes:
    return (anchor.line.ljust(SLOT - 1) + "\n").encode()


def _slots(data: bytes) -> list[Anchor | None]:
    """Return what each slot remembers, None for one that is torn."""
    found = (_LINE.fullmatch(data[start : start + SLOT]) for start in range(0, len(data), SLOT))
    return [Anchor(int(match[1]), match[2].decode()) if match else None for match in found]


def _lock(handle: int, *, shared: bool = False) -> bool:
    """Take a lock that closing gives back; return whether there are such locks here. OSError after 30 seconds."""
    kind = 0 if fcntl is None else (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
    until = time.monotonic() + _WAIT_SECONDS
    while kind:
        try:
            fcntl.flock(handle, kind)
            return True
        except BlockingIOError:
            if time.monotonic() > until:
                raise OSError(errno.EBUSY, f"another program has held it for {_WAIT_SECONDS:g} seconds") from None
        except OSError:
            return False
        time.sleep(_LOOK_SECONDS)
    return False


def _overwrite(handle: int, slot: int, anchor: Anchor) -> None:
    data = _slot(anchor)
    try:
        if os.pwrite(handle, data, slot * SLOT) != len(data):
            raise OSError(errno.ENOSPC, "the disk took only part of it")
        _flush(handle)
    except OSError:
        # A flush that failed once may say "done" the next time: what is not on the disk must not be read as if it were.
        with suppress(OSError):
            os.pwrite(handle, b" " * SLOT, slot * SLOT)
        raise


def _flush(handle: int) -> None:
    getattr(os, "fdatasync", os.fsync)(handle)


def _write(place: Path, data: bytes) -> None:
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o600)
    try:
        if os.write(handle, data) != len(data):
            raise OSError(errno.ENOSPC, "the disk took only part of it")
        os.fsync(handle)
    finally:
        os.close(handle)
