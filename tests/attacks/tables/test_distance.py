"""Gower's distance by hand, against a slow twin, and chance between rows that are equally near."""

from __future__ import annotations

from typing import cast

import numpy as np

from privshare.attacks.tables.distance import coordinates, nearest
from privshare.attacks.tables.released import Column
from privshare.comparison.tables.rows import Rows
from privshare.model.entropy import WorldGenerator, seeded_generator

NAN = np.nan
COLUMNS = (Column("age", True), Column("district", False), Column("constant", True))


def between(rows: Rows, target: int, released: int) -> float:
    """Return the distance of a row of the original from a released one, written out cell by cell."""
    one, other = (coordinates(rows.release, [0, 1, 2], table) for table in (rows.original, rows.released))
    return float(np.minimum(np.abs(one[target] - other[released]), 1.0).sum())


def test_distances_by_hand() -> None:
    """Ages from 20 to 60 (the 60 is in the control), so a year is 1/40; another district is 1; a constant adds 0."""
    rows = Rows(
        COLUMNS,
        np.array([[20.0, 0.0, 7.0], [NAN, 1.0, 7.0]]),
        np.array([[30.0, 0.0, 7.0], [30.0, 5.0, 7.0], [NAN, NAN, 7.0], [30.0, 1.0, NAN]]),
        np.array([[60.0, 0.0, 7.0]]),
    )
    assert [between(rows, 0, place) for place in range(4)] == [0.25, 1.25, 2.0, 2.25]
    # A missing cell is like a missing one and unlike any other.
    assert [between(rows, 1, place) for place in range(4)] == [2.0, 2.0, 1.0, 2.0]


def test_a_column_of_one_value_or_none_adds_nothing() -> None:
    rows = Rows((Column("a", True), Column("b", True)), np.array([[5.0, NAN]]), np.array([[5.0, NAN], [5.0, NAN]]))
    original, released = (coordinates(rows.release, [0, 1], table) for table in (rows.original, rows.released))
    assert np.array_equal(original[0], released[0])
    assert np.isfinite(original).all()


def test_the_nearest_are_those_of_a_slow_twin() -> None:
    chance = seeded_generator(3)
    targets, released = chance.random((40, 3)), chance.random((300, 3))
    slow = [np.argsort([np.minimum(np.abs(row - other), 1).sum() for other in released])[:5] for row in targets]
    found = nearest(targets, released, 5, seeded_generator(9))
    assert [set(row) for row in found.tolist()] == [set(row.tolist()) for row in slow]
    assert nearest(targets, released, 1, seeded_generator(8))[:, 0].tolist() == [int(row[0]) for row in slow]


def test_more_neighbours_than_rows_are_all_rows() -> None:
    found = nearest(np.zeros((2, 1)), np.zeros((3, 1)), 9, seeded_generator(1))
    assert [sorted(row) for row in found.tolist()] == [[0, 1, 2]] * 2


def taken(chance: WorldGenerator) -> np.ndarray:
    """Return which of 50 equally near rows each of 2,000 targets takes."""
    return nearest(np.zeros((2000, 1)), np.zeros((50, 1)), 1, chance)[:, 0]


def test_of_equally_near_rows_each_target_takes_one_by_chance() -> None:
    """A row is taken by 40 targets on average; it is outside 5 to 95 with probability 4e-13, any of 50 with 2e-11."""
    counts = np.bincount(taken(seeded_generator(1)), minlength=50)
    assert 5 <= counts.min() <= counts.max() <= 95


def test_two_searches_meet_as_often_as_chance_has_it() -> None:
    """2,000 targets at 1/50: 40 meetings expected; outside 8 to 89 with probability 1.3e-10."""
    chance = seeded_generator(2)
    assert 8 <= int((taken(chance) == taken(chance)).sum()) <= 89


def test_a_search_that_takes_the_same_row_for_everybody_is_seen() -> None:
    class Fixed:
        def random(self, shape: tuple[int, int]) -> np.ndarray:
            return np.zeros(shape)

    assert np.bincount(taken(cast(WorldGenerator, Fixed())), minlength=50).max() == 2000


def test_chance_decides_only_where_distances_are_equal() -> None:
    """The second row is nearer by a millionth of the range, and always taken."""
    found = nearest(np.zeros((500, 1)), np.array([[0.500001], [0.5]]), 1, seeded_generator(3))
    assert set(found[:, 0].tolist()) == {1}
