"""Pairs of neighbouring tables, the questions asked of both, and what may not happen between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from privshare.errors import PrivshareError
from privshare.model.bounding import WHOLE_MAX, Amount, Bins, BoundingPlan, Contributions, Discovery, Group
from privshare.model.category import RungKind
from privshare.model.entropy import seeded_generator
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.use.release.statistic import answer
from privshare.use.release.terms import Engine, Key, MeasureTerms, Noise, StatisticTerms, columns_of, price
from tests.holders.slow_engine import slow_discovery, slow_plan
from tests.statistical.replaying import Door, Draw, distance

BANK = PartyId("bank")
WHO, TOWN, AGE, VALUE = (ColumnName(name) for name in ("who", "town", "age", "value"))
AGES = Bins(AGE, (30, 60))
EngineOf = Callable[[pd.DataFrame], Engine]


@dataclass(frozen=True)
class Case:
    """What is asked. chosen: whether bounds are left to be chosen. keys: the groups, or None to find them.

    bias: percent of each price for what its bound cuts away.
    """

    noise: Noise
    by: tuple[Group, ...]
    keys: tuple[Key, ...] | None
    chosen: bool
    bias: int = 0

    def terms(self, number: int) -> StatisticTerms:
        """One of a few questions, so that what is slow to build is built once."""
        bounds = [(1, 1, 20, 300), (2, 3, 7, 50), (5, 2, 120, 2_000), (3, 1, 1, 1)][number % 4]
        delta = 10**9 if self.keys is None or self.noise is Noise.GAUSSIAN else 0

        def measure(place: int, amount: Amount, low: int = 1, high: int = 1, centre: int = 0) -> MeasureTerms:
            return MeasureTerms(
                name=amount.value,
                column=VALUE if amount in (Amount.SUM, Amount.SQUARES) else None,
                lower=low,
                upper=high,
                bound=None if self.chosen else bounds[place],
                top=bounds[place],
                loss=PrivacyLoss((place + 1) * MICRO // 5, 0 if place else delta),
                amount=amount,
                centre=centre,
                whole=number % 3 == 0,
                bias_percent=self.bias,
            )

        counts = (measure(0, Amount.ROWS), measure(1, Amount.PEOPLE))
        values = (measure(2, Amount.SUM, -30, 50), measure(3, Amount.SQUARES, -30, 50, 10))
        return StatisticTerms(WHO, self.by, self.keys, (*counts, *values), self.noise)


TOWNS: tuple[Key, ...] = (("N",), ("S",), ("nobody's",))
BANDS: tuple[Key, ...] = tuple((town, band) for town in "NE" for band in AGES.labels)
CASES = {
    "laplace": Case(Noise.LAPLACE, (TOWN,), TOWNS, chosen=False),
    "laplace, bounds chosen": Case(Noise.LAPLACE, (TOWN, AGES), BANDS, chosen=True),
    "gaussian": Case(Noise.GAUSSIAN, (TOWN, AGES), BANDS, chosen=False),
    "gaussian, bounds chosen": Case(Noise.GAUSSIAN, (TOWN,), TOWNS, chosen=True),
    "bias": Case(Noise.LAPLACE, (TOWN,), TOWNS, chosen=False, bias=20),
    "bias, bounds chosen": Case(Noise.LAPLACE, (TOWN, AGES), BANDS, chosen=True, bias=50),
    "groups found": Case(Noise.LAPLACE, (TOWN,), None, chosen=False),
    "groups found, bounds chosen": Case(Noise.LAPLACE, (TOWN, AGE), None, chosen=True),
}


def tables(seed: int) -> Iterator[pd.DataFrame]:
    """Small tables without end: heavy and light people, missing and far numbers, rows without a group."""
    chance = seeded_generator(seed)
    while True:
        rows = int(chance.integers(1, 40))
        frame = pd.DataFrame(
            {
                "who": chance.integers(0, 6, rows) * (chance.random(rows) < chance.random()),
                "town": chance.choice(np.array(["N", "S", "E", "elsewhere", None], dtype=object), rows),
                "age": chance.integers(20, 70, rows),
                "value": chance.integers(-60, 90, rows).astype(float),
            }
        )
        frame.loc[chance.random(rows) < 0.1, "value"] = float("nan")
        frame.loc[chance.random(rows) < 0.1, "value"] = float(2**60)
        yield frame


class Watched:
    """An engine that remembers what bounded numbers it was asked for, in order."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked: list[Discovery | BoundingPlan] = []

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        self.asked.append(plan)
        return self._engine.plan(plan)

    def contributions(self, asked: Contributions) -> Sequence[int]:
        return self._engine.contributions(asked)

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        self.asked.append(asked)
        return self._engine.discovery(asked)


