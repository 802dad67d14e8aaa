"""What an engine promises of a plan, by example: who is cut and how, what is clamped, left out, refused.

Asked of the reference alone, and of both engines held against each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from privshare.errors import ParameterRefused
from privshare.holders.engines import duckdb_engine, opened, statements
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import WHOLE_MAX, Amount, Bins, BoundingPlan, Measure, Norm
from privshare.model.party import ColumnName, PartyId
from privshare.model.table import Table

RunPlan = Callable[[pd.DataFrame, BoundingPlan], Sequence[int]]
WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))


def by_the_reference(frame: pd.DataFrame, plan: BoundingPlan) -> Sequence[int]:
    return PandasEngine(frame).plan(plan)


def by_both(frame: pd.DataFrame, plan: BoundingPlan) -> Sequence[int]:
    with opened(Table(PartyId("bank"), "rows", WHO, frame), plan.measures, key=b"k" * 32) as engine:
        return engine.plan(plan)


@pytest.fixture(params=[by_the_reference, by_both])
def run_plan(request: pytest.FixtureRequest) -> RunPlan:
    chosen: RunPlan = request.param
    return chosen


def summed(column: ColumnName | None = VALUE, *, lower: int = 0, upper: int = 10, **more: Any) -> BoundingPlan:
    """A sum, or a count of rows, over the towns N and S."""
    amount = Amount.ROWS if column is None else Amount.SUM
    low, high = (1, 1) if column is None else (lower, upper)
    measure = Measure("m", column, low, high, **{"bound": 10, "amount": amount, **more})
    return BoundingPlan(WHO, (TOWN,), (("N",), ("S",)), (measure,))


def people(values: list[Any], dtype: Any = "int64") -> pd.DataFrame:
    """One person a value, all in town N."""
    count = len(values)
    return pd.DataFrame({"who": range(count), "town": ["N"] * count, "value": pd.Series(values, dtype=dtype)})


def one_person(towns: str, values: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"who": ["a"] * len(values), "town": list(towns), "value": values})


def test_a_light_person_is_never_scaled_up_and_a_heavy_one_is_scaled_down(run_plan: RunPlan) -> None:
    frame = pd.DataFrame({"who": ["light", "heavy", "heavy"], "town": ["N", "N", "S"], "value": [1, 30, 70]})
    assert run_plan(frame, summed(upper=100)) == (1 + 3, 7)


def test_a_negative_cell_is_cut_towards_zero(run_plan: RunPlan) -> None:
    """Flooring -1/3 to -1 would let one person reach more than the bound."""
    frame = one_person("NNS", [-1, -1, -1])
    assert run_plan(frame, summed(lower=-5, upper=5, bound=1)) == (0, 0)
    assert run_plan(frame, summed(lower=-5, upper=5, bound=2)) == (-1, 0)
    assert run_plan(frame, summed(lower=-5, upper=5, bound=1, grain=10)) == (-6, -3)


def test_a_finer_grain_keeps_what_rounding_down_loses(run_plan: RunPlan) -> None:
    frame = one_person("NNS", [3, 3, 3])
    assert [run_plan(frame, summed(bound=2, grain=grain)) for grain in (1, 10, 100, 1_000)] == [
        (1, 0),
        (13, 6),
        (133, 66),
        (1_333, 666),
    ]
    assert run_plan(frame, summed(bound=9, grain=1_000)) == (6_000, 3_000), "nobody above the bound, only the unit"


def test_by_length_a_person_is_cut_to_a_ball(run_plan: RunPlan) -> None:
    frame = one_person("NS", [3, -4])
    assert run_plan(frame, summed(lower=-9, upper=9, bound=5, norm=Norm.L2)) == (3, -4), "5 long"
    assert run_plan(frame, summed(lower=-9, upper=9, bound=4, norm=Norm.L2)) == (2, -3), "12/5 and 16/5"
    assert run_plan(frame, summed(lower=-9, upper=9, bound=4, norm=Norm.L2, grain=100)) == (240, -320)
    assert run_plan(frame, summed(lower=-9, upper=9, bound=5)) == (2, -2), "7 in L1"


def test_people_are_counted_once_a_group_whatever_they_have_there(run_plan: RunPlan) -> None:
    frame = pd.DataFrame({"who": list("aaaab"), "town": list("NNNSS"), "value": [0, 5, 5, 0, 5]})
    assert run_plan(frame, summed(None, amount=Amount.PEOPLE, bound=2)) == (1, 2)
    assert run_plan(frame, summed(None, amount=Amount.PEOPLE, bound=1)) == (0, 1), "a is half in each"
    assert run_plan(frame, summed(None, amount=Amount.PEOPLE, bound=1, grain=10)) == (5, 15)


def test_squares_are_of_the_distance_from_the_centre_after_clamping(run_plan: RunPlan) -> None:
    squares: dict[str, Any] = {"lower": -10, "upper": 20, "centre": 5, "amount": Amount.SQUARES, "bound": 10**6}
    assert run_plan(people([5, 8, 100, -100]), summed(**squares)) == (0 + 9 + 15**2 + 15**2, 0)
    assert run_plan(people([5, 8, 100, -100]), summed(**{**squares, "amount": Amount.SUM})) == (0 + 3 + 15 - 15, 0)


def test_rows_of_other_groups_do_not_use_up_the_bound(run_plan: RunPlan) -> None:
    frame = pd.DataFrame({"who": ["a"] * 9, "town": ["N"] + ["elsewhere"] * 8, "value": [5] * 9})
    assert run_plan(frame, summed(bound=5)) == (5, 0)


def test_bins_hold_what_is_from_their_edge_on_and_below_the_next(run_plan: RunPlan) -> None:
    bins = Bins(VALUE, (0, 10, 11))
    keys = tuple((label,) for label in bins.labels)
    plan = BoundingPlan(WHO, (bins,), keys, (Measure("rows", None, 1, 1, 1),))
    frame = people([-1, 0, 9, 10, 11, 2**53 + 1, None], "Int64")
    assert run_plan(frame, plan) == (1, 3, 1, 2), "a missing number is 0"


def test_sums_beyond_64_bits_are_exact(run_plan: RunPlan) -> None:
    rows = 3000
    frame = one_person("N" * (rows - 1) + "S", [2**53] * rows)
    answer = run_plan(frame, summed(lower=-WHOLE_MAX, upper=WHOLE_MAX, bound=WHOLE_MAX))
    assert answer == ((rows - 1) * WHOLE_MAX // rows, WHOLE_MAX // rows)


def test_squares_beyond_128_bits_are_exact(run_plan: RunPlan) -> None:
    """2^20 rows of (2^54)^2 are 2^128."""
    rows = 2**20 if run_plan is by_the_reference else 5_000
    frame = pd.DataFrame({"who": np.arange(rows) % 2, "town": "N", "value": np.int64(2**53)})
    wide: dict[str, Any] = {"lower": -WHOLE_MAX, "upper": WHOLE_MAX, "centre": -WHOLE_MAX, "amount": Amount.SQUARES}
    for norm in Norm:
        assert run_plan(frame, summed(**wide, bound=WHOLE_MAX, norm=norm)) == (2 * WHOLE_MAX, 0)


def test_sums_in_two_halves_are_put_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Really it takes 2^18 rows until squares are kept as quotients by 2^64 and rests."""
    for module in (duckdb_engine, statements):
        monkeypatch.setattr(module, "EXACT", 2**100)
    wide: dict[str, Any] = {"lower": -(2**50), "upper": 2**50, "amount": Amount.SQUARES}
    assert by_both(people([3, -4, 2**26]), summed(**wide, bound=WHOLE_MAX)) == (25 + 2**52, 0)
    frame = one_person("NNS", [2**40, 3, 2**40])
    assert by_both(frame, summed(**wide, bound=2**40)) == (2**39, 2**39 - 1)


