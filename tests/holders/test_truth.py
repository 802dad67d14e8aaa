"""Truth against a slow twin in plain dictionaries, which shares no line with it."""

from __future__ import annotations

from collections import Counter, defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.holders.population import DISTRICTS, PRODUCTS, SCORE_BANDS, World, credit_city
from privshare.holders.truth import ENTITY, Truth, exact_joint, exact_overlap, exact_statistic, matched_people

Row = tuple[int, str, str, int]


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
    keys = [(product,) for product in (*PRODUCTS, "no such product")]
    rows = _rows(world.truth.frames["loans"])
    expected = [
        (
            sum(1 for row in rows if row["product"] == key[0]),
            sum(int(str(row["defaulted"])) for row in rows if row["product"] == key[0]),
        )
        for key in keys
    ]
    assert list(exact_statistic(world.truth, "loans", ["product"], keys, [None, "defaulted"])) == expected
    assert expected[-1] == (0, 0)


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


@given(st.lists(st.tuples(st.sampled_from("NS"), st.integers(-9, 9)), max_size=20))
def test_statistics_of_any_table(rows: list[tuple[str, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["town", "points"]).astype({"town": str, "points": "int64"})
    keys = [("N",), ("S",), ("E",)]
    expected = [
        (sum(town == key[0] for town, _ in rows), sum(points for town, points in rows if town == key[0]))
        for key in keys
    ]
    assert list(exact_statistic(Truth({"t": frame}), "t", ["town"], keys, [None, "points"])) == expected
