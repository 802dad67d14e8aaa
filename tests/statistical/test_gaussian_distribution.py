"""Discrete Gaussian noise has the shape and the scale that are claimed, alone and inside a release.

Each chi-square test raises a false alarm with probability 1e-9 and fails for a scale x0.7 and x1.3.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from privshare.model.loss import PrivacyLoss
from privshare.secure.noise import add_gaussian, gaussian_mechanisms
from tests.statistical.test_noise_distribution import fits, two_sided

DRAWS = 100_000


def gaussian(sigma: float) -> Callable[[int], float]:
    total = sum(math.exp(-((k / sigma) ** 2) / 2) for k in range(-math.ceil(15 * sigma) - 1, math.ceil(15 * sigma) + 2))
    return lambda k: math.exp(-((k / sigma) ** 2) / 2) / total


@pytest.mark.parametrize(
    ("sensitivity", "micro", "delta"), [(1, 1_000_000, 10**9), (3, 500_000, 10**12), (1, 10**7, 1)]
)
def test_added_noise_has_the_sigma_that_is_claimed(sensitivity: int, micro: int, delta: int) -> None:
    (mechanism,) = gaussian_mechanisms(sensitivities=(sensitivity,), weights=(1,), loss=PrivacyLoss(micro, delta))
    draws = [value - 10 for value in add_gaussian([10] * DRAWS, mechanism)]
    reach = math.ceil(6 * mechanism.scale)
    assert fits(draws, gaussian(mechanism.scale), reach)
    for factor in (0.7, 1.3):
        assert not fits(draws, gaussian(factor * mechanism.scale), reach)
    assert not fits(draws, two_sided(mechanism.scale), reach)


def test_two_draws_of_a_batch_are_independent() -> None:
    """Signs of two vectors agree half of the time, within 7 standard deviations (false alarm 3e-12)."""
    first, second = gaussian_mechanisms(sensitivities=(50, 50), weights=(1, 1), loss=PrivacyLoss(1_000_000, 10**9))
    pairs = zip(add_gaussian([0] * DRAWS, first), add_gaussian([0] * DRAWS, second), strict=True)
    signs = [(a > 0) == (b > 0) for a, b in pairs if a and b]
    assert abs(sum(signs) - len(signs) / 2) < 7 * math.sqrt(len(signs)) / 2
