"""One person more or less moves what an engine answers by no more than the question says.

Replay, without chance: for tables drawn at random and every person in them, the answers with and without that person
are compared. A planted fault of each kind is caught.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import WHOLE_MAX, Amount, BoundingPlan, Contributions, Discovery, Measure, Norm
from privshare.model.entropy import seeded_generator
from privshare.model.party import ColumnName
from tests.holders import engine_tables
from tests.holders.engine_tables import ROWS, Question, Row, asked_of, frame_of, questions

WHO, TOWN, BAND, VALUE = (ColumnName(name) for name in ("who", "town", "band", "value"))
BY = (TOWN, BAND)
Key = tuple[str, ...]
Histogram = Callable[[pd.DataFrame, Contributions], Sequence[int]]
Found = Callable[[pd.DataFrame, Discovery], Mapping[Key, int]]


@settings(max_examples=60)
@given(rows=ROWS, asked=questions())
def test_one_person_moves_any_answer_by_at_most_its_sensitivity_in_its_norm(
    rows: list[Row], asked: tuple[Question, ...]
) -> None:
    full = PandasEngine(frame_of(rows))
    for person in {row[engine_tables.WHO] for row in rows}:
        less = PandasEngine(frame_of([row for row in rows if row[engine_tables.WHO] != person]))
        for question in asked:
            before, after = asked_of(full, question), asked_of(less, question)
            if isinstance(question, BoundingPlan):
                size = len(question.keys)
                for place, measure in enumerate(question.measures):
                    part = slice(place * size, (place + 1) * size)
                    power = 1 if measure.norm is Norm.L1 else 2
                    moved = [abs(a - b) ** power for a, b in zip(before[part], after[part], strict=True)]
                    assert sum(moved) <= measure.sensitivity**power
            elif isinstance(question, Contributions):
                assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) <= 1
            else:
                assert set(after) <= set(before)
                assert sum(before[key] - after.get(key, 0) for key in before) <= question.measure.bound


def random_tables(count: int) -> Iterator[pd.DataFrame]:
    chance = seeded_generator(20261123)
    for _ in range(count):
        rows = int(chance.integers(1, 40))
        frame = pd.DataFrame(
            {
                "who": chance.choice(["ada", "bo", "cy", "di", "ed"], rows),
                "town": chance.choice(["N", "S", "E", "W", "far"], rows),
                "band": chance.integers(1, 4, rows),
                "value": chance.integers(-60, 90, rows).astype(float),
            }
        )
        frame.loc[chance.random(rows) < 0.1, "value"] = float("nan")
        frame.loc[chance.random(rows) < 0.1, "town"] = None
        yield frame


def histogram_moves(histogram: Histogram) -> int:
    """The largest L1 change that adding or removing one person makes over random tables."""
    worst = 0
    for number, frame in enumerate(random_tables(60)):
        keys = None if number % 2 else (("N", "1"), ("S", "2"), ("E", "3"))
        count = Measure("m", None, 1, 1, 1, norm=list(Norm)[number % 4 // 2])
        value = replace(count, column=VALUE, lower=-30, upper=50, amount=Amount.SUM)
        asked = Contributions(WHO, BY, keys, value if number % 3 else count, (1, 2, 5, 10, 50, 100))
        full = histogram(frame, asked)
        for person in frame["who"].unique():
            less = histogram(frame[frame["who"] != person], asked)
            worst = max(worst, sum(abs(a - b) for a, b in zip(full, less, strict=True)))
    return worst


def honest_histogram(frame: pd.DataFrame, asked: Contributions) -> Sequence[int]:
    return PandasEngine(frame).contributions(asked)


def test_one_person_moves_the_histogram_by_one() -> None:
    assert histogram_moves(honest_histogram) == 1


def rows_instead_of_persons(frame: pd.DataFrame, asked: Contributions) -> Sequence[int]:
    return honest_histogram(frame.assign(who=np.arange(len(frame))), asked)


def a_step_a_group(frame: pd.DataFrame, asked: Contributions) -> Sequence[int]:
    keys = asked.keys or tuple(unbounded(frame, Discovery(asked.person, asked.by, EVERYTHING)))
    each = [honest_histogram(frame, replace(asked, keys=(key,))) for key in keys]
    return [sum(column) for column in zip(*each, strict=True)] or [0] * len(asked.ladder)


@pytest.mark.parametrize("faulty", [rows_instead_of_persons, a_step_a_group])
def test_a_planted_fault_in_the_histogram_is_caught(faulty: Histogram) -> None:
    assert histogram_moves(faulty) > 1


def discovery_violation(discover: Found) -> str:
    """The first way in which finding groups breaks what the noise for them reckons with, or ""."""
    for number, frame in enumerate(random_tables(80)):
        amount = (Amount.ROWS, Amount.PEOPLE)[number % 2]
        asked = Discovery(WHO, BY, Measure("m", None, 1, 1, 1 + number % 6, amount))
        full = discover(frame, asked)
        for person in frame["who"].unique():
            less = discover(frame[frame["who"] != person], asked)
            if not set(less) <= set(full):
                return "a group appears when a person leaves"
            moved = [abs(count - less.get(key, 0)) for key, count in full.items()]
            if sum(moved) > asked.measure.bound:
                return "moves further than the bound in L1"
            if len(set(full) - set(less)) > asked.measure.bound:
                return "makes more groups than the bound"
            if max(moved, default=0) > asked.measure.bound:
                return "moves one group further than the bound"
    return ""


EVERYTHING = Measure("m", None, 1, 1, WHOLE_MAX)


def honest_discovery(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return PandasEngine(frame).discovery(asked)


def test_one_person_moves_the_found_groups_by_no_more_than_the_bound() -> None:
    assert discovery_violation(honest_discovery) == ""


def unbounded(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return honest_discovery(frame, replace(asked, measure=replace(asked.measure, bound=WHOLE_MAX)))


def each_cell_bounded(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return {key: min(asked.measure.bound, count) for key, count in unbounded(frame, asked).items()}


def with_empty_groups(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return {**dict.fromkeys(unbounded(frame, asked), 0), **honest_discovery(frame, asked)}


def rounded_up(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    """Keeps at least one row a group: many small groups then add up to more than the bound."""
    sums: dict[Key, int] = {}
    for _, mine in frame.groupby("who"):
        cut = honest_discovery(mine, asked)
        for key in unbounded(mine, asked):
            sums[key] = sums.get(key, 0) + max(1, cut.get(key, 0))
    return sums


def only_small_groups(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return {key: count for key, count in honest_discovery(frame, asked).items() if count < 3}


@pytest.mark.parametrize(
    ("faulty", "told"),
    [
        (unbounded, "in L1"),
        (each_cell_bounded, "in L1"),
        (with_empty_groups, "more groups"),
        (rounded_up, "in L1"),
        (only_small_groups, "appears"),
    ],
)
def test_a_planted_fault_in_finding_groups_is_caught(faulty: Found, told: str) -> None:
    assert told in discovery_violation(faulty)
