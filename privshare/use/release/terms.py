"""What is asked of one table, as frozen terms: groups, measures, prices, and what is computed from them afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from privshare.model.bounding import (
    GRAIN_MAX,
    Amount,
    Bins,
    BoundingPlan,
    Contributions,
    Discovery,
    Group,
    Measure,
    Norm,
)
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName

Key = tuple[str, ...]
PUBLISHED_MAX = 2**53 - 1
"""Largest magnitude that canonical JSON (RFC 8785) carries exactly."""
PEOPLE_MAX = 10**9
"""A public cap on how many people a table may be about; it bounds the range of the numbers, never the noise."""
FINE_MAX = 8_000_000
"""A bound in units of its grain stays within this, so that sums over PEOPLE_MAX people stay exact numbers."""


class Noise(StrEnum):
    """Which noise a statistic gets. Laplace: pure epsilon. Gaussian: zCDP, for which delta is the price."""

    LAPLACE = "laplace"
    GAUSSIAN = "gaussian"


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """A measure as asked. bound: None to have it chosen, from candidates up to `top`. loss: its whole price.

    column, lower, upper, amount, centre: as in a Measure. whole: keep whole units, without a finer grain.
    bias_percent: of the price, for an estimate of what the bound cuts away in each group; not part of the measure's
    text, so that questions without it stay the questions that they were.
    """

    name: str
    column: ColumnName | None
    lower: int
    upper: int
    bound: int | None
    top: int
    loss: PrivacyLoss
    amount: Amount = Amount.ROWS
    centre: int = 0
    whole: bool = False
    bias_percent: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class DerivedTerms:
    """A table computed from the noised numbers, at no further price.

    kind: a name in `derived.KINDS`. measures: names of the measures it reads, in the order its kind says.
    parameters: what its kind needs besides, as whole numbers.
    """

    name: str
    kind: str
    measures: tuple[str, ...]
    parameters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StatisticTerms:
    """A statistic as asked. keys: public groups, or None to find them; then the first measure must count rows.

    The price of finding groups, or of Gaussian noise, is the delta in the first measure's loss.
    """

    person: ColumnName
    by: tuple[Group, ...]
    keys: tuple[Key, ...] | None
    measures: tuple[MeasureTerms, ...]
    noise: Noise = Noise.LAPLACE
    derived: tuple[DerivedTerms, ...] = ()


class Engine(Protocol):
    """What runs behind the holder's wall; only whole numbers bounded a person come out."""

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        """Run a bounding plan."""
        ...

    def contributions(self, asked: Contributions) -> Sequence[int]:
        """Count people by how much they contribute."""
        ...

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Count rows, or people, of every group that occurs."""
        ...


def price(terms: StatisticTerms) -> PrivacyLoss:
    """Return what the statistic costs each person: the sum over its measures."""
    return sum((measure.loss for measure in terms.measures), NO_LOSS)


def percent_of(micro: int, percent: int) -> int:
    """Return so many percent of a price, rounded down, in micro-epsilon; at least 1, so that it pays for a draw.

    >>> percent_of(1_000_000, 10), percent_of(3, 10)
    (100000, 1)
    """
    return max(1, micro * percent // 100)


def measure_of(terms: StatisticTerms, number: int, bound: int) -> Measure:
    """Return the measure of that number under a bound, with the finest grain that keeps its sums exact.

    Groups that are to be found are counted in whole units, so that a person is in at most `bound` of them.
    """
    asked = terms.measures[number]
    finds = terms.keys is None and number == 0
    return Measure(
        name=asked.name,
        column=asked.column,
        lower=asked.lower,
        upper=asked.upper,
        bound=bound,
        amount=asked.amount,
        centre=asked.centre,
        norm=Norm.L2 if terms.noise is Noise.GAUSSIAN else Norm.L1,
        grain=1 if finds or asked.whole else finest_grain(bound),
    )


def finest_grain(bound: int) -> int:
    """Return the finest grain that keeps the sums of a measure with this bound exact.

    >>> finest_grain(50), finest_grain(50_000), finest_grain(5_000_000)
    (1000, 100, 1)
    """
    return next((grain for grain in (GRAIN_MAX, 100, 10) if bound * grain <= FINE_MAX), 1)


def widest(terms: StatisticTerms) -> tuple[Measure, ...]:
    """Return every measure under the largest bound that could be chosen for it."""
    return tuple(
        measure_of(terms, number, asked.top if asked.bound is None else asked.bound)
        for number, asked in enumerate(terms.measures)
    )


def columns_of(by: Iterable[Group]) -> tuple[ColumnName, ...]:
    """Return the columns that rows are grouped by.

    >>> columns_of((Bins(ColumnName("age"), (18,)), ColumnName("town")))
    ('age', 'town')
    """
    return tuple(part.column if isinstance(part, Bins) else part for part in by)
