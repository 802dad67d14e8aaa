"""Each safeguard, switched off: the named attack succeeds; switched on: it finds no more than is promised.

The games have some 450 targets. A guarded figure that only just keeps its
promise fails here with probability at most 1e-9 (`beyond_chance`); unguarded
figures lie so far above that chance has no part in it: at p = 0.731 a run of
450 reaches 0.84, where its interval would touch, with probability below 1e-8
times e^-10.
"""

from __future__ import annotations

import dataclasses
import json

import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.adversary import AttackResult
from privshare.comparison.lab.hazards import HAZARDS
from privshare.comparison.lab.hazards.hazard import Played
from privshare.comparison.lab.hazards.playing import played
from privshare.errors import ParameterRefused
from privshare.model.entropy import SystemEntropy
from privshare.report.hazards import hazard_facts, hazard_lines
from privshare.scenario.lab.hazards import hazard_named
from tests.comparison.lab.worlds import small_world

PEOPLE = 8_000


@pytest.mark.parametrize("name", HAZARDS)
def test_a_safeguard_is_what_stops_the_attack(name: str) -> None:
    found = played(HAZARDS[name], small_world(PEOPLE), entropy=SystemEntropy())
    assert found.guarded.attempts == found.unguarded.attempts >= 400
    assert found.shows, (found.guarded, found.unguarded)


@pytest.mark.parametrize("name", HAZARDS)
def test_a_hazard_is_told_with_its_attack_its_lesson_and_its_source(name: str) -> None:
    hazard = HAZARDS[name]
    assert hazard.name == name
    assert hazard.attack in ATTACKS
    assert hazard.lesson.endswith(".")
    assert hazard.source
    assert hazard.safeguard != hazard.switched_off


def result(successes: int, ceiling: float | None) -> AttackResult:
    """Return a made-up result of 400 attempts."""
    adversary = ATTACKS["differencing"].adversary
    return AttackResult("differencing", "", adversary, 400, successes, 0.5, ceiling, "")


@pytest.mark.parametrize(
    ("guarded", "unguarded", "ceiling", "shows"),
    [
        (290, 398, 0.731, True),
        (290, 300, 0.731, False),  # the attack is hardly better without the safeguard
        (390, 398, 0.731, False),  # with the safeguard it finds more than is promised: the safeguard is broken
        (2, 398, None, True),
        (380, 385, None, False),
    ],
)
def test_what_counts_as_shown(guarded: int, unguarded: int, ceiling: float | None, shows: bool) -> None:
    hazard = HAZARDS["threshold-only"]
    made = Played(hazard, result(guarded, ceiling), result(unguarded, ceiling), people=1, seed=1, seconds=0.0)
    assert made.shows is shows
    told = "\n".join(hazard_lines(made))
    assert (hazard.lesson in told) is shows
    assert json.loads(json.dumps(hazard_facts(made)))["shows"] is shows


def test_a_ceiling_near_certainty_is_told_as_one_that_stops_nothing() -> None:
    told = [
        "\n".join(hazard_lines(Played(HAZARDS["threshold-only"], result(290, most), result(398, most), 1, 1, 0.0)))
        for most in (0.99, 0.9997, 1.0)
    ]
    assert [text.count("the promise allows 99.0%") for text in told] == [2, 0, 0]
    assert [text.count("the promise allows more than 99%") for text in told] == [0, 2, 2]


def test_a_hazard_without_its_safeguard_is_not_taken_for_a_guarded_one() -> None:
    """The planted fault: a guarded game that is played unguarded is caught."""
    hazard = HAZARDS["no-clamp"]
    broken = dataclasses.replace(hazard, stage=lambda world, _guarded, entropy: hazard.stage(world, False, entropy))
    assert not played(broken, small_world(PEOPLE), entropy=SystemEntropy()).shows


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ParameterRefused, match=r"no-clamp \(the nearest name\)"):
        hazard_named("no-clmp", attack="membership")
    with pytest.raises(ParameterRefused, match="membership, which is the attack that this safeguard stops"):
        hazard_named("no-clamp", attack="averaging")
