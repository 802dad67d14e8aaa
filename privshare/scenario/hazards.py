"""A hazard played on the people of a scenario: one safeguard on and off, the same attack on both."""

from __future__ import annotations

from difflib import get_close_matches

from privshare.comparison.lab.hazards import HAZARDS
from privshare.comparison.lab.hazards.hazard import Hazard, Played
from privshare.comparison.lab.hazards.playing import played
from privshare.comparison.lab.world import lab_world
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.population import WORLDS
from privshare.model.entropy import SystemEntropy
from privshare.scenario.comparing import SEED_MAX
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import WorldSpec

PEOPLE = 8_000
TARGETS_MIN = 30


def hazard_named(name: str, *, attack: str) -> Hazard:
    """Return the hazard of this name; refuse an unknown one, and one that another attack shows."""
    hazard = HAZARDS.get(name)
    if hazard is None:
        near = get_close_matches(name, HAZARDS, n=1, cutoff=0.4)
        told = f"{near[0]} (the nearest name), or one of: " if near else "one of: "
        raise ParameterRefused("--hazard", name, told + ", ".join(HAZARDS))
    if hazard.attack != attack:
        raise ParameterRefused(
            f"attack for --hazard {name}", attack, f"{hazard.attack}, which is the attack that this safeguard stops"
        )
    return hazard


def play_hazard(hazard: Hazard, scenario: Scenario, *, people: int | None, seed: int | None) -> Played:
    """Return both results on the scenario's kind of people. people: by default PEOPLE, which takes a few seconds.

    Raises InputRefused for a scenario on tables that somebody brought, ParameterRefused for a seed that is none and for
    too few people for an interval.
    """
    spec = scenario.world
    if not isinstance(spec, WorldSpec):
        raise InputRefused(
            "a hazard is shown on simulated people only, and this scenario is on tables that were brought."
        )
    drawn = spec.seed if seed is None else seed
    if not 0 <= drawn <= SEED_MAX:
        raise ParameterRefused("--seed", drawn, f"a whole number from 0 to {SEED_MAX}")
    world = lab_world(WORLDS[spec.kind](PEOPLE if people is None else people, drawn).truth, drawn)
    if len(world.secrets) < TARGETS_MIN:
        raise ParameterRefused(
            "--people",
            people,
            f"enough that {TARGETS_MIN} people can be targets, here {len(world.secrets)}; try {PEOPLE}",
        )
    return played(hazard, world, entropy=SystemEntropy())