@pytest.mark.parametrize("name", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "Int64"])
def test_every_whole_number_type_clamps_alike(run_plan: RunPlan, name: str) -> None:
    assert run_plan(people([3, 7, 100], name), summed(lower=-5, upper=7, bound=100)) == (17, 0)
    assert run_plan(people([3, 7, 100], name), summed(lower=4, upper=10**6, bound=10**9)) == (111, 0)


def test_an_unsigned_number_beyond_63_bits_stays_large(run_plan: RunPlan) -> None:
    """A plain cast to 64 signed bits would turn it negative."""
    assert run_plan(people([2**64 - 1, 2**63, 3], "uint64"), summed(lower=-9, upper=9, bound=100)) == (21, 0)


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
def test_no_cell_can_stop_the_reference(value: Any, counts_as: int) -> None:
    """Columns of such cells are refused at ingest; the reference would not need it."""
    asked = summed(lower=-9, upper=9, bound=100)
    assert by_the_reference(people([4, value, 5], object), asked) == (9 + counts_as, 0)
    if isinstance(value, float):
        assert by_the_reference(people([4.0, value, 5.0], "float64"), asked) == (9 + counts_as, 0)


def test_what_is_no_number_is_clamped_like_any_zero(run_plan: RunPlan) -> None:
    assert run_plan(people([None, 8], "Int64"), summed(lower=2, upper=9, bound=100)) == (10, 0)
    assert by_the_reference(people([math.nan, 8.0], "float64"), summed(lower=2, upper=9, bound=100)) == (10, 0)


