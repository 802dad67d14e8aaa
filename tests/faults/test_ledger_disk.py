"""Disks that refuse: a spend that failed debits nothing, an unsure one counts, and nothing is published on either."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import LedgerFault, StorageFault
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Ledger, RequestState, Spend, open_existing_ledger, open_ledger
from privshare.use.ledger.anchor import anchor_path, read_anchor
from privshare.use.ledger.transaction import LedgerFile

BANK, RESEARCH = PartyId("bank"), PurposeId("research")
CAP = PrivacyLoss(10**6)


def rid(number: int) -> str:
    return f"{number:064x}"


def reserve(ledger: Ledger, number: int) -> None:
    ledger.reserve([Spend(rid(number), BANK, RESEARCH, PrivacyLoss(10))], question_ids={rid(number): "q" * 200})


@pytest.fixture
def path(memory_folder: Path) -> Path:
    return memory_folder / "ledger"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with open_ledger(path) as opened:
        opened.declare(BANK, RESEARCH, CAP)
        yield opened


class FullDisk:
    """No file may grow beyond a size, as on a disk that is full; SQLite and the anchor both meet it."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __enter__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, self._before[1]))

    def __exit__(self, *raised: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


def test_a_full_disk_debits_nothing_and_the_ledger_goes_on_afterwards(path: Path, ledger: Ledger) -> None:
    done = 0

    def spend_on() -> None:
        nonlocal done
        for number in range(1000):
            reserve(ledger, number)
            done += 1

    with FullDisk(path.stat().st_size), pytest.raises(StorageFault, match="nothing was published") as refused:
        spend_on()
    assert 0 < done < 1000
    assert "counts as spent" not in str(refused.value)
    assert ledger.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - 10 * done
    assert ledger.state(rid(done)) is None
    reserve(ledger, done)
    ledger.close()
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - 10 * (done + 1)


def test_a_full_disk_at_the_release_stores_nothing_and_the_debit_stays(path: Path, ledger: Ledger) -> None:
    reserve(ledger, 1)
    ledger.begin(rid(1))
    with FullDisk(path.stat().st_size), pytest.raises(StorageFault):
        ledger.complete(rid(1), b"x" * 100_000)
    assert ledger.stored(rid(1)) is None
    assert ledger.state(rid(1)) is RequestState.DRAWING
    assert ledger.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - 10
    ledger.complete(rid(1), b"x" * 100_000)
    assert ledger.stored(rid(1)) == b"x" * 100_000


def test_a_full_disk_at_the_first_opening_leaves_nothing_in_the_way(path: Path) -> None:
    for size in (0, 10, 4096, 20_000):
        with FullDisk(size), pytest.raises(StorageFault):
            open_ledger(path)
    with open_ledger(path) as opened:
        opened.declare(BANK, RESEARCH, CAP)
        reserve(opened, 1)


def test_a_folder_that_cannot_be_flushed_at_the_first_opening_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def failing(place: Any, *given: Any, **named: Any) -> int:
        if Path(place) == path.parent:
            raise OSError(errno.EIO, "an input or output error")
        return real(place, *given, **named)

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(StorageFault, match="an input or output error"):
        open_ledger(path)
    monkeypatch.undo()
    with open_ledger(path) as opened:
        opened.declare(BANK, RESEARCH, CAP)


@pytest.mark.parametrize(
    ("call", "slots"),
    [("fdatasync", True), ("pwrite", True), ("pread", True)]
    + [(call, False) for call in ("fsync", "replace", "open", "write")],
)
def test_an_anchor_that_cannot_be_written_stops_the_publishing_not_the_debit(
    path: Path, ledger: Ledger, call: str, slots: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved in place, or, where there are not two slots, put in place anew."""
    reserve(ledger, 1)
    real, before = getattr(os, call), read_anchor(path)
    assert before is not None
    if not slots:
        anchor_path(path).write_text(before.line + "\n")

    def failing(*given: Any, **named: Any) -> Any:
        if call == "fsync" and stat.S_ISDIR(os.fstat(given[0]).st_mode):
            return real(*given, **named)
        raise OSError(errno.EIO, "an input or output error")

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(StorageFault, match=r"ledger\.head"):
        ledger.begin(rid(1))
    monkeypatch.undo()
    assert ledger.state(rid(1)) is RequestState.DRAWING
    # What was not flushed must not be there for another process to build on, nor may the entry before it be lost.
    assert read_anchor(path) == before
    ledger.close()
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - 10
        assert later.state(rid(1)) is RequestState.DRAWING


@pytest.mark.parametrize(
    ("happened", "told"),
    [("after", "it was written all the same, and counts as spent"), ("before", "it was not written")],
)
@pytest.mark.parametrize("verb", ["reserve", "begin", "complete"])
def test_an_error_from_commit_is_unknown_and_looked_up(
    path: Path, ledger: Ledger, verb: str, happened: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a failed fsync behaves: the client gets an error, and the row may be there on re-opening all the same."""
    verbs = {
        "reserve": lambda: reserve(ledger, 1),
        "begin": lambda: ledger.begin(rid(1)),
        "complete": lambda: ledger.complete(rid(1), b"{}"),
    }
    states = {"reserve": None, "begin": RequestState.RESERVED, "complete": RequestState.DRAWING}
    reached = {"reserve": "reserved", "begin": "drawing", "complete": "released"}
    for earlier in list(verbs)[: list(verbs).index(verb)]:
        verbs[earlier]()
    real = LedgerFile.execute

    def execute(self: LedgerFile, statement: str, *values: Any) -> Any:
        if statement != "COMMIT":
            return real(self, statement, *values)
        if happened == "after":
            real(self, statement)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(LedgerFile, "execute", execute)
    with pytest.raises(StorageFault) as unsure:
        verbs[verb]()
    monkeypatch.undo()
    assert told in str(unsure.value)
    assert ledger.state(rid(1)) == (reached[verb] if happened == "after" else states[verb])
    ledger.close()
    with open_ledger(path) as later:
        spent = 0 if (verb, happened) == ("reserve", "before") else 10
        assert later.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - spent


def test_what_cannot_be_looked_up_counts_as_spent(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LedgerFile.execute

    def execute(self: LedgerFile, statement: str, *values: Any) -> Any:
        if statement == "COMMIT":
            real(self, statement)
            path.rename(path.with_name("away"))
            path.mkdir()
            raise sqlite3.OperationalError("disk I/O error")
        return real(self, statement, *values)

    monkeypatch.setattr(LedgerFile, "execute", execute)
    with pytest.raises(StorageFault, match="not known, so it counts as spent"):
        reserve(ledger, 1)
    monkeypatch.undo()
    with pytest.raises(LedgerFault):
        ledger.left(BANK, RESEARCH)
    path.rmdir()
    path.with_name("away").rename(path)
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - 10


def test_an_interrupted_change_leaves_nothing_behind(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between two statements of one transaction."""
    before = ledger.statement()
    real = LedgerFile.execute

    def execute(self: LedgerFile, statement: str, *values: Any) -> Any:
        if statement.startswith("INSERT INTO chain"):
            raise KeyboardInterrupt
        return real(self, statement, *values)

    monkeypatch.setattr(LedgerFile, "execute", execute)
    with pytest.raises(KeyboardInterrupt):
        reserve(ledger, 1)
    monkeypatch.undo()
    assert ledger.statement() == before
    reserve(ledger, 1)


def test_a_read_only_disk_can_be_read_and_not_spent_from(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite is told that the file is read-only; permissions would not stop an administrator who runs the tests."""
    reserve(ledger, 1)
    ledger.close()
    connect = sqlite3.connect

    def read_only(place: str, **named: Any) -> sqlite3.Connection:
        return connect(place.replace("mode=rwc", "mode=ro").replace("mode=rw", "mode=ro"), **named)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    for opening in (open_ledger, open_existing_ledger):
        with opening(path) as opened:
            assert opened.left(BANK, RESEARCH).micro_epsilon == CAP.micro_epsilon - 10
            with pytest.raises(StorageFault, match="readonly"):
                reserve(opened, 2)
            with pytest.raises(StorageFault, match="readonly"):
                opened.begin(rid(1))
