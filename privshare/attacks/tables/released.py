"""A released table as an adversary sees it, as arrays, with what everybody knows of its columns.

One encoding for all tables of an attack: a number is itself, a category is a whole number from 0 that stands for the
same text everywhere, a missing cell is NaN. So "the same value" means the same in the release and of a target, and a
category that only one of them has is like no other.
Leaves to others: reading files, and saying which column is of which kind (`comparison/tables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Cells = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""Rows by columns."""
Values = np.ndarray[tuple[int], np.dtype[np.float64]]
Marks = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Column:
    """name: of the column. number: whether its cells are numbers; categories otherwise."""

    name: str
    number: bool


@dataclass(frozen=True, slots=True, repr=False)
class ReleasedTable:
    """cells: what was released, shape (rows, columns).

    people: for each column its values in the population, sorted, without missing ones: how it is distributed is taken
    to be known, and of which person a value is cannot be read from it.
    """

    columns: tuple[Column, ...]
    cells: Cells
    people: tuple[Values, ...]

    def place(self, name: str) -> int:
        """Return the number of a column."""
        return [column.name for column in self.columns].index(name)

    def places(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of some columns."""
        return [self.place(name) for name in names]

    def range(self, place: int) -> tuple[float, float]:
        """Return the smallest number of a column, of the release and the population together, and how far they go.

        >>> table = ReleasedTable((Column("age", True),), np.array([[20.0], [np.nan]]), (np.array([30.0, 60.0]),))
        >>> table.range(0)
        (20.0, 40.0)
        """
        values = np.concatenate([self.cells[:, place], self.people[place]])
        values = values[~np.isnan(values)]
        return (float(values.min()), float(np.ptp(values))) if len(values) else (0.0, 0.0)
