"""A hazard played on the people of a scenario: one safeguard on and off, the same attack on both."""

from __future__ import annotations

from privshare.comparison.confidence import TARGETS_MIN
from privshare.comparison.lab.hazards import HAZARDS
from privshare.comparison.lab.hazards.hazard import Hazard, Played
from privshare.comparison.lab.hazards.playing import played
from privshare.errors import ParameterRefused
from privshare.model.entropy import SystemEntropy
from privshare.scenario.lab.comparing import chosen
from privshare.scenario.lab.people import lab_of
from privshare.scenario.loader import Scenario

PEOPLE = 8_000


def hazard_named(name: str, *, attack: str) -> Hazard:
    """Return the hazard of this name; refuse an unknown one, and one that another attack shows."""
    hazard = chosen("--hazard", [name], HAZARDS)[0]
    if hazard.attack != attack:
        raise ParameterRefused(
            f"attack for --hazard {name}", attack, f"{hazard.attack}, which is the attack that this safeguard stops"
        )
    return hazard


def play_hazard(hazard: Hazard, scenario: Scenario, *, people: int | None, seed: int | None) -> Played:
    """Return both results on the scenario's kind of people. people: by default PEOPLE, which takes a few seconds.

    Raises what `lab_of` raises, and ParameterRefused for too few people for an interval.
    """
    world = lab_of(scenario, PEOPLE if people is None else people, seed)
    if len(world.secrets) < TARGETS_MIN:
        raise ParameterRefused(
            "--people",
            people,
            f"enough that {TARGETS_MIN} people can be targets, here {len(world.secrets)}; try {PEOPLE}",
        )
    return played(hazard, world, entropy=SystemEntropy())
