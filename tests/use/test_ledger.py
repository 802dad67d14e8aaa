"""The ledger's promises one by one, on one machine and without faults; kills and races stand in tests/faults."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import BudgetExhausted, LedgerFault, ParameterRefused, PrivshareError
from privshare.model.category import RungKind
from privshare.model.entropy import SeededEntropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId
from privshare.model.question import ColumnUse, Question
from privshare.use.ledger import (
    Ledger,
    RequestState,
    Spend,
    open_existing_ledger,
    open_ledger,
    request_id,
    statement_document,
    statement_from_document,
)
from tests.use.spending import AUDIT, BANK, CAP, CITY, RESEARCH, release, reserve, rid, spend

# Spending


def test_a_spend_is_debited_once_at_each_holder_and_nowhere_else(ledger: Ledger) -> None:
    ledger.declare(BANK, AUDIT, CAP)
    reserve(ledger, spend(1, 250_000, delta=5), spend(1, 250_000, holder=CITY))
    assert ledger.left(BANK, RESEARCH) == PrivacyLoss(750_000, 10**6 - 5)
    assert ledger.left(CITY, RESEARCH) == PrivacyLoss(50_000)
    assert ledger.left(BANK, AUDIT) == CAP


def test_one_micro_epsilon_too_much_is_refused_and_the_rest_stays(ledger: Ledger) -> None:
    with pytest.raises(BudgetExhausted) as refused:
        reserve(ledger, spend(1, 1_000_001))
    assert (refused.value.asked_micro, refused.value.left_micro) == (1_000_001, 1_000_000)
    assert (refused.value.question, refused.value.clause) == ("q1", "account:bank/research")
    assert ledger.left(BANK, RESEARCH) == CAP
    reserve(ledger, spend(1, 1_000_000))
    assert ledger.left(BANK, RESEARCH).micro_epsilon == 0
    with pytest.raises(BudgetExhausted):
        reserve(ledger, spend(2, 1))


def test_delta_is_a_budget_of_its_own(ledger: Ledger) -> None:
    reserve(ledger, spend(1, 1, delta=10**6))
    with pytest.raises(BudgetExhausted):
        reserve(ledger, spend(2, 1, delta=1))
    reserve(ledger, spend(3, 1))


def test_a_batch_is_all_or_nothing_over_requests_and_holders(ledger: Ledger) -> None:
    before = ledger.statement()
    with pytest.raises(BudgetExhausted) as refused:
        reserve(ledger, spend(1), spend(2, 300_000, holder=CITY), spend(2), spend(3, 1, holder=CITY))
    assert (refused.value.question, refused.value.holder) == ("q3", "city")
    assert ledger.statement() == before
    assert [ledger.state(rid(n)) for n in (1, 2, 3)] == [None, None, None]


def test_spends_within_a_batch_count_against_each_other(ledger: Ledger) -> None:
    with pytest.raises(BudgetExhausted):
        reserve(ledger, spend(1, 600_000), spend(2, 600_000))
    reserve(ledger, spend(1, 600_000), spend(2, 400_000))


def test_budgets_in_floating_point_lose_spends_and_these_do_not(ledger: Ledger) -> None:
    """The trap: in doubles a tenth three times is more than three tenths, and a small spend is free."""
    assert not 0.1 + 0.1 + 0.1 <= 0.3
    assert 1.0 + 1e-17 == 1.0
    for number in (1, 2, 3):
        reserve(ledger, spend(number, 100_000, holder=CITY))
    assert ledger.left(CITY, RESEARCH) == NO_LOSS
    with pytest.raises(BudgetExhausted):
        reserve(ledger, spend(4, 1, holder=CITY))


@pytest.mark.parametrize("loss", [PrivacyLoss(0), PrivacyLoss(0, 5), PrivacyLoss(2**53)])
def test_a_spend_of_nothing_or_beyond_range_cannot_be_made(loss: PrivacyLoss) -> None:
    with pytest.raises(ParameterRefused):
        Spend(rid(1), BANK, RESEARCH, loss)


@pytest.mark.parametrize("request_text", ["", "12", "G" * 64, "A" * 64, rid(1) + "\n", " " * 64])
def test_a_request_id_is_what_request_id_makes(ledger: Ledger, request_text: str) -> None:
    with pytest.raises(ParameterRefused):
        Spend(request_text, BANK, RESEARCH, PrivacyLoss(1))
    with pytest.raises(ParameterRefused):
        ledger.begin(request_text)
    with pytest.raises(ParameterRefused):
        ledger.complete(request_text, b"{}")


def test_an_account_must_be_declared(ledger: Ledger) -> None:
    for ask in (
        lambda: ledger.left(CITY, AUDIT),
        lambda: ledger.snapshot_key(PartyId("nobody")),
        lambda: ledger.reserve([Spend(rid(1), CITY, AUDIT, PrivacyLoss(1))], question_ids={rid(1): "q"}),
    ):
        with pytest.raises(LedgerFault, match="declare"):
            ask()
    assert ledger.state(rid(1)) is None


def test_a_spend_needs_its_question_and_one_line_a_holder(ledger: Ledger) -> None:
    with pytest.raises(ParameterRefused, match="question"):
        ledger.reserve([spend(1)], question_ids={})
    with pytest.raises(ParameterRefused, match="spends"):
        reserve(ledger, spend(1), spend(1))


def test_text_that_no_file_can_hold_is_refused(ledger: Ledger) -> None:
    before = ledger.statement()
    for change in (
        lambda: ledger.note_refusal("\ud800", "x", "y"),
        lambda: ledger.declare(PartyId("\ud800"), RESEARCH, CAP),
        lambda: ledger.reserve([spend(1)], question_ids={rid(1): "\ud800"}),
        lambda: ledger.declare(PartyId(""), RESEARCH, CAP),
        lambda: ledger.declare(BANK, RESEARCH, PrivacyLoss(2**53)),
    ):
        with pytest.raises(ParameterRefused):
            change()
    assert ledger.statement() == before


# Requests


def test_a_request_goes_from_reserved_to_drawing_to_released(ledger: Ledger) -> None:
    assert ledger.state(rid(1)) is None
    reserve(ledger, spend(1))
    assert ledger.state(rid(1)) is RequestState.RESERVED
    ledger.begin(rid(1))
    assert ledger.state(rid(1)) is RequestState.DRAWING
    assert ledger.stored(rid(1)) is None
    ledger.complete(rid(1), b'{"exact":"bytes \x00\xff"}')
    assert ledger.state(rid(1)) is RequestState.RELEASED
    assert ledger.stored(rid(1)) == b'{"exact":"bytes \x00\xff"}'


def test_the_same_request_again_costs_nothing_and_returns_the_same_bytes(ledger: Ledger) -> None:
    release(ledger, 1, b"first")
    left, count = ledger.left(BANK, RESEARCH), ledger.statement().count
    reserve(ledger, spend(1))
    assert ledger.stored(rid(1)) == b"first"
    assert (ledger.left(BANK, RESEARCH), ledger.statement().count) == (left, count)
    with pytest.raises(LedgerFault, match="cannot be drawn: it is released"):
        ledger.begin(rid(1))
    with pytest.raises(LedgerFault):
        ledger.complete(rid(1), b"second")
    assert ledger.stored(rid(1)) == b"first"


@pytest.mark.parametrize(
    "other",
    [
        (spend(1, 99_999),),
        (spend(1, 100_000, delta=1),),
        (spend(1, holder=CITY),),
        (spend(1), spend(1, holder=CITY)),
        (Spend(rid(1), BANK, AUDIT, PrivacyLoss(100_000)),),
    ],
)
def test_the_same_request_with_another_price_is_refused(ledger: Ledger, other: tuple[Spend, ...]) -> None:
    ledger.declare(BANK, AUDIT, CAP)
    reserve(ledger, spend(1))
    with pytest.raises(ParameterRefused, match="first filed"):
        reserve(ledger, *other)
    with pytest.raises(ParameterRefused, match="first filed"):
        ledger.reserve([spend(1)], question_ids={rid(1): "another question"})


def test_a_reserved_request_of_a_dead_run_is_taken_over_without_a_second_debit(path: Path, ledger: Ledger) -> None:
    reserve(ledger, spend(1))
    ledger.close()
    with open_ledger(path) as later:
        reserve(later, spend(1))
        assert later.left(BANK, RESEARCH).micro_epsilon == 900_000
        later.begin(rid(1))
        later.complete(rid(1), b"{}")


def test_a_request_left_drawing_is_spent_and_nobody_finishes_it(path: Path, ledger: Ledger) -> None:
    reserve(ledger, spend(1))
    ledger.begin(rid(1))
    ledger.close()
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH).micro_epsilon == 900_000
        for attempt in (
            lambda: reserve(later, spend(1)),
            lambda: later.begin(rid(1)),
            lambda: later.complete(rid(1), b"{}"),
        ):
            with pytest.raises(LedgerFault):
                attempt()
        assert later.stored(rid(1)) is None
        release(later, 2)
        assert later.left(BANK, RESEARCH).micro_epsilon == 800_000


def test_only_one_of_two_runs_begins(path: Path, ledger: Ledger) -> None:
    with open_ledger(path) as other:
        reserve(ledger, spend(1))
        reserve(other, spend(1))
        other.begin(rid(1))
        with pytest.raises(LedgerFault, match="cannot be drawn: it is drawing"):
            ledger.begin(rid(1))
        with pytest.raises(LedgerFault, match="not begun by this run"):
            ledger.complete(rid(1), b"mine")
        other.complete(rid(1), b"theirs")
    assert ledger.stored(rid(1)) == b"theirs"


def test_a_refusal_is_kept_and_costs_nothing(ledger: Ledger) -> None:
    ledger.note_refusal("q9", "PurposeNotAllowed", "no-licence:bank/adverts")
    statement = ledger.statement()
    assert [(line.question, line.kind, line.clause) for line in statement.refusals] == [
        ("q9", "PurposeNotAllowed", "no-licence:bank/adverts")
    ]
    assert ledger.left(BANK, RESEARCH) == CAP


# Caps and keys


def test_declaring_again_changes_nothing(ledger: Ledger) -> None:
    before = ledger.statement()
    ledger.declare(BANK, RESEARCH, CAP)
    assert ledger.statement() == before


def test_another_cap_is_an_entry_and_may_lie_below_what_is_spent(ledger: Ledger) -> None:
    reserve(ledger, spend(1, 600_000, delta=10**6))
    ledger.declare(BANK, RESEARCH, PrivacyLoss(500_000))
    assert ledger.left(BANK, RESEARCH) == NO_LOSS
    account = ledger.statement().accounts[0]
    assert (account.cap, account.spent, account.left) == (PrivacyLoss(500_000), PrivacyLoss(600_000, 10**6), NO_LOSS)
    with pytest.raises(BudgetExhausted):
        reserve(ledger, spend(2, 1))
    ledger.declare(BANK, RESEARCH, PrivacyLoss(700_000, 10**6))
    assert ledger.left(BANK, RESEARCH) == PrivacyLoss(100_000)
    assert [line.count('"kind":"declare"') for line in ledger.statement().chain] == [1, 1, 0, 1, 1]


def test_room_is_made_beside_what_is_spent_by_now_and_never_taken_away(path: Path, ledger: Ledger) -> None:
    reserve(ledger, spend(1, 600_000, delta=10**6))
    ledger.make_room(BANK, RESEARCH, PrivacyLoss(100_000))
    assert ledger.left(BANK, RESEARCH) == PrivacyLoss(400_000), "there was room"
    ledger.make_room(BANK, RESEARCH, PrivacyLoss(500_000, 5))
    assert ledger.left(BANK, RESEARCH) == PrivacyLoss(500_000, 5)
    ledger.make_room(BANK, AUDIT, PrivacyLoss(7, 7))
    assert ledger.left(BANK, AUDIT) == PrivacyLoss(7, 7), "an account is opened with it"
    with pytest.raises(ParameterRefused, match="delta"):
        ledger.make_room(BANK, RESEARCH, PrivacyLoss(1, 10**15))
    ledger.close()
    with open_existing_ledger(path) as again:
        assert [line.count('"kind":"declare"') for line in again.statement().chain] == [1, 1, 0, 1, 1]


def test_a_lowered_delta_stops_what_needs_delta_and_nothing_else(path: Path, ledger: Ledger) -> None:
    reserve(ledger, spend(1, delta=10))
    ledger.declare(BANK, RESEARCH, PrivacyLoss(1_000_000, 4))
    with pytest.raises(BudgetExhausted):
        reserve(ledger, spend(2, delta=1))
    reserve(ledger, spend(2))
    ledger.close()
    with open_ledger(path) as later:
        assert later.left(BANK, RESEARCH) == PrivacyLoss(800_000)


def test_a_holder_keeps_one_snapshot_key_that_no_extract_shows(path: Path, ledger: Ledger) -> None:
    key = ledger.snapshot_key(BANK)
    ledger.declare(BANK, AUDIT, CAP)
    assert len(key) == 32
    assert key != ledger.snapshot_key(CITY)
    ledger.close()
    with open_ledger(path) as later:
        assert later.snapshot_key(BANK) == key
        assert key.hex() not in str(statement_document(later.statement()))


def test_keys_come_from_the_entropy_that_is_handed_in(tmp_path: Path) -> None:
    keys = []
    for name in ("a", "b"):
        with open_ledger(tmp_path / name, entropy=SeededEntropy(7)) as opened:
            opened.declare(BANK, RESEARCH, CAP)
            keys.append(opened.snapshot_key(BANK))
    assert keys[0] == keys[1]


# Request ids

QUESTION = Question(
    "q1",
    "How many?",
    RESEARCH,
    (ColumnUse(BANK, ColumnName("town"), RungKind.AFTER_DP), ColumnUse(CITY, ColumnName("town"), RungKind.AFTER_DP)),
    PrivacyLoss(5, 6),
    (("keys", "N,S"),),
)
SNAPSHOTS = {BANK: b"1" * 32, CITY: b"2" * 32}


def test_a_request_id_is_stable() -> None:
    first = request_id(QUESTION, SNAPSHOTS, 0)
    assert first == request_id(QUESTION, dict(reversed(SNAPSHOTS.items())), 0)
    assert len(first) == 64
    # Pinned: a change of format must not go unnoticed, since it would debit every old question anew.
    twin = {
        "attempt": 0,
        "format": "privshare/request/1",
        "question": {
            "delta_e15": 6,
            "id": "q1",
            "micro_epsilon": 5,
            "parameters": [["keys", "N,S"]],
            "purpose": "research",
            "sentence": "How many?",
            "uses": [["bank", "town", "after-dp"], ["city", "town", "after-dp"]],
        },
        "snapshots": {"bank": "31" * 32, "city": "32" * 32},
    }
    assert first == hashlib.sha256(json.dumps(twin, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert first == "19e09603c70c833223387b0579fa51797b650d0852195d7812b1600d2971c8d8"


@pytest.mark.parametrize(
    ("question", "snapshots", "attempt"),
    [
        (QUESTION, SNAPSHOTS, 1),
        (QUESTION, {**SNAPSHOTS, CITY: b"3" * 32}, 0),
        (QUESTION, {BANK: SNAPSHOTS[CITY], CITY: SNAPSHOTS[BANK]}, 0),
        (replace(QUESTION, id="q2"), SNAPSHOTS, 0),
        (replace(QUESTION, sentence="How many now?"), SNAPSHOTS, 0),
        (replace(QUESTION, purpose=AUDIT), SNAPSHOTS, 0),
        (replace(QUESTION, loss=PrivacyLoss(6, 5)), SNAPSHOTS, 0),
        (replace(QUESTION, loss=PrivacyLoss(5, 7)), SNAPSHOTS, 0),
        (replace(QUESTION, uses=QUESTION.uses[::-1]), SNAPSHOTS, 0),
        (replace(QUESTION, uses=(QUESTION.uses[0], replace(QUESTION.uses[1], form=RungKind.OPEN))), SNAPSHOTS, 0),
        (replace(QUESTION, parameters=(("keys", "N,S,E"),)), SNAPSHOTS, 0),
        (replace(QUESTION, parameters=()), SNAPSHOTS, 0),
    ],
)
def test_whatever_fixes_the_answer_changes_the_id(question: Question, snapshots: Any, attempt: int) -> None:
    assert request_id(question, snapshots, attempt) != request_id(QUESTION, SNAPSHOTS, 0)


@pytest.mark.parametrize("snapshots", [{}, {BANK: b"1"}, {**SNAPSHOTS, PartyId("other"): b"3"}])
def test_snapshots_are_those_of_the_holders_asked(snapshots: Any) -> None:
    with pytest.raises(ParameterRefused, match="snapshots"):
        request_id(QUESTION, snapshots, 0)


@pytest.mark.parametrize("attempt", [-1, True, 0.0, "0"])
def test_an_attempt_is_a_whole_number(attempt: Any) -> None:
    with pytest.raises(ParameterRefused, match="attempt"):
        request_id(QUESTION, SNAPSHOTS, attempt)


# The extract


def test_an_extract_is_re_done_from_its_chain(ledger: Ledger) -> None:
    release(ledger, 1)
    reserve(ledger, spend(2), spend(2, holder=CITY))
    ledger.begin(rid(2))
    reserve(ledger, spend(3))
    ledger.note_refusal("q4", "BudgetExhausted", "licence")
    statement = ledger.statement()
    assert [(line.question, line.holder, line.state) for line in statement.entries] == [
        ("q1", "bank", "released"),
        ("q2", "bank", "drawing"),
        ("q2", "city", "drawing"),
        ("q3", "bank", "reserved"),
    ]
    assert statement_from_document(statement_document(statement)) == statement


def test_an_extract_in_which_anything_was_changed_is_refused(ledger: Ledger) -> None:
    release(ledger, 1)
    ledger.note_refusal("q4", "BudgetExhausted", "licence")
    honest = statement_document(ledger.statement())

    def faked(change: Any) -> dict[str, Any]:
        document = statement_document(ledger.statement())
        change(document)
        return document

    fakes = [
        lambda d: d["accounts"][0]["cap"].update(micro_epsilon=2_000_000),
        lambda d: d["accounts"][0]["spent"].update(micro_epsilon=0),
        lambda d: d["accounts"].pop(),
        lambda d: d["entries"].pop(),
        lambda d: d["entries"][0].update(state="reserved"),
        lambda d: d["entries"][0].update(document_sha256="0" * 64),
        lambda d: d["refusals"].clear(),
        lambda d: d.update(head="0" * 64),
        lambda d: d.update(count=d["count"] + 1),
        lambda d: d.update(format="privshare/ledger-extract/2"),
        lambda d: d.update(more=1),
        lambda d: d.pop("chain"),
        lambda d: d["chain"].pop(),
        lambda d: d["chain"].pop(0),
        lambda d: d["chain"].reverse(),
        lambda d: d["chain"].append(d["chain"][-1]),
        lambda d: d["chain"][0].update(cap_micro=2_000_000),
        lambda d: d["chain"][0].update(cap_micro=True),
        lambda d: d["chain"][0].update(more=1),
        lambda d: d["chain"][0].pop("kind"),
        lambda d: d["chain"][0].update(kind="gift"),
        lambda d: d["chain"].__setitem__(0, "text"),
        lambda d: d["chain"].__setitem__(0, 2**60),
    ]
    for change in fakes:
        with pytest.raises(PrivshareError, match="extract"):
            statement_from_document(faked(change))
    assert statement_from_document(honest).head == honest["head"]
