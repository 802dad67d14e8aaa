"""Power cuts at every moment of a ledger's life: what was said is there, no cap is passed, the anchor is never ahead.

The anchor must know every entry that was said, but for debits of which no noise was drawn and a release's bytes.

A kill leaves what the operating system still holds in memory; a power cut does not, and only this test can see the
difference between the ledger's settings and weaker ones. So it also shows that weaker ones fail.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("apsw")

from privshare.errors import BudgetExhausted, PrivshareError
from privshare.model.loss import PrivacyLoss
from privshare.use.ledger import Ledger, Spend, anchor, open_ledger, schema
from privshare.use.ledger.anchor import move_anchor, read_anchor
from privshare.use.ledger.transaction import LedgerFile
from tests.faults.power import Disk, Op, put, recorded
from tests.use.spending import BANK, CITY, RESEARCH, rid

HOLDERS, CAP = (BANK, CITY), PrivacyLoss(1000)
Said = dict[str, Any]


def life(path: Path, requests: int, say: Callable[[Said], None]) -> None:
    """Open, declare, release some requests of two holders each, refuse one, raise a cap, open again, go on."""
    said: Said = {"requests": {}, "entries": 0, "anchored": 0, "cap": 0}

    def tell(ledger: Ledger, entries: int, *, anchored: bool = True, **more: Any) -> None:
        said["entries"] += entries
        if anchored:
            said["anchored"] = said["entries"]
        said.update(more)
        say({**said, "requests": dict(said["requests"])})

    for opening in range(2):
        with open_ledger(path) as ledger:
            for holder in HOLDERS:
                ledger.declare(holder, RESEARCH, PrivacyLoss(CAP.micro_epsilon + opening))
                tell(ledger, 1)
            tell(ledger, 0, cap=CAP.micro_epsilon + opening)
            for number in range(opening * requests, (opening + 1) * requests):
                spends = [Spend(rid(number), holder, RESEARCH, PrivacyLoss(100)) for holder in HOLDERS]
                ledger.reserve(spends, question_ids={rid(number): "q"})
                said["requests"][rid(number)] = None
                tell(ledger, 1, anchored=False)
                ledger.begin(rid(number))
                tell(ledger, 1)
                document = os.urandom(600 * (1 + number % 9))
                ledger.complete(rid(number), document)
                said["requests"][rid(number)] = document
                tell(ledger, 1, anchored=False)
            with pytest.raises(BudgetExhausted):
                ledger.reserve([Spend(rid(99), BANK, RESEARCH, PrivacyLoss(1002))], question_ids={rid(99): "q"})
            ledger.note_refusal("q", "BudgetExhausted", "account:bank/research")
            tell(ledger, 1)


def broken_promise(path: Path, said: Said) -> str:
    """The first promise that a ledger found after a power cut breaks, or ""."""
    try:
        remembered = read_anchor(path)  # first: an opening moves it up
        if (remembered.count if remembered else 0) < said["anchored"]:
            return "the anchor forgot an entry that was said"
        with open_ledger(path) as ledger:
            statement = ledger.statement()
            stored = {line.request: ledger.stored(line.request) for line in statement.entries}
    except PrivshareError as fault:
        return re.sub(r"\d+", "N", str(fault).replace(str(path), "FILE"))
    debits: dict[str, list[str]] = {}
    for line in statement.entries:
        debits.setdefault(line.request, []).append(line.holder)
    if any(sorted(holders) != sorted(HOLDERS) for holders in debits.values()):
        return "one holder was debited and the other not"
    if any(not line.spent.fits(line.cap) for line in statement.accounts):
        return "a cap was passed"
    if any(line.cap.micro_epsilon < said["cap"] for line in statement.accounts):
        return "a cap that was said is gone"
    for request, document in said["requests"].items():
        if request not in stored:
            return "a debit that was said is gone"
        if document is not None and stored[request] != document:
            return "released bytes that were said are gone"
    return "" if statement.count >= said["entries"] else "an entry that was said is gone"


def cuts(folder: Path, requests: int, *, halves: int, every: int = 1) -> tuple[int, dict[str, int]]:
    """Live, and cut the power after each operation; return how many cuts there were, and broken promises by number."""
    lived, found = folder / "lived", folder / "found"
    lived.mkdir()
    found.mkdir()
    with recorded(lived) as recorder:
        life(lived / "ledger", requests, recorder.say)
    disk, said, broken, count = Disk(), {"requests": {}, "entries": 0, "anchored": 0, "cap": 0}, dict[str, int](), 0
    for step, op in enumerate(recorder.ops):
        disk.do(op)
        said = op[1] if op[0] == "said" else said
        if step % every and not _between_flushes(recorder.ops, step):
            continue
        for half in range(halves + 1):
            put(found, disk.after(chance if half else None))
            count += 1
            if (promise := broken_promise(found / "ledger", said)) != "":
                broken[promise] = broken.get(promise, 0) + 1
    return count, broken


def _between_flushes(ops: list[Op], step: int) -> bool:
    """Whether something was made safe, deleted or said here: moments that a short form must not leave out."""
    return ops[step][0] not in ("write", "cut")


def chance(below: int) -> int:
    return int.from_bytes(os.urandom(8), "big") % below


def test_a_power_cut_at_every_flush_and_some_writes_breaks_no_promise(memory_folder: Path) -> None:
    count, broken = cuts(memory_folder, 2, halves=1, every=4)
    assert broken == {}
    assert count > 300
    print(f"{count} power cuts")


@pytest.mark.slow
def test_a_power_cut_after_every_operation_breaks_no_promise(memory_folder: Path) -> None:
    count, broken = cuts(memory_folder, 4, halves=4)
    assert broken == {}
    print(f"{count} power cuts")


@pytest.mark.parametrize(
    ("journal", "synchronous", "told"),
    [("WAL", "NORMAL", 1), ("DELETE", "FULL", 2), ("DELETE", "OFF", 0)],
    ids=["wal-normal", "delete-full", "delete-off"],
)
def test_weaker_settings_lose_what_was_said(
    memory_folder: Path, monkeypatch: pytest.MonkeyPatch, journal: str, synchronous: str, told: int
) -> None:
    """A disk that lost all that was not flushed: no chance in it, so this fails every time or never."""
    weaker = {"journal_mode": (journal, journal.lower()), "synchronous": (synchronous, told)}
    settings = [(name, *weaker.get(name, rest)) for name, *rest in schema.SETTINGS]
    monkeypatch.setattr(schema, "SETTINGS", settings)
    count, broken = cuts(memory_folder, 1, halves=0, every=10)
    print(f"{journal}/{synchronous}: {sum(broken.values())} of {count} cuts: {broken}")
    assert broken


def test_an_anchor_that_runs_ahead_of_the_commit_is_found(memory_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = LedgerFile.execute

    def execute(self: LedgerFile, statement: str, *values: Any) -> Any:
        if statement == "COMMIT":
            move_anchor(self.path, self._tip())
        return real(self, statement, *values)

    monkeypatch.setattr(LedgerFile, "execute", execute)
    _, broken = cuts(memory_folder, 1, halves=0, every=10)
    assert any("restored from an older copy" in promise for promise in broken)


def test_an_anchor_that_is_not_flushed_is_found(memory_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchor, "_flush", lambda handle: None)
    _, broken = cuts(memory_folder, 1, halves=0, every=10)
    assert "the anchor forgot an entry that was said" in broken
