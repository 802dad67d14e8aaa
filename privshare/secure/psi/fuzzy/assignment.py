"""Pairs out of agreeing keys: the heaviest first, one to one, and what is tied stays open.

An edge joins a record of mine and a handle, which stands for a record of the
other holder; its weight is the number of keys on which the two agree. An edge
is accepted if it is strictly the heaviest at both its ends among the edges
that are still open, and reaches the least weight; then every other edge at its
ends is closed. Where two edges are equally heavy neither is accepted, and
nothing lighter at that end is either: a tie is listed, not guessed.
Promises: a pure function of the edges, whatever their order; no record and no
handle is in two pairs, whatever the edges say. That levels may be taken once
each, from the heaviest down, holds because an accepted edge is strictly heavier
than every edge it closes, so it never loosens a tie of its own weight or above.
Leaves to others: whether the weights are true, which rests on the suite below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pairs that agree on a key at least, each once. own: record. other: handle. weight: keys that agree.

    first: place, in the list of matches that the edges were made of, of the agreeing key that ranks first.
    """

    own: NDArray[np.int64]
    other: NDArray[np.uint64]
    weight: NDArray[np.int64]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.own)


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """accepted: edges that are pairs. open: edges heavy enough that are neither accepted nor closed by a pair."""

    accepted: NDArray[np.bool_]
    open: NDArray[np.bool_]


def edges_of(own: NDArray[np.int64], other: NDArray[np.uint64], ranks: NDArray[np.int64]) -> Edges:
    """Return the edges of a list of matches: for each, own record, the other's handle, and a rank of its own."""
    order = np.lexsort((ranks, other, own))
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = (np.diff(own[order]) != 0) | (other[order][1:] != other[order][:-1])
    starts = np.flatnonzero(begins)
    first = order[starts]
    return Edges(own[first], other[first], np.diff(np.append(starts, len(order))), first)


def assign(edges: Edges, *, weight_min: int) -> Assignment:
    """Return which edges are pairs and which stay open.

    >>> import numpy as np
    >>> edges = Edges(np.array([0, 0, 1]), np.array([7, 8, 8], np.uint64), np.array([4, 1, 1]), np.arange(3))
    >>> assign(edges, weight_min=1).accepted.tolist()
    [True, False, True]
    """
    own, other = _numbered(edges.own), _numbered(edges.other)
    ends = (own, other)
    taken = [np.zeros(_size(end), dtype=np.bool_) for end in ends]
    tied = [np.zeros(_size(end), dtype=np.bool_) for end in ends]
    accepted = np.zeros(len(edges), dtype=np.bool_)
    heavy = edges.weight >= weight_min
    for weight in np.unique(edges.weight[heavy])[::-1]:
        level = np.flatnonzero((edges.weight == weight) & ~taken[0][own] & ~taken[1][other])
        alone = np.ones(len(level), dtype=np.bool_)
        for end, heavier in zip(ends, tied, strict=True):
            alone &= (np.bincount(end[level], minlength=len(heavier))[end[level]] == 1) & ~heavier[end[level]]
        accepted[level[alone]] = True
        for end, gone, heavier in zip(ends, taken, tied, strict=True):
            gone[end[level[alone]]] = True
            heavier[end[level[~alone]]] = True
    return Assignment(accepted, heavy & ~taken[0][own] & ~taken[1][other])


def _numbered(values: NDArray[np.int64] | NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _size(numbers: NDArray[np.int64]) -> int:
    return int(numbers.max(initial=-1)) + 1
