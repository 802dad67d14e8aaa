"""Linkability: two sources that each know some columns of a person find out, through the release, that it is one.

For every target the first source takes the released rows nearest to the columns that it has, the second source those
nearest to its own; they link the target where they meet in a released row. Guessing: each takes released rows at
random. An empty release leaves nothing to meet in, so nobody is linked.
After the linkability attack of Giomi et al. 2023 (see `risk.py`).
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.distance import coordinates, nearest
from privshare.attacks.tables.risk import Rate, Risk
from privshare.attacks.tables.rows import Background, Rows, targets
from privshare.model.entropy import WorldGenerator

NAME = "linkability"


def linkability(rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    """Return how often the halves `known` and `other` of a person are linked. Raises InputRefused for few targets."""
    halves = [coordinates(rows, rows.places(names)) for names in (background.known, background.other)]
    chosen = targets(rows.original, background.attempts, chance, what="the original table")

    def linked(table: int, places: np.ndarray) -> Rate:
        near = [nearest(half[table][places], half[1], background.neighbours, chance) for half in halves]
        met = (near[0][:, :, None] == near[1][:, None, :]).any(axis=(1, 2))
        return Rate(int(met.sum()), len(places))

    control = None
    if rows.control is not None:
        controls = targets(rows.control, background.attempts, chance, what="the control table")
        control = linked(2, controls)
    return Risk(
        attack=NAME,
        adversary=Adversary(
            "learn that records in two sources are about one person",
            "the released table",
            f"one source has {', '.join(background.known)}; the other has {', '.join(background.other)}",
        ),
        main=linked(0, chosen),
        baseline=_guessed(len(rows.released), background.neighbours, len(chosen), chance),
        control=control,
    )


def _guessed(released: int, neighbours: int, attempts: int, chance: WorldGenerator) -> Rate:
    """Return how often two random choices of released rows meet."""
    count = min(neighbours, released)
    met = 0
    for _ in range(attempts if released else 0):
        one, other = (chance.choice(released, count, replace=False) for _ in range(2))
        met += bool(np.isin(one, other).any())
    return Rate(met, attempts)
