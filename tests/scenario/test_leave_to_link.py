"""Whether rows may be matched is asked of the policy alike for a key and for fields that are compared loosely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from privshare import run_scenario
from privshare.errors import FormNotAllowed, UnclassifiedColumn
from privshare.model.category import Rung, RungKind
from privshare.model.party import ColumnName, PartyId
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.scenario.adhoc.fuzzy import FuzzyRequest, fuzzy_scenario
from privshare.scenario.adhoc.link import LinkRequest, link_scenario
from privshare.scenario.loader import Scenario
from tests.scenario.linking import table

COLUMNS = ("first_name", "surname", "dob")
ROWS = [("Ann", "Lee", "1990-01-01"), ("Cid", "Poe", "1980-01-01")]
KEY = PartyId("right"), ColumnName("dob")
MADE: dict[str, Callable[[Path], Scenario]] = {
    "members": lambda path: link_scenario(LinkRequest(path, path, (COLUMNS, COLUMNS))),
    "fuzzy": lambda path: fuzzy_scenario(FuzzyRequest(path, path, (COLUMNS, COLUMNS))),
}


@pytest.fixture(params=MADE)
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> Scenario:
    return MADE[request.param](table(tmp_path / "t.csv", COLUMNS, ROWS))


def with_rung(scenario: Scenario, kind: RungKind) -> Scenario:
    clause = replace(scenario.policy.clauses[KEY], ladder={PURPOSE: Rung(kind)})
    return replace(scenario, policy=replace(scenario.policy, clauses={**scenario.policy.clauses, KEY: clause}))


@pytest.mark.parametrize("kind", RungKind)
def test_every_column_needs_leave_to_link(scenario: Scenario, kind: RungKind) -> None:
    if kind in (RungKind.AFTER_LINK, RungKind.OPEN):
        run, _ = run_scenario(with_rung(scenario, kind))
        assert len(run.links) == 1
        return
    with pytest.raises(FormNotAllowed) as refused:
        run_scenario(with_rung(scenario, kind))
    assert refused.value.clause == "right.dob"


def test_a_column_that_nobody_classified_is_refused(scenario: Scenario) -> None:
    clauses = {key: clause for key, clause in scenario.policy.clauses.items() if key != KEY}
    with pytest.raises(UnclassifiedColumn):
        run_scenario(replace(scenario, policy=replace(scenario.policy, clauses=clauses)))


def test_a_planned_refusal_is_noted_and_nothing_runs(scenario: Scenario) -> None:
    refused = with_rung(scenario, RungKind.NEVER)
    ((kind, step),) = refused.steps
    planned = step.model_copy(update={"expect_refusal": "FormNotAllowed"})
    run, _ = run_scenario(replace(refused, steps=((kind, planned),)))
    assert [refusal.kind for refusal in run.refusals] == ["FormNotAllowed"]
    assert (run.links, run.protocols) == ((), ())
