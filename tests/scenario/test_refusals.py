"""Runs that must not start: refusals that nobody planned, planned ones that do not come, files that fit no world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from privshare.errors import (
    FormNotAllowed,
    InputRefused,
    NotPermitted,
    PrivshareError,
    PurposeNotAllowed,
    UnclassifiedColumn,
)
from tests.scenario.playing import SECOND, play, spent
from tests.scenario.stories import Story, quick_demo

# ---------------------------------------------------------------- refusals that the story does not plan


def _not_classified(story: Story) -> None:
    story.add("scenario.toml", SECOND.replace("home_district", "points").replace("0.25", "0.000001"))


def _never_for_this_purpose(story: Story) -> None:
    story.add("scenario.toml", SECOND.replace("home_district", "event_kind").replace("0.25", "0.000001"))


def _no_licence(story: Story) -> None:
    story.add(
        "policy.toml", '[[purposes]]\nid = "ads"\nsentence = "Aim adverts"\ndpv = "https://w3id.org/dpv#Marketing"\n'
    )
    story.add("scenario.toml", SECOND.replace('"audit"', '"ads"').replace("0.25", "0.000001"))


def _withdrawn(story: Story) -> None:
    story.add("scenario.toml", '[[steps]]\nkind = "withdraw-licence"\nlicence = "city/audit"\nreason = "debate"\n')
    story.add("scenario.toml", SECOND.replace("0.25", "0.000001"))


def _not_open(story: Story) -> None:
    story.edit("scenario.toml", ('columns = ["rule", "rule_points"]', 'columns = ["event_kind"]'))


def _open_but_unclassified(story: Story) -> None:
    story.edit("scenario.toml", ('columns = ["rule", "rule_points"]', 'columns = ["rule", "rule_appeal"]'))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_not_classified, UnclassifiedColumn),
        (_never_for_this_purpose, FormNotAllowed),
        (_no_licence, PurposeNotAllowed),
        (_withdrawn, NotPermitted),
        (_not_open, FormNotAllowed),
        (_open_but_unclassified, UnclassifiedColumn),
    ],
)
def test_an_unplanned_refusal_at_the_end_debits_nothing_at_the_beginning(
    story: Story, ledger: Path, change: Callable[[Story], None], kind: type[NotPermitted]
) -> None:
    story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "5"'))
    change(story)
    with pytest.raises(kind) as refused:
        play(story, ledger)
    assert refused.value.clause
    assert refused.value.accepted
    assert not ledger.exists(), "a run that cannot start opens no ledger"


# ---------------------------------------------------------------- refusals that the story plans


@pytest.mark.parametrize(
    "expected", ["UnclassifiedColumn", "PurposeNotAllowed", "FormNotAllowed", "LicenceNotInForce", "BudgetExhausted"]
)
def test_a_planned_refusal_that_does_not_come_is_an_error_and_debits_nothing(
    story: Story, ledger: Path, expected: str
) -> None:
    planned = SECOND.replace("0.25", "0.000001").replace(
        'kind = "statistic"', f'kind = "statistic"\nexpect_refusal = "{expected}"'
    )
    story.edit("policy.toml", ('epsilon = "0.5"', 'epsilon = "5"')).add("scenario.toml", planned)
    with pytest.raises(InputRefused, match=f"more-entries expects the refusal {expected}"):
        play(story, ledger)
    assert not any(spent(ledger).values())


def test_another_refusal_than_planned_is_told_as_itself(story: Story, ledger: Path) -> None:
    planned = SECOND.replace("home_district", "points").replace(
        'kind = "statistic"', 'kind = "statistic"\nexpect_refusal = "PurposeNotAllowed"'
    )
    with pytest.raises(UnclassifiedColumn):
        play(story.add("scenario.toml", planned), ledger)
    assert not any(spent(ledger).values())


def test_a_planned_refusal_of_an_open_step_is_recorded(story: Story) -> None:
    story.edit("scenario.toml", ('kind = "open"', 'kind = "open"\nexpect_refusal = "FormNotAllowed"'))
    story.edit("scenario.toml", ('columns = ["rule", "rule_points"]', 'columns = ["event_kind"]'))
    run = play(story)
    assert [(r.kind, r.clause) for r in run.refusals] == [("FormNotAllowed", "city.event_kind")]
    assert run.open_records == ()


def test_a_planned_exhaustion_counts_what_the_run_itself_takes(story: Story, ledger: Path) -> None:
    """Half an epsilon is left before the run and none after its own question: the planned refusal comes."""
    planned = SECOND.replace('kind = "statistic"', 'kind = "statistic"\nexpect_refusal = "BudgetExhausted"')
    run = play(story.add("scenario.toml", planned), ledger)
    assert [r.kind for r in run.refusals] == ["BudgetExhausted"]
    assert spent(ledger) == {"city": 500_000}
    assert [r.kind for r in play(story, ledger).refusals] == ["BudgetExhausted"], "and on the same ledger again"


# ---------------------------------------------------------------- faults that only the data's shape shows


def _demo_fault(old: str, new: str) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        story.edit("scenario.toml", (old, new))

    return change


@pytest.mark.parametrize(
    "change",
    [
        _demo_fault('by = ["product"]', 'by = ["produkt"]'),
        _demo_fault('column = "defaulted", lower', 'column = "product", lower'),
        _demo_fault('keys = { product = ["card", "car loan", "home loan"] }', 'keys = { district = ["Northbank"] }'),
        _demo_fault('keys = { product = ["card", "car loan", "home loan"] }', 'keys = { product = ["card", "card"] }'),
        _demo_fault('{ name = "loans", bound = 2', '{ name = "loans_in_default", bound = 2'),
        _demo_fault('{ name = "loans", bound = 2', '{ name = "loans", lower = 0, bound = 2'),
        _demo_fault("lower = 0, upper = 1, bound = 2", "lower = 1, upper = 0, bound = 2"),
        _demo_fault('bound = 60, epsilon = "0.25"', 'bound = 8000000, epsilon = "0.000001"'),
        _demo_fault('tables = ["accounts"]', 'tables = ["acounts"]'),
        _demo_fault('grouping_person = "citizen_id"', 'grouping_person = "citizen"'),
        _demo_fault('value_column = "defaulted"', 'value_column = "product"'),
        _demo_fault('value_column = "defaulted"\ntargets', 'value_column = "product"\ntargets'),
        _demo_fault('value_column = "defaulted"\ntargets', 'value_column = "defaults"\ntargets'),
        _demo_fault('grouping_holder = "platform"\ngrouping_person', 'grouping_holder = "bank"\ngrouping_person'),
        _demo_fault('measure = "defaults"\nepsilon', 'measure = "people"\nepsilon'),
        _demo_fault('unit = "unit"', 'unit = "city"'),
        _demo_fault('holder = "bank"\nperson = "account_holder"', 'holder = "platform"\nperson = "citizen_id"'),
        _demo_fault('person = "account_holder"\n', 'person = "holder"\n'),
        _demo_fault('district = ["Old Harbour", "Northbank", "Mill Quarter"', 'district = ["Northbank", "Northbank"'),
        _demo_fault('[steps.keys]\ndistrict', "[steps.keys]\ntown"),
        _demo_fault('delta_per_draw = "1e-9"', 'delta_per_draw = "0"'),
        _demo_fault('table = "loans"', 'table = "debts"'),
        _demo_fault('product = "card", credit_limit = 100', 'product = "card"'),
        _demo_fault("credit_limit = 100, defaulted = 1", 'credit_limit = "100", defaulted = 1'),
        _demo_fault('0002-B", product', '0002-B", item'),
        _demo_fault('columns = ["rule", "rule_points"', 'columns = ["rules", "rule_points"'),
        _demo_fault('columns = ["rule", "rule_points"', 'columns = ["rule", "register_name"'),
    ],
)  # fmt: skip
def test_a_scenario_that_does_not_fit_its_world_is_refused_before_any_debit(
    tmp_path: Path, ledger: Path, change: Callable[[Story], None]
) -> None:
    """One sentence, no traceback of another kind, and no ledger opened."""
    story = quick_demo(tmp_path / "demo")
    change(story)
    with pytest.raises(PrivshareError) as refused:
        play(story, ledger, people=200)
    assert "\n" not in str(refused.value)
    assert not ledger.exists()


@pytest.mark.parametrize("people", [-5, 0, 199, 1_000_001])
def test_people_outside_the_bounds_open_no_ledger(story: Story, ledger: Path, people: int) -> None:
    with pytest.raises(InputRefused, match="people was"):
        play(story, ledger, people=people)
    assert not ledger.exists()
