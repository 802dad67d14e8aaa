"""Sums without cells: which measures they serve, and what happens where memory for arrays is short."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import cast

import duckdb
import pandas as pd
import pytest

from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.holders.engines.row_sums import WIDE_TABLE, RowSums
from privshare.holders.files import relation_of
from privshare.holders.files.connection import connected
from privshare.model.bounding import Amount, BoundingPlan, Contributions, Measure, Norm
from privshare.model.party import ColumnName

WHO, TOWN, VALUE = ColumnName("who"), ColumnName("town"), ColumnName("value")
FAR = 2**24 - 1


@pytest.fixture
def frame() -> pd.DataFrame:
    rows = [(who, "NSEW"[row % 4], row % 7) for who in (0, 5, FAR) for row in range(10 + who % 11)]
    return pd.DataFrame(rows, columns=[WHO, TOWN, VALUE])


@pytest.fixture
def saved(frame: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "rows.parquet"
    with connected() as engine:
        engine.register("given", frame)
        engine.execute(f"COPY given TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize(
    ("measure", "served"),
    [
        (Measure("m", None, 1, 1, 5), True),
        (Measure("m", VALUE, 0, 9, 5, Amount.SUM), True),
        (Measure("m", VALUE, 3, 9, 5, Amount.SUM, centre=3), True),
        (Measure("m", VALUE, -9, 0, 5, Amount.SUM), True),
        (Measure("m", VALUE, -9, 9, 5, Amount.SQUARES), True),
        (Measure("m", VALUE, -1, 9, 5, Amount.SUM), False),
        (Measure("m", VALUE, 0, 9, 5, Amount.SUM, centre=4), False),
        (Measure("m", None, 1, 1, 5, Amount.PEOPLE), False),
        (Measure("m", None, 1, 1, 5, norm=Norm.L2), False),
        (Measure("m", VALUE, 0, 2**53, 2**43, Amount.SQUARES, grain=1000), False),
    ],
)
def test_served_are_sums_of_one_sign_in_l1_that_fit(saved: Path, measure: Measure, served: bool) -> None:
    with connected() as engine:
        assert RowSums(engine, relation_of(saved), ()).serves(measure) is served


def test_a_csv_file_is_not_read_again_and_again(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.to_csv(tmp_path / "rows.csv", index=False)
    with connected() as engine:
        assert not RowSums(engine, relation_of(tmp_path / "rows.csv")).serves(Measure("m", None, 1, 1, 5))


class ShortOfMemory:
    """A connection that has no room for arrays."""

    def __init__(self, engine: duckdb.DuckDBPyConnection) -> None:
        self._engine, self._wide, self.refused = engine, False, 0

    def execute(self, statement: str, *values: object) -> duckdb.DuckDBPyConnection:
        if "perfect_ht_threshold" in statement:
            self._wide = str(WIDE_TABLE) in statement
        elif self._wide and "GROUP BY" in statement:
            self.refused += 1
            raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block")
        return self._engine.execute(statement, *values)


@pytest.mark.parametrize("short", [False, True])
def test_the_numbers_are_the_references_whatever_memory_there_is(
    frame: pd.DataFrame, saved: Path, *, short: bool
) -> None:
    keys = tuple((town,) for town in "NSEWX")
    measures = (Measure("rows", None, 1, 1, 7, grain=1000), Measure("sum", VALUE, 0, 6, 20, Amount.SUM))
    plan = BoundingPlan(WHO, (TOWN,), keys, measures)
    asked = Contributions(WHO, (TOWN,), None, measures[1], (1, 10, 30, 100))
    with connected() as real:
        poor = ShortOfMemory(real)
        sums = RowSums(cast(duckdb.DuckDBPyConnection, poor) if short else real, relation_of(saved), measures)
        above = sums.contributions(asked)
        found = sums.sums(plan, measures)
    reference = PandasEngine(frame)
    told = tuple(column.get(place, 0) for column in found for place, _ in enumerate(keys))
    assert told == reference.plan(plan)
    assert tuple(more - most for more, most in pairwise([*above, 0])) == reference.contributions(asked)
    assert (poor.refused > 0) is short


def test_who_has_many_rows_that_add_nothing_stops_no_question(tmp_path: Path) -> None:
    rows = [(who, "NS"[row % 2], 0 if who == 1 else 9) for who in (1, 2) for row in range(10)]
    table = pd.DataFrame(rows, columns=[WHO, TOWN, VALUE])
    path = tmp_path / "rows.parquet"
    measures = (Measure("count", None, 1, 1, 3), Measure("sum", VALUE, 0, 9, 20, Amount.SUM, grain=1000))
    plan = BoundingPlan(WHO, (TOWN,), (("N",), ("S",)), measures)
    with connected() as engine:
        engine.register("given", table)
        engine.execute(f"COPY given TO '{path}' (FORMAT parquet)")
        found = RowSums(engine, relation_of(path), measures).sums(plan, measures)
    told = tuple(sums[group] for sums in found for group in (0, 1))
    assert told == PandasEngine(table).plan(plan) == (2, 2, 10_000, 10_000)
