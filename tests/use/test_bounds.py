"""A bound is chosen by estimated error: as by a slow twin, monotone where it must be, near the best in hindsight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.model.entropy import seeded_generator
from privshare.use.release.bounds import (
    SHARE_PERCENT,
    choose_bound,
    ladder_up_to,
    people_behind,
    share_cut,
    tells_little,
)

LADDER = ladder_up_to(1_000)
HISTOGRAMS = st.lists(st.integers(-300, 600), min_size=len(LADDER), max_size=len(LADDER))
GROUPS, SCALES = st.integers(1, 500), st.sampled_from([0.5, 1.0, 10.0, 40.0])
EPSILONS = st.sampled_from([0.1, 0.9, 5.0])


def choose(noised: Sequence[int], scale: float = 1.0, epsilon: float = 0.9, groups: int = 20) -> int:
    return choose_bound(noised, LADDER, histogram_scale=scale, epsilon=epsilon, groups=groups)


@pytest.mark.parametrize("top", [1, 2, 4, 7, 8, 10, 99, 1_000, 8_000_000])
def test_the_ladder_ascends_by_less_than_double_and_ends_at_its_top(top: int) -> None:
    ladder = ladder_up_to(top)
    assert ladder[0] == 1
    assert ladder[-1] == top
    assert all(low < high <= 2 * low for low, high in pairwise(ladder))


@pytest.mark.parametrize("top", [0, -1, True, 1.0, math.nan, None, "5"])
def test_a_ladder_without_a_whole_top_is_refused(top: Any) -> None:
    with pytest.raises(ParameterRefused, match="largest bound"):
        ladder_up_to(top)


@pytest.mark.parametrize(("noised", "ladder"), [((), ()), ((1, 2), (1, 2, 3)), ((1, 2, 3), (1, 2))])
def test_a_histogram_of_another_shape_is_refused(noised: tuple[int, ...], ladder: tuple[int, ...]) -> None:
    with pytest.raises(ParameterRefused, match="histogram"):
        choose_bound(noised, ladder, histogram_scale=1.0, epsilon=1.0, groups=1)


def estimated(bound: int, noised: Sequence[int], scale: float, epsilon: float, groups: int) -> float:
    """The estimated error, person by person: everybody of a step stands at its geometric middle."""
    error = math.fsum(bound / epsilon for _ in range(groups))
    below = 1
    for number, step in zip(people_behind(noised, LADDER, histogram_scale=scale), LADDER, strict=True):
        error += number * max(0.0, (below * step) ** 0.5 - bound)
        below = step
    return error


@given(HISTOGRAMS, SCALES, EPSILONS, GROUPS)
def test_the_choice_has_the_least_estimated_error(
    noised: list[int], scale: float, epsilon: float, groups: int
) -> None:
    chosen = choose(noised, scale, epsilon, groups)
    errors = {bound: estimated(bound, noised, scale, epsilon, groups) for bound in LADDER}
    assert errors[chosen] <= min(errors.values()) * (1 + 1e-9)


@given(HISTOGRAMS, SCALES, EPSILONS, GROUPS, st.integers(1, 500))
def test_more_groups_or_less_epsilon_never_choose_a_higher_bound(
    noised: list[int], scale: float, epsilon: float, groups: int, more: int
) -> None:
    chosen = choose(noised, scale, epsilon, groups)
    assert choose(noised, scale, epsilon, groups + more) <= chosen
    assert choose(noised, scale, epsilon / (1 + more), groups) <= chosen


@given(HISTOGRAMS, SCALES)
def test_people_are_never_negative_and_what_stands_out_is_taken_as_it_is(noised: list[int], scale: float) -> None:
    people = people_behind(noised, LADDER, histogram_scale=scale)
    assert min(people) >= 0
    crowd = [*noised[:-1], 10**9]
    assert people_behind(crowd, LADDER, histogram_scale=scale)[-1] == pytest.approx(10**9, rel=1e-6)


def seen(exact: Sequence[int], scale: float, seed: int) -> list[int]:
    """The histogram with noise from a fixed seed, so that nothing here is left to chance."""
    return [int(number + round(noise)) for number, noise in zip(exact, draws(scale, len(exact), seed), strict=True)]


def draws(scale: float, size: int, seed: int) -> list[float]:
    return list(seeded_generator(seed).laplace(0.0, scale, size))


def test_a_small_table_of_which_no_step_stands_out_is_seen_by_its_shape() -> None:
    """300 people with log-normal row counts, epsilon 1, 10 groups; 60 fixed draws. A floor alone sees nobody."""
    rows = np.maximum(1, np.exp(seeded_generator(3).normal(1.0, 1.0, 300)).astype(np.int64))
    exact = np.bincount(np.minimum(np.searchsorted(LADDER, rows), len(LADDER) - 1), minlength=len(LADDER)).tolist()

    def error(bound: int) -> float:
        return float(np.maximum(0, rows - bound).sum() + 10 * bound / 0.9)

    best = min(map(error, LADDER))
    chosen = [error(choose(seen(exact, 10.0, seed), 10.0, 0.9, 10)) for seed in range(60)]
    assert np.mean(chosen) <= 1.5 * best
    assert error(1) > 2 * best, "any bound would do"
    assert error(100) > 1.5 * best, "any bound would do"


@pytest.mark.parametrize(("people", "little"), [(0, True), (5, True), (5_000, False)])
def test_a_histogram_that_shows_nobody_is_said_to_tell_little(people: int, little: bool) -> None:
    exact = [people, *[0] * (len(LADDER) - 1)]
    said = [tells_little(seen(exact, 10.0, seed), histogram_scale=10.0) for seed in range(100)]
    assert sum(said) >= 97 if little else sum(said) == 0


def test_without_people_the_lowest_and_with_many_at_the_top_the_highest() -> None:
    assert choose([0] * len(LADDER)) == 1
    assert choose([-(10**6)] * len(LADDER)) == 1
    assert choose([0] * (len(LADDER) - 1) + [10**9]) > LADDER[-3]


def test_noise_on_empty_high_steps_does_not_decide() -> None:
    """All steps above 10 are empty; whoever chooses more than 20 followed noise. 500 fixed draws, scale 50."""
    exact = [5_000, 2_000, 800, 400, 200, 80, *[0] * (len(LADDER) - 6)]
    assert LADDER[5] == 10
    wild = sum(choose(seen(exact, 50.0, seed), 50.0, 0.18, 10) > 20 for seed in range(500))
    trusting = sum(choose(seen(exact, 50.0, seed), 1e-9, 0.18, 10) > 20 for seed in range(500))
    assert wild <= 10
    assert trusting > 250, "the test has no teeth"


def test_the_choice_is_within_twice_the_best_in_hindsight_on_a_skewed_table() -> None:
    """100,000 people with log-normal row counts (median 2.7, largest above 150) over 1,000 groups, epsilon 1.

    Error of a bound: the median over groups of (rows cut plus mean noise) / rows. 50 fixed draws.
    """
    chance = seeded_generator(20261123)
    people, groups, epsilon = 100_000, 1_000, 1.0
    left = epsilon * (1 - SHARE_PERCENT / 100)
    scale = 100 / SHARE_PERCENT / epsilon
    rows = np.maximum(1, np.exp(chance.normal(1.0, 1.0, people)).astype(np.int64))
    home = chance.integers(0, groups, people)
    true = np.bincount(home, weights=rows, minlength=groups)

    def error(bound: int) -> float:
        kept = np.bincount(home, weights=np.minimum(rows, bound), minlength=groups)
        return float(np.median((true - kept + bound / left) / true))

    steps = np.minimum(np.searchsorted(LADDER, rows), len(LADDER) - 1)
    exact = np.bincount(steps, minlength=len(LADDER)).tolist()
    errors = {bound: error(bound) for bound in LADDER}
    best = min(errors.values())
    assert all(errors[choose(seen(exact, scale, seed), scale, left, groups)] <= 2 * best for seed in range(50))
    assert errors[1] > 2 * best, "any bound would do"
    assert errors[1_000] > 2 * best, "any bound would do"


@pytest.mark.parametrize("bound", [1, 3, 10, 50, 200])
def test_the_share_that_a_bound_cuts_away_is_estimated_from_the_histogram(bound: int) -> None:
    """10,000 people whose amounts are spread like a power; the steps are coarse, so a fifth either way is near."""
    amounts = [max(1, round(2_000 / (place + 1))) for place in range(10_000)]
    ladder = ladder_up_to(2_000)
    steps = [0] * len(ladder)
    for amount in amounts:
        steps[next(place for place, step in enumerate(ladder) if amount <= step)] += 1
    true = sum(max(0, amount - bound) for amount in amounts) / sum(amounts)
    found = share_cut(steps, ladder, bound, histogram_scale=0.1)
    assert found == pytest.approx(true, rel=0.2, abs=0.01)
    assert share_cut([0] * len(ladder), ladder, bound, histogram_scale=1.0) <= 1
