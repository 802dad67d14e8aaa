"""A question whose answer one person could move further than it says cannot be made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from privshare.errors import ParameterRefused
from privshare.model.bounding import (
    EDGES_MAX,
    GRAIN_MAX,
    WHOLE_MAX,
    Amount,
    Bins,
    BoundingPlan,
    Contributions,
    Discovery,
    Measure,
    Norm,
)
from privshare.model.party import ColumnName

WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))
SUM: Mapping[str, Any] = {
    "name": "m",
    "column": VALUE,
    "lower": 0,
    "upper": 1,
    "bound": 1,
    "amount": Amount.SUM,
}
ROWS = Measure("rows", None, 1, 1, 3)


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
        {"amount": Amount.ROWS},
        {"amount": Amount.PEOPLE},
        {"column": None, "amount": Amount.ROWS},
        {"column": None, "amount": Amount.SQUARES, "lower": 1, "upper": 1},
        {"column": None, "amount": Amount.ROWS, "lower": 1, "centre": 1},
        {"centre": 2},
        {"centre": -1},
        {"centre": 0.5},
        {"grain": 0},
        {"grain": GRAIN_MAX + 1},
        {"grain": 10.0},
        {"grain": True},
        {"grain": 2, "bound": WHOLE_MAX // 2 + 1},
    ],
)
def test_a_measure_that_bounds_nothing_cannot_be_made(change: Mapping[str, Any]) -> None:
    with pytest.raises(ParameterRefused):
        Measure(**{**SUM, **change})


def test_a_measure_says_how_far_a_row_and_a_person_reach() -> None:
    measure = Measure(**{**SUM, "lower": -3, "upper": 5, "centre": 5, "bound": 7, "grain": 100})
    assert (measure.reach, measure.sensitivity) == (8, 700)
    squares = Measure(**{**SUM, "lower": -3, "upper": 5, "bound": 7, "amount": Amount.SQUARES})
    assert (squares.reach, squares.sensitivity) == (25, 7)
    assert Measure(**{**SUM, "lower": 4, "upper": 9}).reach == 9, "a centre of 0 may lie outside the clamps"


@pytest.mark.parametrize(
    "change",
    [
        {"keys": (("N",), ("N",))},
        {"keys": ()},
        {"keys": (("N", "1"),)},
        {"keys": ((1,),)},
        {"by": (TOWN, TOWN), "keys": (("N", "N"),)},
        {"by": (VALUE, Bins(VALUE, (1,))), "keys": (("1", "below 1"),)},
        {"measures": ()},
        {"measures": (Measure(**SUM), Measure(**SUM))},
    ],
)
def test_a_plan_that_would_break_its_bound_cannot_be_made(change: Mapping[str, Any]) -> None:
    """A key answered twice, above all: it would let one person count twice."""
    whole = {"person": WHO, "by": (TOWN,), "keys": (("N",),), "measures": (Measure(**SUM),)}
    assert BoundingPlan(**whole)  # type: ignore[arg-type]
    with pytest.raises(ParameterRefused):
        BoundingPlan(**{**whole, **change})


@pytest.mark.parametrize("edges", [(), (1, 1), (2, 1), (True,), (0.5,), (WHOLE_MAX + 1,), tuple(range(EDGES_MAX + 1))])
def test_bins_that_overlap_or_have_no_order_cannot_be_made(edges: Any) -> None:
    with pytest.raises(ParameterRefused, match="edges"):
        Bins(VALUE, edges)


@pytest.mark.parametrize("edges", [(0,), (-5, 0, 1), tuple(range(EDGES_MAX)), (-WHOLE_MAX, WHOLE_MAX)])
def test_bins_have_one_label_each(edges: tuple[int, ...]) -> None:
    assert len(set(Bins(VALUE, edges).labels)) == len(edges) + 1


@pytest.mark.parametrize("ladder", [(), (0, 1), (-1,), (1, 1), (2, 1)])
def test_a_ladder_that_does_not_ascend_cannot_be_made(ladder: tuple[int, ...]) -> None:
    with pytest.raises(ParameterRefused, match="ladder"):
        Contributions(WHO, (TOWN,), None, ROWS, ladder)


@pytest.mark.parametrize(
    "change",
    [
        {"by": ()},
        {"measure": Measure(**SUM)},
        {"measure": Measure("rows", None, 1, 1, 3, norm=Norm.L2)},
        {"measure": Measure("rows", None, 1, 1, 3, grain=10)},
    ],
)
def test_a_discovery_that_bounds_no_number_of_groups_cannot_be_made(change: Mapping[str, Any]) -> None:
    """In thousandths, or by length, a bound of 3 would let a person be in many more groups than 3."""
    whole = {"person": WHO, "by": (TOWN,), "measure": ROWS}
    assert Discovery(**whole)  # type: ignore[arg-type]
    with pytest.raises(ParameterRefused):
        Discovery(**{**whole, **change})
