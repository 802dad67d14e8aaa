"""Linkability: two sources that each know some columns of a person find out, through the release, that it is one.

For every target the first source takes the released rows nearest to the columns that it has, the second source those
nearest to its own; they link the target where they meet in a released row. Guessing: each takes released rows at
random. An empty release leaves nothing to meet in, so nobody is linked.
After the linkability attack of Giomi et al. 2023 (see `risk.py`).
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.attack import Background, Kind, TableAttack, Targets
from privshare.attacks.tables.distance import coordinates, nearest
from privshare.attacks.tables.released import Marks, ReleasedTable
from privshare.model.entropy import WorldGenerator


def meet(release: ReleasedTable, background: Background, targets: Targets, chance: WorldGenerator) -> Marks:
    """Return for which targets both sources take a released row in common."""
    taken = []
    for names, known in ((background.known, targets.known), (background.other, targets.other)):
        places = release.places(names)
        seen = coordinates(release, places, release.cells[:, places])
        taken.append(nearest(coordinates(release, places, known), seen, background.neighbours, chance))
    return np.asarray((taken[0][:, :, None] == taken[1][:, None, :]).any(axis=(1, 2)))


def meet_by_chance(release: ReleasedTable, background: Background, targets: Targets, chance: WorldGenerator) -> Marks:
    """Return the same where each source takes released rows at random."""
    rows = len(release.cells)
    count = min(background.neighbours, rows)
    met = np.zeros(len(targets), dtype=np.bool_)
    for place in range(len(targets) if rows else 0):
        one, other = (chance.choice(rows, count, replace=False) for _ in range(2))
        met[place] = np.isin(one, other).any()
    return met


def _frame(background: Background) -> Adversary:
    return Adversary(
        "learn that records in two sources are about one person",
        "the released table",
        f"one source has {', '.join(background.known)}; the other has {', '.join(background.other)}",
    )


LINKABILITY = TableAttack(
    "linkability", Kind.LINKS, _frame, meet, meet_by_chance, needs=("known", "other"), takes=("known", "other")
)
