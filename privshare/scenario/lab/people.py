"""The people of the lab: those of a scenario, simulated anew from its seed or another one.

Promises: the same people for the same scenario, number and seed, whoever asks. Leaves to others: which of them are
attacked (`comparison/lab/world.py`), and whether they are enough for what is asked.
"""

from __future__ import annotations

from privshare.comparison.lab.world import LabWorld, lab_world
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.population import WORLDS
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import SEED_MAX, WorldSpec


def lab_of(scenario: Scenario, people: int | None, seed: int | None) -> LabWorld:
    """Simulate the scenario's people for the lab. people, seed: None for the scenario's own.

    Raises InputRefused for a scenario on tables that somebody brought, ParameterRefused for a seed that is none and for
    a number of people that the scenario's kind cannot be built of.

    >>> from privshare.scenario.loader import load_scenario
    >>> lab_of(load_scenario("demo"), 1_000, 7).people
    <1000 simulated people, not shown>
    """
    spec = scenario.world
    if not isinstance(spec, WorldSpec):
        raise InputRefused("the lab needs simulated people, and this scenario is on tables that somebody brought.")
    drawn = spec.seed if seed is None else seed
    if not 0 <= drawn <= SEED_MAX:
        raise ParameterRefused("--seed", drawn, f"a whole number from 0 to {SEED_MAX}")
    return lab_world(WORLDS[spec.kind](spec.people if people is None else people, drawn).truth, drawn)
