"""Measure, look, measure again: a second epsilon no larger than a target needs, and both measurements as one table.

Promises: the second epsilon depends on the first release's noised numbers and
on public terms only, so the two compose adaptively (Dwork and Roth 2014,
Theorem 3.16, whose proof lets each price depend on earlier answers); combining
them is post-processing. Weights are inverse variances, as whole billionths, so
that anybody gets the same table from the two signed releases.
The interval covers the noise with at least 95 %, although the second epsilon
and the weights were chosen by looking at the first number. For weights fixed
beforehand GO_LEVEL would be its probability; what the choice takes away has no
closed form, and `tests/scenario/test_remeasure.py` integrates it over a grid
of sizes and targets (worst found: 95.3 %). So the level is above 95 %, the
look's share is fixed, and a target is at most SHARE_MAX.
A weighted draw is no whole number. With E1, E2 exponential, the two-sided
geometric is floor(E1) - floor(E2), so it is within 1 of a Laplace variable,
which may be scaled; hence SLACK, in the noise's own fine units.
Leaves to others: which groups can be promised anything (`planning.py`), what a
contribution bound cuts away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.loss import MICRO
from privshare.model.release import NoisePart, Release
from privshare.use.release.accounting import holds, interval
from privshare.use.release.planning import Size, Standing, measured, smallest_micro, standing
from privshare.use.release.terms import Key, percent_of

LOOK_PERCENT = 10
"""Percent of the most that a request may cost which goes into the look."""
STOP_LEVEL = 0.995
"""Probability of the look's own interval by which groups are judged; printed where none can be promised anything."""
GO_LEVEL = 0.965
"""Of the interval of what is printed otherwise, were nothing chosen by looking."""
SHARE_MAX = Fraction(1, 5)
PARTS = 10**9
SLACK = 3
"""Fine units: 1 for the two weighted draws, 1 for each of the two whole-numbered ones they are compared with."""
SCALE_MIN = 0.01


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be spent on the second measurement. micro: that, in micro-epsilon; 0 for no second one.

    needed: what the target needs; 0 where the look was enough, None where 20 would not be or no group can be
    promised anything. promised: how many groups can.
    """

    micro: int
    needed: int | None
    promised: int


@dataclass(frozen=True, slots=True)
class Row:
    """A combined number. half: of its interval. standing: what the look could promise. met: whether the target is."""

    key: Key
    value: int | None
    half: int
    standing: Standing
    met: bool


def check_share(share: Fraction) -> None:
    """Raise ParameterRefused unless a target is one that two measurements are for."""
    if not 0 < share <= SHARE_MAX:
        accepted = f"above 0 and at most {float(SHARE_MAX):.0%}; for a larger error one release is as good"
        raise ParameterRefused("target error", f"{float(share):.6g}", accepted)


def look_micro(most_micro: int) -> int:
    """Return what the look may cost, in micro-epsilon.

    >>> look_micro(1_000_000)
    100000
    """
    return percent_of(most_micro, LOOK_PERCENT)


def choose(look: Release, share: Fraction, left_micro: int) -> Choice:
    """Return the smallest second epsilon that meets the target in every promised group, at most what is left.

    look: a release of one count with Laplace noise. share: of the group's size, half the interval at most.
    Raises InputRefused for a release of another kind.
    """
    draw = _draw(look)
    sizes = _sizes(look, share)
    promised = [abs(size.number) for size in sizes if standing(size) is Standing.PROMISED and size.number is not None]
    if not promised:
        return Choice(0, None, 0)
    allowed = int(share * min(promised))
    if measured(look, None, GO_LEVEL).half <= allowed:
        return Choice(0, 0, len(promised))
    needed = _smallest(float(draw.scale), draw.sensitivity, draw.grain, allowed)
    return Choice(left_micro if needed is None else min(needed, left_micro), needed, len(promised))


def combine(look: Release, second: Release | None, share: Fraction) -> tuple[Row, ...]:
    """Return the table that both measurements make together, or the look alone; keys in the release's order."""
    sizes = _sizes(look, share)
    if second is None:
        enough = any(standing(size) is Standing.PROMISED for size in sizes)
        half = measured(look, None, GO_LEVEL if enough else STOP_LEVEL).half
        return tuple(_row(size.key, size.number, half, size, share) for size in sizes)
    draws = _draw(look), _draw(second)
    first, other = weights(*(float(draw.scale) for draw in draws))
    half = combined_half(*(float(draw.scale) for draw in draws), grain=draws[0].grain)
    again = {cell.key: cell.values[0] for cell in second.cells}
    rows = []
    for size in sizes:
        one, two = size.number, again.get(size.key)
        value = None if one is None or two is None else (2 * (first * one + other * two) + PARTS) // (2 * PARTS)
        rows.append(_row(size.key, value, half, size, share))
    return tuple(rows)


def weights(scale: float, other: float) -> tuple[int, int]:
    """Return the inverse-variance weights of two draws in billionths; they add up to PARTS.

    >>> weights(10.0, 10.0), weights(300.0, 100.0)
    ((500000000, 500000000), (99999333, 900000667))
    """
    # The variance of the two-sided geometric is 2a / (1 - a)^2 with a = exp(-1/scale), which is this.
    one, two = (1 / (2 * math.sinh(1 / (2 * each)) ** 2) for each in (scale, other))
    share = round(PARTS * two / (one + two))
    return share, PARTS - share


@lru_cache(maxsize=4_096)
def combined_half(scale: float, other: float, *, grain: int) -> int:
    """Return half the width of the combined number's interval, in whole units. scales: in units of 1/grain."""
    reach = interval(_weighted(scale, other), GO_LEVEL) + SLACK
    # Half a unit each for the rounding of the two numbers, which are weighted, and of the combined one.
    return -(-reach // grain) + 1


@lru_cache(maxsize=4_096)
def _smallest(scale: float, sensitivity: int, grain: int, allowed: int) -> int | None:
    """Return the smallest second micro-epsilon whose combined interval fits; None if 20 is not enough."""
    reach = (allowed - 1) * grain - SLACK
    if reach < 0:
        return None

    def fits(micro: int) -> bool:
        # What the mechanism gets in the end may be a rounding step above the quotient.
        other = sensitivity * MICRO / micro * (1 + 1e-12)
        return holds(_weighted(scale, other), reach, GO_LEVEL)

    return smallest_micro(fits)


def _weighted(scale: float, other: float) -> Sequence[str]:
    shares = weights(scale, other)
    # A scale that is raised only widens the interval.
    return [str(max(SCALE_MIN, each * part / PARTS)) for each, part in zip((scale, other), shares, strict=True)]


def _draw(release: Release) -> NoisePart:
    if len(release.parts) != 1 or len(release.measures) != 1:
        raise InputRefused(f"{release.id}: only a release of one measure, its bound given, can be measured again.")
    return release.parts[0]


def _sizes(look: Release, share: Fraction) -> tuple[Size, ...]:
    check_share(share)
    return measured(look, None, STOP_LEVEL).sizes


def _row(key: Key, value: int | None, half: int, size: Size, share: Fraction) -> Row:
    return Row(key, value, half, standing(size), value is not None and half <= share * abs(value))
