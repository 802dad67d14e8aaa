"""Sorting keys and merging sorted lists, against Python's own sorting and sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.secure.psi.kernels.search import shared_places, sort_keys

WORD = st.sampled_from([0, 1, 2, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1]) | st.integers(0, 2**64 - 1)
KEYS = st.lists(st.tuples(WORD, WORD), max_size=40)


def words(keys: list[tuple[int, int]]) -> np.ndarray:
    return np.array(keys, np.uint64).reshape(-1, 2)


@given(KEYS, st.integers(1, 8))
@settings(max_examples=200)
def test_keys_are_sorted_whatever_they_are(keys: list[tuple[int, int]], bits: int) -> None:
    order, out = np.empty(len(keys), np.int64), np.empty((len(keys), 2), np.uint64)
    sort_keys(*map(np.ascontiguousarray, words(keys).T), 64 - bits, np.zeros(2**bits + 1, np.int64), order, out)
    assert order.tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert out.tolist() == [list(keys[place]) for place in order]


@given(st.sets(st.tuples(WORD, WORD), max_size=40), st.sets(st.tuples(WORD, WORD), max_size=40))
@settings(max_examples=200)
def test_shared_keys_are_the_intersection(left: set[tuple[int, int]], right: set[tuple[int, int]]) -> None:
    a, b = sorted(left), sorted(right)
    lefts, rights = (np.empty(min(len(a), len(b)) + 1, np.int64) for _ in range(2))
    count = shared_places(words(a), words(b), lefts, rights)
    assert [a[place] for place in lefts[:count]] == sorted(left & right)
    assert [b[place] for place in rights[:count]] == sorted(left & right)