@dataclass(frozen=True)
class Answered:
    """A release, what it drew, and which bounded numbers it asked for."""

    release: Release
    draws: list[Draw]
    asked: list[Discovery | BoundingPlan]


def released(frame: pd.DataFrame, terms: StatisticTerms, door: Door, engine_of: EngineOf) -> Answered:
    """Answer the terms on a table; the door records or replays, as it was told to."""
    engine = Watched(engine_of(frame))
    columns = dict.fromkeys([*columns_of(terms.by), *(m.column for m in terms.measures if m.column)])
    uses = (ColumnUse(BANK, WHO, RungKind.NEVER), *(ColumnUse(BANK, each, RungKind.AFTER_DP) for each in columns))
    granted = Permit(Question("q", "Q?", PurposeId("p"), uses, price(terms)), (), minimum_group=5)
    release = answer(granted, request="0" * 64, terms=terms, engine=engine)
    return Answered(release, door.draws, engine.asked)


def violation(case: Case, door: Door, engine_of: EngineOf, *, pairs: int, seed: int = 20260301) -> str:
    """The first way in which so many pairs break what their releases declare, or ""."""
    done = 0
    for number, frame in enumerate(tables(seed)):
        terms = case.terms(number)
        for person in frame["who"].unique():
            mine, less = frame[frame["who"] == person], frame[frame["who"] != person]
            # Either table may be the one whose draws are replayed on the other; of found groups only the smaller one,
            # since a group in which the person was alone cannot be published again without them.
            one, other = (frame, less) if done % 2 and case.keys is not None else (less, frame)
            try:
                door.record()
                first = released(one, terms, door, engine_of)
                door.replay(first.draws)
                told = difference(first, released(other, terms, door, engine_of), mine)
            except PrivshareError:
                told = "a refusal that depends on the data"
            if told:
                return told
            done += 1
            if done == pairs:
                return ""
    raise AssertionError("there is no end of tables")


def difference(one: Answered, other: Answered, mine: pd.DataFrame) -> str:
    """What two releases on neighbouring tables have no right to differ in, or "". mine: the rows of the person."""
    for each in (one, other):
        printed = each.release.parts[: len(each.draws)]
        # Without a published group there is nothing to draw for measures whose part is printed all the same.
        unused = each.release.parts[len(each.draws) :] if each.release.cells else ()
        if unused or [float(part.scale) for part in printed] != [draw.scale for draw in each.draws]:
            return "noise that is not printed"
    longer, shorter = sorted((one, other), key=lambda each: len(each.draws), reverse=True)
    if longer.asked[: len(shorter.asked)] != shorter.asked:
        return "another question on the neighbour"
    declared = [part.sensitivity for part in longer.release.parts]
    own = [size for question in longer.asked for size in _own(question, mine)]
    # What comes before these numbers are histograms, which every person moves by 1 at most.
    own = [1] * (len(longer.draws) - len(own)) + own
    for place, there in enumerate(longer.draws):
        first, second = (each.draws[place] if place < len(each.draws) else None for each in (one, other))
        ended = first is None or second is None
        if ended and isinstance(there.exact, dict):
            # Where no group occurs none is noised. Whatever the neighbour publishes is then delta's to pay for.
            first, second = there, replace(there, exact={})
        if first is None or second is None or first.shape != second.shape:
            return "other noise on the neighbour"
        moved = first.moved(second)
        if moved > declared[place]:
            return "moves further than declared"
        if moved > own[place]:
            return "moves further than the person's own numbers"
        if ended:
            break
    return ""


def _own(question: Discovery | BoundingPlan, mine: pd.DataFrame) -> list[int]:
    """How far the person's numbers, without any bound, move each measure: all that a light person may move it."""
    rows: Any = mine.to_dict("records")
    if isinstance(question, Discovery):
        free = replace(question, measure=replace(question.measure, bound=WHOLE_MAX))
        return [sum(slow_discovery(rows, free).values())]
    measures = tuple(replace(measure, bound=WHOLE_MAX // measure.grain) for measure in question.measures)
    numbers, size = slow_plan(rows, replace(question, measures=measures)), len(question.keys)
    return [
        distance(dict(enumerate(numbers[place * size : (place + 1) * size])), {}, measure.norm)
        for place, measure in enumerate(measures)
    ]
