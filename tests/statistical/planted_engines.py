"""Engines with one fault each, of the kinds that were found in real libraries: a replay that misses one is blind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from privshare.errors import NoiseRefused
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import WHOLE_MAX, Amount, BoundingPlan, Contributions, Discovery, Measure, Norm
from privshare.use.release.terms import Key

Cut = Callable[[list[int], Measure], list[int]]
"""One person's numbers, in units of 1/grain and without a bound, made into bounded ones."""


def size_of(numbers: Sequence[int], norm: Norm) -> Fraction:
    """The norm; a length rounded down, as far as it matters here."""
    if norm is Norm.L1:
        return Fraction(sum(map(abs, numbers)))
    return Fraction(math.isqrt(sum(number**2 for number in numbers) * 10**12), 10**6)


class Planted(PandasEngine):
    """The reference, with its questions at hand for whoever overrides one."""

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__(frame)
        self.frame = frame


class Unclipped(Planted):
    """Forgets to bound persons."""

    more = WHOLE_MAX

    def _looser(self, measure: Measure) -> Measure:
        return replace(measure, bound=min(measure.bound + self.more, WHOLE_MAX // measure.grain))

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        return super().plan(replace(plan, measures=tuple(map(self._looser, plan.measures))))

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        return super().discovery(replace(asked, measure=self._looser(asked.measure)))


class OffByOne(Unclipped):
    """Lets everybody contribute one more than the bound."""

    more = 1


class CutByPerson(Planted):
    """Bounds person by person, wrongly."""

    cut: Cut

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        size = len(plan.keys)
        sums = [0] * (size * len(plan.measures))
        for _, mine in self.frame.groupby("who"):
            numbers = Unclipped(mine).plan(plan)
            for place, measure in enumerate(plan.measures):
                part = slice(place * size, (place + 1) * size)
                sums[part] = [a + b for a, b in zip(sums[part], type(self).cut([*numbers[part]], measure), strict=True)]
        return tuple(sums)

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        keys = tuple(Unclipped(self.frame).discovery(asked))
        if not keys:
            return {}
        counts = self.plan(BoundingPlan(asked.person, asked.by, keys, (asked.measure,)))
        return {key: count for key, count in zip(keys, counts, strict=True) if count > 0}


def _scaled(numbers: list[int], measure: Measure, floor: Callable[[Fraction], int], *, up: bool) -> list[int]:
    size = size_of(numbers, measure.norm)
    if size == 0 or (size <= measure.sensitivity and not up):
        return numbers
    return [floor(number * measure.sensitivity / size) for number in numbers]


class ScaledUp(CutByPerson):
    """Scales everybody to the bound, light persons up."""

    cut = staticmethod(lambda numbers, measure: _scaled(numbers, measure, math.trunc, up=True))


class FlooredDown(CutByPerson):
    """Rounds a negative cell away from zero: floor(n * B / total) instead of keeping the sign outside."""

    cut = staticmethod(lambda numbers, measure: _scaled(numbers, measure, math.floor, up=False))


class RoundedUp(CutByPerson):
    """Rounds a scaled-down magnitude upwards, so that many small groups add up to more than the bound."""

    cut = staticmethod(
        lambda numbers, measure: _scaled(
            numbers, measure, lambda n: math.ceil(n) if n > 0 else math.floor(n), up=False
        )
    )


class EachCell(CutByPerson):
    """Cuts each cell to the bound, but not the person's total."""

    cut = staticmethod(
        lambda numbers, measure: [max(-measure.sensitivity, min(measure.sensitivity, n)) for n in numbers]
    )


class ByLength(Planted):
    """Bounds everybody's length where the noise goes with the sum of magnitudes."""

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        return super().plan(replace(plan, measures=tuple(replace(m, norm=Norm.L2) for m in plan.measures)))


class RowNumber(Planted):
    """Keeps everybody's first rows instead of scaling them down: one row too many, and values as they are."""

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        kept = self.frame[self.frame.groupby("who").cumcount() <= plan.measures[0].bound]
        return Unclipped(kept).plan(plan)


class Spoiled(Planted):
    """A missing value makes the sum of its whole group missing, which then counts as 0."""

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        numbers, spoiled = list(super().plan(plan)), set(self.frame["town"][self.frame["value"].isna()])
        for place, measure in enumerate(plan.measures):
            for index, key in enumerate(plan.keys):
                if measure.amount is Amount.SUM and key[0] in spoiled:
                    numbers[place * len(plan.keys) + index] = 0
        return tuple(numbers)


class Mean(Planted):
    """Fills a missing value with the mean of the others, which everybody moves a little."""

    def __init__(self, frame: pd.DataFrame) -> None:
        mean = 0.0 if frame["value"].isna().all() else round(float(frame["value"].clip(-99, 99).mean()))
        super().__init__(frame.assign(value=frame["value"].fillna(mean)))


class RowsAsPeople(Planted):
    """Counts rows in the histogram that a bound is chosen from."""

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        return PandasEngine(self.frame.assign(who=np.arange(len(self.frame)))).contributions(asked)


class Cautious(Planted):
    """Refuses to answer for groups of a few people: a refusal that tells."""

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        if self.frame["who"].nunique() < 3:
            raise NoiseRefused("too few people")
        return super().plan(plan)
