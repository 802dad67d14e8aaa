"""Hazard `tiny-intersection`: the size of an overlap is told exactly, for a set of any size, as often as one asks.

A set of one person has an overlap of 0 or 1: the size is then the membership.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privshare.attacks import ATTACKS
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.judging import targets_of
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Flags, Surface
from privshare.secure.noise import add_laplace, laplace_mechanism

LOSS = PrivacyLoss(1_000_000)


class SizeProbe:
    """Tells the size of the overlap: exactly, or with noise for one person and once. A class because it spends."""

    def __init__(self, world: LabWorld, *, noised: bool) -> None:
        self._there = {world.people.identifiers[handle] for handle in np.flatnonzero(world.people.bank)}
        self._noised, self._spent = noised, False

    def members(self, identifiers: Sequence[str]) -> Flags | None:
        """Return None: only the size is told."""
        del identifiers
        return None

    def size(self, identifiers: Sequence[str]) -> int | None:
        """Return how many of these the bank has, or None once the budget is spent."""
        exact = len(self._there.intersection(identifiers))
        if not self._noised:
            return exact
        if self._spent:
            return None
        self._spent = True
        return add_laplace([exact], laplace_mechanism(sensitivity=1, loss=LOSS))[0]


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    return Staged(
        Surface(probe=lambda: SizeProbe(world, noised=guarded)),
        targets_of(world, ATTACKS["psi-repeated-runs"], world.members),
        truth=world.inside.astype(np.int64),
        baseline=0.5,
        ceiling=ceiling_at_even_odds(LOSS),
    )


TINY_INTERSECTION = Hazard(
    name="tiny-intersection",
    attack="psi-repeated-runs",
    safeguard="the size with noise, debited from a budget",
    switched_off="the exact size of the overlap with a set of any size, as often as one asks",
    lesson="The size of an overlap is a statistic about people: with a set of one it is an answer about one.",
    source='Guo et al. 2022, "Birds of a Feather Flock Together: How Set Bias Helps to Deanonymize You via Revealed '
    'Intersection Sizes" (USENIX Security 2022)',
    stage=_stage,
)
