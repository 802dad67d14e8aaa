"""64 columns of bits turned into one 64-bit word a row, and back.

Bit r of a column is bit r mod 64 of its word r // 64; column j is bit j of
every row's word. Eight squares of 64 x 64 bits are turned side by side, one in
each lane of a vector, by six rounds of swaps (Warren, Hacker's Delight, 7-3).
The number of words of a column is a multiple of 8: `padded_words`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

SIDE = 64
LANES = 8


def padded_words(rows: int) -> int:
    """Return how many 64-bit words a column of so many rows takes here: whole lanes of whole words."""
    return -(-rows // (SIDE * LANES)) * LANES


def rows_of_columns(columns: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Turn columns (64, w) into out (64 * w,)."""
    _rows_of_columns(columns, np.empty((SIDE, LANES), np.uint64), out)


def columns_of_rows(words: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Turn words (64 * w,) into out (64, w)."""
    _columns_of_rows(words, np.empty((SIDE, LANES), np.uint64), out)


@kernel
def _rows_of_columns(columns: NDArray[np.uint64], squares: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    for start in range(0, columns.shape[1], LANES):
        for j in range(SIDE):
            for lane in range(LANES):
                squares[j, lane] = columns[j, start + lane]
        _turn(squares)
        for lane in range(LANES):
            for row in range(SIDE):
                out[SIDE * (start + lane) + row] = squares[row, lane]


@kernel
def _columns_of_rows(words: NDArray[np.uint64], squares: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    for start in range(0, out.shape[1], LANES):
        for lane in range(LANES):
            for row in range(SIDE):
                squares[row, lane] = words[SIDE * (start + lane) + row]
        _turn(squares)
        for j in range(SIDE):
            for lane in range(LANES):
                out[j, start + lane] = squares[j, lane]


@kernel
def _turn(squares: NDArray[np.uint64]) -> None:
    """Turn each of the eight squares over its diagonal."""
    _swap(squares, 32, np.uint64(0x00000000FFFFFFFF))
    _swap(squares, 16, np.uint64(0x0000FFFF0000FFFF))
    _swap(squares, 8, np.uint64(0x00FF00FF00FF00FF))
    _swap(squares, 4, np.uint64(0x0F0F0F0F0F0F0F0F))
    _swap(squares, 2, np.uint64(0x3333333333333333))
    _swap(squares, 1, np.uint64(0x5555555555555555))


@kernel
def _swap(squares: NDArray[np.uint64], step: int, low: np.uint64) -> None:
    """Swap the upper half of each field of 2 * step bits with the lower half of the field `step` rows below."""
    shift = np.uint64(step)
    for high in range(0, SIDE, 2 * step):
        for row in range(high, high + step):
            for lane in range(LANES):
                above, below = squares[row, lane], squares[row + step, lane]
                moved = ((above >> shift) ^ below) & low
                squares[row + step, lane] = below ^ moved
                squares[row, lane] = above ^ (moved << shift)
