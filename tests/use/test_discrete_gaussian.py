"""Figures of discrete Gaussian noise, against sums in unbounded decimals and against its draws' definition."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import pytest

from privshare.errors import ParameterRefused
from privshare.use.release.accounting import expected_error, holds, interval, quantiles
from privshare.use.release.concentrated import epsilon_at, rho_of
from privshare.use.release.discrete_gaussian import SUMMED, mean_size, smallest_reach

SIGMAS = [0.1, 0.5, 1.0, 2.0, 7.3, 100.0]


def slow(sigma: float) -> tuple[Decimal, list[Decimal]]:
    """Return E|Z| and P(|Z| <= h) for h = 0, 1, ..., in 50 digits."""
    with localcontext() as context:
        context.prec = 50
        spread = 2 * Decimal(sigma) ** 2
        weights = [(-Decimal(k * k) / spread).exp() * (2 if k else 1) for k in range(math.ceil(15 * sigma) + 3)]
        total = sum(weights)
        within, so_far = [], Decimal(0)
        for weight in weights:
            so_far += weight
            within.append(so_far / total)
        return sum((k * weight for k, weight in enumerate(weights)), Decimal(0)) / total, within


@pytest.mark.parametrize("sigma", SIGMAS)
def test_the_mean_size_is_that_of_the_sum(sigma: float) -> None:
    assert mean_size(sigma) == pytest.approx(float(slow(sigma)[0]), rel=1e-12)


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("level", [0.01, 0.5, 0.9, 0.95, 0.999, 1 - 1e-9])
def test_the_reach_is_the_smallest_that_holds(sigma: float, level: float) -> None:
    within = slow(sigma)[1]
    reach = smallest_reach(sigma, level)
    assert within[reach] >= Decimal(level)
    assert reach == 0 or within[reach - 1] < Decimal(level)


def test_beyond_the_sums_the_figures_go_on_without_a_step() -> None:
    below, above = SUMMED * (1 - 1e-9), SUMMED * (1 + 1e-9)
    assert mean_size(above) == pytest.approx(mean_size(below), rel=1e-8)
    for level in (0.5, 0.95, 0.999):
        assert 0 <= smallest_reach(above, level) - smallest_reach(below, level) <= 2


def test_accounting_speaks_of_a_sigma() -> None:
    assert expected_error(["sigma 10.0"]) == mean_size(10.0)
    assert interval(["sigma 10.0"]) == smallest_reach(10.0, 0.95) == 20
    assert (holds(["sigma 10.0"], 19, 0.95), holds(["sigma 10.0"], 20, 0.95)) == (False, True)
    dots = quantiles(["sigma 10.0"], 20)
    assert list(dots) == sorted(dots) == [-dot for dot in reversed(dots)]
    assert abs(sum(dot * dot for dot in dots) / 20 - 100) < 15


@pytest.mark.parametrize("scales", [["sigma "], ["sigma nan"], ["sigma 0"], ["sigma 1e300"], ["sigma 1", "2.0"]])
def test_a_sigma_that_is_none_or_is_mixed_with_other_noise_is_refused(scales: list[str]) -> None:
    with pytest.raises(ParameterRefused):
        expected_error(scales)


@pytest.mark.parametrize("scale", ["0", "1e999", "nan", "1e-999999999", "1e300"])
def test_a_scale_from_a_hostile_file_makes_no_rho_and_no_huge_number(scale: str) -> None:
    with pytest.raises(ParameterRefused):
        rho_of(1, scale)


@pytest.mark.parametrize("rho", [1e-5, 0.02, 0.3, 4.0])
@pytest.mark.parametrize("delta", [1e-10, 1e-6, 0.05])
def test_the_conversion_is_the_least_over_every_order(rho: float, delta: float) -> None:
    """Against a plain grid of orders, and above the true loss of a Gaussian with that rho (its trade-off, exactly)."""
    found = epsilon_at(rho, delta)
    grid = min(
        alpha * rho + math.log1p(-1 / alpha) + (math.log(1 / delta) - math.log(alpha)) / (alpha - 1)
        for alpha in (1 + math.exp(step / 500) for step in range(-3_000, 10_000))
    )
    assert max(0, grid) * (1 - 1e-4) - 1e-9 <= found <= max(0, grid) + 1e-9
    shift = math.sqrt(2 * rho)

    def normal(x: float) -> float:
        return math.erfc(-x / math.sqrt(2)) / 2

    true = normal(shift / 2 - found / shift) - math.exp(found) * normal(-shift / 2 - found / shift)
    assert true <= delta


@pytest.mark.parametrize(("rho", "delta"), [(0.0, 0.1), (math.nan, 0.1), (math.inf, 0.1), (1.0, 0.0), (1.0, 1.0)])
def test_a_conversion_of_nothing_is_refused(rho: float, delta: float) -> None:
    with pytest.raises(ParameterRefused):
        epsilon_at(rho, delta)
