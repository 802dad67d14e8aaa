"""The key columns of a file as bytes, where they lie: what a linkage needs of a table, without a table of objects.

Promises: takes in what `read_table` takes in, refuses what it refuses, with the same line and words, and gives each
cell the same text. A CSV block is judged by `csv_scan`; one with neither quotes nor carriage returns, the usual one,
by a shorter look of the same strictness. Leaves to others: what a key is (`secure/psi/identifiers.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from privshare.holders.files.columns import find_column
from privshare.holders.files.csv_file import checked_blocks, scan_csv
from privshare.holders.files.csv_scan import COMMA, FIELD_MAX, NEWLINE, QUOTE, RETURN, is_clean, separators
from privshare.holders.files.read import Progress, openable, read_table
from privshare.model.texts import TextColumn, Texts

_Bytes = NDArray[np.uint8]
_Grid = NDArray[np.int64]


def read_key_columns(path: Path, names: Sequence[str], *, progress: Progress | None = None) -> tuple[TextColumn, ...]:
    """Return these columns of the file, in the order asked for, rows in file order. progress: as in `read_table`.

    Raises DataRefused as `read_table` does, and with the nearest name where there is no such column.
    """
    with openable(path):
        if path.suffix.lower() == ".csv":
            return _of_csv(path, names, progress)
        from privshare.holders.files.parquet_file import columns_of_parquet

        found = [find_column(columns_of_parquet(path), name, path=path) for name in names]
        frame: Any = read_table(path, progress=progress, columns=found)
        return tuple(TextColumn((_together(frame[name].fillna("").tolist()),)) for name in found)


def _of_csv(path: Path, names: Sequence[str], progress: Progress | None) -> tuple[TextColumn, ...]:
    pieces: list[list[Texts]] = [[] for _ in names]
    wanted: list[int] = []

    def clean(body: bytes, header: Sequence[str]) -> bool:
        if not wanted:
            if not set(names) <= set(header):
                scan_csv(path, progress=progress)  # a fault of the file is told first
            wanted.extend(list(header).index(find_column(header, name, path=path)) for name in names)
        grid = _grid(body, len(header))
        if grid is None:
            return False
        for found, column in zip(pieces, wanted, strict=True):
            found.append(_cells(body, grid, column))
        return True

    for _ in checked_blocks(path, progress, clean):
        pass
    return tuple(TextColumn(tuple(column)) for column in pieces)


def _grid(body: bytes, columns: int) -> _Grid | None:
    """Return where each cell of well-formed records ends, (rows, columns), or None if they are not well formed."""
    whole = np.frombuffer(body, dtype=np.uint8)
    plain = body.endswith(b"\n") and body.isascii() and not any(mark in body for mark in (b'"', b"\r", b"\x00"))
    if plain:
        ends = np.flatnonzero((whole == COMMA) | (whole == NEWLINE)) if columns > 1 or COMMA in body else (
            np.flatnonzero(whole == NEWLINE)
        )  # fmt: skip
        shortest, longest = _extremes(np.diff(ends, prepend=-1))
        if len(ends) % columns == 0 and longest <= FIELD_MAX + 1 and (columns > 1 or shortest > 1):
            grid: _Grid = ends.reshape(-1, columns)
            if (whole[grid[:, -1]] == NEWLINE).all() and (whole[grid[:, :-1]] == COMMA).all():
                return grid
    return separators(body).reshape(-1, columns) if is_clean(body, columns) else None


def _extremes(sizes: _Grid) -> tuple[int, int]:
    return int(sizes.min()), int(sizes.max())


def _cells(body: bytes, grid: _Grid, column: int) -> Texts:
    """Return one column of a block, quotes taken off."""
    whole = np.frombuffer(body, dtype=np.uint8)
    before = grid[:, column - 1] if column else np.concatenate([[-1], grid[:-1, -1]])
    starts, ends = before + 1, grid[:, column].copy()
    if column == grid.shape[1] - 1 and b"\r" in body:
        ends -= whole[ends - 1] == RETURN
    data = whole
    if b'"' in body:
        quoted = (starts < ends) & (whole[np.minimum(starts, len(whole) - 1)] == QUOTE)
        starts, ends = starts + quoted, ends - quoted
        quotes = np.flatnonzero(whole == QUOTE)
        doubled = np.flatnonzero(np.searchsorted(quotes, starts) < np.searchsorted(quotes, ends))
        if len(doubled):
            more = [
                body[start:end].replace(b'""', b'"') for start, end in zip(starts[doubled], ends[doubled], strict=True)
            ]
            ends[doubled] = len(body) + np.cumsum([len(cell) for cell in more])
            starts[doubled] = ends[doubled] - [len(cell) for cell in more]
            data = np.frombuffer(body + b"".join(more), dtype=np.uint8)
    if grid.shape[1] > 1 and (not body.isascii() or 2 * int((ends - starts).sum()) < len(body)):
        return _packed(data, starts, ends)
    return Texts(data, starts, ends)


def _packed(data: _Bytes, starts: _Grid, ends: _Grid) -> Texts:
    """Return the column without the other cells between its own: a wide table is not kept for one of its columns."""
    sizes = ends - starts
    after = np.cumsum(sizes)
    places = np.repeat(starts - (after - sizes), sizes) + np.arange(int(after[-1]))
    return Texts(data[places], after - sizes, after)


def _together(texts: Sequence[str]) -> Texts:
    """Return texts as one piece; none has a NUL, which the reader refuses."""
    data = np.frombuffer("\0".join([*texts, ""]).encode(), dtype=np.uint8)
    ends = np.flatnonzero(data == 0)
    return Texts(data, np.concatenate([[0], ends[:-1] + 1]), ends)
