"""Sorting keys that are as good as uniform, such as tags, and finding those that two sorted lists share.

A key is two words, the first counts more. Keys that are not uniform cost time and no more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

ONE = np.uint64(1)


@kernel
def sort_keys(
    first: NDArray[np.uint64],
    second: NDArray[np.uint64],
    shift: int,
    ends: NDArray[np.int64],
    order: NDArray[np.int64],
    out: NDArray[np.uint64],
) -> None:
    """Set `order` to the places of the keys in ascending order, equal keys as they stand, and `out` to the keys.

    first, second: the words of the keys, (n,). out: (n, 2). ends: zeros, one more than there are values of a first word
    shifted right: keys are put down by these, and then every key moves up to its place among the few that are alike.
    """
    for i in range(len(first)):
        ends[(first[i] >> np.uint64(shift)) + ONE] += 1
    for bucket in range(1, len(ends)):
        ends[bucket] += ends[bucket - 1]
    for i in range(len(first)):
        one, two = first[i], second[i]
        bucket = one >> np.uint64(shift)
        place = ends[bucket]
        ends[bucket] += 1
        out[place, 0], out[place, 1], order[place] = one, two, i
    for i in range(1, len(first)):
        one, two, own = out[i, 0], out[i, 1], order[i]
        place = i
        while place > 0 and (out[place - 1, 0] > one or (out[place - 1, 0] == one and out[place - 1, 1] > two)):
            out[place, 0], out[place, 1], order[place] = out[place - 1, 0], out[place - 1, 1], order[place - 1]
            place -= 1
        out[place, 0], out[place, 1], order[place] = one, two, own


@kernel
def shared_places(
    left: NDArray[np.uint64], right: NDArray[np.uint64], lefts: NDArray[np.int64], rights: NDArray[np.int64]
) -> int:
    """Write the places of keys that two ascending lists (n, 2) share; return how many there are.

    lefts, rights: room for one more than the shorter list has.
    """
    i = j = count = 0
    while i < len(left) and j < len(right):
        same = left[i, 0] == right[j, 0]
        less = left[i, 0] < right[j, 0] or (same and left[i, 1] < right[j, 1])
        same = same and left[i, 1] == right[j, 1]
        lefts[count], rights[count] = i, j
        count += same
        i += less or same
        j += not less
    return count
