"""Nearest released rows: a distance for columns of mixed kinds, after Gower.

Gower 1971, "A General Coefficient of Similarity and Some of Its Properties" (Biometrics 27), adds up over columns: for
numbers |a - b| over the column's range, for categories 0 where they are equal and 1 where not. Here the range is that
of the release and the population together, so that every target is measured by the same rule. One departure: where
Gower leaves out a pair of cells of which one is missing, a missing cell here is a value of its own, as far as can be
from every other and equal to another missing one; else a row with few cells would be near to everybody. A column with
one value only adds nothing.
The paper was not at hand; the coefficient is given as it is commonly cited.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privshare.attacks.tables.released import Cells, ReleasedTable
from privshare.model.entropy import WorldGenerator

Neighbours = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""Targets by numbers of released rows."""

_BLOCK = 1 << 18
"""Pairs of rows looked at together: 2 MB a column, which a cache holds."""
_MISSING = 2.0
_TIE = 2.0**-40
"""Distances that are equal are told apart by chance below this; it is far below any two numbers that differ."""


def coordinates(release: ReleasedTable, places: Sequence[int], cells: Cells) -> Cells:
    """Return cells of these columns so that the distance of two rows is sum(min(|a - b|, 1)).

    Numbers are scaled to [0, 1]; codes of categories are whole numbers, so different ones are 1 apart; a missing cell
    lies at 2 or, among categories, at -1.
    """
    found = np.array(cells)
    for column, place in zip(found.T, places, strict=True):
        number = release.columns[place].number
        if number:
            low, span = release.range(place)
            column[:] = (column - low) / (span or 1.0)
        column[np.isnan(column)] = _MISSING if number else -1.0
    return found


def nearest(targets: Cells, released: Cells, neighbours: int, chance: WorldGenerator) -> Neighbours:
    """Return the `neighbours` nearest released rows of each target, shape (targets, neighbours), in no order.

    Both in the coordinates of `coordinates`. Of rows equally near, which are taken is up to chance, anew for each
    target: so two searches over different columns agree on a row only because both are near it, and whether they do
    for one target says nothing of the next.
    """
    count = min(neighbours, len(released))
    columns = np.ascontiguousarray(released.T)
    found = np.empty((len(targets), count), dtype=np.int64)
    step = max(1, _BLOCK // max(1, len(released)))
    for start in range(0, len(targets), step):
        some = targets[start : start + step]
        apart = chance.random((len(some), len(released))) * _TIE
        for place, column in enumerate(columns):
            apart += np.minimum(np.abs(some[:, place, None] - column), 1.0)
        found[start : start + step] = _smallest(apart, count)
    return found


def _smallest(apart: Cells, count: int) -> Neighbours:
    if count == 1:
        return np.asarray(apart.argmin(axis=1)[:, None])
    return np.asarray(np.argpartition(apart, count - 1, axis=1)[:, :count])
