"""Suppression in tables of counts: small numbers are withheld, and further ones so that totals do not give them back.

Primary suppression withholds every number below a public threshold, 0 as
well: "nobody here defaulted" tells of everybody in the cell. Complementary
suppression withholds more until no line of the table, along any axis, has
exactly one number missing; else the line's total, less the rest, is the number.
Leaves to others: every other way to a withheld number. A missing number lies
between 0 and the threshold, lines with two missing numbers give an interval
for each, and two tables over nearly the same people differ by one person. That each interval is wide
enough would take an integer program over all published tables at once, and that no two publications
together tell more would take remembering them all; neither is done here.
The rules and names are those of the Handbook on Statistical Disclosure Control (Hundepool et al., ESSNet SDC 2010;
its definitions were checked, its chapters were not) and of Cox 1980, "Suppression methodology and statistical
disclosure control", JASA 75 (not checked).
"""

from __future__ import annotations

import numpy as np

from privshare.errors import ParameterRefused
from privshare.model.surface import Codes, Flags


def large_enough(counts: Codes, threshold: int) -> Flags:
    """Return which numbers may be shown: those of at least the threshold, 1 or more. ParameterRefused otherwise.

    >>> large_enough(np.array([0, 9, 10]), 10).tolist()
    [False, False, True]
    """
    if threshold < 1:
        raise ParameterRefused("threshold", threshold, "a whole number of at least 1")
    return np.asarray(counts >= threshold)


def complemented(counts: Codes, shown: Flags) -> Flags:
    """Return which numbers are still shown once no line of the table misses exactly one of several.

    counts, shown: one axis an attribute. Where a line misses one, its smallest shown number goes too, the first of
    equals; that can leave one missing in a line along another axis, so the axes are gone through until nothing changes.

    >>> counts = np.array([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    >>> complemented(counts, large_enough(counts, 10))
    array([[False, False,  True],
           [False, False,  True],
           [ True,  True,  True]])
    """
    shown = shown.copy()
    changed = True
    while changed:
        changed = False
        for axis in range(shown.ndim):
            open_lines = ((~shown).sum(axis=axis, keepdims=True) == 1) & shown.any(axis=axis, keepdims=True)
            if not open_lines.any():
                continue
            smallest = np.argmin(np.where(shown, counts, np.iinfo(np.int64).max), axis=axis, keepdims=True)
            np.put_along_axis(shown, smallest, np.take_along_axis(shown, smallest, axis) & ~open_lines, axis)
            changed = True
    return shown
