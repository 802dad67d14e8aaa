"""Re-identification: who is alone with a date of birth is named, and as many are alone as occupancy predicts."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest

from privshare.attacks.adversary import wilson_interval
from privshare.attacks.attack import NotApplicable, Targets
from privshare.attacks.fitting import one_of
from privshare.attacks.reidentification import REIDENTIFICATION, expected_named, expected_unique
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.holders.people import DAYS
from privshare.model.entropy import seeded_generator
from privshare.model.surface import Codes, Records, Surface
from tests.comparison.lab.worlds import setting, small_world

COLUMNS = ("birth", "sex", "district")


def _rows(low: list[tuple[int, ...]], high: list[tuple[int, ...]] | None = None) -> Surface:
    starts = np.array(low, np.int64).reshape(-1, 3)
    ends = starts if high is None else np.array(high, np.int64).reshape(-1, 3)
    return Surface(records=Records("the public", COLUMNS, starts, ends, np.zeros(len(starts), np.int64), None))


def _found(surface: Surface, person: tuple[int, int, int], chance: int = 1) -> int:
    known: dict[str, Codes] = {name: np.array([code]) for name, code in zip(COLUMNS, person, strict=True)}
    found = REIDENTIFICATION.guess(surface, Targets(np.array([0]), known), seeded_generator(chance))
    assert not isinstance(found, NotApplicable)
    return int(np.asarray(found)[0])


def test_a_row_that_alone_fits_is_named_and_nobody_else() -> None:
    surface = _rows([(7, 0, 1), (9, 1, 1)])
    assert _found(surface, (9, 1, 1)) == 1
    assert _found(surface, (8, 0, 1)) == -1


def test_where_no_row_fits_the_one_is_taken_that_agrees_in_what_is_rare_and_all_else_but_one() -> None:
    surface = _rows([(7, 0, 1), (9, 1, 1), (9, 0, 0), (5, 1, 0), (4, 0, 0), (6, 1, 1)])
    assert _found(surface, (7, 0, 0)) == 0
    assert {_found(surface, (9, 1, 0), chance) for chance in range(40)} == {1, 2}  # as below
    assert _found(surface, (7, 1, 0)) == -1, "two columns apart"
    assert _found(surface, (8, 1, 1)) == -1, "what all agree in tells nothing"


@pytest.mark.parametrize(("people", "least"), [(2_000, 0.96), (20_000, 0.96)])
def test_a_swapped_district_hides_hardly_anybody(people: int, least: float) -> None:
    """Whose row fits in all three columns is 0.92 and 0.95 of them; strangers who are named are the price."""
    world, technique = small_world(people), TECHNIQUES["record-swapping"]
    cell = judged(world, technique, technique.protect(world, setting()), REIDENTIFICATION)
    assert cell.result is not None
    assert cell.result.rate >= least
    assert cell.control is not None
    assert 0 < cell.control.successes < cell.control.attempts / 3


def test_a_draw_takes_no_number_for_every_row_of_everybody() -> None:
    """500 targets in a million people would else be gigabytes."""
    candidates = np.zeros((500, 10_000), np.bool_)
    candidates[::2, 3] = candidates[::2, 8] = True
    tracemalloc.start()
    try:
        found = one_of(candidates, seeded_generator(1))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < candidates.nbytes / 10
    assert set(found[::2].tolist()) == {3, 8}  # 250 draws alike: a probability of 2^-249
    assert (found[1::2] == -1).all()


def test_a_wider_interval_hides_among_those_who_fit() -> None:
    """One of two at random: all of 40 draws the same with a probability of 2^-39 < 1e-9."""
    surface = _rows([(0, 0, 0), (5, 0, 0), (50, 0, 0)], [(20, 1, 0), (20, 1, 0), (60, 1, 0)])
    assert {_found(surface, (9, 1, 0), chance) for chance in range(40)} == {0, 1}


def test_who_knows_the_senders_has_nothing_to_find() -> None:
    surface = _rows([(7, 0, 1)])
    assert surface.records is not None
    sent = Surface(
        records=Records(
            "the collector",
            COLUMNS,
            surface.records.low,
            surface.records.high,
            np.zeros(1, np.int64),
            None,
            np.array([0]),
        )
    )
    found = REIDENTIFICATION.guess(sent, Targets(np.array([0]), {"sex": np.array([0])}), seeded_generator(1))
    assert isinstance(found, NotApplicable)


@pytest.mark.parametrize("people", [2_000, 20_000])
def test_as_many_are_alone_as_the_number_of_people_a_district_predicts(people: int) -> None:
    """Those who share come in pairs: variance at most about twice their number. 6.5 deviations: below 1e-9."""
    world = small_world(people)
    codes, domains = world.people.codes, world.people.domains
    cells = np.ravel_multi_index([codes[name][world.joint] for name in COLUMNS], [domains[name] for name in COLUMNS])
    counts = np.unique(cells, return_counts=True)[1]
    each = np.bincount(codes["district"][world.joint])
    predicted = sum(size * expected_unique(int(size), 2 * domains["birth"]) for size in each)
    deviation = math.sqrt(2 * max(1.0, each.sum() - predicted))
    assert abs((counts == 1).sum() - predicted) <= 6.5 * deviation
    assert 6.5 * deviation < 0.05 * each.sum(), "else the test could not fail"


@pytest.mark.parametrize("people", [2_000, 20_000])
def test_the_attack_names_as_many_as_predicted_within_its_interval(people: int) -> None:
    """Interval at z = 6.2, two-sided below 1e-9."""
    world, raw = small_world(people), TECHNIQUES["raw-release"]
    result = judged(world, raw, raw.protect(world, setting()), REIDENTIFICATION).result
    assert result is not None
    district = world.joint.sum() // world.people.domains["district"]
    low, high = wilson_interval(result.successes, result.attempts, z=6.2)
    assert low <= expected_named(int(district), 2 * world.people.domains["birth"]) <= high


def test_the_published_magnitude_is_what_an_area_of_their_size_gives() -> None:
    """63 % (Golle) to 87 % (Sweeney) for a ZIP code, 18 % for a county: an area of 8,000 to 30,000, and of 100,000."""
    cells = 2 * DAYS * 80
    assert 0.84 <= expected_unique(8_000, cells) <= 0.9
    assert 0.57 <= expected_unique(30_000, cells) <= 0.63
    assert 0.15 <= expected_unique(100_000, cells) <= 0.21


def test_nobody_and_one_person() -> None:
    assert expected_unique(1, 10) == pytest.approx(1) == expected_named(1, 10)
    assert expected_unique(0, 10) == expected_named(0, 10) == 0
    assert expected_unique(2, 1) == 0
    assert expected_named(2, 1) == 0.5
