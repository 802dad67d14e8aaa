"""Generalised rows keep k and l by an independent count, and the boxes are those of a twin that cuts one at a time."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.model.entropy import seeded_generator
from privshare.model.surface import Codes
from privshare.secure.generalization import Boxes, generalised

Row = tuple[tuple[int, ...], int]
Box = tuple[tuple[int, int], ...]


def smallest_class(boxes: Boxes, sensitive: Codes) -> tuple[int, int]:
    """The k and the l that a published file has, by counting what its rows show."""
    rows, values = Counter[Box](), defaultdict[Box, set[int]](set)
    for number, value in zip(boxes.number.tolist(), sensitive.tolist(), strict=True):
        shown = tuple(zip(boxes.low[number].tolist(), boxes.high[number].tolist(), strict=True))
        rows[shown] += 1
        values[shown].add(value)
    return min(rows.values()), min(map(len, values.values()))


def twin(rows: list[Row], box: Box, domains: tuple[int, ...], k: int, distinct: int) -> dict[Box, list[Row]]:
    """Mondrian as a recursion over lists: the widest attribute that can be cut at its median, or just below it."""

    def fine(part: list[Row]) -> bool:
        return len(part) >= k and len({value for _, value in part}) >= distinct

    def width(axis: int) -> float:
        return (box[axis][1] - box[axis][0]) / max(1, domains[axis] - 1)

    for axis in sorted(range(len(box)), key=lambda axis: -width(axis)):
        ordered = sorted(codes[axis] for codes, _ in rows)
        median = ordered[(len(ordered) - 1) // 2]
        for last in (median, median - 1):
            lower = [row for row in rows if row[0][axis] <= last]
            upper = [row for row in rows if row[0][axis] > last]
            if fine(lower) and fine(upper):
                below, above = list(box), list(box)
                below[axis], above[axis] = (box[axis][0], last), (last + 1, box[axis][1])
                return twin(lower, tuple(below), domains, k, distinct) | twin(upper, tuple(above), domains, k, distinct)
    return {box: rows}


@given(st.integers(0, 2**32 - 1), st.integers(1, 150), st.integers(1, 6), st.integers(1, 3), st.integers(1, 4))
def test_boxes_are_those_of_the_twin(seed: int, count: int, k: int, distinct: int, attributes: int) -> None:
    chance = seeded_generator(seed)
    domains = tuple(chance.choice([1, 2, 3, 7, 40, 1_000], size=attributes).tolist())
    codes = np.stack([chance.integers(size, size=count) for size in domains], axis=1)
    sensitive = (chance.random(count) < 0.3) + (chance.random(count) < 0.2).astype(np.int64)
    boxes = generalised(codes, domains, sensitive, k=k, distinct=distinct)
    if count < k or len(set(sensitive.tolist())) < distinct:
        assert len(boxes) == 0
        return
    rows = list(zip(map(tuple, codes.tolist()), sensitive.tolist(), strict=True))
    expected = twin(rows, tuple((0, size - 1) for size in domains), domains, k, distinct)
    got = defaultdict[Box, list[Row]](list)
    for row, number in zip(rows, boxes.number.tolist(), strict=True):
        got[tuple(zip(boxes.low[number].tolist(), boxes.high[number].tolist(), strict=True))].append(row)
    assert got == expected
    least, fewest = smallest_class(boxes, sensitive)
    assert least >= k
    assert fewest >= distinct


def test_every_point_of_the_domain_is_in_one_box_and_every_row_in_its_own() -> None:
    chance, domains = seeded_generator(3), (30, 2, 5)
    codes = np.stack([chance.integers(size, size=400) for size in domains], axis=1)
    boxes = generalised(codes, domains, chance.integers(2, size=400), k=5, distinct=2)
    assert len(boxes) > 20
    for point in itertools.product(*map(range, domains)):
        assert ((boxes.low <= point) & (point <= boxes.high)).all(axis=1).sum() == 1
    assert (boxes.low[boxes.number] <= codes).all()
    assert (codes <= boxes.high[boxes.number]).all()


def test_an_attribute_that_most_rows_agree_in_is_cut_all_the_same() -> None:
    codes = np.array([[1]] * 70 + [[0]] * 30)
    boxes = generalised(codes, (2,), np.zeros(100, np.int64), k=5, distinct=1)
    assert sorted(boxes.low.ravel().tolist()) == [0, 1]


@pytest.mark.parametrize(
    ("codes", "sensitive"),
    [([], []), ([3, 4, 5, 6], [0, 1, 0, 1]), ([3, 4, 5, 6, 7, 8], [1] * 6)],
    ids=["no rows", "fewer than k", "one value only"],
)
def test_rows_that_allow_no_box_get_none(codes: list[int], sensitive: list[int]) -> None:
    rows = np.array(codes, np.int64).reshape(-1, 1)
    boxes = generalised(rows, (10,), np.array(sensitive, np.int64), k=5, distinct=2)
    assert boxes.low.shape == (0, 1)
    assert len(boxes.number) == len(rows)


def test_copies_of_one_row_are_one_box_that_shows_nothing_of_it() -> None:
    boxes = generalised(np.full((50, 2), 3), (10, 7), np.arange(50) % 2, k=5, distinct=2)
    assert boxes.low.tolist() == [[0, 0]]
    assert boxes.high.tolist() == [[9, 6]]


@pytest.mark.parametrize(("k", "distinct"), [(0, 2), (5, 0), (-1, 1)])
def test_k_and_l_below_one_are_refused(k: int, distinct: int) -> None:
    with pytest.raises(ParameterRefused, match="at least 1"):
        generalised(np.zeros((9, 1), np.int64), (2,), np.zeros(9, np.int64), k=k, distinct=distinct)
