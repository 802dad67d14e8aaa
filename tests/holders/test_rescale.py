"""One person scaled down, against a slow twin that searches for every magnitude; and what the norm then is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from privshare.holders.engines import rescale
from privshare.holders.engines.rescale import norms_above, rescaled
from privshare.model.bounding import WHOLE_MAX, Amount, Measure, Norm
from privshare.model.party import ColumnName
from tests.holders.slow_engine import slow_rescaled

NUMBERS = st.one_of(
    st.integers(-12, 12),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.integers(-(2**130), 2**130),
    st.builds(lambda root, off: root**2 + off, st.integers(0, 2**60), st.integers(-1, 1)),
)
PEOPLE = st.lists(st.lists(NUMBERS, min_size=1, max_size=6), max_size=5)


@st.composite
def bounds(draw: st.DrawFn, norm: Norm | None = None) -> Measure:
    grain = draw(st.sampled_from([1, 10, 100, 1_000]))
    most = WHOLE_MAX // grain
    bound = draw(st.one_of(st.integers(1, 20), st.integers(1, most), st.sampled_from([2**26, 2**26 - 1, most])))
    wide = (ColumnName("value"), -WHOLE_MAX, WHOLE_MAX)
    return Measure("m", *wide, bound, Amount.SUM, norm=norm or draw(st.sampled_from(Norm)), grain=grain)


def cells_of(people: list[list[int]]) -> tuple[Any, Any]:
    persons = np.array([number for number, mine in enumerate(people) for _ in mine], dtype=np.int64)
    numbers = [amount for mine in people for amount in mine]
    fits = all(abs(number) < 2**63 for number in numbers) and sum(map(abs, numbers)) < 2**63
    return persons, np.array(numbers, dtype=np.int64 if fits else object)


@settings(max_examples=400)
@given(people=PEOPLE, measure=bounds())
@example(people=[[2**62, -(2**62)]], measure=Measure("m", None, 1, 1, 2))
@example(people=[[3, 3, 3]], measure=Measure("m", None, 1, 1, 2**53 // 1_000, grain=1_000))
def test_the_rescale_equals_the_slow_twin(people: list[list[int]], measure: Measure) -> None:
    expected = [number for mine in people for number in slow_rescaled(dict(enumerate(mine)), measure).values()]
    assert rescaled(*cells_of(people), measure).tolist() == expected


@settings(max_examples=400)
@given(mine=st.lists(NUMBERS, min_size=1, max_size=8), measure=bounds())
def test_nobody_exceeds_the_bound_is_scaled_up_or_changes_sign(mine: list[int], measure: Measure) -> None:
    power = 1 if measure.norm is Norm.L1 else 2
    cut = [int(number) for number in rescaled(*cells_of([mine]), measure)]
    assert sum(abs(number) ** power for number in cut) <= measure.sensitivity**power
    assert all(abs(after) <= abs(before) * measure.grain for before, after in zip(mine, cut, strict=True))
    assert all(before * after >= 0 for before, after in zip(mine, cut, strict=True))
    if sum(abs(number) ** power for number in mine) <= measure.bound**power:
        assert cut == [number * measure.grain for number in mine], "a light person stays as they are"


@pytest.mark.parametrize("norm", Norm)
def test_what_rounding_down_loses_is_less_than_one_unit_a_cell(norm: Norm) -> None:
    measure = Measure("m", ColumnName("value"), -99, 99, 7, Amount.SUM, norm=norm, grain=1_000)
    mine = [99, -98, 3, 1, 50]
    size = sum(map(abs, mine)) if norm is Norm.L1 else sum(number**2 for number in mine) ** 0.5
    for before, after in zip(mine, rescaled(*cells_of([mine]), measure).tolist(), strict=True):
        assert 0 <= abs(before) * 7_000 / size - abs(after) < 1 + 1e-6


def test_64_bits_are_left_before_they_overflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """At both sides of the line the numbers are the same; without the line they would not be."""
    measure = Measure("m", None, 1, 1, 2**20)
    for largest in (2**41 - 1, 2**41, 2**41 + 1, 2**60):  # two cells of 2^41, times 2^20, are 2^62
        for cells in (2, 4, 8):
            mine = [largest] * cells
            expected = list(slow_rescaled(dict(enumerate(mine)), measure).values())
            assert rescaled(*cells_of([mine]), measure).tolist() == expected
    monkeypatch.setattr(rescale, "INT64_END", 2**200)
    with np.errstate(over="ignore"):
        assert rescaled(*cells_of([[2**60] * 2]), measure).tolist() != [2**19] * 2, "64 bits would have done"


@settings(max_examples=200)
@given(people=PEOPLE, limits=st.lists(st.integers(0, 2**80), min_size=1, max_size=4), norm=st.sampled_from(Norm))
def test_norms_are_compared_with_limits_exactly(people: list[list[int]], limits: list[int], norm: Norm) -> None:
    power = 1 if norm is Norm.L1 else 2
    sizes = [sum(abs(number) ** power for number in mine) for mine in people]
    expected = [sum(size > limit**power for size in sizes) for limit in limits]
    assert norms_above(*cells_of(people), limits, norm) == expected
