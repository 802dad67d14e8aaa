"""The bounding of one person: their numbers scaled down, in whole units, until their norm is within the bound.

L1: a person's cells stay as they are while total = sum(|n|) <= B; else each
magnitude becomes floor(|n| * grain * B / total) with its sign kept. L2: they
stay while sum(n^2) <= B^2; else each becomes isqrt(n^2 * (grain * B)^2 // sum(n^2)).
Both keep the norm at or below grain * B, never scale anybody up, and never
round a magnitude upwards; grain keeps what rounding down loses small.
Everything is exact: 64 bits only where they are proven to suffice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from privshare.model.bounding import Measure, Norm

Whole = np.ndarray[tuple[int], np.dtype[np.int64]]
Exact = np.ndarray[tuple[int], np.dtype[Any]]  # int64 where proven to fit, else Python integers
INT64_END = 2**63


def rescaled(persons: Whole, amounts: Exact, measure: Measure) -> Exact:
    """Return the amounts in units of 1/grain, each person's scaled down to the bound. persons: ascending, one a cell.

    >>> visits = Measure("visits", None, 1, 1, bound=2, grain=10)
    >>> rescaled(np.array([0, 0, 1]), np.array([3, 1, 2]), visits).tolist()
    [15, 5, 20]
    """
    largest = max((abs(int(amount)) for amount in (amounts.min(initial=0), amounts.max(initial=0))), default=0)
    small = len(amounts) * largest * measure.sensitivity < INT64_END and measure.norm is Norm.L1
    exact: Exact = amounts if small else amounts.astype(object)
    sizes, each = _sizes(persons, exact, measure.norm)
    limit = measure.bound if measure.norm is Norm.L1 else measure.bound**2
    scaled = exact * measure.grain
    over = (sizes > limit).astype(bool)[each]
    if over.any():
        heavy, totals = exact[over], sizes[each][over]
        if measure.norm is Norm.L1:
            cut = np.abs(heavy) * measure.sensitivity // totals
        else:
            squares = heavy * heavy * measure.sensitivity**2 // totals
            cut = np.array([math.isqrt(square) for square in squares], dtype=object)
        scaled[over] = np.where(heavy < 0, -cut, cut)
    return scaled


def norms_above(persons: Whole, amounts: Exact, limits: Sequence[int], norm: Norm) -> list[int]:
    """Return for each limit how many persons have a norm above it. persons: ascending, one a cell.

    >>> norms_above(np.array([0, 0, 1]), np.array([3, -4, 2]), [4, 5], Norm.L2)
    [1, 0]
    """
    sizes, _ = _sizes(persons, amounts if norm is Norm.L1 else amounts.astype(object), norm)
    return [int((sizes > (limit if norm is Norm.L1 else limit**2)).sum()) for limit in limits]


def _sizes(persons: Whole, amounts: Exact, norm: Norm) -> tuple[Exact, Whole]:
    """Return a person's sum of magnitudes (L1) or of squares (L2), one a person, and for each cell whose it is."""
    if not len(persons):
        return amounts, np.zeros(0, dtype=np.int64)
    firsts = np.flatnonzero(np.diff(persons, prepend=-1))
    each = np.cumsum(np.diff(persons, prepend=persons[0]) != 0)
    return np.add.reduceat(np.abs(amounts) if norm is Norm.L1 else amounts * amounts, firsts), each
