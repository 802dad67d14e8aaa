"""Every engine gives the numbers of a slow twin written from the definition, and moves by no more than the bound."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.holders.engines import ENGINES
from privshare.model.bounding import WHOLE_MAX, BoundingPlan, Measure
from privshare.model.party import ColumnName

WHO, TOWN, BAND, VALUE = (ColumnName(name) for name in ("who", "town", "band", "value"))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bo", "cy", "di", None]),
        st.sampled_from(["N", "S", "E", None]),
        st.sampled_from([1, 2, 3]),
        st.one_of(st.integers(-9, 9), st.integers(-(2**70), 2**70), st.sampled_from([2**53, -(2**53), 2**63, 2**64])),
    ),
    max_size=25,
)
PLANS = st.builds(
    lambda low, width, bound: BoundingPlan(
        WHO,
        (TOWN, BAND),
        (("N", "1"), ("S", "1"), ("S", "2"), ("E", "3"), ("W", "1")),
        (Measure("rows", None, 1, 1, bound), Measure("sum", VALUE, low, min(WHOLE_MAX, low + width), bound)),
    ),
    st.one_of(st.integers(-20, 20), st.just(-WHOLE_MAX)),
    st.one_of(st.integers(0, 30), st.just(2 * WHOLE_MAX)),
    st.one_of(st.integers(1, 12), st.just(WHOLE_MAX)),
)


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    series = [pd.Series(list(column), dtype=object) for column in columns]
    return pd.DataFrame(dict(zip(("who", "town", "band", "value"), series, strict=True)))


def twin(rows: list[tuple[Any, ...]], plan: BoundingPlan) -> tuple[int, ...]:
    """The definition, cell by cell, in Python integers."""
    answer: list[int] = []
    for measure in plan.measures:
        cells: dict[Any, dict[tuple[str, ...], int]] = {}
        for who, town, band, value in rows:
            key = (town, str(band))
            if who is None or key not in plan.keys:
                continue
            amount = 1 if measure.column is None else max(measure.lower, min(measure.upper, value))
            mine = cells.setdefault(who, {})
            mine[key] = mine.get(key, 0) + amount
        sums = dict.fromkeys(plan.keys, 0)
        for mine in cells.values():
            total = sum(abs(n) for n in mine.values())
            for key, n in mine.items():
                magnitude = abs(n) if total <= measure.bound else abs(n) * measure.bound // total
                sums[key] += -magnitude if n < 0 else magnitude
        answer += sums.values()
    return tuple(answer)


@pytest.fixture(params=sorted(ENGINES))
def run_plan(request: pytest.FixtureRequest) -> Any:
    return ENGINES[request.param]


@pytest.mark.parametrize("engine", sorted(ENGINES))
@settings(max_examples=150)
@given(rows=ROWS, plan=PLANS)
def test_an_engine_equals_the_slow_twin(engine: str, rows: list[tuple[Any, ...]], plan: BoundingPlan) -> None:
    assert ENGINES[engine](frame_of(rows), plan) == twin(rows, plan)


@pytest.mark.parametrize("engine", sorted(ENGINES))
@settings(max_examples=60)
@given(rows=ROWS, plan=PLANS, order=st.randoms(use_true_random=False))
def test_row_order_does_not_matter(engine: str, rows: list[tuple[Any, ...]], plan: BoundingPlan, order: Any) -> None:
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert ENGINES[engine](frame_of(shuffled), plan) == ENGINES[engine](frame_of(rows), plan)


@pytest.mark.parametrize("engine", sorted(ENGINES))
@settings(max_examples=150)
@given(rows=ROWS, plan=PLANS, who=st.sampled_from(["ada", "bo", "cy", "di"]))
def test_one_person_moves_a_measure_by_at_most_its_bound(
    engine: str, rows: list[tuple[Any, ...]], plan: BoundingPlan, who: str
) -> None:
    size = len(plan.keys)
    full = ENGINES[engine](frame_of(rows), plan)
    less = ENGINES[engine](frame_of([row for row in rows if row[0] != who]), plan)
    for index, measure in enumerate(plan.measures):
        part = slice(index * size, (index + 1) * size)
        assert sum(abs(a - b) for a, b in zip(full[part], less[part], strict=True)) <= measure.bound


def plan_for(column: ColumnName | None = VALUE, *, lower: int = 0, upper: int = 10, bound: int = 10) -> BoundingPlan:
    if column is None:
        lower = upper = 1
    return BoundingPlan(WHO, (TOWN,), (("N",), ("S",)), (Measure("m", column, lower, upper, bound),))


def people(values: list[Any], dtype: Any = None) -> pd.DataFrame:
    """One person a value, all in town N."""
    count = len(values)
    return pd.DataFrame({"who": range(count), "town": ["N"] * count, "value": pd.Series(values, dtype=dtype)})


def test_a_light_person_is_never_scaled_up_and_a_heavy_one_is_scaled_down(run_plan: Any) -> None:
    frame = pd.DataFrame({"who": ["light", "heavy", "heavy"], "town": ["N", "N", "S"], "value": [1, 30, 70]})
    assert run_plan(frame, plan_for(upper=100, bound=10)) == (1 + 3, 7)


def test_a_negative_cell_is_cut_towards_zero(run_plan: Any) -> None:
    """Flooring -1/3 to -1 would let one person reach more than the bound."""
    frame = pd.DataFrame({"who": ["a"] * 3, "town": ["N", "N", "S"], "value": [-1, -1, -1]})
    assert run_plan(frame, plan_for(lower=-5, upper=5, bound=1)) == (0, 0)
    assert run_plan(frame, plan_for(lower=-5, upper=5, bound=2)) == (-1, 0)


def test_rows_of_other_groups_do_not_use_up_the_bound(run_plan: Any) -> None:
    frame = pd.DataFrame({"who": ["a"] * 9, "town": ["N"] + ["elsewhere"] * 8, "value": [5] * 9})
    assert run_plan(frame, plan_for(bound=5)) == (5, 0)


def test_sums_beyond_64_bits_are_exact(run_plan: Any) -> None:
    rows = 3000
    frame = pd.DataFrame({"who": ["a"] * rows, "town": ["N"] * (rows - 1) + ["S"], "value": [2**53] * rows})
    answer = run_plan(frame, plan_for(lower=-WHOLE_MAX, upper=WHOLE_MAX, bound=WHOLE_MAX))
    assert answer == ((rows - 1) * WHOLE_MAX // rows, WHOLE_MAX // rows)


@pytest.mark.parametrize(
    "name", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "Int64", "object"]
)
def test_every_whole_number_type_clamps_alike(run_plan: Any, name: str) -> None:
    assert run_plan(people([3, 7, 100], name), plan_for(lower=-5, upper=7, bound=100)) == (17, 0)
    assert run_plan(people([3, 7, 100], name), plan_for(lower=4, upper=10**6, bound=10**9)) == (111, 0)


def test_an_unsigned_number_beyond_63_bits_stays_large(run_plan: Any) -> None:
    """A plain cast to 64 signed bits would turn it negative."""
    assert run_plan(people([2**64 - 1, 2**63, 3], "uint64"), plan_for(lower=-9, upper=9, bound=100)) == (21, 0)


@pytest.mark.parametrize(
    ("value", "counts_as"),
    [
        (math.nan, 0),
        (math.inf, 9),
        (-math.inf, -9),
        (2.9, 2),
        (-2.1, -3),
        (1e300, 9),
        (None, 0),
        ("7", 0),
        ("seven", 0),
        (True, 1),
        (Decimal("2.5"), 2),
        (Decimal("NaN"), 0),
        (pd.Timestamp("2026-01-01"), 0),
        (10**400, 9),
    ],
)
def test_no_cell_can_stop_a_query(run_plan: Any, value: Any, counts_as: int) -> None:
    asked = plan_for(lower=-9, upper=9, bound=100)
    assert run_plan(people([4, value, 5], object), asked) == (9 + counts_as, 0)
    if isinstance(value, float):
        assert run_plan(people([4.0, value, 5.0], "float64"), asked) == (9 + counts_as, 0)


def test_what_is_no_number_is_clamped_like_any_zero(run_plan: Any) -> None:
    assert run_plan(people([math.nan, 8.0]), plan_for(lower=2, upper=9, bound=100)) == (10, 0)


def test_one_cell_does_not_change_how_another_is_read(run_plan: Any) -> None:
    """A single null turns a pandas column of whole numbers into doubles; clamped values come out the same."""
    asked = plan_for(lower=0, upper=WHOLE_MAX, bound=WHOLE_MAX)
    alone = run_plan(people([2**53 - 1]), asked)
    beside = run_plan(people([2**53 - 1, None]), asked)
    assert alone == beside == (2**53 - 1, 0)


def test_a_row_without_a_person_or_a_group_is_left_out(run_plan: Any) -> None:
    frame = pd.DataFrame({"who": ["a", None, "b"], "town": ["N", "N", None], "value": [1, 1, 1]})
    assert run_plan(frame, plan_for(None, bound=1)) == (1, 0)


def test_null_is_no_group_of_any_name(run_plan: Any) -> None:
    frame = pd.DataFrame({"who": ["a", "b", "c"], "town": pd.Series(["nan", None, math.nan], dtype=object)})
    keys = (("nan",), ("None",), ("<NA>",))
    asked = BoundingPlan(WHO, (TOWN,), keys, (Measure("rows", None, 1, 1, 1),))
    assert run_plan(frame, asked) == (1, 0, 0)


def test_an_empty_table_counts_to_zero(run_plan: Any) -> None:
    assert run_plan(people([]), plan_for()) == (0, 0)
    assert run_plan(people([]), plan_for(None)) == (0, 0)


def test_no_columns_in_by_is_one_total(run_plan: Any) -> None:
    asked = BoundingPlan(WHO, (), ((),), (Measure("rows", None, 1, 1, 2),))
    assert run_plan(people([1, 2, 3]), asked) == (3,)


def test_answers_are_plain_whole_numbers(run_plan: Any) -> None:
    assert [type(value) for value in run_plan(people([1, 2]), plan_for())] == [int, int]


@pytest.mark.parametrize("missing", ["who", "town", "value"])
def test_a_missing_column_is_refused_by_name(run_plan: Any, missing: str) -> None:
    with pytest.raises(ParameterRefused, match=missing):
        run_plan(people([1]).drop(columns=missing), plan_for())


def test_a_column_that_occurs_twice_is_refused(run_plan: Any) -> None:
    frame = people([1])
    doubled = pd.concat([frame, frame[["value"]]], axis=1)
    with pytest.raises(ParameterRefused, match="value"):
        run_plan(doubled, plan_for())


MEASURE: Mapping[str, Any] = {"name": "m", "column": VALUE, "lower": 0, "upper": 1, "bound": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"lower": 2},
        {"lower": 0.0},
        {"upper": math.nan},
        {"upper": True},
        {"upper": WHOLE_MAX + 1},
        {"lower": -WHOLE_MAX - 1},
        {"bound": 0},
        {"bound": -1},
        {"bound": 1.5},
        {"bound": True},
        {"bound": WHOLE_MAX + 1},
        {"column": None},
    ],
)
def test_a_measure_that_bounds_nothing_cannot_be_made(change: Mapping[str, Any]) -> None:
    with pytest.raises(ParameterRefused):
        Measure(**{**MEASURE, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"keys": (("N",), ("N",))},
        {"keys": ()},
        {"keys": (("N", "1"),)},
        {"keys": ((1,),)},
        {"by": (TOWN, TOWN), "keys": (("N", "N"),)},
        {"measures": ()},
        {"measures": (Measure(**MEASURE), Measure(**MEASURE))},
    ],
)
def test_a_plan_that_would_break_its_bound_cannot_be_made(change: Mapping[str, Any]) -> None:
    """A key answered twice, above all: it would let one person count twice."""
    whole = {"person": WHO, "by": (TOWN,), "keys": (("N",),), "measures": (Measure(**MEASURE),)}
    with pytest.raises(ParameterRefused):
        BoundingPlan(**{**whole, **change})
