"""Linking two sources: by hand, a copy, a part, an independent release, an empty one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privshare.attacks.tables import linkability
from privshare.attacks.tables.attack import Background
from privshare.attacks.tables.risk import Risk
from privshare.comparison.tables.rows import Rows
from privshare.errors import InputRefused
from privshare.model.entropy import WorldGenerator
from tests.attacks.tables.worlds import SIGMAS, apart, played, world

HALVES = Background(("age", "income", "district"), 500, other=("score", "debt", "defaulted"))


def attacked(rows: Rows, background: Background = HALVES) -> Risk:
    return played("linkability", rows, background)


def test_a_copy_links_everybody_and_no_control() -> None:
    """All halves of these 400 rows are different, so each source finds the very row: no chance in it."""
    rows = world(400, copied=1.0)
    assert len(np.unique(rows.original[:, :3], axis=0)) == len(np.unique(rows.original[:, 3:], axis=0)) == 400
    found = attacked(rows)
    assert (found.main.successes, found.main.attempts) == (400, 400)
    assert found.value > 0.98
    assert found.control is not None
    assert found.control.share < 0.1


def test_who_was_copied_is_linked() -> None:
    """120 of 400 rows are copied; of the others hardly any meet, so between 120 and a few more are linked."""
    found = attacked(world(400, copied=0.3))
    assert 120 <= found.main.successes <= 140
    assert found.interval[0] < 0.3 < found.interval[1]


def test_an_independent_release_links_no_more_of_the_original_than_of_the_control() -> None:
    found = attacked(world(400, copied=0.0))
    assert found.control is not None
    assert abs(apart(found.main, found.control)) < SIGMAS


def alike(rows: Rows) -> Risk:
    """Return the risk of twenty released rows that are equally near to everybody."""
    return attacked(replace(rows, released=np.repeat(rows.released[:1], 20, axis=0)))


def test_rows_that_are_all_alike_are_linked_as_often_as_guessed() -> None:
    """Both sources agree by chance only: of 400 targets about 20 are linked, and of the others about as many."""
    found = alike(world(400, copied=0.0))
    assert found.control is not None
    assert abs(apart(found.main, found.baseline)) < SIGMAS
    assert abs(apart(found.main, found.control)) < SIGMAS
    assert found.main.successes > 0


def test_sources_that_take_one_row_for_everybody_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(targets: np.ndarray, released: np.ndarray, neighbours: int, chance: WorldGenerator) -> np.ndarray:
        return np.zeros((len(targets), 1), dtype=np.int64)

    monkeypatch.setattr(linkability, "nearest", first)
    found = alike(world(400, copied=0.0))
    assert apart(found.main, found.baseline) > SIGMAS


def test_more_neighbours_link_more_and_guess_more() -> None:
    rows = world(400, copied=0.0)
    one, many = (attacked(rows, replace(HALVES, neighbours=count)) for count in (1, 40))
    assert many.main.successes > one.main.successes
    # Guessing with 40 of 400 each: 1 - C(360, 40) / C(400, 40) = 0.986.
    assert many.baseline.share > 0.9


def test_an_empty_release_links_nobody() -> None:
    rows = world(300, copied=0.0)
    found = attacked(replace(rows, released=rows.released[:0]))
    assert (found.main.successes, found.baseline.successes, found.value) == (0, 0, 0.0)
    assert found.control is not None
    assert found.control.successes == 0


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(InputRefused, match="the original table has 12 rows"):
        attacked(world(12, copied=1.0))
    rows = world(100, copied=1.0)
    assert rows.control is not None
    with pytest.raises(InputRefused, match="the control table has 3 rows"):
        attacked(replace(rows, control=rows.control[:3]))
