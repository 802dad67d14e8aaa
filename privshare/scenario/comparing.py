"""A comparison on the people of a scenario: its world, once, and every technique and attack asked for.

Promises: the world is the scenario's (same kind, people and seed); no ledger of anybody is touched, since a
comparison publishes nothing about anybody but simulated people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar

from privshare.attacks import ATTACKS
from privshare.attacks.attack import Attack
from privshare.comparison.lab.matrix import Matrix, Notice, compared
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.technique import Technique
from privshare.comparison.lab.world import lab_world
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.population import WORLDS
from privshare.model.entropy import SystemEntropy
from privshare.model.loss import PrivacyLoss, micro_epsilon
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import WorldSpec

EPSILONS = ("0.1", "0.3", "1", "3", "10")
Entry = TypeVar("Entry", Technique, Attack)


def losses_of(sweep: str | None) -> tuple[PrivacyLoss, ...]:
    """Read `epsilon=0.1,1,10`; return the budgets in ascending order, by default those of `EPSILONS`.

    >>> [loss.epsilon for loss in losses_of("epsilon=1,0.5")]
    [0.5, 1.0]
    """
    name, _, numbers = (sweep or f"epsilon={','.join(EPSILONS)}").partition("=")
    if name.strip() != "epsilon" or not numbers.strip():
        raise ParameterRefused("--sweep", sweep, "epsilon= and numbers with commas, for example epsilon=0.1,1,10")
    asked = {micro_epsilon(number.strip()) for number in numbers.split(",")}
    return tuple(PrivacyLoss(micro) for micro in sorted(asked))


def chosen(kind: str, names: Iterable[str], registry: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """Return the entries of these names in the registry's order, all of them for no name; refuse an unknown one."""
    wanted = tuple(names)
    for name in wanted:
        if name not in registry:
            near = get_close_matches(name, registry, n=1, cutoff=0.4)
            raise ParameterRefused(
                kind, name, (f"{near[0]} (the nearest name), or one of: " if near else "one of: ") + ", ".join(registry)
            )
    return tuple(entry for name, entry in registry.items() if not wanted or name in wanted)


def compare(
    scenario: Scenario,
    *,
    people: int | None,
    seed: int | None,
    losses: Sequence[PrivacyLoss],
    techniques: Sequence[str] = (),
    attacks: Sequence[str] = (),
    notice: Notice = lambda _title, _done, _whole: None,
) -> Matrix:
    """Return the matrix of a scenario's people. people, seed: None for the scenario's own."""
    world = scenario.world
    if not isinstance(world, WorldSpec):
        raise InputRefused("a comparison needs simulated people, and this scenario is on tables that somebody brought.")
    picked = chosen("--technique", techniques, TECHNIQUES), chosen("--attack", attacks, ATTACKS)
    drawn = world.seed if seed is None else seed
    notice("Simulating the people", 0, 1)
    simulated = WORLDS[world.kind](world.people if people is None else people, drawn)
    return compared(lab_world(simulated.truth, drawn), *picked, losses, entropy=SystemEntropy(), notice=notice)
