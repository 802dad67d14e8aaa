"""The ledger against a model of a few dictionaries, over random histories of two programs that have it open.

Several holders a request, each at a price of its own; batches; refusals; an id used again for another question or
price; caps raised and lowered; a program that dies and opens again; an older copy put back. After every step the
ledger says what the model says, so a refusal that cost something would be seen. Planted faults are found.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from privshare.errors import BudgetExhausted, LedgerFault, PrivshareError
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.use.ledger import Ledger, Spend, open_ledger, transaction
from privshare.use.ledger.transaction import LedgerFile
from tests.use.spending import BANK, CITY, RESEARCH, rid

HOLDERS = (BANK, CITY)
Price = tuple[int, int]
Filed = tuple[str, dict[PartyId, Price]]
"""A request as it was filed: question, and what each holder's people pay."""

PROGRAMS = st.integers(0, 1)
NUMBERS = st.integers(1, 4)
PRICES = st.tuples(st.sampled_from([1, 40, 41]), st.sampled_from([0, 40, 50]))
FILED = st.tuples(
    st.sampled_from(["q", "q", "q", "other"]), st.dictionaries(st.sampled_from(HOLDERS), PRICES, min_size=1)
)
DOCUMENTS = st.binary(max_size=4)
# Its own folder in memory where there is one: this test is about logic, not about disks.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


