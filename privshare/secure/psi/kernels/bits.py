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
_LOW = tuple(
    np.uint64(sum(((1 << step) - 1) << high for high in range(0, SIDE, 2 * step))) for step in (32, 16, 8, 4, 2, 1)
)
"""The lower half of each field of 2 * step bits."""


def padded_words(rows: int) -> int:
    """Return how many 64-bit words a column of so many rows takes here: whole lanes of whole words."""
    return -(-rows // (SIDE * LANES)) * LANES


def rows_of_columns(columns: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Turn columns (64, w) into out (64 * w,)."""
    _rows_of_columns(columns, np.empty(SIDE * LANES, np.uint64), out)


def columns_of_rows(words: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Turn words (64 * w,) into out (64, w)."""
    _columns_of_rows(words, np.empty(SIDE * LANES, np.uint64), out)


@kernel
def _rows_of_columns(columns: NDArray[np.uint64], squares: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    for start in range(0, columns.shape[1], LANES):
        for j in range(SIDE):
            for lane in range(LANES):
                squares[LANES * j + lane] = columns[j, start + lane]
        _turn(squares)
        for lane in range(LANES):
            for row in range(SIDE):
                out[SIDE * (start + lane) + row] = squares[LANES * row + lane]


@kernel
def _columns_of_rows(words: NDArray[np.uint64], squares: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    for start in range(0, out.shape[1], LANES):
        for lane in range(LANES):
            for row in range(SIDE):
                squares[LANES * row + lane] = words[SIDE * (start + lane) + row]
        _turn(squares)
        for j in range(SIDE):
            for lane in range(LANES):
                out[j, start + lane] = squares[LANES * j + lane]


@kernel
def _turn(squares: NDArray[np.uint64]) -> None:
    """Turn each of the eight squares over its diagonal: three rounds on rows 8 apart, three on rows beside each other.

    Of either three, all take place among the same eight rows, which stay in registers meanwhile.
    """
    _three_rounds(squares, 0, 8 * LANES, 8, _LOW[0], _LOW[1], _LOW[2])
    for row in range(0, SIDE, 8):
        _three_rounds(squares, row * LANES, LANES, 1, _LOW[3], _LOW[4], _LOW[5])


@kernel
def _three_rounds(
    squares: NDArray[np.uint64], first: int, apart: int, shift: int, wide: np.uint64, half: np.uint64, low: np.uint64
) -> None:
    """Swap fields of 4, 2 and 1 times `shift` bits among eight rows that are `apart`, for as many rows as lie between.

    squares: flat. first: the place of the first row. apart: in words.
    """
    for lane in range(apart):
        i = first + lane
        a, b, c, d = squares[i], squares[i + apart], squares[i + 2 * apart], squares[i + 3 * apart]
        e, f = squares[i + 4 * apart], squares[i + 5 * apart]
        g, h = squares[i + 6 * apart], squares[i + 7 * apart]
        (a, e), (b, f) = _swapped(a, e, 4 * shift, wide), _swapped(b, f, 4 * shift, wide)
        (c, g), (d, h) = _swapped(c, g, 4 * shift, wide), _swapped(d, h, 4 * shift, wide)
        (a, c), (b, d) = _swapped(a, c, 2 * shift, half), _swapped(b, d, 2 * shift, half)
        (e, g), (f, h) = _swapped(e, g, 2 * shift, half), _swapped(f, h, 2 * shift, half)
        (a, b), (c, d) = _swapped(a, b, shift, low), _swapped(c, d, shift, low)
        (e, f), (g, h) = _swapped(e, f, shift, low), _swapped(g, h, shift, low)
        squares[i], squares[i + apart], squares[i + 2 * apart], squares[i + 3 * apart] = a, b, c, d
        squares[i + 4 * apart], squares[i + 5 * apart] = e, f
        squares[i + 6 * apart], squares[i + 7 * apart] = g, h


@kernel
def _swapped(above: np.uint64, below: np.uint64, by: int, low: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Swap the upper half of each field of 2 * by bits of one word with the lower half of the field in the other."""
    shift = np.uint64(by)
    moved = ((above >> shift) ^ below) & low
    return above ^ (moved << shift), below ^ moved
