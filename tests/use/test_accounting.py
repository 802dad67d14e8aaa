"""Exact figures about noise, against brute-force convolution and closed forms."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.model.loss import PrivacyLoss
from privshare.use.release.accounting import TERMS_MAX, believer_odds, expected_error, half_width, interval, quantiles

SCALES = st.lists(
    st.sampled_from(["0.05", "0.5", "2.0", "2.0000000000000004", "3.75", "10", "24.0"]), min_size=1, max_size=4
)


def pmf(scales: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Values and probabilities of the sum, by convolving arrays cut where less than 1e-17 is left out."""
    total = np.ones(1)
    for text in scales:
        scale = float(text)
        reach = math.ceil(45 * scale)
        decay = math.exp(-1 / scale)
        total = np.convolve(total, (1 - decay) / (1 + decay) * decay ** np.abs(np.arange(-reach, reach + 1)))
    half = len(total) // 2
    return np.arange(-half, half + 1), total


@settings(max_examples=40)
@given(SCALES)
def test_expected_error_is_the_mean_of_the_convolution(scales: list[str]) -> None:
    values, chances = pmf(scales)
    assert expected_error(scales) == pytest.approx(float((np.abs(values) * chances).sum()), rel=1e-11)


@settings(max_examples=40)
@given(SCALES, st.sampled_from([0.5, 0.8, 0.95, 0.999]))
def test_an_interval_is_the_smallest_that_holds_its_level(scales: list[str], level: float) -> None:
    values, chances = pmf(scales)
    half = interval(scales, level)
    inside = float(chances[np.abs(values) <= half].sum())
    assert inside >= level - 1e-12
    assert half == 0 or float(chances[np.abs(values) <= half - 1].sum()) < level + 1e-12


@settings(max_examples=30)
@given(SCALES, st.integers(1, 21))
def test_quantiles_are_those_of_the_convolution(scales: list[str], count: int) -> None:
    dots = quantiles(scales, count)
    values, chances = pmf(scales)
    below = dict(zip(values.tolist(), accumulate(chances.tolist()), strict=True))
    assert len(dots) == count
    assert list(dots) == sorted(dots) == [-dot for dot in reversed(dots)]
    for index, dot in enumerate(dots):
        level = (index + 0.5) / count
        if index >= count / 2:
            assert below[dot] >= level - 1e-12
            assert dot == 0 or below[dot - 1] < level + 1e-12


def test_one_and_two_terms_have_closed_forms_at_any_scale() -> None:
    for scale in (0.05, 1.0, 40.0, 1e6, 2.0**40):
        decay = math.exp(-1 / scale)
        # 1 - a^2 = -expm1(-2/scale), which keeps its digits where a is close to 1
        assert expected_error([str(scale)]) == pytest.approx(2 * decay / -math.expm1(-2 / scale), rel=1e-12)
    for scale in (1e5, 1e7):
        # E|X + Y| of two Laplace variables is 3/2 of the scale, to which large scales converge
        assert expected_error([str(scale), str(scale)]) == pytest.approx(1.5 * scale, rel=1e-9)


def test_nearly_equal_scales_do_not_cancel() -> None:
    """The naive partial fractions divide by their difference and lose every digit."""
    apart = expected_error(["2.0", "2.0000000000000004"])
    assert apart == pytest.approx(expected_error(["2.0", "2.0"]), rel=1e-14)
    nodes = [a / (1 - a) ** 2 for a in (math.exp(-0.5), math.exp(-1 / 2.0000000000000004))]
    naive = sum(s / (s - t) * 2 * s / math.sqrt(1 + 4 * s) for s, t in (nodes, reversed(nodes)) if s != t)
    assert abs(naive - apart) > 1e-6


def test_the_error_grows_with_the_noise_and_with_each_term() -> None:
    errors = [expected_error(terms) for terms in (["1"], ["2"], ["2", "1"], ["2", "2"], ["2", "2", "2"])]
    assert errors == sorted(errors)


@pytest.mark.parametrize(
    "scales", [[], ["0"], ["-1"], ["nan"], ["inf"], ["1e-320"], ["two"], [""], ["1"] * (TERMS_MAX + 1)]
)
def test_a_scale_that_is_none_is_refused(scales: list[str]) -> None:
    for asked in (expected_error, interval, lambda terms: quantiles(terms, 3)):
        with pytest.raises(ParameterRefused):
            asked(scales)


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, math.nan])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(ParameterRefused):
        interval(["1"], level)


@pytest.mark.parametrize("count", [0, -1, 1001, True, 2.0])
def test_a_number_of_dots_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(ParameterRefused):
        quantiles(["1"], count)


def test_belief_starts_even_and_never_passes_certainty() -> None:
    assert believer_odds(PrivacyLoss(0)) == 0.5
    assert believer_odds(PrivacyLoss(1_000_000)) == pytest.approx(math.e / (1 + math.e), rel=1e-15)
    assert believer_odds(PrivacyLoss(10**12)) == 1.0
    assert believer_odds(PrivacyLoss(0, 10**15)) == 1.0
    with_delta = believer_odds(PrivacyLoss(1_000_000, 10**14))
    assert with_delta == pytest.approx((math.e + 0.1) / (1 + math.e), rel=1e-15)


def test_no_test_of_the_mechanism_beats_the_belief() -> None:
    """The best test between two neighbouring counts is right with (1 + total variation) / 2, which it reaches."""
    for micro in (100_000, 1_000_000, 3_000_000):
        decay = math.exp(-micro / 1e6)
        best = 0.5 + 0.5 * (1 - decay) / (1 + decay)
        assert believer_odds(PrivacyLoss(micro)) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("scale", [0.2, 0.25, 0.3, 0.5, 0.77, 1.0, 1.51, 2.0, 7.3, 40.0])
def test_a_half_width_covers_noise_that_is_rounded_whatever_is_rounded_with_it(scale: float) -> None:
    """In tenths, exactly: for each rest that the exact number may have, what is published is within the half width."""
    grain = 10
    decay = math.exp(-1 / (scale * grain))
    chances = {k: (1 - decay) / (1 + decay) * decay ** abs(k) for k in range(-4_000, 4_001)}
    half = half_width([str(scale * grain)], grain)
    for rest in range(grain):
        published = {k: (2 * (rest + k) + grain) // (2 * grain) * grain for k in chances}
        assert sum(chances[k] for k, told in published.items() if abs(told - rest) <= half * grain) >= 0.95
    assert half <= interval([str(scale)]) + 2, "and no wider than it must be"
