"""No attack finds more than a technique's stated loss allows; every pair of the registries is tried by itself.

`passes_ceiling` is Chernoff's bound at 1e-9 a cell. The slow form goes through the whole sweep with 20,000 people.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from privshare.attacks import ATTACKS
from privshare.attacks.attack import Goal
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from tests.comparison.lab.worlds import setting, small_world

BUDGETED = [name for name, technique in TECHNIQUES.items() if technique.budgeted]
GUESSED = [name for name, attack in ATTACKS.items() if attack.goal in (Goal.SECRET, Goal.MEMBER)]
SWEEP = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)


def _unruly(technique: str, micro: int, people: int, claimed: int | None = None) -> list[str]:
    """Return what passed the ceiling of this loss, or of a smaller one that is claimed in its place."""
    world = small_world(people)
    protected = TECHNIQUES[technique].protect(world, setting(micro))
    if claimed is not None:
        assert protected.loss is not None
        protected = replace(protected, loss=replace(protected.loss, micro_epsilon=claimed))
    cells = [judged(world, TECHNIQUES[technique], protected, ATTACKS[name]) for name in GUESSED]
    return [f"{cell.attack}: {cell.result}" for cell in cells if cell.passes_ceiling]


@pytest.mark.parametrize("technique", BUDGETED)
def test_no_attack_passes_the_ceiling(technique: str) -> None:
    assert not _unruly(technique, 1_000_000, 2_000)


@pytest.mark.parametrize("technique", ["central-dp", "totals-dp"])
def test_a_loss_that_is_stated_too_small_is_seen(technique: str) -> None:
    """Planted: epsilon 10 stated as 0.4, whose ceiling is 0.6. Differencing has half of it for each total.

    So it is right with 0.987; 15 wrong of 113, where it would not be seen, have a probability of 4e-11.
    """
    passed = " ".join(_unruly(technique, 10_000_000, 2_000, claimed=400_000))
    assert all(name in passed for name in ("differencing", "averaging", "membership"))


@pytest.mark.slow
@pytest.mark.parametrize("technique", BUDGETED)
@pytest.mark.parametrize("micro", SWEEP)
def test_no_attack_passes_the_ceiling_at_any_epsilon_of_the_sweep(technique: str, micro: int) -> None:
    assert not _unruly(technique, micro, 20_000)
