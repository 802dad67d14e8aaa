"""Tables and questions for the tests of engines: one list of rows, saved in every way that an engine can be given.

A draw has heavy and light people, empty cells, also where a number should be, groups nobody asks for, groups
that nobody is in, values up to and beyond 2^53, and column names that would
break a statement put together carelessly.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from hypothesis import strategies as st

from privshare.holders.engines import opened
from privshare.holders.engines.duckdb_engine import DuckEngine
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.holders.files import relation_of
from privshare.model.bounding import (
    WHOLE_MAX,
    Amount,
    Bins,
    BoundingPlan,
    Contributions,
    Discovery,
    Group,
    Measure,
    Norm,
)
from privshare.model.party import ColumnName, PartyId
from privshare.model.table import Table
from privshare.use.release.terms import Engine

Row = dict[str, Any]
Question = BoundingPlan | Contributions | Discovery
WHO = ColumnName('the "person" id')
TOWN = ColumnName("town, of 'birth'")
BAND = ColumnName("age band; DROP TABLE keys")
AGE = ColumnName("größe 身高")
VALUE = ColumnName("value -- %s {0} ?")
COLUMNS = (WHO, TOWN, BAND, AGE, VALUE)
KINDS: Mapping[str, Any] = {WHO: object, TOWN: object, BAND: "Int64", AGE: "Int64", VALUE: "Int64"}
HOLDER = PartyId("bank")
KEY = b"a key of the holder's, 32 bytes."

NAMES = ("ada", "bo", "Bo", "çy", "O'Neil", "  di", "7", "07")
TOWNS = ("N", "n", "São Tomé", "São Tomé", "東京", 'a "b" c', "x'); --", " N", "1", "1.0", "NULL")
"""Two spellings of one town are two texts: composed and with a combining accent."""
TOWN_CATEGORIES = pd.CategoricalDtype(["unused", "", "S", "N", "E"])
FAR = (2**53, -(2**53), 2**53 - 1, 2**53 + 1, 10**18 - 1, -(10**18) + 1)
EDGES = ((0,), (-5, 0, 1, 5), (-WHOLE_MAX, WHOLE_MAX), (20, 40))
CLAMPS = ((0, 9), (-(2**35), 2**35), (-9, 9), (-3, 0), (2, 5), (7, 7), (-(10**9), 10**9))
CLAMPS += ((-WHOLE_MAX, WHOLE_MAX), (0, WHOLE_MAX))


def _row(who: str, town: str | None, band: int | None, age: int | None, value: int | None) -> Row:
    return dict(zip(COLUMNS, (who, town, band, age, value), strict=True))


_ONE = st.builds(
    _row,
    st.sampled_from(NAMES),
    st.sampled_from([*TOWNS, "", None]),
    st.sampled_from([1, 2, -3, None]),
    st.one_of(st.integers(-60, 60), st.none()),
    st.one_of(st.integers(-9, 9), st.none(), st.integers(-(10**18) + 1, 10**18 - 1), st.sampled_from(FAR)),
)
_TIMES = st.sampled_from([1, 1, 1, 2, 30])
ROWS = st.lists(st.tuples(_ONE, _TIMES), min_size=1, max_size=14).map(
    lambda drawn: [row for row, times in drawn for _ in range(times)]
)
BY: st.SearchStrategy[tuple[Group, ...]] = st.lists(
    st.one_of(
        st.sampled_from([TOWN, BAND]),
        st.builds(Bins, st.sampled_from([AGE, VALUE]), st.sampled_from(EDGES)),
    ),
    max_size=3,
    unique_by=lambda part: part.column if isinstance(part, Bins) else part,
).map(tuple)
LADDERS = st.lists(
    st.one_of(st.integers(1, 40), st.sampled_from([10**4, 2**40, 2**53, 2**70])), min_size=1, max_size=5, unique=True
).map(lambda steps: tuple(sorted(steps)))


@st.composite
def measures(draw: st.DrawFn, name: str = "m", *, counts: bool = False) -> Measure:
    """Any measure; with counts one that counts, in L1 and whole units."""
    amount = draw(st.sampled_from([Amount.ROWS, Amount.PEOPLE] if counts else list(Amount)))
    column = VALUE if amount in (Amount.SUM, Amount.SQUARES) else None
    low, high = draw(st.sampled_from(CLAMPS)) if column else (1, 1)
    grain = 1 if counts else draw(st.sampled_from([1, 10, 100, 1_000]))
    bound = draw(st.one_of(st.integers(1, 12), st.sampled_from([100, 10**6, 2**26, WHOLE_MAX // grain])))
    centre = draw(st.sampled_from([0, low, high, (low + high) // 2])) if column else 0
    norm = Norm.L1 if counts else draw(st.sampled_from(Norm))
    return Measure(name, column, low, high, bound, amount, centre, norm, grain)


@st.composite
def keys(draw: st.DrawFn, by: tuple[Group, ...]) -> tuple[tuple[str, ...], ...]:
    """Groups to ask for: some that may occur, and some that cannot."""
    parts = [
        st.sampled_from([*part.labels, "no bin"])
        if isinstance(part, Bins)
        else st.sampled_from([*TOWNS, "", "nan", "None"] if part == TOWN else ["1", "2", "-3", "01", "", "1.0"])
        for part in by
    ]
    return tuple(draw(st.lists(st.tuples(*parts), min_size=1, max_size=9, unique=True)))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, ...]:
    """For two groupings a plan, a histogram and, where there are groups to find, a discovery, in any order."""
    asked: list[Question] = []
    for by in (draw(BY), draw(BY)):
        asked.append(BoundingPlan(WHO, by, draw(keys(by)), (draw(measures("first")), draw(measures("second")))))
        asked.append(Contributions(WHO, by, draw(st.one_of(st.none(), keys(by))), draw(measures()), draw(LADDERS)))
        if by:
            asked.append(Discovery(WHO, by, draw(measures(counts=True))))
    return tuple(draw(st.permutations(asked)))


def asked_of(engine: Engine, question: Question) -> Any:
    """Put any question to an engine."""
    if isinstance(question, BoundingPlan):
        return engine.plan(question)
    return engine.contributions(question) if isinstance(question, Contributions) else dict(engine.discovery(question))


def measures_in(asked: Sequence[Question]) -> tuple[Measure, ...]:
    """Every measure that the questions speak of."""
    return tuple(m for each in asked for m in (each.measures if isinstance(each, BoundingPlan) else (each.measure,)))


def frame_of(
    rows: Sequence[Row], columns: Sequence[str] = COLUMNS, kinds: Mapping[str, Any] = KINDS
) -> pd.DataFrame:
    """The rows in memory: texts as they are, numbers as 64-bit whole numbers, or as `kinds` has it."""
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kinds[name]) for name in columns})


@contextmanager
def every_engine(
    stores: Sequence[tuple[Sequence[Row], Sequence[str]]], folder: Path, foreseen: Sequence[Measure] = ()
) -> Iterator[dict[str, Engine]]:
    """Give one engine a way of storing: in a frame, a table in memory, a CSV and a Parquet file.

    stores: rows and order of columns for each of the four. A table in memory is asked of both engines at once.
    """
    with ExitStack() as stack:
        frame, table, lines, parquet = stores
        kept = Table(HOLDER, "rows", WHO, frame_of(*table))
        engines: dict[str, Engine] = {
            "frame": PandasEngine(frame_of(*frame)),
            "table": stack.enter_context(opened(kept, foreseen, key=KEY)),
        }
        for name, save, store in (("csv", save_csv, lines), ("parquet", save_parquet, parquet)):
            path = folder / f"it's {name} [1].{name}"
            save(path, *store)
            engines[name] = stack.enter_context(DuckEngine(relation_of(path), foreseen))
        yield engines


def save_csv(path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> None:
    """Write the rows as CSV; an empty cell as nothing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row[name] for name in columns] for row in rows)


def save_parquet(path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> None:
    """Write the rows as Parquet, numbers as 64-bit whole numbers."""
    frame = frame_of(rows, columns)
    for name in (WHO, TOWN):
        frame[name] = frame[name].astype("str")
    with duckdb.connect() as engine:
        engine.register("rows", frame)
        engine.execute("COPY rows TO '" + str(path).replace("'", "''") + "' (FORMAT parquet)")