class LedgerModel(RuleBasedStateMachine):
    """Model: caps, what each request was filed with, how far it came, by whom, and its document."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.path = Path(self.folder.name) / "ledger"
        self.programs = [open_ledger(self.path) for _ in range(2)]
        self.caps = {BANK: (100, 100), CITY: (81, 100)}
        self.filed: dict[int, Filed] = {}
        self.states: dict[int, str] = {}
        self.begun_by: dict[int, Ledger] = {}
        self.documents: dict[int, bytes] = {}
        self.refusals: list[tuple[str, str, str]] = []
        self.entries = 0
        self.anchored = 0  # how many of them the anchor must know, whatever happens now
        self.copy: tuple[int, bytes] | None = None
        for holder, cap in self.caps.items():
            self.programs[0].declare(holder, RESEARCH, PrivacyLoss(*cap))
            self.entries += 1
        self.anchored = self.entries
        self.keys = {holder: self.programs[0].snapshot_key(holder) for holder in HOLDERS}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            for ledger in self.programs:
                ledger.close()
            self.folder.cleanup()

    def spent(self, holder: PartyId) -> Price:
        prices = [price for _, asked in self.filed.values() if (price := asked.get(holder))]
        return sum(price[0] for price in prices), sum(price[1] for price in prices)

    def left(self, holder: PartyId) -> Price:
        cap, spent = self.caps[holder], self.spent(holder)
        return max(0, cap[0] - spent[0]), max(0, cap[1] - spent[1])

    @rule(program=PROGRAMS, asked=st.dictionaries(NUMBERS, FILED, min_size=1, max_size=3))
    def reserve(self, program: int, asked: dict[int, Filed]) -> None:
        spends = [
            Spend(rid(number), holder, RESEARCH, PrivacyLoss(*price))
            for number, (_, prices) in asked.items()
            for holder, price in prices.items()
        ]
        before, fresh = dict(self.filed), [number for number in asked if number not in self.filed]
        faults = [n for n in asked if n in before and (before[n] != asked[n] or self.states[n] == "drawing")]
        self.filed.update({number: asked[number] for number in fresh})
        # A price of nothing fits beside a cap that was lowered below what is spent.
        new = [(holder, price) for number in fresh for holder, price in asked[number][1].items()]
        over = any(
            price[part] and self.spent(holder)[part] > self.caps[holder][part]
            for holder, price in new
            for part in (0, 1)
        )
        try:
            self.programs[program].reserve(spends, question_ids={rid(n): asked[n][0] for n in asked})
        except BudgetExhausted:
            assert over
            self.filed = before
        except PrivshareError:
            assert faults
            self.filed = before
        else:
            assert not over
            assert not faults
            self.states.update(dict.fromkeys(fresh, "reserved"))
            self.entries += bool(fresh)

    @rule(program=PROGRAMS, number=NUMBERS)
    def begin(self, program: int, number: int) -> None:
        try:
            self.programs[program].begin(rid(number))
        except LedgerFault:
            assert self.states.get(number) != "reserved"
        else:
            assert self.states[number] == "reserved"
            self.states[number], self.begun_by[number] = "drawing", self.programs[program]
            self.entries += 1
            self.anchored = self.entries

    @rule(program=PROGRAMS, number=NUMBERS, document=DOCUMENTS)
    def complete(self, program: int, number: int, document: bytes) -> None:
        ledger = self.programs[program]
        mine = self.states.get(number) == "drawing" and self.begun_by[number] is ledger
        try:
            ledger.complete(rid(number), document)
        except LedgerFault:
            assert not mine
        else:
            assert mine
            self.states[number], self.documents[number] = "released", document
            self.entries += 1

    @rule(program=PROGRAMS, number=NUMBERS, prices=PRICES, document=DOCUMENTS, stop=st.integers(1, 3))
    def answer(self, program: int, number: int, prices: Price, document: bytes, stop: int) -> None:
        """The usual order, as far as `stop`; single rules alone seldom meet in it."""
        self.reserve(program, {number: ("q", dict.fromkeys(HOLDERS, prices))})
        if stop > 1:
            self.begin(program, number)
        if stop > 2:
            self.complete(program, number, document)

    @rule(program=PROGRAMS, holder=st.sampled_from(HOLDERS), cap=st.tuples(st.integers(0, 150), st.integers(0, 150)))
    def declare(self, program: int, holder: PartyId, cap: Price) -> None:
        self.programs[program].declare(holder, RESEARCH, PrivacyLoss(*cap))
        if cap != self.caps[holder]:
            self.entries += 1
            self.anchored = self.entries
        self.caps[holder] = cap

    @rule(program=PROGRAMS, question=st.sampled_from(["q", "x"]), clause=st.sampled_from(["a", "b"]))
    def note_refusal(self, program: int, question: str, clause: str) -> None:
        self.programs[program].note_refusal(question, "BudgetExhausted", clause)
        self.refusals.append((question, "BudgetExhausted", clause))
        self.entries += 1
        self.anchored = self.entries

    @rule(program=PROGRAMS)
    def restart(self, program: int) -> None:
        self.programs[program].close()
        self.programs[program] = open_ledger(self.path)
        self.anchored = self.entries

    @rule()
    def keep_a_copy(self) -> None:
        self.copy = (self.entries, self.path.read_bytes())

    @rule(killed=st.booleans())
    def put_the_copy_back(self, killed: bool) -> None:
        """The ledger alone, while nobody has it open. A copy that lacks nothing is as good as the ledger.

        killed: all programs died, and could not tell the anchor of what it may learn late.
        """
        if self.copy is None:
            return
        for ledger in self.programs:
            if killed:
                ledger._file._connection.close()
            else:
                ledger.close()
        newest = self.path.read_bytes()
        self.path.write_bytes(self.copy[1])
        try:
            open_ledger(self.path).close()
        except LedgerFault:
            assert self.copy[0] < self.entries
        else:
            assert self.copy[0] >= (self.anchored if killed else self.entries)
        self.path.write_bytes(newest)
        self.programs = [open_ledger(self.path) for _ in range(2)]
        self.anchored = self.entries

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "programs"):
            return
        for ledger in self.programs:
            for holder in HOLDERS:
                assert ledger.left(holder, RESEARCH) == PrivacyLoss(*self.left(holder))
                assert ledger.snapshot_key(holder) == self.keys[holder]
            for number in range(1, 5):
                assert ledger.state(rid(number)) == self.states.get(number)
                assert ledger.stored(rid(number)) == self.documents.get(number)
        statement = self.programs[0].statement()
        assert statement.count == self.entries
        assert [(line.question, line.kind, line.clause) for line in statement.refusals] == self.refusals
        debited = {(line.request, line.question, line.holder, line.loss) for line in statement.entries}
        assert debited == {
            (rid(number), question, holder, PrivacyLoss(*price))
            for number, (question, prices) in self.filed.items()
            for holder, price in prices.items()
        }


HISTORIES = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_the_ledger_agrees_with_its_model() -> None:
    run_state_machine_as_test(LedgerModel, settings=HISTORIES)


@pytest.mark.slow
def test_the_ledger_agrees_with_its_model_over_ten_thousand_histories() -> None:
    histories = int(os.environ.get("PRIVSHARE_HISTORIES", "10000"))
    run_state_machine_as_test(LedgerModel, settings=settings(HISTORIES, max_examples=histories, stateful_step_count=50))


Execute = Callable[..., Any]


def drops_a_delta(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    return real(self, statement, *((*values[:4], 0) if statement.startswith("INSERT INTO spend") else values))


def debits_twice(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    doubled = statement.startswith("INSERT INTO spend")
    return real(self, statement, *((*values[:3], 2 * values[3], values[4]) if doubled else values))


def debits_one_holder_only(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    city = statement.startswith("INSERT INTO spend") and values[1] == CITY
    return None if city else real(self, statement, *values)


def forgets(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    return real(self, "ROLLBACK" if statement == "COMMIT" else statement, *values)


def keeps_what_it_refused(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    return real(self, "COMMIT" if statement == "ROLLBACK" else statement, *values)


def stores_other_bytes(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    return real(self, statement, *((b"other", *values[1:]) if "state = 'released'" in statement else values))


def lets_anybody_complete(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    return real(self, statement.replace("request = ? AND run = ?", "request = ? AND ? <> ''"), *values)


def keeps_the_old_cap(real: Execute, self: LedgerFile, statement: str, *values: Any) -> Any:
    return None if statement.startswith("UPDATE account") else real(self, statement, *values)


FAULTS = [
    drops_a_delta, debits_twice, debits_one_holder_only, forgets, keeps_what_it_refused, stores_other_bytes,
    lets_anybody_complete, keeps_the_old_cap,
]  # fmt: skip


def hunted() -> None:
    """Found is enough here; making the history short would take most of the time."""
    hunt = settings(HISTORIES, derandomize=True, database=None, phases=[Phase.generate], report_multiple_bugs=False)
    with pytest.raises((AssertionError, PrivshareError)):
        run_state_machine_as_test(LedgerModel, settings=hunt)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.__name__))
def test_the_model_finds_a_planted_fault(fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    real = LedgerFile.execute
    monkeypatch.setattr(LedgerFile, "execute", lambda self, *given: fault(real, self, *given))
    hunted()


def test_the_model_finds_an_anchor_that_stays_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "move_anchor", lambda path, newest: True)
    hunted()


def test_the_model_finds_an_id_that_stands_for_two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_filed(self: Ledger, request: str, spends: Any, question: str) -> bool:
        return self.state(request) is not None

    monkeypatch.setattr(Ledger, "_is_filed", is_filed)
    hunted()
