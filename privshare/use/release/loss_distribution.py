"""How much a batch of independent draws of noise may reveal, from the distribution of its privacy loss.

The privacy loss of an output is log P(output) / Q(output), P with a person and Q without. Its distribution under P
says everything: delta at epsilon is the mean of (1 - exp(epsilon - loss)) where that is positive, plus the mass at
infinity. Losses of independent draws add up, so their distributions convolve (Dwork and Rothblum 2016; Meiser and
Mohammadi 2018; Koskela, Jaelkoe and Honkela 2020).

Promises: never below the truth. A mass between two points of a grid is divided between both such that the mean of
exp(-loss) stays, which can only raise delta, since (1 - e^epsilon exp(-loss))+ is convex in exp(-loss) (the "connect
the dots" of Doroshenko, Ghazi, Kamath, Kumar and Manurangsi 2022). What lies above the grid counts as revealed, what
lies below it is raised to its lowest point. Everything is sums and products of numbers above 0, so nothing cancels,
as it would with Fourier transforms, and a delta of 1e-15 is as exact as one of 1e-3; SLACK covers the rounding.

Both pairs below are symmetric: with and without a person have the same distribution of losses, so adding and removing
a person need no second computation. The pairs must be known before the first draw. For parameters that are chosen
from earlier answers use pairs that do not depend on the choice, or basic composition.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privshare.errors import ParameterRefused

SLACK = 1e-9
"""Relative; covers some 10^6 roundings of 2^-53 one after the other, more than a batch of thousands has."""
CELLS_MAX = 4096
"""A scalar draw has as many losses as its sensitivity; above this, neighbours are taken together at the higher."""
GRID = 2**14
_TAIL = 60.0
"""A window leaves out a mass of about exp(-_TAIL), by Hoeffding's inequality; what it leaves out is counted."""
_SPAN = 300.0
"""Exponentials of distances up to this are far from overflow."""
_SPARSE = 160
_DUST = 1e-60
"""Masses below this would make arithmetic slow (subnormal numbers) and count as revealed."""
_POINTS = 8192
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LossDistribution:
    """A distribution of privacy loss on the points low, low + step, ...: masses, one a point.

    infinite: the mass at infinity. delta(epsilon) and epsilon(delta) are never below those of what it was made for.
    """

    low: float
    step: float
    masses: Floats
    infinite: float

    @property
    def points(self) -> Floats:
        """The losses, ascending."""
        return self.low + self.step * np.arange(len(self.masses), dtype=np.float64)

    def delta(self, epsilon: float) -> float:
        """Return delta at epsilon >= 0, at most 1."""
        if not 0 <= epsilon < math.inf:
            raise ParameterRefused("epsilon", epsilon, "a number of at least 0")
        place = max(0, math.floor((epsilon - self.low) / self.step))
        if place + 1 >= len(self.masses):
            return min(1.0, self.infinite * (1 + SLACK))
        lower, upper = self._deltas(place)[:2]
        across = math.expm1(epsilon - self.low - place * self.step) / math.expm1(self.step)
        return float(min(1.0, (lower + min(1.0, max(0.0, across)) * (upper - lower) + self.infinite) * (1 + SLACK)))

    def epsilon(self, delta: float) -> float:
        """Return the smallest epsilon >= 0 at which delta is no larger; infinite where there is none."""
        if not 0 <= delta <= 1:
            raise ParameterRefused("delta", delta, "a probability")
        wanted = delta / (1 + SLACK) - self.infinite
        if wanted < 0:
            return math.inf
        start = max(0, math.floor(-self.low / self.step))
        deltas = self._deltas(start)
        after = int(np.argmax(deltas <= wanted))  # the last is 0
        if after == 0:
            return max(0.0, self.low + start * self.step)
        above, below = deltas[after - 1], deltas[after]
        from_here = math.log1p(float((above - wanted) / (above - below)) * math.expm1(self.step))
        return max(0.0, self.low + (start + after - 1) * self.step + from_here)

    def _deltas(self, start: int) -> Floats:
        """Return delta at the points from `start` on, without the mass at infinity: d_k = (1 - r) A_k + r d_(k+1).

        A_k: mass above point k. r: exp(-step). In blocks, since exp(-loss) of a whole distribution may underflow.
        """
        above = np.cumsum(self.masses[start:][::-1])[::-1]
        above = np.append(above[1:], 0.0)
        deltas = np.zeros(len(above))
        size = max(1, int(_SPAN / self.step))
        last = 0.0
        for end in range(len(above), 0, -size):
            first = max(0, end - size)
            falling = np.exp(-self.step * np.arange(end - first))
            summed = np.cumsum((above[first:end] * falling)[::-1])[::-1] * -math.expm1(-self.step)
            deltas[first:end] = (summed + last * falling[-1] * math.exp(-self.step)) / falling
            last = float(deltas[first])
        return deltas


