"""Tables that somebody brought, as arrays: what an attack on a pair of tables gets instead of files.

One encoding for all tables of an attack: a number is itself, a category is a whole number from 0 that stands for the
same text everywhere, a missing cell is NaN. So "the same value" means the same in the original, in the release and in
the control, and a category that only one table has is like no other.
Leaves to others: reading files, and saying which column is of which kind (`comparison/tables.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privshare.errors import InputRefused
from privshare.model.entropy import WorldGenerator

Cells = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""Rows by columns."""
Places = np.ndarray[tuple[int], np.dtype[np.int64]]
"""Row numbers from 0."""

TARGETS_MIN = 30
"""Attempts below which no rate is told: an interval would span most of what is possible."""


@dataclass(frozen=True, slots=True)
class Column:
    """name: of the column. number: whether its cells are numbers; categories otherwise."""

    name: str
    number: bool


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """The tables of one attack, in one encoding.

    original, released, control: cells, shape (rows, columns). released: what the adversary sees. control: people of
    the same population who are not in the original, or None.
    """

    columns: tuple[Column, ...]
    original: Cells
    released: Cells
    control: Cells | None = None

    def place(self, name: str) -> int:
        """Return the number of a column."""
        return [column.name for column in self.columns].index(name)

    def places(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of some columns."""
        return [self.place(name) for name in names]


@dataclass(frozen=True, slots=True)
class Background:
    """What the adversary knows beside the release, and how often it tries.

    known, other: names of columns that it has of its targets (`other`: what a second source has). secret: the column
    that it wants. attempts: at most so many. neighbours: released rows that it looks at a half. tolerance: how far off
    a guessed number may be, as a share of the true one.
    """

    known: tuple[str, ...]
    attempts: int
    other: tuple[str, ...] = ()
    secret: str | None = None
    neighbours: int = 1
    tolerance: float = 0.05


def targets(table: Cells, attempts: int, chance: WorldGenerator, *, what: str) -> Places:
    """Return the rows to attack, each at most once, in random order; all of them where there are not more.

    what: how a refusal names the table. Raises InputRefused for fewer than TARGETS_MIN.
    """
    if len(table) < TARGETS_MIN:
        raise too_few(len(table), what)
    return chance.permutation(len(table))[:attempts]


def too_few(found: int, what: str) -> InputRefused:
    """Return the refusal of a rate over too few targets."""
    return InputRefused(
        f"{what} has {found} rows to attack; accepted are at least {TARGETS_MIN}, since a rate over fewer says little."
    )