def test_one_cell_does_not_change_how_another_is_read(run_plan: RunPlan) -> None:
    """A single null turns a pandas column of whole numbers into doubles; clamped values come out the same."""
    asked = summed(lower=0, upper=WHOLE_MAX, bound=WHOLE_MAX)
    assert run_plan(people([2**53 - 1]), asked) == (2**53 - 1, 0)
    assert run_plan(people([2**53 - 1, None], "Int64"), asked) == (2**53 - 1, 0)
    assert by_the_reference(people([2**53 - 1, None], None), asked) == (2**53 - 1, 0)


def test_a_row_without_a_person_or_a_group_is_left_out(run_plan: RunPlan) -> None:
    frame = pd.DataFrame({"who": ["a", None, "b", "", "c"], "town": ["N", "N", None, "N", ""], "value": [1] * 5})
    assert run_plan(frame, summed(None, bound=1)) == (1, 0)
    empty = BoundingPlan(WHO, (TOWN,), (("",), ("N",)), (Measure("rows", None, 1, 1, 1),))
    assert run_plan(frame, empty) == (0, 1), "an empty text is no group's name"


def test_null_is_no_group_of_any_name(run_plan: RunPlan) -> None:
    frame = pd.DataFrame({"who": ["a", "b", "c"], "town": pd.Series(["nan", None, math.nan], dtype=object)})
    keys = (("nan",), ("None",), ("<NA>",))
    asked = BoundingPlan(WHO, (TOWN,), keys, (Measure("rows", None, 1, 1, 1),))
    assert run_plan(frame, asked) == (1, 0, 0)


def test_groups_are_the_texts_of_cells_and_no_number_that_is_written_otherwise(run_plan: RunPlan) -> None:
    frame = pd.DataFrame({"who": range(4), "town": pd.Series([1, 1, -2, 10], dtype="int64")})
    keys = (("1",), ("01",), (" 1",), ("1.0",), ("+1",), ("-2",), ("1e1",), ("10",))
    assert run_plan(frame, BoundingPlan(WHO, (TOWN,), keys, summed(None).measures)) == (2, 0, 0, 0, 0, 1, 0, 1)


def test_an_empty_table_counts_to_zero(run_plan: RunPlan) -> None:
    assert run_plan(people([]), summed()) == (0, 0)
    assert run_plan(people([]), summed(None)) == (0, 0)


def test_no_columns_in_by_is_one_total(run_plan: RunPlan) -> None:
    asked = BoundingPlan(WHO, (), ((),), (Measure("rows", None, 1, 1, 2),))
    assert run_plan(people([1, 2, 3]), asked) == (3,)


def test_answers_are_plain_whole_numbers(run_plan: RunPlan) -> None:
    assert [type(value) for value in run_plan(people([1, 2]), summed())] == [int, int]


@pytest.mark.parametrize("missing", ["who", "town", "value"])
def test_a_missing_column_is_refused_by_name(run_plan: RunPlan, missing: str) -> None:
    with pytest.raises(ParameterRefused, match=missing):
        run_plan(people([1]).drop(columns=missing), summed())


def test_a_column_that_occurs_twice_is_refused(run_plan: RunPlan) -> None:
    frame = people([1])
    doubled = pd.concat([frame, frame[["value"]]], axis=1)
    with pytest.raises(ParameterRefused, match="value"):
        run_plan(doubled, summed())
