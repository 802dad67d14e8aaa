"""Places of keys in a sorted list of keys that are as good as uniform, such as tags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel


@kernel
def find(
    keys: NDArray[np.uint64], starts: NDArray[np.int64], sought: NDArray[np.uint64], shift: int, out: NDArray[np.int64]
) -> None:
    """Set out[i] to the place of sought[i] among the keys, or to -1. keys, sought: (n, 2), the first word counts more.

    starts[b] to starts[b + 1]: the places of keys whose first word, shifted right, is b; few, if they are uniform.
    """
    for i in range(len(sought)):
        first, second = sought[i, 0], sought[i, 1]
        bucket = first >> np.uint64(shift)
        out[i] = -1
        for place in range(starts[bucket], starts[bucket + np.uint64(1)]):
            if keys[place, 0] == first and keys[place, 1] == second:
                out[i] = place
