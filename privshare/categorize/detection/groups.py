"""How sets of quasi-identifiers single rows out: unique rows and small groups, counted exactly over all rows.

k-anonymity's question (Samarati and Sweeney 1998), asked of every single
quasi-identifier, of the pairs among the most telling ones, and of all
together. A row's missing value counts as a value of its own kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from privshare.categorize.detection.column import Codes, Column
from privshare.categorize.detection.suggestion import GroupRisk

PAIRED = 4
"""Columns among which every pair is counted: those with the most different values."""

_DENSE = 1 << 22


def group_risks(columns: Sequence[Column], *, limit: int) -> tuple[GroupRisk, ...]:
    """Return one risk a set of columns, singles first, all together last. limit: rows below which a group is small."""
    telling = sorted(columns, key=lambda column: (-column.distinct, column.name))[:PAIRED]
    sets: list[tuple[Column, ...]] = [(column,) for column in columns]
    sets += [pair for pair in combinations(columns, 2) if set(map(id, pair)) <= set(map(id, telling))]
    if len(columns) > 2:
        sets.append(tuple(columns))
    return tuple(_risk(together, limit) for together in sets)


def _risk(columns: tuple[Column, ...], limit: int) -> GroupRisk:
    codes, count = columns[0].codes + 1, columns[0].distinct + 1
    for column in columns[1:]:
        codes, count = _compact(codes * (column.distinct + 1) + column.codes + 1, count * (column.distinct + 1))
    sizes = np.bincount(codes, minlength=1)
    sizes = sizes[sizes > 0]
    return GroupRisk(
        columns=tuple(column.name for column in columns),
        rows=len(codes),
        groups=len(sizes),
        unique=int(np.count_nonzero(sizes == 1)),
        small=int(sizes[sizes < limit].sum()),
        limit=limit,
    )


def _compact(codes: Codes, count: int) -> tuple[Codes, int]:
    """Return codes renumbered from 0 without gaps where they have grown too sparse to count by index.

    No overflow: before each product there are at most as many codes as rows, or _DENSE, and as many values as rows.
    """
    import pandas as pd

    if count <= _DENSE:
        return codes, count
    renumbered, different = pd.factorize(codes)
    return renumbered.astype(np.int64, copy=False), len(different)
