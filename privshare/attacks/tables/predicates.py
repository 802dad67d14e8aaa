"""Predicates about a row of a table: "age >= 87 and district is Harbour".

Typed objects that are evaluated on arrays; nothing is ever put together as text and parsed.
Leaves to others: drawing them (`singling_out.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from privshare.attacks.tables.released import Cells, Marks

_KEPT_BYTES = 2**28


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


class Marked:
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
