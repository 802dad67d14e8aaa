"""The step link-members: the gate is asked about every key column, and what it cannot be is told before it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from privshare import run_scenario
from privshare.errors import InputRefused, KeyNotAllowed
from privshare.report.page import render
from privshare.scenario.adhoc.flags import PURPOSE
from privshare.scenario.adhoc.link import LinkRequest, link_scenario
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import PartySpec
from privshare.scenario.steps.link import LINK, ROOMS, LinkStep
from tests.scenario.linking import table


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    path = table(tmp_path / "t.csv", ["name", "born"], [("ann", "1990"), ("bob", "1991")])
    return link_scenario(LinkRequest(path, path, (("name", "born"), ("name", "born"))))


def test_a_key_of_few_values_is_refused_and_a_story_can_plan_it(scenario: Scenario) -> None:
    few = {key: replace(clause, values_max=1_000) for key, clause in scenario.policy.clauses.items()}
    refused = replace(scenario, policy=replace(scenario.policy, clauses=few))
    with pytest.raises(KeyNotAllowed, match="can have 1,000,000 values") as fault:
        run_scenario(refused)
    assert fault.value.clause == "left.name"
    ((_, step),) = refused.steps
    planned = step.model_copy(update={"expect_refusal": "KeyNotAllowed"})
    run, _ = run_scenario(replace(refused, steps=((LINK, planned),)))
    assert [(refusal.kind, refusal.clause) for refusal in run.refusals] == [("KeyNotAllowed", "left.name")]
    assert (run.links, run.protocols) == ((), ())
    assert "Key not allowed" in render(run)


def sides(*pairs: tuple[str, list[str]]) -> LinkStep:
    named = [{"holder": holder, "person": key[0], "further": key[1:]} for holder, key in pairs]
    frame = {"kind": "link-members", "id": "m", "sentence": "Which rows?", "purpose": PURPOSE}
    return LinkStep.model_validate({**frame, "sides": named})


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (sides(("left", ["name"]), ("left", ["name"])), "name two holders"),
        (sides(("left", ["name"]), ("right", ["name", "born"])), "one key has 1 columns, the other 2"),
        (sides(("left", ["name"]), ("right", ["town"])), "no table of right"),
        (sides(("left", ["name"]), ("nobody", ["name"])), "holds no records"),
    ],
)
def test_sides_that_do_not_fit(scenario: Scenario, step: LinkStep, told: str) -> None:
    with pytest.raises(InputRefused, match=told):
        run_scenario(replace(scenario, steps=((LINK, step),)))


def test_a_party_called_like_a_folder_of_the_run_is_refused(scenario: Scenario) -> None:
    spec = PartySpec(id="releases", name="Holder", role="links", tables=["left"])
    renamed = replace(
        scenario,
        parties=(spec, scenario.parties[1]),
        steps=((LINK, sides(("releases", ["name"]), ("right", ["name"]))),),
    )
    with pytest.raises(InputRefused, match="rename the party"):
        run_scenario(renamed)


def test_the_folders_of_a_run_are_all_known(demo_folder: Path) -> None:
    assert {path.name for path in demo_folder.iterdir() if path.is_dir()} == ROOMS
