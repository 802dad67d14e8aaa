"""The frozen nouns: what their repr shows, which they refuse to be, and the error tree."""

from __future__ import annotations

import dataclasses
import inspect
from types import ModuleType

import pandas as pd
import pytest

from privshare import errors
from privshare.errors import BudgetExhausted, FileFaults, ParameterRefused, PrivshareError
from privshare.model import bounding, category, leakage, loss, party, policy, question, release, table
from privshare.model.bounding import BoundingPlan, Measure
from privshare.model.category import Rung, RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Question
from privshare.model.table import Table

MODULES = [bounding, category, leakage, loss, party, policy, question, release, table]


@pytest.mark.parametrize("module", MODULES)
def test_every_noun_is_frozen(module: ModuleType) -> None:
    nouns = [
        noun for _, noun in inspect.getmembers(module, dataclasses.is_dataclass) if noun.__module__ == module.__name__
    ]
    assert nouns
    for noun in nouns:
        assert noun.__dataclass_params__.frozen, noun
        assert hasattr(noun, "__slots__"), f"{noun} would take any attribute"


def test_a_table_shows_no_row() -> None:
    shown = repr(Table(PartyId("bank"), "loans", None, pd.DataFrame({"name": ["Ann Vault"], "limit": [731]})))
    assert "Ann" not in shown
    assert "731" not in shown
    assert "1 rows" in shown


def test_the_holders_of_a_question_come_once_each() -> None:
    uses = tuple(
        ColumnUse(PartyId(holder), ColumnName(column), RungKind.AFTER_DP)
        for holder, column in (("b", "x"), ("a", "y"), ("b", "z"))
    )
    asked = Question("q", "?", PurposeId("p"), uses, PrivacyLoss(1))
    assert asked.holders == ("b", "a")


@pytest.mark.parametrize(
    ("rung", "text"),
    [
        (Rung(RungKind.AFTER_DP, 500_000), "after-dp(epsilon<=0.5)"),
        (Rung(RungKind.AFTER_DP, 1), "after-dp(epsilon<=0.000001)"),
        (Rung(RungKind.AFTER_DP, 19_999_999), "after-dp(epsilon<=19.999999)"),
        (Rung(RungKind.AFTER_PROOF, 650), "after-proof(>=650)"),
        (Rung(RungKind.OPEN), "open"),
    ],
)
def test_a_rung_is_written_as_in_a_policy(rung: Rung, text: str) -> None:
    assert str(rung) == text


def test_a_plan_refuses_a_key_twice() -> None:
    """A key answered twice would let one person move the answer by twice the bound."""
    count = Measure("people", None, 1, 1, 1)
    with pytest.raises(ParameterRefused):
        BoundingPlan(ColumnName("who"), (ColumnName("town"),), (("N",), ("N",)), (count,))


def _classes() -> list[type[BaseException]]:
    return [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, BaseException)]


def test_the_error_tree_is_drawn_where_it_lives() -> None:
    """Each error stands in the module's drawing, under its own parent."""
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    assert errors.__doc__
    for line in errors.__doc__.splitlines():
        bare = line.lstrip(" |+-")
        indent = len(line) - len(bare)
        name = bare.split(" ")[0]
        if name in errors.__dict__:
            above = [(place, other) for place, other in above if place < indent]
            drawn[name] = above[-1][1] if above else ""
            above.append((indent, name))
    assert drawn == {found.__name__: found.__bases__[0].__name__.replace("Exception", "") for found in _classes()}
    assert all(issubclass(found, PrivshareError) for found in _classes())


def test_file_faults_name_every_fault_in_one_sentence() -> None:
    told = str(
        FileFaults("demo/policy.toml", [("version", "missing"), ("", "too long"), ("columns[3]", "unknown key")])
    )
    assert "\n" not in told
    assert told == "demo/policy.toml has 3 faults: version: missing; too long; columns[3]: unknown key."
    assert str(FileFaults("x", [("a", "b")])).startswith("x has one fault: ")


def test_an_exhausted_budget_says_both_sides() -> None:
    told = BudgetExhausted(
        question="q",
        clause="bank/accountability",
        holder="bank",
        purpose="p",
        asked_micro=1_000_001,
        left_micro=1_000_000,
        asked_delta_e15=0,
        left_delta_e15=0,
        asked="epsilon 1.000001 and delta 0",
        left="epsilon 1 and delta 0",
    )
    assert "for epsilon 1.000001 and delta 0 for purpose 'p', of which epsilon 1 and delta 0 are left" in str(told)
    assert "bank/accountability" in str(told)
    assert "accepted would be" in str(told)
