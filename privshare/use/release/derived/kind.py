"""What a kind of derived table is, and the arithmetic that several kinds share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from privshare.errors import ParameterRefused
from privshare.model.release import Cell, Derived
from privshare.use.release.accounting import interval
from privshare.use.release.terms import PUBLISHED_MAX, DerivedTerms, MeasureTerms, Noise, StatisticTerms

UNIT = 1_000
"""Derived numbers are kept to a thousandth."""


@dataclass(frozen=True, slots=True)
class Kind:
    """check: raises ParameterRefused for terms it cannot serve. derive: (asked, terms, cells, scales) -> table."""

    check: Callable[[DerivedTerms, StatisticTerms], None]
    derive: Callable[[DerivedTerms, StatisticTerms, Sequence[Cell], Mapping[str, float]], Derived]


@dataclass(frozen=True, slots=True)
class Range:
    """A number that lies between low and high as far as the noise goes."""

    low: float
    value: float
    high: float

    def over(self, other: Range) -> Range:
        """Return the quotient; nothing is known of it where the other may be 0 or less."""
        if other.low <= 0:
            value = self.value / other.value if other.value > 0 else math.nan
            return Range(-math.inf, value, math.inf)
        ends = [end / count for end in (self.low, self.high) for count in (other.low, other.high)]
        return Range(min(ends), self.value / other.value, max(ends))

    def plus(self, shift: float) -> Range:
        """Return the number shifted."""
        return Range(self.low + shift, self.value + shift, self.high + shift)

    def within(self, lowest: float, highest: float) -> tuple[int, int, int] | tuple[None, None, None]:
        """Return (value, low, high) in units of 1/UNIT, clamped; None each where the value is not known."""
        if math.isnan(self.value):
            return (None, None, None)
        value, low, high = (min(max(number, lowest), highest) for number in (self.value, self.low, self.high))
        return math.floor(value * UNIT + 0.5), math.floor(low * UNIT), math.ceil(high * UNIT)


def check_told(asked: DerivedTerms, *ends: float) -> None:
    """Raise ParameterRefused unless every number between these ends can be published in units of 1/UNIT."""
    largest = max(map(abs, ends))
    if largest > PUBLISHED_MAX // UNIT:
        accepted = f"at most {PUBLISHED_MAX // UNIT}, so that it can be told to a thousandth"
        raise ParameterRefused(f"largest {asked.name} within its bounds", f"{largest:.0f}", accepted)


def place_of(terms: StatisticTerms, name: str) -> tuple[int, MeasureTerms]:
    """Return a measure's place among the columns, and its terms."""
    return next((place, measure) for place, measure in enumerate(terms.measures) if measure.name == name)


def ranges(
    asked: DerivedTerms, terms: StatisticTerms, cell: Cell, scales: Mapping[str, float]
) -> tuple[Range, ...] | None:
    """Return the cell's numbers that a table reads, each with what its noise allows; None where it is not printed.

    All of them hold together with 95 % (Bonferroni); half a unit is added for their rounding.
    """
    level = 1 - 0.05 / len(asked.measures)
    found = []
    for name in asked.measures:
        value = cell.values[place_of(terms, name)[0]]
        if value is None:
            return None
        half = noise_reach(scales[name], level, terms.noise) + 0.5
        found.append(Range(value - half, value, value + half))
    return tuple(found)


@lru_cache(maxsize=256)
def noise_reach(scale: float, level: float, noise: Noise) -> float:
    """Return h such that noise of this scale lies in [-h, h] with probability at least `level`, whatever its grain.

    Noise in whole units may reach farther than noise in thousandths, or less far, so both are reckoned with. A
    discrete Gaussian's tail at t is below the normal distribution's at t - 1 (Canonne, Kamath and Steinke 2020,
    Proposition 25).
    """
    if noise is Noise.GAUSSIAN:
        return NormalDist().inv_cdf((1 + level) / 2) * scale + 1
    return max(interval([str(scale)], level), scale * math.log(1 / (1 - level)))


def three(name: str) -> tuple[str, str, str]:
    """Return the columns of a number and its interval."""
    return (name, f"{name}_low", f"{name}_high")
