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
from scipy.stats import beta, gamma

from privshare.errors import ParameterRefused
from privshare.model.entropy import seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.secure.noise import add_laplace, laplace_mechanism
from privshare.use.release.bounds import SHARE_PERCENT, choose_bound, ladder_up_to

FALSE_ALARM = 1e-9
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
    for number, step in zip(noised, LADDER, strict=True):
        if number > scale * math.log(10 * len(LADDER)):
            error += math.fsum(max(0.0, (below * step) ** 0.5 - bound) for _ in range(number))
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


@given(HISTOGRAMS, SCALES, EPSILONS, GROUPS, st.integers(0, len(LADDER) - 1), st.integers(1, 10**6))
def test_more_people_never_choose_a_lower_bound(
    noised: list[int], scale: float, epsilon: float, groups: int, step: int, more: int
) -> None:
    grown = [number + more * (place == step) for place, number in enumerate(noised)]
    assert choose(grown, scale, epsilon, groups) >= choose(noised, scale, epsilon, groups)


def test_without_people_the_lowest_and_with_many_at_the_top_the_highest() -> None:
    assert choose([0] * len(LADDER)) == 1
    assert choose([-(10**6)] * len(LADDER)) == 1
    assert choose([0] * (len(LADDER) - 1) + [10**9]) > LADDER[-3]


def without_a_floor(noised: Sequence[int], scale: float, epsilon: float, groups: int) -> int:
    """The twin that takes every positive noised number for people: a floor of 0 is what a tiny scale amounts to."""
    assert scale > 0
    return choose(noised, 1e-9, epsilon, groups)


def test_noise_on_empty_high_steps_does_not_decide() -> None:
    """All steps above 10 are empty; whoever chooses more than 10 followed noise.

    The floor lets noise through in at most 5 of 100 draws (16 steps, each with probability 1/320). 2,000 draws;
    the Clopper-Pearson lower bound on the rate is wrong with probability 1e-9. Without a floor it is most draws.
    """
    exact = [5_000, 2_000, 800, 400, 200, 80, *[0] * (len(LADDER) - 6)]
    assert LADDER[5] == 10
    mechanism = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(20_000))
    trials = 2_000
    wild = {choose: 0, without_a_floor: 0}
    for _ in range(trials):
        noised = add_laplace(exact, mechanism)
        for rule in wild:
            wild[rule] += rule(noised, mechanism.scale, 0.18, 10) > 10

    def at_least(successes: int) -> float:
        return float(beta.ppf(FALSE_ALARM, successes, trials - successes + 1)) if successes else 0.0

    assert at_least(wild[choose]) <= 0.05
    assert at_least(wild[without_a_floor]) > 0.5, "the test has no teeth"


def test_the_choice_is_within_twice_the_best_in_hindsight_on_a_skewed_table() -> None:
    """100,000 people with log-normal row counts (median 2.7, largest above 150) over 1,000 groups, epsilon 1.

    Error of a bound: the median over groups of (rows cut plus mean noise) / rows. The noise of the 16 steps adds
    up to more than 60 scales with probability below 1e-10 (a gamma distribution). Up to that, by the monotony
    above, the choice lies between those for all of it taken from the top (with what a floor can hide) and for
    all of it put on the highest step, and every bound between them is good enough: so the false-alarm
    probability is below 1e-10 whatever is drawn.
    """
    chance = seeded_generator(20261123)
    people, groups, epsilon = 100_000, 1_000, 1.0
    share = SHARE_PERCENT / 100
    chooser = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(int(epsilon * share * 1e6)))
    left = epsilon * (1 - share)
    rows = np.maximum(1, np.exp(chance.normal(1.0, 1.0, people)).astype(np.int64))
    home = chance.integers(0, groups, people)
    true = np.bincount(home, weights=rows, minlength=groups)

    def error(bound: int) -> float:
        kept = np.bincount(home, weights=np.minimum(rows, bound), minlength=groups)
        return float(np.median((true - kept + bound / left) / true))

    steps = np.minimum(np.searchsorted(LADDER, rows), len(LADDER) - 1)
    exact = np.bincount(steps, minlength=len(LADDER)).tolist()
    chosen = choose(add_laplace(exact, chooser), chooser.scale, left, groups)

    assert gamma.sf(60, len(LADDER)) < 1e-10
    most = math.ceil(60 * chooser.scale)
    above = [*exact[:-1], exact[-1] + most]
    below, taken = list(exact), most + math.ceil(len(LADDER) * chooser.scale * math.log(10 * len(LADDER)))
    for place in reversed(range(len(below))):
        cut = min(taken, below[place])
        below[place], taken = below[place] - cut, taken - cut
    lowest, highest = (choose(numbers, chooser.scale, left, groups) for numbers in (below, above))
    assert lowest <= chosen <= highest

    errors = {bound: error(bound) for bound in LADDER}
    best = min(errors.values())
    assert all(errors[bound] <= 2 * best for bound in LADDER if lowest <= bound <= highest)
    assert errors[1] > 2 * best, "any bound would do"
    assert errors[1_000] > 2 * best, "any bound would do"
