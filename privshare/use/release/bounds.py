"""Choosing a contribution bound privately, by the error it is estimated to bring.

A bound that is too low throws rows of heavy people away; one that is too high
makes the noise wide for everybody. Both errors can be estimated from a
histogram of how much each person contributes, and one person is in one step
of it, so a small share of the budget buys it (sensitivity 1).
Promises: the choice depends on the noised histogram and on public numbers
only, so it is post-processing; the ladder of candidates and the curves are public.
Leaves to others: the histogram (`holders/engines`), the debit.
Why not a fixed quantile: the best bound depends on epsilon and on the number
of groups as well as on the people (Amin, Kulesza, Munoz Medina and
Vassilvitskii 2019, "Bounding User Contributions: A Bias-Variance Trade-off in
Differential Privacy").
Why curves: in a small table no single step stands out of the noise, but many
together do, if people contribute as people mostly do, along one smooth hump.
Steps that stand out of the curve are believed as they are, so a large table
does not depend on it. How well it does: `tests/benchmarks/bounds.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from privshare.errors import ParameterRefused

SHARE_PERCENT = 10
"""Percent of a measure's epsilon that goes into choosing its bound."""
UNKNOWN_GROUPS = 20
"""Number of groups reckoned with where the groups themselves are unknown."""
TOO_FEW = "too few people to be told from noise; it is a guess, so name a bound if one is known"
"""What a release says of a bound whose histogram `tells_little`."""
_STEPS = (1, 2, 3, 5, 7)
_WIDTHS = (0.1, 0.4, 0.8, 1.2, 1.6)
"""Standard deviations of the curves, in natural logarithms: from all alike to a fifth above seven times the middle."""
_APART = 0.25
"""Distance of neighbouring curves in people and in amount, in natural logarithms."""
_PEOPLE_MAX = 1e7
"""Above this many people a curve is no longer needed: every step that matters stands out by itself."""
_BY_CHANCE = 0.01
"""Probability that noise alone makes any step stand out of the right curve."""
_SURE = 3.0
"""Standard deviations of noise above which the people of a histogram count as seen at all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A noised histogram: people a step of the ladder, and the scale of the noise."""

    noised: tuple[int, ...]
    ladder: tuple[int, ...]
    scale: float


Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def ladder_up_to(top: int) -> tuple[int, ...]:
    """Return the public ladder of candidate bounds: 1, 2, 3, 5, 7 times powers of ten, up to `top` and with it.

    >>> ladder_up_to(20)
    (1, 2, 3, 5, 7, 10, 20)
    """
    if type(top) is not int or top < 1:
        raise ParameterRefused("largest bound", top, "a whole number of at least 1")
    candidates = {step * 10**power for power in range(len(str(top))) for step in _STEPS if step * 10**power <= top}
    return tuple(sorted(candidates | {top}))


def middles_of(ladder: Sequence[int]) -> list[float]:
    """Return the middle amount of each step's people: the geometric mean of the candidate below, or 1, and its own.

    >>> middles_of((1, 4, 9))
    [1.0, 2.0, 6.0]
    """
    return [math.sqrt(low * high) for low, high in zip((1, *ladder[:-1]), ladder, strict=True)]


def choose_bound(
    noised: Sequence[int], ladder: Sequence[int], *, histogram_scale: float, epsilon: float, groups: int
) -> int:
    """Return the candidate with the least estimated error, summed over all groups.

    noised: people a step, with noise of `histogram_scale`. epsilon: what is left for the measure itself.
    Estimated error of a bound B: what people above it lose (their step's middle minus B, times their number, as
    `people_behind` has it) plus the mean size of the noise, B / epsilon, in each of `groups` groups.

    >>> choose_bound([900, 90, 10, 0], (1, 2, 5, 100), histogram_scale=1.0, epsilon=1.0, groups=8)
    2
    """
    people = people_behind(noised, ladder, histogram_scale=histogram_scale)
    middles = middles_of(ladder)
    best, least = ladder[0], math.inf
    for bound in ladder:
        lost = sum(number * (middle - bound) for number, middle in zip(people, middles, strict=True) if middle > bound)
        error = lost + groups * bound / epsilon
        if error < least:
            best, least = bound, error
    return best


