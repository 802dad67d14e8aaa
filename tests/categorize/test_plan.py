"""One decision a column; what no clause names is refused for every purpose."""

from __future__ import annotations

from datetime import date

import pytest

from privshare.categorize.plan import UNCLASSIFIED, decide
from privshare.categorize.policy import read_policy
from privshare.errors import UnclassifiedColumn
from privshare.model.category import RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Question
from privshare.use.gate import permit
from tests.categorize.test_policy import GOOD

POLICY = read_policy(GOOD.encode(), "small/policy.toml")
BANK = PartyId("bank")
COLUMNS = [(BANK, ColumnName(name)) for name in ("who", "district", "phone")] + [
    (PartyId("city"), ColumnName("district"))
]


def test_every_column_gets_one_decision_in_order() -> None:
    decisions = decide(POLICY, COLUMNS)
    assert [(decision.holder, decision.column) for decision in decisions] == COLUMNS
    assert [decision.clause for decision in decisions] == ["bank.who", "bank.district", "", ""]


def test_every_decision_answers_for_every_purpose() -> None:
    for decision in decide(POLICY, COLUMNS):
        assert [purpose for purpose, _ in decision.rungs] == ["audit", "offers"]
    district = dict(decide(POLICY, COLUMNS)[1].rungs)
    assert str(district[PurposeId("audit")]) == "after-dp(epsilon<=0.5)"
    assert district[PurposeId("offers")].kind is RungKind.NEVER


def test_an_unclassified_column_is_never_used() -> None:
    """The same column name at another holder is another column."""
    for decision in decide(POLICY, COLUMNS)[2:]:
        assert decision.category is None
        assert decision.reason == UNCLASSIFIED
        assert {rung.kind for _, rung in decision.rungs} == {RungKind.NEVER}


@pytest.mark.parametrize("form", list(RungKind))
def test_the_gate_refuses_an_unclassified_column_in_every_form(form: RungKind) -> None:
    asked = Question("q", "?", PurposeId("audit"), (ColumnUse(BANK, ColumnName("phone"), form),), NO_LOSS)
    with pytest.raises(UnclassifiedColumn) as refused:
        permit(asked, policy=POLICY, withdrawn=(), today=date(2030, 1, 1), left=lambda h, p: PrivacyLoss(10**9))
    assert "phone" in refused.value.clause
    assert "district" in refused.value.accepted


def test_decisions_carry_the_clause() -> None:
    who = decide(POLICY, COLUMNS)[0]
    assert (who.grade, who.reason, who.gdpr9, who.pipl28, who.dpv) == ("important", "names a person", False, False, "")
