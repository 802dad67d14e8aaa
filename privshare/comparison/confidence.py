"""Bounds that hold with a stated confidence: on a proportion, and on the epsilon that two samples show.

Hoeffding 1963, Theorem 1, for the bound on a proportion (its relative-entropy
form, at most a little wider than Clopper and Pearson's).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from statistics import NormalDist

TARGETS_MIN = 30
"""Targets or attempts below which no rate is told: an interval would span most of what is possible."""
THRESHOLDS = 40
Shown = Callable[[float, float, float], float]
"""(at least so likely in one world, at most so likely in the other, delta) -> what that shows."""


def laplace_ratio(
    row: Sequence[int], first: Sequence[float], second: Sequence[float], scales: Sequence[float]
) -> float:
    """Return the log likelihood ratio of the second world to the first under Laplace noise of these scales."""
    terms = zip(row, first, second, scales, strict=True)
    return sum((abs(y - x0) - abs(y - x1)) / scale for y, x0, x1, scale in terms)


def gaussian_ratio(
    row: Sequence[int], first: Sequence[float], second: Sequence[float], scales: Sequence[float]
) -> float:
    """Return the same under Gaussian noise of these sigmas."""
    terms = zip(row, first, second, scales, strict=True)
    return sum(((y - x0) ** 2 - (y - x1) ** 2) / (2 * scale**2) for y, x0, x1, scale in terms)


def epsilon_shown(often: float, seldom: float, delta: float) -> float:
    """Return the least epsilon with which an event can have these probabilities in two worlds, given delta."""
    return math.log((often - delta) / seldom) if often > delta else -math.inf


def mu_shown(often: float, seldom: float, _: float) -> float:
    """Return the least mu of a Gaussian mechanism that allows it (Dong, Roth and Su 2022, Definition 6)."""
    normal = NormalDist()
    return normal.inv_cdf(often) - normal.inv_cdf(seldom) if often > 0 and seldom < 1 else -math.inf


def certified(
    likely: Sequence[float], unlikely: Sequence[float], shown: Shown, *, above: bool, delta: float, confidence: float
) -> float:
    """Return a lower bound on what `shown` measures, from an event {ratio >= t} (or <= t) likely in one world only.

    likely, unlikely: ratios in the two worlds. The event is chosen by its bound on the first halves and judged on
    the second, so that the choice cannot flatter it. delta: what the claim allows beside its epsilon.
    """
    sign, half = 1 if above else -1, len(likely) // 2
    first = [sorted(sign * ratio for ratio in world[:half]) for world in (likely, unlikely)]
    second = [sorted(sign * ratio for ratio in world[half:]) for world in (likely, unlikely)]
    cuts = [first[0][len(first[0]) * place // THRESHOLDS] for place in range(THRESHOLDS)]
    alpha = (1 - confidence) / 4  # two directions, two proportions

    def bound(cut: float, worlds: Sequence[Sequence[float]]) -> float:
        often, seldom = (len(world) - bisect_left(world, cut) for world in worlds)
        low = lowest_share(often, len(worlds[0]), alpha)
        return shown(low, highest_share(seldom, len(worlds[1]), alpha), delta)

    best = max(cuts, key=lambda cut: bound(cut, first))
    return bound(best, second)


def highest_share(hits: int, draws: int, alpha: float) -> float:
    """Return p such that seeing so few hits has probability at most alpha if the true share is above p.

    >>> round(highest_share(0, 1000, 0.001), 4)
    0.0069
    """
    return 1 - lowest_share(draws - hits, draws, alpha)


def lowest_share(hits: int, draws: int, alpha: float) -> float:
    """Return p such that seeing so many hits has probability at most alpha if the true share is below p."""
    share, room = hits / draws, math.log(1 / alpha) / draws
    low, high = 0.0, share
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _divergence(share, middle) > room else (low, middle)
    return low


def _divergence(share: float, p: float) -> float:
    """Return the relative entropy of two coins."""
    if p <= 0 or p >= 1:
        return 0.0 if p == share else math.inf
    first = share * math.log(share / p) if share > 0 else 0.0
    return first + ((1 - share) * math.log((1 - share) / (1 - p)) if share < 1 else 0.0)
