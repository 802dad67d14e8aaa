"""Which record of one upload has the pseudonym of which record of the other: by sorting, without a loop over records.

A pseudonym is compared whole, 128 bits. Its first 64 bits put a list in order;
two of a million share those with odds of 2^-25, and then the rest decides, so
that no upload, honest or not, is joined wrongly.
Promises: a pseudonym that is twice in one list is refused, since one person
would count twice. Leaves to others: what a pseudonym stands for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ProtocolError

NONE = -1


def in_order(pseudonyms: NDArray[np.uint8], kind: str) -> NDArray[np.int64]:
    """Return the places of the pseudonyms, (n, 16), in ascending order of their bytes.

    Raises ProtocolError, which names the message by its `kind`, where one is there twice.
    """
    high, low = _words(pseudonyms)
    order = np.argsort(high)
    ranked = high[order]
    if np.any(ranked[1:] == ranked[:-1]):
        order = np.lexsort((low, high))
        high, low = high[order], low[order]
        if np.any((high[1:] == high[:-1]) & (low[1:] == low[:-1])):
            raise ProtocolError("E_REPEATED", f"{kind} held the same pseudonym twice")
    return order.astype(np.int64, copy=False)


def partners(
    of: NDArray[np.uint8], among: NDArray[np.uint8], *, orders: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Return for each pseudonym of the first list its place in the second, or NONE.

    orders: of the two lists, from `in_order`.
    """
    of_order, among_order = orders
    (high, low), (other_high, other_low) = _words(of[of_order]), _words(among[among_order])
    found = np.full(len(of), NONE, dtype=np.int64)
    if np.any(other_high[1:] == other_high[:-1]):
        return _by_whole(of, among, found)
    if len(among):
        at = np.minimum(np.searchsorted(other_high, high), len(among) - 1)
        same = (other_high[at] == high) & (other_low[at] == low)
        found[of_order[same]] = among_order[at[same]]
    return found


def _by_whole(of: NDArray[np.uint8], among: NDArray[np.uint8], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fill in the places by sorting both lists as one: equal neighbours are partners, since no list has one twice."""
    high, low = _words(np.concatenate([of, among]))
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    pairs = np.flatnonzero((high[1:] == high[:-1]) & (low[1:] == low[:-1]))
    found[order[pairs]] = order[pairs + 1] - len(of)
    return found


def _words(pseudonyms: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the halves of each pseudonym as numbers that compare as their bytes do."""
    words = np.ascontiguousarray(pseudonyms).view(">u8").astype(np.uint64)
    return words[:, 0], words[:, 1]
