"""Who waits for whom: writers look seldom, and a commit that a reader holds up is tried again at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from privshare.errors import StorageFault
from privshare.use.ledger import Ledger, open_ledger, schema, transaction
from tests.use.spending import BANK, RESEARCH, reserve, rid, spend


@pytest.fixture
def other(path: Path, ledger: Ledger) -> Iterator[sqlite3.Connection]:
    """Another program at the same file; asks for the fixture `ledger` so that there is one."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


class Sleeps:
    """Stands for `time.sleep`: keeps what was asked, and lets the other program go on at the third."""

    def __init__(self, other: sqlite3.Connection) -> None:
        self.other, self.asked = other, list[float]()

    def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if len(self.asked) == 3:
            self.other.execute("ROLLBACK")


def test_a_commit_that_a_reader_holds_up_is_tried_again_at_once(
    ledger: Ledger, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the distance of a look, a writer keeps everybody waiting for 25 ms whenever somebody looks."""
    sleeps = Sleeps(other)
    monkeypatch.setattr(transaction.time, "sleep", sleeps)
    other.execute("BEGIN")
    other.execute("SELECT * FROM account").fetchall()
    reserve(ledger, spend(1))
    assert sleeps.asked == [transaction._READER_SECONDS] * 3
    assert transaction._READER_SECONDS <= transaction._LOOK_SECONDS / 25
    assert ledger.left(BANK, RESEARCH).micro_epsilon == 900_000


def test_a_writer_that_waits_for_another_looks_seldom(
    ledger: Ledger, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = Sleeps(other)
    monkeypatch.setattr(transaction.time, "sleep", sleeps)
    other.execute("BEGIN IMMEDIATE")
    reserve(ledger, spend(1))
    assert sleeps.asked == [transaction._LOOK_SECONDS] * 3


def test_a_reader_that_never_ends_is_told_of_and_nothing_is_debited(
    ledger: Ledger, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.01)
    other.execute("BEGIN")
    other.execute("SELECT * FROM account").fetchall()
    with pytest.raises(StorageFault, match="locked; it was not written; nothing was published"):
        reserve(ledger, spend(1))
    other.execute("ROLLBACK")
    assert ledger.left(BANK, RESEARCH).micro_epsilon == 1_000_000
    assert ledger.state(rid(1)) is None


def test_an_interrupt_while_a_reader_is_in_the_way_leaves_nothing_open(
    path: Path, ledger: Ledger, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(transaction.time, "sleep", interrupted)
    other.execute("BEGIN")
    other.execute("SELECT * FROM account").fetchall()
    with pytest.raises(KeyboardInterrupt):
        reserve(ledger, spend(1))
    other.execute("ROLLBACK")
    assert ledger.left(BANK, RESEARCH).micro_epsilon == 1_000_000
    with open_ledger(path) as another:
        reserve(another, spend(2))
    assert ledger.left(BANK, RESEARCH).micro_epsilon == 900_000
