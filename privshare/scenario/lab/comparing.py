"""A comparison on the people of a scenario: its world, once, and every technique and attack asked for.

Promises: the world is the scenario's (same kind, people and seed); no ledger of anybody is touched, since a
comparison publishes nothing about anybody but simulated people. What cannot be compared is refused before anything
is protected or attacked.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from privshare.attacks import ATTACKS
from privshare.attacks.attack import Attack
from privshare.comparison.confidence import TARGETS_MIN
from privshare.comparison.lab.growth import SIZES, Grown, grown
from privshare.comparison.lab.hazards.hazard import Hazard
from privshare.comparison.lab.matrix import Matrix, Notice, compared
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.lab.techniques.technique import Technique
from privshare.comparison.lab.world import LabWorld
from privshare.errors import ParameterRefused
from privshare.model.entropy import SystemEntropy
from privshare.model.loss import MICRO, PrivacyLoss, micro_epsilon
from privshare.scenario.lab.people import lab_of
from privshare.scenario.loader import Scenario

EPSILONS = ("0.1", "0.3", "1", "3", "10")
SWEEP_MAX = 12
MICRO_MIN = 1_000
Entry = TypeVar("Entry", Technique, Attack, Hazard)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare_scenario` found. started: UTC, ISO 8601. seconds: wall time of all of it."""

    scenario: str
    title: str
    matrix: Matrix
    growth: tuple[Grown, ...]
    started: str
    seconds: float


def compare_scenario(
    scenario: Scenario,
    *,
    people: int | None = None,
    seed: int | None = None,
    sweep: str | None = None,
    techniques: Sequence[str] = (),
    attacks: Sequence[str] = (),
    sizes: Sequence[int] = SIZES,
    notice: Notice = lambda _title, _done, _whole: None,
) -> Comparison:
    """Put techniques against attacks on the scenario's simulated people.

    people, seed: None for the scenario's own. sweep: `epsilon=0.1,1,10`. techniques, attacks: names, none for all.
    sizes: smaller worlds on which only the cost of protecting is measured. Raises InputRefused for a scenario on
    tables that somebody brought, ParameterRefused for a name, sweep, seed or number of people that does not do.
    """
    begun, started = time.perf_counter(), datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    losses = losses_of(sweep)
    entries = chosen("--technique", techniques, TECHNIQUES), chosen("--attack", attacks, ATTACKS)
    notice("Simulating the people", 0, 1)
    world, entropy = lab_of(scenario, people, seed), SystemEntropy()
    _check_targets(world)
    matrix = compared(world, *entries, losses, entropy=entropy, notice=notice)
    smaller = [size for size in sizes if size < len(world.people)]
    reference = min(losses, key=_far_from_one)
    growth = grown(
        lambda size: lab_of(scenario, size, seed), smaller, entries[0], reference, entropy=entropy, notice=notice
    )
    seconds = time.perf_counter() - begun
    return Comparison(scenario.name, scenario.title, matrix, growth, started, seconds)


def losses_of(sweep: str | None) -> tuple[PrivacyLoss, ...]:
    """Read `epsilon=0.1,1,10`; return the budgets in ascending order, by default those of `EPSILONS`.

    >>> [loss.epsilon for loss in losses_of("epsilon=1,0.5")]
    [0.5, 1.0]
    """
    name, _, numbers = (f"epsilon={','.join(EPSILONS)}" if sweep is None else sweep).partition("=")
    parts = [number.strip() for number in numbers.split(",")]
    if name.strip() != "epsilon" or not all(parts) or len(parts) > SWEEP_MAX:
        accepted = f"epsilon= and one to {SWEEP_MAX} numbers with commas, for example epsilon=0.1,1,10"
        raise ParameterRefused("--sweep", sweep, accepted)
    asked = sorted({micro_epsilon(number) for number in parts})
    if asked[0] < MICRO_MIN:  # techniques share a budget out, and a share of less than a millionth is none
        raise ParameterRefused("--sweep", sweep, f"an epsilon of {MICRO_MIN / MICRO} or more")
    return tuple(PrivacyLoss(micro) for micro in asked)


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


def _far_from_one(loss: PrivacyLoss) -> float:
    return max(loss.epsilon, 1 / loss.epsilon)


def _check_targets(world: LabWorld) -> None:
    """Refuse a world in which an interval over its targets would say next to nothing."""
    people, targets = len(world.people), len(world.secrets)
    if targets < TARGETS_MIN:
        enough = -(-people * TARGETS_MIN * 11 // (max(targets, 1) * 10 * 100)) * 100
        raise ParameterRefused(
            "--people", people,
            f"about {enough} or more: of so few only {targets} would be targets, and an interval over fewer than "
            f"{TARGETS_MIN} says next to nothing",
        )  # fmt: skip
