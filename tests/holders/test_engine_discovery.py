"""What the engine finds out for bounds and unknown groups: equal to slow twins, and moved by one person no further.

Replay, without chance: for random tables and every person in them, the answers with and without that person are
compared. A planted fault of each kind is caught.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.holders.engines import pandas_engine
from privshare.holders.engines.pandas_engine import found_keys, run_contributions, run_discovery, run_plan
from privshare.model.bounding import WHOLE_MAX, BoundingPlan, Contributions, Discovery, Measure
from privshare.model.entropy import seeded_generator
from privshare.model.party import ColumnName

WHO, TOWN, BAND, VALUE = (ColumnName(name) for name in ("who", "town", "band", "value"))
BY = (TOWN, BAND)
NAMES = ("ada", "bo", "cy", "di")
Row = tuple[Any, ...]
Key = tuple[str, ...]
HUGE = [2**53, -(2**53), 2**63, -(2**63), 2**64, 2**200]
ROWS = st.lists(
    st.tuples(
        st.sampled_from([*NAMES, None]),
        st.sampled_from(["N", "S", "E", "", None]),
        st.sampled_from([1, 2, "1", None, math.nan]),
        st.one_of(st.integers(-9, 9), st.sampled_from([*HUGE, None, "x", math.nan, math.inf, -math.inf, 2.9])),
    ),
    max_size=18,
)
LADDERS = st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True).map(lambda steps: tuple(sorted(steps)))
KEYS = st.sampled_from([None, (("N", "1"), ("S", "2"), ("W", "9")), (("", "1"),)])
CLAMPS = st.sampled_from([(0, 9), (-9, 9), (-3, 0), (2, 5), (-WHOLE_MAX, WHOLE_MAX)])


def frame_of(rows: Sequence[Row], *, categorical: bool = False) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    series = [pd.Series(list(column), dtype=object) for column in columns]
    frame = pd.DataFrame(dict(zip(("who", "town", "band", "value"), series, strict=True)))
    if categorical:
        frame["who"] = frame["who"].astype("category")
        frame["town"] = frame["town"].astype(pd.CategoricalDtype(["unused", "", "S", "N", "E"]))
    return frame


def text_of(cell: Any) -> str | None:
    return None if cell is None or (isinstance(cell, float) and math.isnan(cell)) else str(cell)


def key_of(row: Row) -> Key | None:
    town, band = text_of(row[1]), text_of(row[2])
    return None if town is None or band is None else (town, band)


def whole(value: Any) -> int:
    if not isinstance(value, int | float) or (isinstance(value, float) and math.isnan(value)):
        return 0
    if isinstance(value, float) and math.isinf(value):
        return WHOLE_MAX if value > 0 else -WHOLE_MAX
    return max(-WHOLE_MAX, min(WHOLE_MAX, math.floor(value)))


def totals_of(rows: Sequence[Row], asked: Contributions) -> dict[str, int]:
    """The definition: each person's sum of magnitudes over groups."""
    cells: dict[str, dict[Key, int]] = {}
    for row in rows:
        key = key_of(row)
        if row[0] is None or key is None or (asked.keys is not None and key not in asked.keys):
            continue
        amount = 1 if asked.column is None else max(asked.lower, min(asked.upper, whole(row[3])))
        mine = cells.setdefault(row[0], {})
        mine[key] = mine.get(key, 0) + amount
    return {who: sum(map(abs, mine.values())) for who, mine in cells.items()}


def contributions_twin(rows: Sequence[Row], asked: Contributions) -> tuple[int, ...]:
    steps = [0] * len(asked.ladder)
    for total in totals_of(rows, asked).values():
        if total > 0:
            steps[next((i for i, top in enumerate(asked.ladder) if total <= top), len(steps) - 1)] += 1
    return tuple(steps)


