"""What an engine finds out for bounds and unknown groups, by example, and that both speak of the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.holders.engines import opened
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import WHOLE_MAX, Amount, Bins, BoundingPlan, Contributions, Discovery, Measure, Norm
from privshare.model.entropy import seeded_generator
from privshare.model.party import ColumnName, PartyId
from privshare.model.table import Table
from privshare.use.release.terms import Engine
from tests.holders.engine_tables import BAND, ROWS, TOWN, VALUE, WHO, Row, frame_of
from tests.holders.slow_engine import slow_cells

BY = (TOWN, BAND)
COUNT = Measure("rows", None, 1, 1, 5)
EVERYTHING = Measure("rows", None, 1, 1, WHOLE_MAX)
Ask = Callable[[pd.DataFrame, Callable[[Engine], Any]], Any]


def of_the_reference(frame: pd.DataFrame, question: Callable[[Engine], Any]) -> Any:
    return question(PandasEngine(frame))


def of_both(frame: pd.DataFrame, question: Callable[[Engine], Any]) -> Any:
    with opened(Table(PartyId("bank"), "rows", WHO, frame), (COUNT,), key=b"k" * 32) as engine:
        return question(engine)


@pytest.fixture(params=[of_the_reference, of_both])
def ask(request: pytest.FixtureRequest) -> Ask:
    chosen: Ask = request.param
    return chosen


def table(rows: Sequence[tuple[Any, ...]], *, categorical: bool = False) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True))
    frame = pd.DataFrame(
        {name: pd.Series(list(cells), dtype=object) for name, cells in zip((WHO, TOWN, BAND), columns, strict=True)}
    )
    return frame.astype("category") if categorical else frame


def summed(low: int, high: int, norm: Norm = Norm.L1) -> Measure:
    return Measure("m", VALUE, low, high, 1, Amount.SUM, norm=norm)


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 6])
def test_groups_of_many_columns_and_many_values_are_all_found(columns: int) -> None:
    """400 values a column: numbering all combinations that could be would need 400^6 numbers."""
    drawn = seeded_generator(columns).integers(0, 400, (3_000, columns))
    names = tuple(ColumnName(f"c{place}") for place in range(columns))
    frame = pd.DataFrame(drawn, columns=names)
    frame[WHO] = np.arange(len(frame))
    expected = tuple(sorted({tuple(map(str, row)) for row in drawn.tolist()}))
    for way in (of_the_reference, of_both):
        assert tuple(way(frame, lambda engine: engine.discovery(Discovery(WHO, names, EVERYTHING)))) == expected


@pytest.mark.parametrize("categorical", [False, True])
def test_cells_that_read_alike_are_one_group_and_do_not_stop_a_query(ask: Ask, categorical: bool) -> None:
    """1 and "1": a key twice in a plan is refused, which here would be a refusal that depends on rows."""
    frame = table([("ada", "N", 1), ("bo", "N", "1")], categorical=categorical)
    assert ask(frame, lambda engine: engine.discovery(Discovery(WHO, BY, COUNT))) == {("N", "1"): 2}
    asked = Contributions(WHO, BY, None, COUNT, (1, 5))
    assert ask(frame, lambda engine: engine.contributions(asked)) == (2, 0)


@pytest.mark.parametrize("categorical", [False, True])
def test_nothing_but_nulls_has_no_group(ask: Ask, categorical: bool) -> None:
    rows = [("ada", None, None), ("bo", None, 1), ("cy", "N", None), (None, "N", 1), ("di", "", 1), ("", "N", 1)]
    frame = table(rows, categorical=categorical)
    assert ask(frame, lambda engine: engine.discovery(Discovery(WHO, BY, COUNT))) == {}
    asked = Contributions(WHO, BY, None, COUNT, (1, 5))
    assert ask(frame, lambda engine: engine.contributions(asked)) == (0, 0)


def test_an_empty_table_has_no_group_and_no_people(ask: Ask) -> None:
    frame = table([("ada", "N", 1)]).iloc[:0]
    assert ask(frame, lambda engine: engine.discovery(Discovery(WHO, BY, COUNT))) == {}
    assert ask(frame, lambda engine: engine.contributions(Contributions(WHO, (), None, COUNT, (1, 5)))) == (0, 0)


def test_bins_are_found_as_well(ask: Ask) -> None:
    frame = pd.DataFrame({WHO: ["a", "b", "c"], VALUE: [-1, 5, 5]})
    asked = Discovery(WHO, (Bins(VALUE, (0, 3)),), COUNT)
    assert ask(frame, lambda engine: engine.discovery(asked)) == {("3 and above",): 2, ("below 0",): 1}


def test_totals_beyond_64_bits_fall_on_the_last_step(ask: Ask) -> None:
    """5,000 rows of 2^53 are 2^65: added up in 64 bits they would wrap to a small or a negative total."""
    frame = pd.DataFrame({WHO: ["ada"] * 5_000 + ["bo"], TOWN: "N", VALUE: [2**53] * 5_000 + [3]})
    for norm in Norm:
        asked = Contributions(WHO, (TOWN,), None, summed(0, WHOLE_MAX, norm), (1, 5, 2**40))
        assert ask(frame, lambda engine, asked=asked: engine.contributions(asked)) == (0, 1, 1)
    assert int(np.add.reduce(np.full(4_096, 2**53, dtype=np.int64))) != 4_096 * 2**53, "64 bits would have done"


def test_totals_of_opposite_signs_cancel_inside_a_group_only(ask: Ask) -> None:
    frame = pd.DataFrame({WHO: ["ada"] * 4, TOWN: ["N", "N", "S", "E"], VALUE: [2**53, -(2**53), -7, 4]})
    asked = Contributions(WHO, (TOWN,), None, summed(-WHOLE_MAX, WHOLE_MAX), (10, 11, 12, 2**53))
    assert ask(frame, lambda engine: engine.contributions(asked)) == (0, 1, 0, 0), "0 in N, 7 in S, 4 in E"
    length = Contributions(WHO, (TOWN,), None, summed(-WHOLE_MAX, WHOLE_MAX, Norm.L2), (8, 9, 10))
    assert ask(frame, lambda engine: engine.contributions(length)) == (0, 1, 0), "the root of 65 is above 8"


def test_who_contributes_nothing_is_on_no_step(ask: Ask) -> None:
    frame = pd.DataFrame({WHO: ["ada", "bo", "bo"], TOWN: "N", VALUE: [0, 5, -5]})
    asked = Contributions(WHO, (TOWN,), None, summed(-9, 9), (1, 9))
    assert ask(frame, lambda engine: engine.contributions(asked)) == (0, 0)


def test_a_group_in_which_everybody_is_cut_to_nothing_is_not_found(ask: Ask) -> None:
    frame = table([("ada", town, 1) for town in "NSEWX"] + [("bo", "N", 1)])
    asked = Discovery(WHO, BY, Measure("people", None, 1, 1, 4, Amount.PEOPLE))
    assert ask(frame, lambda engine: engine.discovery(asked)) == {("N", "1"): 1}, "ada's 4 / 5 in each is 0"


@pytest.mark.parametrize("norm", Norm)
@settings(max_examples=60)
@given(rows=ROWS, bound=st.integers(1, 12))
def test_the_chosen_bound_cuts_exactly_those_above_it(norm: Norm, rows: list[Row], bound: int) -> None:
    """A step's people are those whom a bound below it would cut: histogram and bounding measure the same thing."""
    frame = frame_of(rows)
    measure = summed(-9, 9, norm)
    untouched, cut = PandasEngine(frame).contributions(Contributions(WHO, BY, None, measure, (bound, 10**6)))
    people = {who: mine for who, mine in slow_cells(rows, WHO, BY, None, measure).items() if any(mine.values())}
    whole_people = 0
    for who, mine in people.items():
        plans = [
            BoundingPlan(WHO, BY, tuple(mine), (Measure("m", VALUE, -9, 9, most, Amount.SUM, norm=norm),))
            for most in (bound, 10**6)
        ]
        clipped, full = (PandasEngine(frame[frame[WHO] == who]).plan(plan) for plan in plans)
        whole_people += clipped == full
    assert whole_people == untouched
    assert whole_people + cut == len(people)


@pytest.mark.parametrize("missing", [WHO, TOWN, VALUE])
def test_a_missing_column_is_refused_by_name(ask: Ask, missing: ColumnName) -> None:
    frame = pd.DataFrame({WHO: ["ada"], TOWN: ["N"], VALUE: [1]}).drop(columns=missing)
    with pytest.raises(ParameterRefused) as refused:
        ask(frame, lambda engine: engine.contributions(Contributions(WHO, (TOWN,), None, summed(0, 9), (1, 2))))
    assert missing in str(refused.value)
    if missing != VALUE:
        with pytest.raises(ParameterRefused) as refused:
            ask(frame, lambda engine: engine.discovery(Discovery(WHO, (TOWN,), COUNT)))
        assert missing in str(refused.value)
