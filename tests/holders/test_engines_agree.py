"""The reference and DuckDB give the slow twin's integers, wherever the rows are stored and however they are ordered."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import EnginesDisagree
from privshare.holders.engines import duckdb_engine, opened, row_sums, statements
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.holders.engines.rescale import rescaled
from privshare.model.bounding import Amount, BoundingPlan, Contributions, Discovery, Measure
from privshare.model.table import Table
from tests.holders import engine_tables
from tests.holders.engine_tables import (
    AGE,
    BAND,
    COLUMNS,
    FAR,
    HOLDER,
    KEY,
    ROWS,
    TOWN,
    VALUE,
    WHO,
    Question,
    Row,
    asked_of,
    every_engine,
    frame_of,
    measures_in,
    questions,
)
from tests.holders.slow_engine import slow_contributions, slow_discovery, slow_plan

ORDERS = st.lists(st.tuples(st.randoms(use_true_random=False), st.permutations(COLUMNS)), min_size=4, max_size=4)


def twin(rows: Sequence[Row], question: Question) -> Any:
    if isinstance(question, BoundingPlan):
        return slow_plan(rows, question)
    return slow_contributions(rows, question) if isinstance(question, Contributions) else slow_discovery(rows, question)


def agree(rows: list[Row], asked: tuple[Question, ...], foreseen: bool, orders: list[Any]) -> None:
    """Ask everything of every engine, each of which has the rows and the columns in an order of its own."""
    stores = []
    for chance, columns in orders:
        shuffled = list(rows)
        chance.shuffle(shuffled)
        stores.append((shuffled, columns))
    known = measures_in(asked) if foreseen else ()
    with tempfile.TemporaryDirectory() as folder, every_engine(stores, Path(folder), known) as engines:
        for question in asked:
            expected = twin(rows, question)
            for store, engine in engines.items():
                answer = asked_of(engine, question)
                assert answer == expected, store
                numbers = answer.values() if isinstance(answer, dict) else answer
                assert {type(number) for number in numbers} <= {int}


@pytest.mark.usefixtures("one_database")
@settings(max_examples=40)
@given(rows=ROWS, asked=questions(), foreseen=st.booleans(), orders=ORDERS)
def test_every_engine_gives_the_twins_integers_from_every_store_in_any_order(
    rows: list[Row], asked: tuple[Question, ...], foreseen: bool, orders: list[Any]
) -> None:
    agree(rows, asked, foreseen, orders)


@pytest.mark.usefixtures("one_database")
@settings(max_examples=15)
@given(rows=ROWS, asked=questions(), orders=ORDERS)
def test_sums_that_could_exceed_128_bits_go_another_way_to_the_same_integers(
    rows: list[Row], asked: tuple[Question, ...], orders: list[Any]
) -> None:
    """Really it takes 2^18 rows; here the line is drawn lower, so that few are enough."""
    with pytest.MonkeyPatch.context() as patched:
        for module in (duckdb_engine, row_sums, statements):
            patched.setattr(module, "EXACT", 2**40)
        agree(rows, asked, True, orders)


@pytest.mark.slow
@pytest.mark.usefixtures("one_database")
@settings(max_examples=2_000)
@given(rows=ROWS, asked=questions(), foreseen=st.booleans(), orders=ORDERS)
def test_every_engine_gives_the_twins_integers_from_every_store_in_any_order_many_times(
    rows: list[Row], asked: tuple[Question, ...], foreseen: bool, orders: list[Any]
) -> None:
    agree(rows, asked, foreseen, orders)


def wild(**cells: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({WHO: cells["who"], TOWN: cells["town"], BAND: cells["band"], VALUE: cells["value"]})


NOT_WHOLE = (2**63, -(2**63), 2**64, 2**200, None, "x", "7", math.nan, math.inf, -math.inf, 2.9, -2.1, 1e300, True)
WILD = st.lists(
    wild(
        who=st.sampled_from(["ada", "bo", "cy", 1, "1", 1.0, True, "", None, math.nan]),
        town=st.sampled_from(["N", "S", "E", "", None]),
        band=st.sampled_from([1, 2, "1", 1.0, True, "True", None, math.nan]),
        value=st.one_of(st.integers(-9, 9), st.sampled_from([*FAR, *NOT_WHOLE])),
    ).map(lambda row: {**row, AGE: row[VALUE]}),
    max_size=18,
)


@pytest.mark.parametrize("categorical", [False, True])
@settings(max_examples=100)
@given(rows=WILD, asked=questions())
def test_the_reference_equals_the_twin_whatever_stands_in_a_cell(
    categorical: bool, rows: list[Row], asked: tuple[Question, ...]
) -> None:
    frame = frame_of(rows, kinds=dict.fromkeys(COLUMNS, object))
    if categorical:
        frame[TOWN] = frame[TOWN].astype(engine_tables.TOWN_CATEGORIES)
    for question in asked:
        assert asked_of(PandasEngine(frame), question) == twin(rows, question)


PEOPLE = Measure("people", None, 1, 1, 1)
MIXED = [1, "1", 1.0, True, "True", None, "", "N", b"N", "b'N'", 1.5, math.nan]


def test_cells_of_mixed_kinds_are_told_apart_by_their_texts_in_any_order_and_by_both_engines() -> None:
    """Equal in Python are 1, 1.0 and True: a frame's own grouping calls all three after whichever comes first."""
    rows: list[Row] = [{WHO: f"p{place}", TOWN: cell} for place, cell in enumerate(MIXED)]
    names: list[Row] = [{WHO: cell, TOWN: "N"} for cell in MIXED]
    for table, groups in ((rows, 6), (names, 1)):
        found = Discovery(WHO, (TOWN,), PEOPLE)
        expected = slow_discovery(table, found)
        assert len(expected) == groups
        for ordered in (table, table[::-1]):
            frame = frame_of(ordered, (WHO, TOWN), kinds={WHO: object, TOWN: object})
            with opened(Table(HOLDER, "rows", WHO, frame), key=KEY) as both:
                assert both.discovery(found) == expected


def test_an_engine_that_errs_in_one_number_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [{WHO: who, TOWN: "N", BAND: 1, AGE: 1, VALUE: -9} for who in ("ada", "bo")]
    plan = BoundingPlan(WHO, (TOWN,), (("N",),), (Measure("sum", VALUE, -9, 9, 5, Amount.SUM),))
    ladder = Contributions(WHO, (TOWN,), None, plan.measures[0], (1, 10))
    table = Table(HOLDER, "rows", WHO, frame_of(rows))

    def erring(persons: Any, amounts: Any, measure: Measure) -> Any:
        return rescaled(persons, amounts, measure) + 1

    monkeypatch.setattr("privshare.holders.engines.pandas_engine.rescaled", erring)
    with opened(table, key=KEY) as both:
        assert both.contributions(ladder) == (0, 2)
        with pytest.raises(EnginesDisagree) as refused:
            both.plan(plan)
        with pytest.raises(EnginesDisagree):
            both.discovery(Discovery(WHO, (TOWN,), PEOPLE))
    assert not any(character.isdigit() for character in str(refused.value))
