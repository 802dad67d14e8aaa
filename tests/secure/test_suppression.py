"""Suppression hides what it says, and a line's total gives nothing back, by a count written out cell by cell."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from privshare.errors import ParameterRefused
from privshare.model.surface import Codes, Flags
from privshare.secure.suppression import complemented, large_enough

TABLES = arrays(np.int64, array_shapes(min_dims=0, max_dims=3, max_side=5), elements=st.integers(0, 40))


def lines_missing_one(shown: Flags) -> int:
    """How many lines of several cells miss exactly one, along every axis, walked one by one."""
    found = 0
    for axis in range(shown.ndim):
        others = [range(size) for place, size in enumerate(shown.shape) if place != axis]
        for place in itertools.product(*others):
            line = shown[(*place[:axis], slice(None), *place[axis:])]
            found += len(line) > 1 and list(line).count(False) == 1
    return found


def given_back(counts: Codes, shown: Flags) -> int:
    """How many withheld numbers of a two-way table its row and column totals give back exactly, taken in turn."""
    known, found = shown.copy(), 0
    while True:
        cells = [
            (row, column)
            for row, column in itertools.product(*map(range, known.shape))
            if not known[row, column] and 1 in ((~known[row]).sum(), (~known[:, column]).sum())
        ]
        if not cells:
            return found
        for cell in cells:
            known[cell] = True
        found += len(cells)


@given(TABLES, st.integers(1, 30))
def test_what_is_shown_is_large_enough_and_complemented_shows_no_more(counts: Codes, threshold: int) -> None:
    first = large_enough(counts, threshold)
    assert first.shape == counts.shape
    assert (first == (counts >= threshold)).all()
    both = complemented(counts, first)
    assert not (both & ~first).any()
    assert lines_missing_one(both) == 0
    assert (both == complemented(counts, both)).all(), "a second time changes nothing"


@given(TABLES)
def test_nothing_withheld_is_nothing_to_complement(counts: Codes) -> None:
    shown = np.ones(counts.shape, np.bool_)
    assert complemented(counts, shown).all()


def test_totals_give_back_what_stands_alone_in_its_line_and_not_what_is_complemented() -> None:
    counts = np.array([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    primary = large_enough(counts, 10)
    assert given_back(counts, primary) == 1
    both = complemented(counts, primary)
    assert (~both).sum() == 4
    assert given_back(counts, both) == 0


def test_what_is_withheld_for_one_line_is_withheld_from_the_next_one() -> None:
    counts = np.array([[3, 20, 30], [4, 50, 40], [70, 80, 90]])  # rows one and two hide 20 and 40, alone in columns
    both = complemented(counts, large_enough(counts, 10))
    assert lines_missing_one(both) == 0
    assert (~both).sum() == 6


def test_the_smallest_shown_number_of_a_line_goes() -> None:
    shown = complemented(np.array([5, 30, 11, 12]), np.array([False, True, True, True]))
    assert shown.tolist() == [False, True, False, True]


def test_one_cell_alone_cannot_be_complemented() -> None:
    assert complemented(np.array([3]), np.array([False])).tolist() == [False]
    assert complemented(np.array([[3, 20]]), np.array([[False, True]])).tolist() == [[False, False]]
    assert complemented(np.array(3), np.array(False)).shape == ()
    assert complemented(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.bool_)).shape == (0, 2)


def test_a_threshold_below_one_withholds_nothing_and_is_refused() -> None:
    with pytest.raises(ParameterRefused, match="at least 1"):
        large_enough(np.array([1]), 0)