def any_mechanism(epsilon: float, delta: float = 0.0) -> LossDistribution:
    """Return a distribution that is never below that of any (epsilon, delta)-DP mechanism, whatever its answers are.

    Kairouz, Oh and Viswanath 2015: delta reveals everything, else randomized response with epsilon. It is right for
    a vector over several groups, where a person's shift may be divided in any way.

    >>> round(any_mechanism(1.0).delta(0.5), 4)
    0.2876
    """
    if not 0 < epsilon < math.inf or not 0 <= delta <= 1:
        raise ParameterRefused("epsilon and delta", f"{epsilon}, {delta}", "an epsilon above 0 and a probability")
    lie = math.exp(-epsilon) / (1 + math.exp(-epsilon))
    return LossDistribution(-epsilon, 2 * epsilon, np.array([lie, 1 - lie]) * (1 - delta), delta)


def lone_number(sensitivity: int, scale: float) -> LossDistribution:
    """Return the distribution of one number with two-sided geometric noise that a person moves by `sensitivity`.

    Exact up to CELLS_MAX. A smaller shift reveals no more: for losses above 0 the loss of each output grows with the
    shift. With sensitivity 1 it is `any_mechanism`'s, above it is better.

    >>> lone_number(2, 2.0).delta(0.5) < any_mechanism(1.0).delta(0.5)
    True
    """
    if sensitivity < 1 or not 0 < scale < math.inf:
        raise ParameterRefused("sensitivity and scale", f"{sensitivity}, {scale}", "at least 1, and above 0")
    together = -(-sensitivity // CELLS_MAX)
    cells = sensitivity // together
    tails = np.exp(-np.arange(1, cells + 1) * (together / scale)) / (1 + math.exp(-1 / scale))
    # From the highest loss down: outputs <= 0 (and the first cell), whole cells, outputs >= cells * together.
    inner = tails[:-1] * -math.expm1(-together / scale)
    masses = np.concatenate([[1 - tails[0]], inner, [tails[-1]]])
    high, step = sensitivity / scale, 2 * together / scale
    return LossDistribution(high - cells * step, step, masses[::-1].copy(), 0.0)


def repeated(one: LossDistribution, times: int) -> LossDistribution:
    """Return the distribution of `times` draws of the same kind, on its own points: no grid, no error of a grid."""
    if times < 1:
        raise ParameterRefused("times", times, "a whole number of at least 1")
    whole: LossDistribution | None = None
    while True:
        if times % 2:
            whole = one if whole is None else _added(whole, one)
        times //= 2
        if not times:
            return whole if whole is not None else one
        one = _added(one, one)


def together(draws: Sequence[tuple[LossDistribution, int]]) -> LossDistribution:
    """Return the distribution of a batch: (distribution of one draw, how many of it), at least one.

    >>> both = together([(any_mechanism(1.0), 1), (any_mechanism(0.5), 1)])
    >>> round(both.epsilon(0.0), 2), round(both.epsilon(1e-2), 2)
    (1.5, 1.48)
    """
    if not draws:
        raise ParameterRefused("draws", "none", "at least one")
    kinds = [repeated(one, times) for one, times in draws]
    if len(kinds) == 1:
        return kinds[0]
    highs = [(one.low + one.step * (len(one.masses) - 1), times) for one, times in draws]
    whole = sum(high * times for high, times in highs)
    reach = math.sqrt(2 * _TAIL * sum(high**2 * times for high, times in highs))
    mean = sum(float(kind.masses @ kind.points) for kind in kinds)
    low, high = -min(whole, reach), min(whole, mean + reach)
    # The highest loss of all lies on the grid, so a batch that is no larger than its window has no loss above it.
    step = high / math.ceil(GRID * high / (high - low))
    first = math.floor(low / step)
    # Each kind's highest mass may be divided with the point above it.
    grid = np.zeros(math.ceil(high / step - 1e-9) + len(kinds) - first + 1)
    grid[-first] = 1.0
    infinite = 0.0
    for kind in kinds:
        start, kernel = _on_grid(kind, step)
        grid, lost = _moved(grid, start, kernel)
        infinite += lost * (1 - kind.infinite) + kind.infinite * (1 - infinite)
    return LossDistribution(first * step, step, grid, min(1.0, infinite))


def _added(one: LossDistribution, other: LossDistribution) -> LossDistribution:
    """Add two distributions whose steps are one step times powers of two; raise points of next to no mass."""
    while one.step != other.step:
        one, other = (_coarser(one), other) if one.step < other.step else (one, _coarser(other))
    masses, dust = _clean(np.convolve(one.masses, other.masses))
    infinite = one.infinite + other.infinite - one.infinite * other.infinite + dust
    low, tiny = one.low + other.low, math.exp(-_TAIL)
    bottom = int(np.searchsorted(np.cumsum(masses), tiny))
    top = int(np.searchsorted(np.cumsum(masses[::-1]), tiny))
    if bottom or top:
        kept = masses[bottom : len(masses) - top].copy()
        kept[0] += float(masses[:bottom].sum())
        infinite += float(masses[len(masses) - top :].sum())
        masses, low = kept, low + bottom * one.step
    whole = LossDistribution(low, one.step, masses, min(1.0, infinite))
    return whole if len(masses) <= _POINTS else _coarser(whole)


def _coarser(fine: LossDistribution) -> LossDistribution:
    """Return the distribution on every second of its points; what lies between is divided."""
    masses = fine.masses if len(fine.masses) % 2 else np.append(fine.masses, 0.0)
    share = math.expm1(-fine.step) / math.expm1(-2 * fine.step)
    kept = masses[::2].copy()
    kept[:-1] += masses[1::2] * (1 - share)
    kept[1:] += masses[1::2] * share
    return LossDistribution(fine.low, 2 * fine.step, kept, fine.infinite)


def _clean(masses: Floats) -> tuple[Floats, float]:
    """Return the masses without those that are next to nothing, and what these add up to."""
    dust = masses < _DUST
    return np.where(dust, 0.0, masses), float(masses[dust].sum())


def _on_grid(kind: LossDistribution, step: float) -> tuple[int, Floats]:
    """Return (index of the first point, masses) on the multiples of step: each mass divided between neighbours."""
    places = kind.points / step
    nearest = np.rint(places)
    places = np.where(np.abs(places - nearest) < 1e-9, nearest, places)
    lower = np.floor(places).astype(np.int64)
    share = np.expm1(-(places - lower) * step) / math.expm1(-step)
    start = int(lower[0])
    size = int(lower[-1]) - start + 2
    masses: Floats = np.bincount(lower - start, kind.masses * (1 - share), size).astype(np.float64)
    masses += np.bincount(lower - start + 1, kind.masses * share, size)
    return start, masses


def _moved(grid: Floats, start: int, kernel: Floats) -> tuple[Floats, float]:
    """Return the grid convolved with a kernel that begins at `start`, and what left it upwards."""
    size = len(grid)
    kernel, lost = _clean(kernel)
    filled = np.flatnonzero(kernel)
    if len(filled) <= _SPARSE:
        full = np.zeros(size + len(kernel) - 1)
        for place in filled:
            full[place : place + size] += kernel[place] * grid
    else:
        full = np.convolve(grid, kernel)
    full, dust = _clean(full)
    # Entry i of `full` is grid point i + start.
    kept = np.zeros(size)
    inside = full[max(0, -start) : max(0, size - start)]
    offset = max(0, start)
    kept[offset : offset + len(inside)] = inside
    kept[0] += float(full[: max(0, -start)].sum())
    return kept, float(full[max(0, size - start) :].sum()) + dust + lost
