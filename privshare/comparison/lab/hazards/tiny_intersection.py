"""Hazard `tiny-intersection`: the size of an overlap is told exactly, for a set of any size, as often as one asks.

A set of one person has an overlap of 0 or 1: the size is then the membership.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privshare.comparison.lab.hazards.games import member_game
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.techniques.third_party import ExactSizeProbe
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Surface
from privshare.secure.noise import add_laplace, laplace_mechanism

LOSS = PrivacyLoss(1_000_000)


class NoisedOnce:
    """Tells the size of the overlap with noise for one person, and once. A class because it spends."""

    def __init__(self, exact: ExactSizeProbe) -> None:
        self._exact, self._spent = exact, False

    def members(self, identifiers: Sequence[str]) -> None:
        """Return None: only the size is told."""
        del identifiers

    def size(self, identifiers: Sequence[str]) -> int | None:
        """Return about how many of these the bank has, or None once the budget is spent."""
        if self._spent:
            return None
        self._spent = True
        return add_laplace([self._exact.size(identifiers)], laplace_mechanism(sensitivity=1, loss=LOSS))[0]


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    bank = frozenset(world.people.identifiers[handle] for handle in np.flatnonzero(world.people.bank))
    exact = ExactSizeProbe(bank)
    surface = Surface(probe=lambda: NoisedOnce(exact) if guarded else exact)
    return member_game(world, "psi-repeated-runs", surface, LOSS)


TINY_INTERSECTION = Hazard(
    name="tiny-intersection",
    attack="psi-repeated-runs",
    safeguard="the size with noise, debited from a budget",
    switched_off="the exact size of the overlap with a set of any size, as often as one asks",
    lesson="The size of an overlap is a statistic about people: with a set of one it is an answer about one.",
    source='Guo et al. 2022, "Birds of a Feather Flock Together: How Set Bias Helps to Deanonymize You via Revealed '
    'Intersection Sizes" (USENIX Security 2022; abstract read)',
    stage=_stage,
)
