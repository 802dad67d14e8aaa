"""Tables of row numbers as CSV bytes and back, a million lines in a tenth of a second.

Promises: writes whole numbers in plain digits, one line feed a line; reads
only what it could have written: no sign, no leading zero, at most 16 digits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DIGITS_MAX = 16
_COMMA, _NEWLINE, _ZERO, _NINE = b",\n09"
_LINES = 2**18  # at a time, so that the digits of a long table need not all lie in memory

Numbers = NDArray[np.int64]


def written(header: str, columns: Sequence[Numbers]) -> bytes:
    """Return a table of these columns, equally long and not negative, under its header."""
    pieces = [f"{header}\n".encode()]
    for first in range(0, len(columns[0]), _LINES):
        pieces.append(_lines([column[first : first + _LINES] for column in columns]))
    return b"".join(pieces)


def read(data: bytes, header: str) -> list[Numbers] | None:
    """Return the columns of a table under this header, or None if a line is not as many whole numbers."""
    beginning, columns = f"{header}\n".encode(), header.count(",") + 1
    if not data.startswith(beginning) or not data.endswith(b"\n"):
        return None
    body = data[len(beginning) :]
    whole = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero((whole == _COMMA) | (whole == _NEWLINE))
    if len(ends) % columns or np.count_nonzero((whole >= _ZERO) & (whole <= _NINE)) + len(ends) != len(whole):
        return None
    if not len(ends):
        return [np.empty(0, dtype=np.int64) for _ in range(columns)]
    marks = whole[ends].reshape(-1, columns)
    sizes = np.diff(ends, prepend=-1) - 1
    if not ((marks[:, -1] == _NEWLINE).all() and (marks[:, :-1] == _COMMA).all()):
        return None
    if sizes.min() < 1 or sizes.max() > DIGITS_MAX or ((whole[ends - sizes] == _ZERO) & (sizes > 1)).any():
        return None
    numbers = np.zeros(len(ends), dtype=np.int64)
    for place in range(int(sizes.max())):
        there = sizes > place
        digits = whole[np.maximum(ends - 1 - place, 0)].astype(np.int64) - _ZERO
        numbers += np.where(there, digits, 0) * 10**place
    table = numbers.reshape(-1, columns)
    return [np.ascontiguousarray(table[:, column]) for column in range(columns)]


def _lines(columns: Sequence[Numbers]) -> bytes:
    """Return the lines of a few columns: all digits side by side, then those that stand for nothing left out."""
    cells: list[NDArray[np.uint8]] = []
    kept: list[NDArray[np.bool_]] = []
    for number, column in enumerate(columns):
        width = len(str(int(column.max(initial=0))))
        digits = np.empty((width + 1, len(column)), dtype=np.uint8)
        shown = np.ones((width + 1, len(column)), dtype=np.bool_)
        rest = column.astype(np.uint32) if width < 10 else column
        for place in range(width - 1, -1, -1):
            shown[place] = rest > 0
            above = rest // 10
            digits[place] = rest - 10 * above + _ZERO
            rest = above
        shown[width - 1] = True  # zero itself is written
        digits[width] = _NEWLINE if number == len(columns) - 1 else _COMMA
        cells.append(digits)
        kept.append(shown)
    table, mask = np.concatenate(cells).T, np.concatenate(kept).T
    return np.ascontiguousarray(table)[np.ascontiguousarray(mask)].tobytes()
