"""Exact sums are fulfilled, noised ones are met as nearly as the truth meets them, and nothing is printed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.attacks.decoding import Sums, decoded, whole_rows
from privshare.model.entropy import seeded_generator

SHAPE = (2, 5, 3)
KEPT = ((0, 1), (1, 2), (2, 0))


def sums_of(numbers: np.ndarray, kept: tuple[int, ...], noise: int = 0, only: dict[int, int] | None = None) -> Sums:
    left = numbers
    for axis, place in (only or {}).items():
        left = np.take(left, [place], axis=axis)
    counts = np.asarray(left.sum(axis=tuple(axis for axis in range(numbers.ndim) if axis not in kept)))
    order = sorted(kept)
    counts = counts.transpose([order.index(axis) for axis in kept]) + noise
    return Sums(kept, counts, np.ones(counts.shape, np.bool_), only or {})


def missed(numbers: np.ndarray, tables: list[Sums]) -> float:
    return float(
        sum(np.abs(sums_of(numbers, t.kept, 0, dict(t.only)).counts - t.counts)[t.shown].sum() for t in tables)
    )


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_exact_sums_are_fulfilled_by_whole_numbers(seed: int) -> None:
    truth = seeded_generator(seed).integers(3, size=SHAPE)
    tables = [sums_of(truth, kept) for kept in KEPT]
    found = decoded(SHAPE, tables)
    assert missed(found, tables) == 0
    assert (found == np.rint(found)).all()
    assert (found >= 0).all()


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_sums_that_contradict_each_other_are_met_at_least_as_nearly_as_by_the_truth(seed: int) -> None:
    chance = seeded_generator(seed)
    truth = chance.integers(3, size=SHAPE)
    tables = [sums_of(truth, kept) for kept in KEPT]
    tables = [Sums(t.kept, t.counts + chance.integers(-3, 4, size=t.counts.shape), t.shown) for t in tables]
    found = decoded(SHAPE, tables)
    assert missed(found, tables) <= missed(truth, tables) + 1e-4
    assert (found >= 0).all()


def test_what_is_not_shown_is_left_out() -> None:
    truth = np.array([[3, 0], [0, 4]])
    table = sums_of(truth, (0, 1))
    shown = np.array([[True, True], [True, False]])
    wrong = Sums((0, 1), np.where(shown, table.counts, 99), shown)
    assert decoded((2, 2), [wrong, sums_of(truth, (0,))]).tolist() == truth.tolist()


def test_a_sum_may_be_over_one_place_of_an_axis() -> None:
    truth = np.array([[3, 1], [2, 4]])
    tables = [sums_of(truth, (0,)), sums_of(truth, (0,), only={1: 1})]
    assert decoded((2, 2), tables).tolist() == truth.tolist()


def test_the_sum_of_everything_has_no_axes() -> None:
    assert decoded((3,), [sums_of(np.array([1, 2, 3]), ())]).sum() == 6


def test_no_sums_are_no_rows() -> None:
    assert not decoded((2, 2), []).any()


def test_the_same_sums_give_the_same_numbers_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    tables = [sums_of(np.arange(30).reshape(SHAPE), kept, noise) for kept, noise in zip(KEPT, (1, 0, 2), strict=True)]
    assert decoded(SHAPE, tables).tolist() == decoded(SHAPE, tables).tolist()
    assert capfd.readouterr() == ("", "")


def test_rows_are_taken_by_how_whole_they_are() -> None:
    numbers = np.array([2.2, 0.9, 0.0, 0.4])
    assert whole_rows(numbers)[:, 0].tolist() == [0, 0, 1, 3]
    assert whole_rows(numbers, 3)[:, 0].tolist() == [0, 0, 1]
    assert whole_rows(numbers, 99)[:, 0].tolist() == [0, 0, 0, 1, 3]
    assert len(whole_rows(numbers, -4)) == 0
