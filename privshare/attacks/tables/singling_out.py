"""Singling out: predicates, drawn from the release, that are to hold for exactly one person of the original.

The adversary keeps predicates that hold for one released row. Guessing: random predicates of who knows how each column
is distributed. After the singling-out attacks of Giomi et al. 2023 (see `risk.py`). Definition of singling out:
Article 29 Working Party, Opinion 05/2014; as predicates: Cohen and Nissim 2020, "Towards Formalizing the GDPR's Notion
of Singling Out" (both cited, not opened here).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.attack import Background, Kind, TableAttack, Targets
from privshare.attacks.tables.predicates import Marked, Predicate, Sign, Test
from privshare.attacks.tables.released import ReleasedTable
from privshare.model.entropy import WorldGenerator

WIDTH = 3
"""Columns of a multivariate predicate, where there are so many; what anonymeter takes where nothing is said."""
_TRIES, _IN_VAIN = 250, 2_000
"""Rows looked at per predicate that is wanted; rows with nothing new, in succession, after which no more are."""


def univariate(release: ReleasedTable, background: Background, _: Targets, chance: WorldGenerator) -> list[Predicate]:
    """Return predicates over one column each that hold for one released row; at most `attempts`.

    Values that one released row alone has, the largest and the smallest number, and a cell that alone is missing.
    """
    tests = [test for place in release.places(background.known) for test in _outstanding(release, place)]
    found = [Predicate((test,)) for test in tests if np.count_nonzero(test.holds(release.cells)) == 1]
    return [found[place] for place in chance.permutation(len(found))[: background.attempts]]


def multivariate(release: ReleasedTable, background: Background, _: Targets, chance: WorldGenerator) -> list[Predicate]:
    """Return different predicates over three columns that hold for one released row; at most `attempts`.

    Each is drawn from a released row: its categories, and its numbers as "at least" above the column's median and
    "at most" below. Ends early where hardly any such predicate is found.
    """
    cells, wanted = release.cells, background.attempts
    if not len(cells):
        return []
    medians = [np.nanmedian(column) if not np.isnan(column).all() else 0.0 for column in cells.T]
    marked, places = Marked(cells), release.places(background.known)
    found: dict[Predicate, None] = {}
    vain = 0
    for number, columns in _draws(len(cells), places, _TRIES * wanted, chance):
        row = cells[number]
        predicate = Predicate(tuple(_told(release, column, row[column], medians[column]) for column in columns))
        vain += 1
        if predicate not in found and marked.matches(predicate) == 1:
            found[predicate] = None
            vain = 0
        if len(found) == wanted or vain == _IN_VAIN:
            break
    return list(found)


def guessed_univariate(
    release: ReleasedTable, background: Background, _: Targets, chance: WorldGenerator
) -> list[Predicate]:
    """Return `attempts` random predicates over one column each."""
    return _guessed(release, background, 1, chance)


def guessed_multivariate(
    release: ReleasedTable, background: Background, _: Targets, chance: WorldGenerator
) -> list[Predicate]:
    """Return `attempts` random predicates over three columns each."""
    return _guessed(release, background, WIDTH, chance)


def _guessed(release: ReleasedTable, background: Background, width: int, chance: WorldGenerator) -> list[Predicate]:
    places = release.places(background.known)
    width = min(width, len(places))
    return [
        Predicate(
            tuple(_random(release, int(place), chance) for place in sorted(chance.choice(places, width, replace=False)))
        )
        for _ in range(background.attempts)
    ]


def _draws(count: int, places: list[int], tries: int, chance: WorldGenerator) -> Iterator[tuple[int, list[int]]]:
    """Yield a row below `count` and WIDTH of the columns, in their order, `tries` times; drawn by the thousand."""
    for _ in range(0, tries, 1000):
        numbers = chance.integers(count, size=1000)
        columns = np.sort(chance.random((1000, len(places))).argsort(axis=1)[:, :WIDTH], axis=1)
        yield from zip(numbers.tolist(), np.array(places)[columns].tolist(), strict=True)


def _outstanding(release: ReleasedTable, place: int) -> Iterator[Test]:
    """Yield the tests that may single out a released row by one column."""
    column = release.cells[:, place]
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    for value in values[counts == 1]:
        yield Test(place, Sign.EQUAL, float(value))
    if release.columns[place].number and len(values):
        yield Test(place, Sign.AT_MOST, float(values[0]))
        yield Test(place, Sign.AT_LEAST, float(values[-1]))
    yield Test(place, Sign.MISSING, 0.0)


def _told(release: ReleasedTable, place: int, value: float, median: float) -> Test:
    if np.isnan(value):
        return Test(place, Sign.MISSING, 0.0)
    if not release.columns[place].number:
        return Test(place, Sign.EQUAL, float(value))
    return Test(place, Sign.AT_LEAST if value > median else Sign.AT_MOST, float(value))


def _random(release: ReleasedTable, place: int, chance: WorldGenerator) -> Test:
    values = release.people[place]
    if not len(values):
        return Test(place, Sign.MISSING, 0.0)
    value = float(values[int(chance.integers(len(values)))])
    if not release.columns[place].number:
        return Test(place, Sign.EQUAL, value)
    return Test(place, (Sign.AT_MOST, Sign.AT_LEAST)[int(chance.integers(2))], value)


def _frame(background: Background) -> Adversary:
    return Adversary(
        "find a description that fits one person of the original table only",
        "the released table",
        f"which columns there are ({', '.join(background.known)}), and how each is distributed",
    )


SINGLING_OUT = TableAttack("singling-out", Kind.PREDICATES, _frame, multivariate, guessed_multivariate)
SINGLING_OUT_UNIVARIATE = TableAttack(
    "singling-out-univariate", Kind.PREDICATES, _frame, univariate, guessed_univariate
)