def discovery_twin(rows: Sequence[Row], bound: int) -> dict[Key, int]:
    cells: dict[str, dict[Key, int]] = {}
    for row in rows:
        key = key_of(row)
        if row[0] is not None and key is not None:
            mine = cells.setdefault(row[0], {})
            mine[key] = mine.get(key, 0) + 1
    sums: dict[Key, int] = {}
    for mine in cells.values():
        total = sum(mine.values())
        for key, count in mine.items():
            sums[key] = sums.get(key, 0) + (count if total <= bound else count * bound // total)
    return {key: count for key, count in sums.items() if count > 0}


@pytest.mark.parametrize("categorical", [False, True])
@settings(max_examples=100)
@given(rows=ROWS)
def test_the_found_keys_are_the_set_of_keys(categorical: bool, rows: list[Row]) -> None:
    expected = {key for key in map(key_of, rows) if key is not None}
    assert found_keys(frame_of(rows, categorical=categorical), BY) == tuple(sorted(expected))


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 6])
def test_found_keys_of_many_columns_and_many_values(columns: int) -> None:
    """400 values a column: numbering all combinations that could be would need 400^6 numbers."""
    drawn = seeded_generator(columns).integers(0, 400, (3_000, columns))
    names = [ColumnName(f"c{place}") for place in range(columns)]
    expected = tuple(sorted({tuple(map(str, row)) for row in drawn.tolist()}))
    assert found_keys(pd.DataFrame(drawn, columns=names), names) == expected


def test_cells_that_read_alike_are_one_group_and_do_not_stop_a_query() -> None:
    """1 and "1": a key twice in a plan is refused, which here would be a refusal that depends on rows."""
    frame = frame_of([("ada", "N", 1, 1), ("bo", "N", "1", 1)])
    assert found_keys(frame, BY) == (("N", "1"),)
    assert run_discovery(frame, Discovery(WHO, BY, 5)) == {("N", "1"): 2}
    assert run_contributions(frame, Contributions(WHO, BY, None, None, 1, 1, (1, 5))) == (2, 0)


@pytest.mark.parametrize("categorical", [False, True])
def test_nothing_but_nulls_has_no_group(categorical: bool) -> None:
    frame = frame_of([("ada", None, None, 1), ("bo", None, 1, 1), ("cy", "N", None, 1)], categorical=categorical)
    assert found_keys(frame, BY) == ()
    assert run_discovery(frame, Discovery(WHO, BY, 3)) == {}
    assert run_contributions(frame, Contributions(WHO, BY, None, None, 1, 1, (1, 5))) == (0, 0)


@pytest.mark.parametrize("categorical", [False, True])
@settings(max_examples=120)
@given(rows=ROWS, keys=KEYS, counted=st.booleans(), clamps=CLAMPS, ladder=LADDERS)
def test_contributions_equal_the_slow_twin(
    categorical: bool, rows: list[Row], keys: Any, counted: bool, clamps: tuple[int, int], ladder: tuple[int, ...]
) -> None:
    low, high = (1, 1) if counted else clamps
    asked = Contributions(WHO, BY, keys, None if counted else VALUE, low, high, ladder)
    answer = run_contributions(frame_of(rows, categorical=categorical), asked)
    assert answer == contributions_twin(rows, asked)
    assert {type(count) for count in answer} == {int}


@pytest.mark.parametrize("categorical", [False, True])
@settings(max_examples=120)
@given(rows=ROWS, bound=st.integers(1, 12))
def test_discovery_equals_the_slow_twin(categorical: bool, rows: list[Row], bound: int) -> None:
    answer = run_discovery(frame_of(rows, categorical=categorical), Discovery(WHO, BY, bound))
    assert answer == discovery_twin(rows, bound)
    assert all(type(count) is int and count > 0 for count in answer.values())


@settings(max_examples=100)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_row_order_does_not_matter(rows: list[Row], order: Any) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)
    asked = Contributions(WHO, BY, None, VALUE, -9, 9, (1, 5, 20))
    assert run_contributions(frame_of(shuffled), asked) == run_contributions(frame_of(rows), asked)
    assert run_discovery(frame_of(shuffled), Discovery(WHO, BY, 2)) == run_discovery(
        frame_of(rows), Discovery(WHO, BY, 2)
    )