def people_behind(noised: Sequence[int], ladder: Sequence[int], *, histogram_scale: float) -> list[float]:
    """Return how many people each step is estimated to hold, none below 0.

    The estimate is the mean of public curves (log-normal, so many people around such an amount), each weighted by
    how well it explains all noised steps together; a step that stands out of that mean is taken as it is. The
    error of a bound is linear in the people, so it is the expected one over the curves.
    """
    if len(noised) != len(ladder) or not ladder:
        raise ParameterRefused("histogram", f"{len(noised)} steps", f"one number for each of {len(ladder)} candidates")
    seen = np.asarray(noised, dtype=np.float64)
    curves, prior = _curves(tuple(ladder))
    fits = prior - np.abs(seen - curves).sum(axis=1) / histogram_scale
    weights = np.exp(fits - fits.max())
    smooth: Array = weights @ curves / weights.sum()
    stands_out = np.abs(seen - smooth) > histogram_scale * math.log(len(ladder) / _BY_CHANCE)
    return [max(0.0, float(number)) for number in np.where(stands_out, seen, smooth)]


def share_cut(noised: Sequence[int], ladder: Sequence[int], bound: int, *, histogram_scale: float) -> float:
    """Return which share of everything people contribute a bound is estimated to cut away, in [0, 1].

    From the same noised histogram as the choice, so it costs nothing further. Of all groups together: a group of heavy
    people loses more, others less, and by how much is not in the histogram.

    >>> round(share_cut([900, 90, 10, 0], (1, 2, 5, 100), 2, histogram_scale=1.0), 3)
    0.013
    """
    people = people_behind(noised, ladder, histogram_scale=histogram_scale)
    pairs = list(zip(people, middles_of(ladder), strict=True))
    whole = sum(number * middle for number, middle in pairs)
    return sum(number * max(0.0, middle - bound) for number, middle in pairs) / whole if whole > 0 else 0.0


def tells_little(noised: Sequence[int], *, histogram_scale: float) -> bool:
    """Return whether a histogram shows no people that its own noise could not have made: the bound is then a guess.

    >>> tells_little([40, -20, 30, 5], histogram_scale=20.0), tells_little([400, 90, 30, 5], histogram_scale=20.0)
    (True, False)
    """
    return sum(noised) < _SURE * histogram_scale * math.sqrt(2 * len(noised))


@lru_cache(maxsize=16)
def _curves(ladder: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the people of each step on every public curve, and the logarithm of each curve's weight beforehand.

    Beforehand, little is likelier than much: a curve weighs 1 by the root of its people times their middle amount.
    Else, where nothing is seen, the few people whom the noise could hide would be feared at the highest step.
    """
    tops = [math.log(step + 0.5) for step in ladder]
    amounts = np.arange(0.0, tops[-1], _APART)
    crowds = np.arange(0.0, math.log(_PEOPLE_MAX), _APART)
    shapes = np.array([_shares(tops, amount, width) for amount in amounts for width in _WIDTHS])
    curves = (np.exp(crowds)[:, None, None] * shapes).reshape(-1, len(ladder))
    prior = -0.5 * (crowds[:, None] + np.repeat(amounts, len(_WIDTHS))[None, :]).ravel()
    return curves, prior


def _shares(tops: Sequence[float], amount: float, width: float) -> list[float]:
    """Return which share of people each step holds; who would be above the last step stands on it."""
    below = [0.5 * math.erfc((amount - top) / width / math.sqrt(2)) for top in tops[:-1]]
    return [high - low for low, high in zip([0.0, *below], [*below, 1.0], strict=True)]
