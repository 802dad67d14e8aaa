"""What a sample says about the noise that it was drawn with: laws, a test of shape, and a lower bound on epsilon.

Every assertion built on these is wrong with probability at most ALARM, so a run with a hundred of them raises a
false alarm with probability at most 1e-9.
Sources: Clopper and Pearson 1934 for the bound on a rate; Ding, Wang, Wang, Zhang and Kifer 2018 for events that
tell two neighbouring tables apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta, chi2

ALARM = 1e-11
LEAST = 25
"""A bin of the shape test expects at least so many draws."""

Numbers = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True)
class Law:
    """Probabilities of the whole numbers low, low + 1, ...; whatever lies beyond is counted in the two ends."""

    low: int
    chances: Numbers

    def moved(self, by: int) -> Law:
        """The law of the number plus `by`."""
        return Law(self.low + by, self.chances)

    def kept_from(self, threshold: int) -> Law:
        """The same, where what is below the threshold is left out and stands as threshold - 1."""
        first = threshold - 1 - self.low
        return Law(threshold - 1, np.append(self.chances[: first + 1].sum(), self.chances[first + 1 :]))


def two_sided(scale: float, grain: int = 1) -> Law:
    """Two-sided geometric noise of that scale in units of 1/grain, rounded to whole numbers, halves upwards."""
    reach = math.ceil(30 * scale / grain) + 2
    edges = np.arange(-reach, reach) * grain + math.ceil(grain / 2) - 1  # the last fine number below each next one
    return _of_cumulated(np.array([_at_most(int(edge), math.exp(-1 / scale)) for edge in edges]), -reach)


def truncated(scale: float, radius: int) -> Law:
    """Two-sided geometric noise drawn anew until it is within the radius."""
    weights = np.exp(-np.abs(np.arange(-radius, radius + 1)) / scale)
    return Law(-radius, weights / weights.sum())


def clamped(scale: float, radius: int) -> Law:
    """The same with what falls outside moved to the two ends: what must not be drawn."""
    return _of_cumulated(np.array([_at_most(k, math.exp(-1 / scale)) for k in range(-radius, radius)]), -radius)


def gaussian(scale: float) -> Law:
    """Discrete Gaussian noise, P(k) proportional to exp(-k^2 / (2 scale^2))."""
    reach = math.ceil(12 * scale) + 2
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * scale**2))
    return Law(-reach, weights / weights.sum())


def _at_most(k: int, decay: float) -> float:
    """P(Z <= k) of two-sided geometric noise."""
    return decay**-k / (1 + decay) if k < 0 else 1 - decay ** (k + 1) / (1 + decay)


def _of_cumulated(at_most: Numbers, low: int) -> Law:
    return Law(low, np.diff(np.concatenate([[0.0], at_most, [1.0]])))


def fits(draws: Sequence[int] | Numbers, law: Law) -> bool:
    """Whether the draws pass chi-square against the law; a right sample fails with probability ALARM.

    Neighbouring numbers are merged until a bin expects LEAST draws.
    """
    last = len(law.chances) - 1
    seen = np.bincount(np.clip(np.asarray(draws) - law.low, 0, last), minlength=last + 1)
    bins: list[list[float]] = [[0.0, 0.0]]
    for expected, counted in zip(law.chances * len(draws), seen, strict=True):
        if bins[-1][0] >= LEAST:
            bins.append([0.0, 0.0])
        bins[-1][0] += expected
        bins[-1][1] += counted
    if bins[-1][0] < LEAST:
        rest = bins.pop()
        bins[-1] = [bins[-1][0] + rest[0], bins[-1][1] + rest[1]]
    assert len(bins) > 2, "too few draws to see a shape"
    statistic = sum((counted - expected) ** 2 / expected for expected, counted in bins)
    return bool(statistic < chi2.isf(ALARM, len(bins) - 1))


def lowest_rate(hits: int, draws: int, alarm: float = ALARM) -> float:
    """The true rate is at least this, but with probability `alarm`."""
    return float(beta.ppf(alarm, hits, draws - hits + 1)) if hits else 0.0


def highest_rate(hits: int, draws: int, alarm: float = ALARM) -> float:
    """The true rate is at most this, but with probability `alarm`."""
    return float(beta.isf(alarm, hits + 1, draws - hits)) if hits < draws else 1.0


def lowest_epsilon(likely: Sequence[bool] | Numbers, seldom: Sequence[bool] | Numbers, delta: float = 0.0) -> float:
    """Epsilon is at least this, but with probability ALARM, where an event is likely in one world and not in the other.

    likely, seldom: whether the event came true, a draw each, with two neighbouring tables. From
    P(event) <= e^epsilon P'(event) + delta.
    """
    low = lowest_rate(int(np.sum(likely)), len(likely), ALARM / 2) - delta
    high = highest_rate(int(np.sum(seldom)), len(seldom), ALARM / 2)
    return math.log(low / high) if low > 0 else -math.inf