Histogram = Callable[[pd.DataFrame, Contributions], Sequence[int]]
Found = Callable[[pd.DataFrame, Discovery], Mapping[Key, int]]


def random_tables(count: int) -> list[pd.DataFrame]:
    chance = seeded_generator(20261123)
    tables = []
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
        tables.append(frame)
    return tables


def histogram_moves(histogram: Histogram) -> int:
    """The largest L1 change that adding or removing one person makes over random tables."""
    worst = 0
    for number, frame in enumerate(random_tables(60)):
        keys = None if number % 2 else (("N", "1"), ("S", "2"), ("E", "3"))
        column = VALUE if number % 3 else None
        low, high = (-30, 50) if column else (1, 1)
        asked = Contributions(WHO, BY, keys, column, low, high, (1, 2, 5, 10, 50, 100))
        full = histogram(frame, asked)
        for person in frame["who"].unique():
            less = histogram(frame[frame["who"] != person], asked)
            worst = max(worst, sum(abs(a - b) for a, b in zip(full, less, strict=True)))
    return worst


def test_one_person_moves_the_histogram_by_one() -> None:
    assert histogram_moves(run_contributions) == 1


def rows_instead_of_persons(frame: pd.DataFrame, asked: Contributions) -> Sequence[int]:
    return run_contributions(frame.assign(who=np.arange(len(frame))), asked)


def a_step_a_group(frame: pd.DataFrame, asked: Contributions) -> Sequence[int]:
    keys = asked.keys or found_keys(frame, asked.by)
    each = [
        run_contributions(
            frame, Contributions(asked.person, asked.by, (key,), asked.column, asked.lower, asked.upper, asked.ladder)
        )
        for key in keys
    ]
    return [sum(column) for column in zip(*each, strict=True)] or [0] * len(asked.ladder)


@pytest.mark.parametrize("faulty", [rows_instead_of_persons, a_step_a_group])
def test_a_planted_fault_in_the_histogram_is_caught(faulty: Histogram) -> None:
    assert histogram_moves(faulty) > 1


def discovery_violation(discover: Found) -> str:
    """The first way in which finding groups breaks what the noise for them reckons with, or ""."""
    for number, frame in enumerate(random_tables(60)):
        asked = Discovery(WHO, BY, 1 + number % 6)
        full = discover(frame, asked)
        for person in frame["who"].unique():
            less = discover(frame[frame["who"] != person], asked)
            if not set(less) <= set(full):
                return "a group appears when a person leaves"
            moved = [abs(count - less.get(key, 0)) for key, count in full.items()]
            if sum(moved) > asked.bound:
                return "moves further than the bound in L1"
            if len(set(full) - set(less)) > asked.bound:
                return "makes more groups than the bound"
            if max(moved, default=0) > asked.bound:
                return "moves one group further than the bound"
    return ""


def test_one_person_moves_the_found_groups_by_no_more_than_the_bound() -> None:
    assert discovery_violation(run_discovery) == ""


