"""The ledger against a model of a few dictionaries, over random histories with restarts; planted bugs are found."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from privshare.errors import BudgetExhausted, LedgerFault, PrivshareError
from privshare.model.loss import PrivacyLoss
from privshare.use.ledger import open_ledger
from privshare.use.ledger.transaction import LedgerFile
from tests.use.spending import BANK, CITY, RESEARCH, reserve, rid, spend

REQUESTS = st.integers(1, 3)
AMOUNTS = st.sampled_from([1, 40, 41])
# Its own folder in memory where there is one: this test is about logic, not about disks.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


class LedgerModel(RuleBasedStateMachine):
    """Model: caps, one price a request, a state and a document a request."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.path = Path(self.folder.name) / "ledger"
        self.ledger = open_ledger(self.path)
        self.caps = {BANK: (100, 100), CITY: (81, 100)}
        self.prices: dict[int, tuple[int, int]] = {}
        self.states: dict[int, str] = {}
        self.documents: dict[int, bytes] = {}
        self.mine: set[int] = set()
        for holder, cap in self.caps.items():
            self.ledger.declare(holder, RESEARCH, PrivacyLoss(*cap))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.ledger.close()
            self.folder.cleanup()

    def left(self, holder: Any) -> tuple[int, int]:
        spent = [sum(price[part] for price in self.prices.values()) for part in (0, 1)]
        return tuple(max(0, self.caps[holder][part] - spent[part]) for part in (0, 1))  # type: ignore[return-value]

    @rule(number=REQUESTS, micro=AMOUNTS, delta=st.sampled_from([0, 40, 50]))
    def reserve(self, number: int, micro: int, delta: int) -> None:
        fits = all(micro <= self.left(holder)[0] and delta <= self.left(holder)[1] for holder in self.caps)
        known, drawing = number in self.prices, self.states.get(number) == "drawing"
        same = self.prices.get(number) == (micro, delta)
        try:
            reserve(self.ledger, spend(number, micro, delta=delta), spend(number, micro, delta=delta, holder=CITY))
        except BudgetExhausted:
            assert not known
            assert not fits
        except PrivshareError:
            assert known
            assert drawing or not same
        else:
            assert (same and not drawing) if known else fits
            self.prices.setdefault(number, (micro, delta))
            self.states.setdefault(number, "reserved")

    @rule(number=REQUESTS)
    def begin(self, number: int) -> None:
        try:
            self.ledger.begin(rid(number))
        except LedgerFault:
            assert self.states.get(number) != "reserved"
        else:
            assert self.states[number] == "reserved"
            self.states[number] = "drawing"
            self.mine.add(number)

    @rule(number=REQUESTS, document=st.binary(max_size=4))
    def complete(self, number: int, document: bytes) -> None:
        try:
            self.ledger.complete(rid(number), document)
        except LedgerFault:
            assert not (self.states.get(number) == "drawing" and number in self.mine)
        else:
            assert self.states[number] == "drawing"
            assert number in self.mine
            self.states[number], self.documents[number] = "released", document

    @rule(number=REQUESTS, micro=AMOUNTS, document=st.binary(max_size=4), stop=st.integers(1, 3))
    def answer(self, number: int, micro: int, document: bytes, stop: int) -> None:
        """The usual order, as far as `stop`; single rules alone seldom meet in it."""
        self.reserve(number, micro, 0)
        if stop > 1:
            self.begin(number)
        if stop > 2:
            self.complete(number, document)

    @rule(holder=st.sampled_from([BANK, CITY]), micro=st.integers(0, 150), delta=st.integers(0, 150))
    def declare(self, holder: Any, micro: int, delta: int) -> None:
        self.ledger.declare(holder, RESEARCH, PrivacyLoss(micro, delta))
        self.caps[holder] = (micro, delta)

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = open_ledger(self.path)
        self.mine.clear()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for holder in self.caps:
            assert self.ledger.left(holder, RESEARCH) == PrivacyLoss(*self.left(holder))
        for number in range(1, 4):
            assert self.ledger.state(rid(number)) == self.states.get(number)
            assert self.ledger.stored(rid(number)) == self.documents.get(number)


HISTORIES = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_the_ledger_agrees_with_its_model() -> None:
    run_state_machine_as_test(LedgerModel, settings=HISTORIES)


@pytest.mark.parametrize("bug", ["drops a delta", "debits twice", "forgets", "stores other bytes"])
def test_the_model_finds_a_planted_bug(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = LedgerFile.execute

    def execute(self: LedgerFile, statement: str, *values: Any) -> Any:
        if bug == "drops a delta" and statement.startswith("INSERT INTO spend"):
            values = (*values[:4], 0)
        if bug == "debits twice" and statement.startswith("INSERT INTO spend"):
            values = (*values[:3], 2 * values[3], values[4])
        if bug == "forgets" and statement == "COMMIT":
            statement = "ROLLBACK"
        if bug == "stores other bytes" and "state = 'released'" in statement:
            values = (b"other", *values[1:])
        return real(self, statement, *values)

    monkeypatch.setattr(LedgerFile, "execute", execute)
    # Found is enough here; making the history short would take most of the time.
    hunt = settings(HISTORIES, derandomize=True, database=None, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises((AssertionError, PrivshareError)):
        run_state_machine_as_test(LedgerModel, settings=hunt)
