"""Sums over the rows that challenges choose: forty at once, one challenge a bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

CHALLENGES = 40


def challenge_sums(words: NDArray[np.uint64], chosen: NDArray[np.uint8], out: NDArray[np.uint64]) -> None:
    """Set out[l] to the XOR of words[i] over the rows i whose bit l is set.

    words: (n or more,). chosen: (n, 5), bit l of a row is bit l % 8 of its byte l // 8. out: (40,). Rows with the same
    byte are summed first, so that a row costs five additions instead of twenty.
    """
    _challenge_sums(words, chosen, np.zeros((5, 256), np.uint64), out)


@kernel
def _challenge_sums(
    words: NDArray[np.uint64], chosen: NDArray[np.uint8], sums: NDArray[np.uint64], out: NDArray[np.uint64]
) -> None:
    for i in range(len(chosen)):
        word = words[i]
        for part in range(5):
            sums[part, chosen[i, part]] ^= word
    for number in range(40):
        total = np.uint64(0)
        for value in range(256):
            if value >> (number % 8) & 1:
                total ^= sums[number // 8, value]
        out[number] = total