def unbounded(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return run_discovery(frame, Discovery(asked.person, asked.by, WHOLE_MAX))


def each_cell_bounded(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return {key: min(asked.bound, count) for key, count in unbounded(frame, asked).items()}


def with_empty_groups(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    return {**dict.fromkeys(found_keys(frame, asked.by), 0), **run_discovery(frame, asked)}


def rounded_up(frame: pd.DataFrame, asked: Discovery) -> Mapping[Key, int]:
    """Keeps at least one row a group: many small groups then add up to more than the bound."""
    sums: dict[Key, int] = {}
    for _, mine in frame.groupby("who"):
        whole_counts = run_discovery(mine, Discovery(asked.person, asked.by, WHOLE_MAX))
        cut = run_discovery(mine, asked)
        for key in whole_counts:
            sums[key] = sums.get(key, 0) + max(1, cut.get(key, 0))
    return sums


@pytest.mark.parametrize(
    ("faulty", "told"),
    [
        (unbounded, "in L1"),
        (each_cell_bounded, "in L1"),
        (with_empty_groups, "more groups"),
        (rounded_up, "in L1"),
    ],
)
def test_a_planted_fault_in_finding_groups_is_caught(faulty: Found, told: str) -> None:
    assert told in discovery_violation(faulty)


def test_totals_beyond_64_bits_fall_on_the_last_step() -> None:
    """5,000 rows of 2^53 are 2^65: added up in 64 bits they would wrap to a small or a negative total."""
    frame = pd.DataFrame({"who": ["ada"] * 5_000 + ["bo"], "town": "N", "value": [2**53] * 5_000 + [3]})
    asked = Contributions(WHO, (TOWN,), None, VALUE, 0, WHOLE_MAX, (1, 5, 2**40))
    assert run_contributions(frame, asked) == (0, 1, 1)
    cells = np.zeros(5_000, dtype=np.int64)
    totals = pandas_engine._totals(cells, np.full(5_000, 2**53, dtype=np.int64), keys=1)
    assert totals.tolist() == [WHOLE_MAX]
    assert int(np.add.reduce(np.full(4_096, 2**53, dtype=np.int64))) != 4_096 * 2**53, "64 bits would have done"


def test_totals_of_opposite_signs_cancel_inside_a_group_only() -> None:
    frame = pd.DataFrame({"who": ["ada"] * 4, "town": ["N", "N", "S", "E"], "value": [2**53, -(2**53), -7, 4]})
    asked = Contributions(WHO, (TOWN,), None, VALUE, -WHOLE_MAX, WHOLE_MAX, (10, 11, 12, 2**53))
    assert run_contributions(frame, asked) == (0, 1, 0, 0), "0 in N, 7 in S, 4 in E"


@settings(max_examples=60)
@given(rows=ROWS, bound=st.integers(1, 12))
def test_the_chosen_bound_cuts_exactly_those_above_it(rows: list[Row], bound: int) -> None:
    """A step's people are those whom a bound below it would cut: histogram and bounding measure the same thing."""
    frame = frame_of(rows)
    asked = Contributions(WHO, BY, None, VALUE, -9, 9, (bound, 10**6))
    untouched, cut = run_contributions(frame, asked)
    whole_people = 0
    for who in NAMES:
        mine = frame[frame["who"] == who]
        keys = found_keys(mine, BY)
        if not keys:
            continue
        plans = [BoundingPlan(WHO, BY, keys, (Measure("m", VALUE, -9, 9, most),)) for most in (bound, 10**6)]
        clipped, full = (run_plan(mine, plan) for plan in plans)
        whole_people += any(full) and clipped == full
    assert whole_people == untouched
    assert whole_people + cut <= len(NAMES)


@pytest.mark.parametrize("missing", ["who", "town", "value"])
def test_a_missing_column_is_refused_by_name(missing: str) -> None:
    frame = frame_of([("ada", "N", 1, 1)]).drop(columns=missing)
    with pytest.raises(ParameterRefused, match=missing):
        run_contributions(frame, Contributions(WHO, BY, None, VALUE, 0, 9, (1, 2)))
    if missing != "value":
        with pytest.raises(ParameterRefused, match=missing):
            run_discovery(frame, Discovery(WHO, BY, 1))


@pytest.mark.parametrize("ladder", [(), (0, 1), (-1,), (1, 1), (2, 1)])
def test_a_ladder_that_does_not_ascend_cannot_be_made(ladder: tuple[int, ...]) -> None:
    with pytest.raises(ParameterRefused, match="ladder"):
        Contributions(WHO, BY, None, None, 1, 1, ladder)


@pytest.mark.parametrize(("by", "bound"), [((), 1), (BY, 0), (BY, -1), (BY, True), (BY, 1.0), (BY, WHOLE_MAX + 1)])
def test_a_discovery_that_bounds_nothing_cannot_be_made(by: Any, bound: Any) -> None:
    with pytest.raises(ParameterRefused):
        Discovery(WHO, by, bound)
