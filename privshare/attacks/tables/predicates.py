"""Predicates that an adversary draws from a released table: "age >= 87 and district is Harbour".

Typed objects that are evaluated on arrays; nothing is ever put together as text and parsed.
Leaves to others: what a predicate that singles somebody out is worth (`singling_out.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from privshare.attacks.tables.rows import Cells, Rows
from privshare.model.entropy import WorldGenerator

WIDTH = 3
"""Columns of a multivariate predicate, where there are so many; what anonymeter takes where nothing is said."""
_KEPT_BYTES = 2**28
_TRIES, _IN_VAIN = 250, 2_000
"""Rows looked at per predicate that is wanted; rows with nothing new, in succession, after which no more are."""

Values = np.ndarray[tuple[int], np.dtype[np.float64]]
Marks = np.ndarray[tuple[int], np.dtype[np.bool_]]


class Sign(StrEnum):
    """How a cell is compared. MISSING asks for an empty cell and takes no value."""

    EQUAL = "="
    AT_MOST = "<="
    AT_LEAST = ">="
    MISSING = "is missing"


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. column: its place. value: a number or the code of a category; 0 for MISSING."""

    __test__ = False  # no test for pytest to collect

    column: int
    sign: Sign
    value: float

    def holds(self, cells: Cells) -> Marks:
        """Return for which rows it holds; a missing cell is neither equal to nor above or below anything."""
        column = cells[:, self.column]
        if self.sign is Sign.MISSING:
            return np.isnan(column)
        if self.sign is Sign.EQUAL:
            return np.asarray(column == self.value)
        return np.asarray(column <= self.value if self.sign is Sign.AT_MOST else column >= self.value)


@dataclass(frozen=True, slots=True)
class Predicate:
    """All its tests together, in order of columns."""

    tests: tuple[Test, ...]

    def matches(self, cells: Cells) -> int:
        """Return how many rows it holds for.

        >>> Predicate((Test(0, Sign.AT_LEAST, 2.0),)).matches(np.array([[1.0], [2.0], [np.nan]]))
        1
        """
        found = self.tests[0].holds(cells)
        for test in self.tests[1:]:
            found = found & test.holds(cells)
        return int(np.count_nonzero(found))


def univariate(rows: Rows, places: list[int], wanted: int, chance: WorldGenerator) -> list[Predicate]:
    """Return at most `wanted` predicates over one column each that hold for one released row.

    Values that one released row alone has, the largest and the smallest number, and a cell that alone is missing.
    """
    found = [
        Predicate((test,)) for place in places for test in _outstanding(rows, place) if _singles(test, rows.released)
    ]
    return [found[place] for place in chance.permutation(len(found))[:wanted]]


def multivariate(rows: Rows, places: list[int], wanted: int, chance: WorldGenerator) -> list[Predicate]:
    """Return at most `wanted` different predicates over several columns that hold for one released row.

    Each is drawn from a released row: its categories, and its numbers as "at least" above the column's median and
    "at most" below. Ends early where hardly any such predicate is found.
    """
    if not len(rows.released):
        return []
    medians = [np.nanmedian(column) if not np.isnan(column).all() else 0.0 for column in rows.released.T]
    marked = _Marked(rows.released)
    found: dict[Predicate, None] = {}
    vain = 0
    for number, columns in _draws(len(rows.released), places, _TRIES * wanted, chance):
        row = rows.released[number]
        predicate = Predicate(tuple(_told(rows, column, row[column], medians[column]) for column in columns))
        vain += 1
        if predicate not in found and marked.matches(predicate) == 1:
            found[predicate] = None
            vain = 0
        if len(found) == wanted or vain == _IN_VAIN:
            break
    return list(found)


def _draws(count: int, places: list[int], tries: int, chance: WorldGenerator) -> Iterator[tuple[int, list[int]]]:
    """Yield a row below `count` and WIDTH of the columns, in their order, `tries` times; drawn by the thousand."""
    for _ in range(0, tries, 1000):
        numbers = chance.integers(count, size=1000)
        columns = np.sort(chance.random((1000, len(places))).argsort(axis=1)[:, :WIDTH], axis=1)
        yield from zip(numbers.tolist(), np.array(places)[columns].tolist(), strict=True)


class _Marked:
    """Counts predicates on one table quickly: what a test holds for is kept, a bit a row."""

    def __init__(self, cells: Cells) -> None:
        self._cells = np.asfortranarray(cells)
        self._kept: dict[Test, np.ndarray] = {}
        self._room = _KEPT_BYTES

    def matches(self, predicate: Predicate) -> int:
        """Return how many rows it holds for."""
        found = self._of(predicate.tests[0])
        for test in predicate.tests[1:]:
            found = found & self._of(test)
        return int(np.bitwise_count(found).sum())

    def _of(self, test: Test) -> np.ndarray:
        kept = self._kept.get(test)
        if kept is None:
            kept = np.packbits(test.holds(self._cells))
            if self._room > kept.nbytes:
                self._kept[test] = kept
                self._room -= kept.nbytes
        return kept


def guessed(rows: Rows, places: list[int], width: int, wanted: int, chance: WorldGenerator) -> list[Predicate]:
    """Return `wanted` random predicates of who knows how each column is distributed, and not the release.

    The values are those of the original and the control together: those of the original alone would be knowledge.
    """
    width = min(width, len(places))
    people = rows.original if rows.control is None else np.concatenate([rows.original, rows.control])
    values = {place: column[~np.isnan(column)] for place in places for column in [people[:, place]]}
    return [
        Predicate(
            tuple(
                _random(rows, int(place), values[int(place)], chance)
                for place in sorted(chance.choice(places, width, replace=False))
            )
        )
        for _ in range(wanted)
    ]


def _outstanding(rows: Rows, place: int) -> Iterator[Test]:
    """Yield the tests that may single out a released row by one column."""
    column = rows.released[:, place]
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    for value in values[counts == 1]:
        yield Test(place, Sign.EQUAL, float(value))
    if rows.columns[place].number and len(values):
        yield Test(place, Sign.AT_MOST, float(values[0]))
        yield Test(place, Sign.AT_LEAST, float(values[-1]))
    yield Test(place, Sign.MISSING, 0.0)


def _singles(test: Test, cells: Cells) -> bool:
    return bool(np.count_nonzero(test.holds(cells)) == 1)


def _told(rows: Rows, place: int, value: float, median: float) -> Test:
    if np.isnan(value):
        return Test(place, Sign.MISSING, 0.0)
    if not rows.columns[place].number:
        return Test(place, Sign.EQUAL, float(value))
    return Test(place, Sign.AT_LEAST if value > median else Sign.AT_MOST, float(value))


def _random(rows: Rows, place: int, values: Values, chance: WorldGenerator) -> Test:
    if not len(values):
        return Test(place, Sign.MISSING, 0.0)
    value = float(values[int(chance.integers(len(values)))])
    if not rows.columns[place].number:
        return Test(place, Sign.EQUAL, value)
    return Test(place, (Sign.AT_MOST, Sign.AT_LEAST)[int(chance.integers(2))], value)
