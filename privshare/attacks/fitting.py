"""Rows that could be about somebody: the step that attacks on published rows share.

A row is a box: for each column the codes that its value may stand for. A
person fits a row where every column that the adversary knows of the person
lies in the box, so exact, generalised and masked rows are read in one way.
Leaves to the attacks what to make of several rows that fit, or of none.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Flags, Records


def known_columns(records: Records, known: Mapping[str, Codes]) -> tuple[str, ...]:
    """Return the columns of the rows that the adversary knows of its targets, in the rows' order."""
    return tuple(column for column in records.columns if column in known)


def rows_that_fit(records: Records, known: Mapping[str, Codes]) -> Flags:
    """Return which rows could be about which target, shape (targets, rows); known: codes of shape (targets,)."""
    count = max((len(codes) for codes in known.values()), default=0)
    fit = np.ones((count, len(records)), np.bool_)
    for column in known_columns(records, known):
        place, codes = records.columns.index(column), known[column][:, None]
        fit &= (records.low[:, place] <= codes) & (codes <= records.high[:, place])
    return fit


def one_of(candidates: Flags, chance: WorldGenerator) -> Codes:
    """Return the number of one candidate of each line, each with the same chance, or -1 where there is none.

    >>> from privshare.model.entropy import seeded_generator
    >>> one_of(np.array([[False, True], [False, False]]), seeded_generator(1)).tolist()
    [1, -1]
    """
    if not candidates.size:
        return np.full(len(candidates), -1)
    drawn: NDArray[np.float32] = np.where(candidates, chance.random(candidates.shape, np.float32), -1)
    return np.where(candidates.any(axis=1), drawn.argmax(axis=1), -1)
