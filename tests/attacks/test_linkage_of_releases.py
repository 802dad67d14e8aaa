"""Linkage of releases: by names where they agree at all, else by what both show, and nothing where nothing fits."""

from __future__ import annotations

import numpy as np

from privshare.attacks.attack import NotApplicable, Targets
from privshare.attacks.linkage_of_releases import LINKAGE_OF_RELEASES
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.model.entropy import seeded_generator
from privshare.model.surface import UNKNOWN, Codes, Records, Surface
from tests.comparison.lab.worlds import setting, small_world

Boxes = list[tuple[int, int]]


def _release(
    boxes: list[Boxes], names: tuple[bytes, ...] | None, columns: tuple[str, ...] = ("birth", "sex")
) -> Records:
    codes = np.array(boxes, np.int64).reshape(len(boxes), len(columns), 2)
    return Records("the public", columns, codes[..., 0], codes[..., 1], np.full(len(boxes), UNKNOWN), names)


def _links(first: Records, later: Records, chance: int = 1) -> Codes:
    surface, rows = Surface(records=first, later=later), np.arange(len(first))
    found = LINKAGE_OF_RELEASES.guess(surface, Targets(rows), seeded_generator(chance))
    assert not isinstance(found, NotApplicable)
    return np.asarray(found)


ONE: Boxes = [(5, 5), (0, 0)]
OTHER: Boxes = [(9, 9), (1, 1)]


def test_equal_names_are_believed_whatever_the_rows_show() -> None:
    found = _links(_release([ONE, OTHER, ONE], (b"a", b"b", b"c")), _release([ONE, OTHER], (b"b", b"a")))
    assert found.tolist() == [1, 0, -1]


def test_under_a_key_a_project_the_rows_link_themselves() -> None:
    found = _links(_release([ONE, OTHER, [(7, 7), (0, 0)]], (b"a", b"b", b"c")), _release([OTHER, ONE], (b"x", b"y")))
    assert found.tolist() == [1, 0, -1]


def test_the_box_that_is_filled_most_is_taken() -> None:
    later = _release([[(0, 99), (0, 1)], [(4, 6), (0, 0)]], None)
    assert _links(_release([ONE], None), later).tolist() == [1]


def test_where_no_box_meets_one_that_meets_in_all_columns_but_one_is_taken() -> None:
    columns = ("birth", "sex", "district")
    row: Boxes = [(5, 5), (0, 0), (2, 2)]
    swapped: Boxes = [(4, 6), (0, 0), (7, 7)]
    strangers: list[Boxes] = [[(day, day), (0, 0), (2, 2)] for day in range(10, 14)]
    first = _release([row], None, columns)
    assert _links(first, _release([*strangers, swapped], None, columns)).tolist() == [4]
    assert _links(first, _release(strangers, None, columns)).tolist() == [-1]


def test_among_equals_one_is_drawn() -> None:
    """All of 40 draws the same with a probability of 2^-39 < 1e-9."""
    later = _release([ONE, ONE], None)
    assert {int(_links(_release([ONE], None), later, chance)[0]) for chance in range(40)} == {0, 1}


def test_releases_with_nothing_in_common_are_no_case() -> None:
    surface = Surface(records=_release([ONE], None), later=_release([ONE], None, ("band", "block")))
    assert isinstance(LINKAGE_OF_RELEASES.guess(surface, Targets(np.array([0])), seeded_generator(1)), NotApplicable)


def test_pseudonyms_with_a_key_a_project_stop_the_names_and_not_the_linkage() -> None:
    """Date of birth, sex and district stand beside them: nine in ten are linked all the same."""
    world, technique = small_world(20_000), TECHNIQUES["keyed-pseudonyms"]
    protected = technique.protect(world, setting())
    assert protected.surface.records is not None
    assert protected.surface.later is not None
    assert set(protected.surface.records.names or ()).isdisjoint(protected.surface.later.names or ())
    result = judged(world, technique, protected, LINKAGE_OF_RELEASES).result
    assert result is not None
    assert result.rate > 0.9


def test_swapped_districts_are_linked_by_the_rest() -> None:
    """Rows that meet in all columns link 0.9 of them at 20,000."""
    world, technique = small_world(20_000), TECHNIQUES["record-swapping"]
    cell = judged(world, technique, technique.protect(world, setting()), LINKAGE_OF_RELEASES)
    assert cell.result is not None
    assert cell.result.rate >= 0.95
    assert cell.control is not None
    assert cell.control.successes > 0
