"""A linkage that tells members answers for an invented set; one that tells sizes does, where nobody counts the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.attack import Targets
from privshare.attacks.psi_probing import INVENTED, RUNS_MAX, mean_size
from privshare.comparison.lab.cell import Cell, beyond_chance
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Surface
from privshare.secure.noise import add_laplace, laplace_mechanism
from tests.comparison.lab.worlds import setting, small_world

WORLD = small_world(4_000)  # 200 or so targets: few would not tell a fault from chance at 1e-9
BANK = frozenset(np.array(WORLD.people.identifiers, object)[WORLD.people.bank].tolist())


class StandIn:
    """One run after another of a linkage that tells members, or sizes with noise for a part of the budget each."""

    def __init__(self, *, tells: str, runs: int, loss: PrivacyLoss | None = None) -> None:
        self.tells, self.left = tells, runs
        self.mechanism = loss and laplace_mechanism(sensitivity=1, loss=PrivacyLoss(loss.micro_epsilon // runs))

    def members(self, identifiers: Sequence[str]) -> np.ndarray | None:
        return np.array([name in BANK for name in identifiers]) if self.tells == "members" else None

    def size(self, identifiers: Sequence[str]) -> int | None:
        if self.tells != "size" or not self.left:
            return None
        self.left -= 1
        exact = sum(name in BANK for name in identifiers)
        return add_laplace([exact], self.mechanism)[0] if self.mechanism else exact


def cell_of(name: str, stated: PrivacyLoss | None = None, **how: object) -> Cell:
    technique = TECHNIQUES["raw-release"]
    surface = Surface(probe=lambda: StandIn(**how))  # type: ignore[arg-type]
    protected = replace(technique.protect(WORLD, setting()), surface=surface, loss=stated)
    return judged(WORLD, technique, protected, ATTACKS[name])


def test_nobody_has_the_invented_numbers() -> None:
    assert not set(INVENTED) & set(WORLD.people.identifiers)
    assert len(set(INVENTED)) == len(INVENTED)


def test_a_linkage_that_tells_members_answers_for_everybody() -> None:
    cell = cell_of("psi-probing", tells="members", runs=1)
    assert cell.result is not None
    assert cell.control is not None
    assert cell.result.rate == 1
    assert cell.control.rate == 0, "nobody who is not there is called a member"


def test_a_linkage_that_tells_exact_sizes_does_too() -> None:
    cell = cell_of("psi-repeated-runs", tells="size", runs=1)
    assert cell.result is not None
    assert cell.result.rate == 1


@pytest.mark.parametrize(("attack", "tells"), [("psi-probing", "size"), ("psi-repeated-runs", "members")])
def test_each_says_what_it_misses(attack: str, tells: str) -> None:
    cell = cell_of(attack, tells=tells, runs=1)
    assert cell.result is None
    assert "does not tell" in cell.reason


@pytest.mark.parametrize("micro", [100_000, 1_000_000, 3_000_000])
def test_within_a_budget_over_runs_the_ceiling_holds(micro: int) -> None:
    """False alarm at most 1e-9 a case: the binomial tail of `beyond_chance`."""
    loss = PrivacyLoss(micro)
    cell = cell_of("psi-repeated-runs", loss, tells="size", runs=4, loss=loss)
    assert cell.result is not None
    assert not beyond_chance(cell.result)


def test_runs_that_nobody_counts_are_found() -> None:
    """Noise of epsilon 1 a run, and 32 runs: 32 in all, where 1 is stated, the loss of one."""
    stated, spent = PrivacyLoss(1_000_000), PrivacyLoss(32_000_000)
    cell = cell_of("psi-repeated-runs", stated, tells="size", runs=RUNS_MAX, loss=spent)
    assert cell.result is not None
    assert beyond_chance(cell.result)


def test_a_mean_is_over_all_runs_that_are_answered() -> None:
    probe = StandIn(tells="size", runs=3)
    assert mean_size(probe, ()) == 0
    assert probe.left == 0
    assert mean_size(probe, ()) is None
    endless = StandIn(tells="size", runs=10**6)
    mean_size(endless, ())
    assert endless.left == 10**6 - RUNS_MAX


def test_where_size_is_refused_later_a_coin_is_thrown() -> None:
    opened = iter([StandIn(tells="size", runs=1), *(StandIn(tells="size", runs=0) for _ in range(10**4))])
    targets = np.arange(400)
    found = ATTACKS["psi-repeated-runs"].guess(
        Surface(probe=lambda: next(opened)), Targets(targets, identifiers=("a",) * 400), seeded_generator(1)
    )
    assert 0.25 < np.mean(found) < 0.75  # type: ignore[arg-type]
