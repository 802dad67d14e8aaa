"""Rows that could be about somebody: the step that attacks on published rows share.

A row is a box: for each column the codes that its value may stand for. A
person fits a row where every column that the adversary knows of the person
lies in the box, so exact, generalised and masked rows are read in one way.
Where no row fits, one column may have been changed or swapped: then rows that
agree in all columns but one are the next best.
Leaves to the attacks what to make of several rows that fit, or of none.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Flags, Records


def known_columns(records: Records, known: Mapping[str, object]) -> tuple[str, ...]:
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


def rows_that_nearly_fit(records: Records, low: Mapping[str, int], high: Mapping[str, int]) -> Flags:
    """Return which rows meet one box, low to high by column, in all of these columns but one, shape (rows,).

    The column in which the fewest rows meet it must be among those that do: else a third of a town would nearly fit.
    """
    columns = [(records.columns.index(column), column) for column in known_columns(records, low)]
    meets = [(records.low[:, at] <= high[name]) & (low[name] <= records.high[:, at]) for at, name in columns]
    rarest = min(meets, key=np.count_nonzero)
    return np.asarray(rarest & (np.sum(meets, axis=0) >= len(meets) - 1))


def one_of(candidates: Flags, chance: WorldGenerator) -> Codes:
    """Return the number of one candidate of each line, each with the same chance, or -1 where there is none.

    >>> from privshare.model.entropy import seeded_generator
    >>> one_of(np.array([[False, True], [False, False]]), seeded_generator(1)).tolist()
    [1, -1]
    """
    found = np.full(len(candidates), -1)
    for number, line in enumerate(candidates):  # a draw for every row of everybody would be gigabytes
        places = np.flatnonzero(line)
        if len(places):
            found[number] = chance.choice(places)
    return found
