"""The lab at the desk: the same people and figures as the comparison, and plain refusals."""

from __future__ import annotations

import pytest

from privshare import compare_scenario, load_scenario
from privshare.errors import ParameterRefused
from privshare.scenario.lab.desk import attack, lab_people, protect, without_safeguard


def test_a_step_at_a_time_gives_the_figures_of_the_comparison() -> None:
    names = ("re-identification", "differencing")
    whole = compare_scenario(
        load_scenario("demo"), people=1_000, seed=3, techniques=("k-anonymity",), attacks=names, sizes=()
    )
    world = lab_people(1_000, seed=3)
    desk = protect(world, "k-anonymity")
    for name, cell in zip(names, whole.matrix.rows[0].cells, strict=True):
        assert attack(desk, name).result == cell.result


def test_a_budget_is_the_one_that_was_asked_for() -> None:
    desk = protect(lab_people(1_000, seed=3), "central-dp", epsilon="0.3")
    assert desk.protected.loss is not None
    assert desk.protected.loss.micro_epsilon == 300_000
    assert attack(desk, "differencing").epsilon == 0.3


def test_what_is_on_the_desk_shows_nobody_when_it_is_printed() -> None:
    assert repr(protect(lab_people(1_000, seed=3), "raw-release")) == "<raw release, on 1000 simulated people>"


def test_refusals_say_what_would_be_accepted() -> None:
    world = lab_people(1_000, seed=3)
    desk = protect(world, "raw-release")
    with pytest.raises(ParameterRefused, match="1000 or more"):
        lab_people(999, seed=3)
    with pytest.raises(ParameterRefused, match="from 0 to 4294967295"):
        lab_people(1_000, seed=-1)
    with pytest.raises(ParameterRefused, match=r"k-anonymity \(the nearest name\)"):
        protect(world, "k-anonimity")
    with pytest.raises(ParameterRefused, match=r"0\.001 or more"):
        protect(world, "central-dp", epsilon="0.0001")
    with pytest.raises(ParameterRefused, match=r"dictionary \(the nearest name\)"):
        attack(desk, "dictionery")
    with pytest.raises(ParameterRefused, match="the attack that this safeguard stops"):
        without_safeguard("budget-reset", "differencing", people=2_000, seed=3)
