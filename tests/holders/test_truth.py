"""Truth against a slow twin in plain dictionaries, which shares no line with it."""

from __future__ import annotations

from collections import Counter, defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.holders.population import DISTRICTS, PRODUCTS, SCORE_BANDS, World, credit_city
from privshare.holders.truth import ENTITY, Truth, exact_joint, exact_overlap, exact_statistic, matched_people
from privshare.model.bounding import Amount, Bins, Group, Measure, Norm
from privshare.model.party import ColumnName

Row = tuple[int, str, str, int]
ROWS, PEOPLE = (Measure(amount.value, None, 1, 1, 1, amount) for amount in (Amount.ROWS, Amount.PEOPLE))


def of(column: str, amount: Amount = Amount.SUM, centre: int = 0) -> Measure:
    """A measure whose clamps and bound would change every answer, were they looked at."""
    return Measure(amount.value, ColumnName(column), centre, centre, 1, amount, centre, Norm.L2, grain=10)


@pytest.fixture(scope="module")
def world() -> World:
    return credit_city(1_000, 11)


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def twin_joint(
    left: list[dict[str, object]], right: list[dict[str, object]], by: list[str], value: str, top: int
) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
    """Person by person: one group or none, values added up, then clamped."""
    groups: dict[object, set[tuple[str, ...]]] = defaultdict(set)
    for row in left:
        groups[row[ENTITY]].add(tuple(str(row[column]) for column in by))
    totals: dict[object, int] = defaultdict(int)
    for row in right:
        amount = row[value]
        assert isinstance(amount, int)
        totals[row[ENTITY]] += amount
    people: Counter[tuple[str, ...]] = Counter()
    sums: Counter[tuple[str, ...]] = Counter()
    for who, seen in groups.items():
        if len(seen) == 1 and who in totals:
            (key,) = seen
            people[key] += 1
            sums[key] += max(0, min(top, totals[who]))
    return people, sums


def test_statistics_of_the_city(world: World) -> None:
    by: list[Group] = [ColumnName("product")]
    keys = [(product,) for product in (*PRODUCTS, "no such product")]
    rows = _rows(world.truth.frames["loans"])
    expected = [
        (
            sum(1 for row in rows if row["product"] == key[0]),
            len({row[ENTITY] for row in rows if row["product"] == key[0]}),
            sum(int(str(row["defaulted"])) for row in rows if row["product"] == key[0]),
        )
        for key in keys
    ]
    assert list(exact_statistic(world.truth, "loans", by, keys, [ROWS, PEOPLE, of("defaulted")])) == expected
    assert expected[-1] == (0, 0, 0)
    assert expected[0][0] > expected[0][1] > expected[0][2] > 0, "somebody has two loans, not everybody defaults"


def test_the_joint_table_of_the_city(world: World) -> None:
    keys = [(district, band) for district in DISTRICTS for band in SCORE_BANDS]
    frames = world.truth.frames
    people, sums = twin_joint(
        _rows(frames["accounts"]), _rows(frames["loans"]), ["district", "score_band"], "defaulted", 1
    )
    matched = matched_people(world.truth, "accounts", ["district", "score_band"], "loans", "defaulted", 1)
    assert list(exact_joint(matched, ["district", "score_band"], keys)) == [(people[key], sums[key]) for key in keys]
    assert sum(people.values()) == len(matched) > 300


def test_the_overlap_of_the_city(world: World) -> None:
    frames = world.truth.frames
    both = {row[ENTITY] for row in _rows(frames["accounts"])} & {row[ENTITY] for row in _rows(frames["loans"])}
    assert (
        exact_overlap(world.truth, "accounts", "loans") == exact_overlap(world.truth, "loans", "accounts") == len(both)
    )


LEFT = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("NSEW"), st.sampled_from("ab")), max_size=15)
RIGHT = st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 9)), max_size=15)


@given(LEFT, RIGHT, st.integers(1, 8))
def test_joint_truth_of_any_tables(left: list[tuple[int, str, str]], right: list[tuple[int, int]], top: int) -> None:
    frames = {
        "left": pd.DataFrame(left, columns=[ENTITY, "town", "band"]).astype(
            {ENTITY: "int64", "town": str, "band": str}
        ),
        "right": pd.DataFrame(right, columns=[ENTITY, "value"]).astype("int64"),
    }
    keys = [(town, band) for town in "NSEW" for band in "ab"]
    people, sums = twin_joint(_rows(frames["left"]), _rows(frames["right"]), ["town", "band"], "value", top)
    matched = matched_people(Truth(frames), "left", ["town", "band"], "right", "value", top)
    assert list(exact_joint(matched, ["town", "band"], keys)) == [(people[key], sums[key]) for key in keys]


FAR = 2**53 - 1
POINTS = st.one_of(st.integers(-9, 9), st.sampled_from([FAR, -FAR]))


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("NS"), POINTS), max_size=20), st.integers(-5, 5))
def test_statistics_of_any_table(rows: list[tuple[int, str, int]], centre: int) -> None:
    frame = pd.DataFrame(rows, columns=[ENTITY, "town", "points"]).astype(
        {ENTITY: "int64", "town": str, "points": "int64"}
    )
    bins = Bins(ColumnName("points"), (0, 5))
    inside = {"below 0": range(-FAR, 0), "0 to 4": range(5), "5 and above": range(5, FAR + 1)}
    measures = [ROWS, PEOPLE, of("points"), of("points", Amount.SUM, centre), of("points", Amount.SQUARES, centre)]
    orders: list[list[Group]] = [[ColumnName("town"), bins], [bins, ColumnName("town")]]
    for by in orders:
        keys = [key if by[1] is bins else key[::-1] for key in ((town, name) for town in "NSE" for name in inside)]
        expected = []
        for key in keys:
            town, name = key if by[1] is bins else key[::-1]
            mine = [(who, points) for who, where, points in rows if where == town and points in inside[name]]
            centred = [points - centre for _, points in mine]
            counted = (len(mine), len({who for who, _ in mine}))
            expected.append((*counted, sum(points for _, points in mine), sum(centred), sum(n * n for n in centred)))
        assert list(exact_statistic(Truth({"t": frame}), "t", by, keys, measures)) == expected
    everybody = exact_statistic(Truth({"t": frame}), "t", [], [()], [ROWS, PEOPLE])
    assert everybody == ((len(rows), len({who for who, _, _ in rows})),)
