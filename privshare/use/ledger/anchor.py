"""The anchor `<ledger>.head`: how many entries the ledger had at last, and the newest one's hash.

A ledger file copied back from yesterday is whole and consistent; only something
kept outside it can tell that today's spends are missing. The anchor is written
after each commit, atomically and durably, so it never runs ahead of the ledger
and lags by at most the commits that a crash cut short.

What it cannot show: both files restored together from the same older copy.
Against that an extract must be kept elsewhere, as the log of a run does.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from privshare.errors import LedgerFault, StorageFault

_LINE = re.compile(rb"privshare-ledger-head/1 (0|[1-9][0-9]{0,15}) ([0-9a-f]{64})\n?")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Anchor:
    """count: entries in the chain. head: hash of the newest, hex."""

    count: int
    head: str

    @property
    def line(self) -> str:
        """The file's one line, without its end."""
        return f"privshare-ledger-head/1 {self.count} {self.head}"


def anchor_path(ledger: Path) -> Path:
    """Return where a ledger's anchor stands."""
    return ledger.with_name(ledger.name + ".head")


def read_anchor(ledger: Path) -> Anchor | None:
    """Return the anchor, or None when there is none; raise LedgerFault when it is damaged."""
    place = anchor_path(ledger)
    try:
        with place.open("rb") as file:
            data = file.read(200)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerFault(str(ledger), f"its anchor {place.name} cannot be read ({error.strerror})") from None
    found = _LINE.fullmatch(data)
    if found is None:
        raise LedgerFault(str(ledger), f"its anchor {place.name} is damaged; put back the one that was kept with it")
    return Anchor(int(found[1]), found[2].decode())


def write_anchor(ledger: Path, anchor: Anchor) -> None:
    """Replace the anchor, atomically and durably. The caller holds the ledger's write lock."""
    place = anchor_path(ledger)
    draft = place.with_name(place.name + ".new")
    try:
        _write(draft, anchor)
        draft.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise StorageFault(str(place), str(error.strerror)) from None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename or a new file is not, before this)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(place: Path, anchor: Anchor) -> None:
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK, 0o600)
    try:
        data = (anchor.line + "\n").encode()
        if os.write(handle, data) != len(data):
            raise OSError(28, "the disk took only part of it")
        os.fsync(handle)
    finally:
        os.close(handle)
