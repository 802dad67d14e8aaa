"""The gate: each refusal is of its own kind, names its clause, says what would be accepted, and comes in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from privshare.errors import (
    BudgetExhausted,
    FormNotAllowed,
    LicenceNotInForce,
    NotPermitted,
    ParameterRefused,
    PurposeNotAllowed,
    UnclassifiedColumn,
)
from privshare.model.category import Category, Rung, RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import ColumnClause, Licence, Policy, Purpose
from privshare.model.question import ColumnUse, Permit, Question
from privshare.use.gate import REACHES, permit, reaches

BANK, CITY = PartyId("bank"), PartyId("city")
RESEARCH, ADVERTS, AUDIT = PurposeId("research"), PurposeId("adverts"), PurposeId("audit")
TODAY = date(2026, 3, 1)


def clause(holder: PartyId, column: str, ladder: Mapping[PurposeId, Rung]) -> ColumnClause:
    return ColumnClause(
        id=f"{holder}.{column}",
        holder=holder,
        column=ColumnName(column),
        category=Category.DIRECT_IDENTIFIER if column == "person" else Category.SENSITIVE_ATTRIBUTE,
        grade="general",
        reason="a test",
        ladder=ladder,
        gdpr9=False,
        pipl28=False,
        dpv="",
    )


def licence(holder: PartyId, purpose: PurposeId, *, group: int = 10, expires: date = date(2026, 12, 31)) -> Licence:
    return Licence(f"licence:{holder}/{purpose}", holder, purpose, PrivacyLoss(1_000_000, 10**9), group, expires)


DP = Rung(RungKind.AFTER_DP, 500_000)
CLAUSES = [
    clause(BANK, "person", {RESEARCH: Rung(RungKind.AFTER_LINK)}),
    clause(BANK, "district", {RESEARCH: DP, AUDIT: Rung(RungKind.OPEN)}),
    clause(BANK, "income", {AUDIT: DP}),
    clause(CITY, "district", {RESEARCH: DP}),
]
LICENCES = [licence(BANK, RESEARCH), licence(BANK, AUDIT), licence(CITY, RESEARCH, group=25)]
POLICY = Policy(
    title="a test",
    purposes={purpose: Purpose(purpose, f"For {purpose}.", "") for purpose in (RESEARCH, ADVERTS, AUDIT)},
    clauses={(c.holder, c.column): c for c in CLAUSES},
    licences={(held.holder, held.purpose): held for held in LICENCES},
    digest="",
)


def use(holder: PartyId, column: str, form: RungKind = RungKind.AFTER_DP) -> ColumnUse:
    return ColumnUse(holder, ColumnName(column), form)


def question(*uses: ColumnUse, purpose: PurposeId = RESEARCH, loss: PrivacyLoss | None = None) -> Question:
    return Question("q1", "How many?", purpose, uses or (use(BANK, "district"),), loss or PrivacyLoss(500_000))


def ask(asked: Question, **changed: Any) -> Permit:
    terms: dict[str, Any] = {
        "policy": POLICY,
        "withdrawn": (),
        "today": TODAY,
        "left": lambda holder, purpose: PrivacyLoss(600_000),
    }
    return permit(asked, **{**terms, **changed})


def test_what_is_allowed_is_permitted_with_the_clauses_that_allow_it() -> None:
    asked = question(use(BANK, "person", RungKind.AFTER_LINK), use(BANK, "district"), use(CITY, "district"))
    granted = ask(asked)
    assert granted.question is asked
    assert granted.clauses == (
        "bank.person",
        "bank.district",
        "city.district",
        "licence:bank/research",
        "licence:city/research",
    )
    assert granted.minimum_group == 25, "the strictest licence decides"


def refused(kind: type[NotPermitted], asked: Question, **changed: Any) -> NotPermitted:
    with pytest.raises(kind) as caught:
        ask(asked, **changed)
    assert type(caught.value) is kind
    assert caught.value.question == "q1"
    assert caught.value.clause in str(caught.value)
    assert caught.value.accepted in str(caught.value)
    return caught.value


def test_an_unknown_purpose() -> None:
    error = refused(PurposeNotAllowed, question(purpose=PurposeId("curiosity")))
    assert error.clause == "unknown-purpose:curiosity"
    assert "research, adverts, audit" in error.accepted


def test_an_unclassified_column_and_a_near_miss() -> None:
    error = refused(UnclassifiedColumn, question(use(BANK, "District")))
    assert error.clause == "unclassified:bank.District"
    assert "'district', if that was meant" in error.accepted
    far = refused(UnclassifiedColumn, question(use(CITY, "person")))
    assert far.clause == "unclassified:city.person"
    assert far.accepted == "a column that the policy classifies, which for city are district"
    nobody = refused(UnclassifiedColumn, question(use(PartyId("nobody"), "district")))
    assert nobody.accepted.endswith("which for nobody are none")


def test_a_purpose_without_a_licence() -> None:
    error = refused(PurposeNotAllowed, question(purpose=ADVERTS))
    assert error.clause == "no-licence:bank/adverts"
    assert error.accepted.endswith("research, audit")


def test_the_licence_of_every_holder_is_needed() -> None:
    policy = Policy(
        POLICY.title, POLICY.purposes, POLICY.clauses, {(BANK, RESEARCH): licence(BANK, RESEARCH)}, POLICY.digest
    )
    error = refused(PurposeNotAllowed, question(use(BANK, "district"), use(CITY, "district")), policy=policy)
    assert error.clause == "no-licence:city/research"


def test_a_withdrawn_licence() -> None:
    error = refused(LicenceNotInForce, question(), withdrawn={"licence:bank/research"})
    assert error.clause == "licence:bank/research"
    assert "withdrawn" in error.refused
    assert error.accepted.endswith("which are audit")


def test_a_licence_holds_to_the_end_of_its_last_day() -> None:
    assert ask(question(), today=date(2026, 12, 31))
    error = refused(LicenceNotInForce, question(), today=date(2027, 1, 1))
    assert error.clause == "licence:bank/research"
    assert "ended on 2026-12-31" in error.refused
    assert error.accepted.endswith("which are none")


def test_a_form_above_the_rung() -> None:
    error = refused(FormNotAllowed, question(use(BANK, "person")))
    assert error.clause == "bank.person"
    assert error.accepted == "the form after-link for this purpose"


def test_a_form_that_another_purpose_allows() -> None:
    error = refused(FormNotAllowed, question(use(BANK, "income")))
    assert error.clause == "bank.income"
    assert error.accepted == "the purpose audit"
    open_only = refused(FormNotAllowed, question(use(BANK, "district", RungKind.OPEN)))
    assert open_only.accepted == "the form after-dp(epsilon<=0.5) for this purpose, or the purpose audit"


def test_a_column_that_stays_for_every_purpose() -> None:
    policy = Policy(
        POLICY.title, POLICY.purposes, {(BANK, ColumnName("x")): clause(BANK, "x", {})}, POLICY.licences, POLICY.digest
    )
    error = refused(FormNotAllowed, question(use(BANK, "x")), policy=policy)
    assert error.accepted == "a question without this column"


def test_an_epsilon_above_the_rung_by_one_millionth() -> None:
    error = refused(FormNotAllowed, question(loss=PrivacyLoss(500_001)))
    assert error.clause == "bank.district"
    assert "at epsilon 0.500001" in error.refused
    assert error.accepted.startswith("epsilon of at most 0.5 for one release")


def test_a_budget_short_by_one_millionth_or_by_delta() -> None:
    asked = question(loss=PrivacyLoss(400_000, 5))
    assert ask(asked, left=lambda holder, purpose: PrivacyLoss(400_000, 5))
    for left in (PrivacyLoss(399_999, 5), PrivacyLoss(400_000, 4)):
        error = refused(BudgetExhausted, asked, left=lambda holder, purpose, left=left: left)
        assert isinstance(error, BudgetExhausted)
        assert error.clause == "licence:bank/research"
        assert (error.left_micro, error.left_delta_e15) == (left.micro_epsilon, left.delta_e15)
        assert (error.asked_micro, error.holder, error.purpose) == (400_000, "bank", "research")


def test_the_poorest_holder_decides() -> None:
    budgets = {BANK: PrivacyLoss(10**6), CITY: PrivacyLoss(1)}
    asked = question(use(BANK, "district"), use(CITY, "district"))
    error = refused(BudgetExhausted, asked, left=lambda holder, purpose: budgets[holder])
    assert error.clause == "licence:city/research"


def test_checks_come_in_order() -> None:
    """A question with every fault at once is refused for the first; mended one by one, the next answers."""
    poor = lambda holder, purpose: PrivacyLoss(0)  # noqa: E731
    gone = {"licence:bank/research"}
    expected = [
        (PurposeNotAllowed, question(use(BANK, "no"), use(BANK, "income"), purpose=PurposeId("no")), gone),
        (UnclassifiedColumn, question(use(BANK, "income"), use(BANK, "no"), purpose=ADVERTS), gone),
        (PurposeNotAllowed, question(use(BANK, "income"), purpose=ADVERTS), gone),
        (LicenceNotInForce, question(use(BANK, "income")), gone),
        (FormNotAllowed, question(use(BANK, "income")), set()),
        (BudgetExhausted, question(), set()),
    ]
    for kind, asked, withdrawn in expected:
        refused(kind, asked, withdrawn=withdrawn, left=poor)


def test_the_ledger_is_asked_only_when_all_else_holds() -> None:
    def left(holder: PartyId, purpose: PurposeId) -> PrivacyLoss:
        raise AssertionError("the ledger was asked")

    refused(FormNotAllowed, question(use(BANK, "income")), left=left)
    with pytest.raises(AssertionError, match="asked"):
        ask(question(), left=left)


@pytest.mark.parametrize("rung", RungKind)
@pytest.mark.parametrize("form", RungKind)
def test_the_ladder(rung: RungKind, form: RungKind) -> None:
    """Written out a second time: never leaves nothing, open leaves everything, aggregates cover noised aggregates."""
    allowed = (
        form is RungKind.NEVER
        or rung is RungKind.OPEN
        or (rung is form)
        or (rung is RungKind.AFTER_AGGREGATE and form is RungKind.AFTER_DP)
    )
    assert reaches(Rung(rung, 1), form, PrivacyLoss(1)) == allowed
    assert rung in REACHES


def test_an_after_dp_rung_without_a_limit_permits_nothing() -> None:
    assert not reaches(Rung(RungKind.AFTER_DP), RungKind.AFTER_DP, PrivacyLoss(1))


def test_a_question_that_names_no_column_is_no_question() -> None:
    with pytest.raises(ParameterRefused, match="uses"):
        ask(Question("q1", "?", RESEARCH, (), PrivacyLoss(1)))


def test_a_time_is_no_date() -> None:
    """A datetime is a date to Python, but the two cannot be compared: midnight would decide by accident."""
    with pytest.raises(ParameterRefused, match="today"):
        ask(question(), today=datetime(2026, 3, 1, tzinfo=UTC))
