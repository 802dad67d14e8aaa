"""Error of a release against the truth, cell by cell, suppressed cells apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.comparison.utility import Utility, utility_of
from privshare.model.loss import NO_LOSS
from privshare.model.party import PurposeId
from privshare.model.release import Cell, Release


def _release(values: list[tuple[int | None, ...]], measures: tuple[str, ...] = ("people", "sum")) -> Release:
    return Release(
        id="r",
        request="00",
        sentence="?",
        purpose=PurposeId("p"),
        holders=(),
        by=("town",),
        measures=measures,
        cells=tuple(Cell((f"g{number}",), value) for number, value in enumerate(values)),
        parts=(),
        public_noise=(),
        loss=NO_LOSS,
        bounds=(),
        clauses=(),
        minimum_group=0,
        suite="s",
    )


def test_errors_are_per_measure_over_printed_cells() -> None:
    release = _release([(10, 5), (None, None), (22, -4)])
    people, sums = utility_of(release, [(12, 5), (3, 1), (20, 0)])
    assert people == Utility("people", 2.0, ("g2",), 2, 1, 0.0)
    assert sums == Utility("sum", 2.0, ("g2",), 4, 1, -2.0)


def test_nothing_printed_is_no_error_and_all_suppressed() -> None:
    (people,) = utility_of(_release([(None,), (None,)], ("people",)), [(1,), (2,)])
    assert people == Utility("people", 0.0, (), 0, 2, 0.0)


def test_truth_of_another_shape_is_a_bug() -> None:
    with pytest.raises(ValueError, match="shorter"):
        utility_of(_release([(1,), (2,)], ("people",)), [(1,)])


@given(st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=1, max_size=10))
def test_against_a_twin(pairs: list[tuple[int, int]]) -> None:
    (found,) = utility_of(_release([(value,) for value, _ in pairs], ("people",)), [(exact,) for _, exact in pairs])
    errors = [value - exact for value, exact in pairs]
    assert found.mean_error == pytest.approx(sum(abs(error) for error in errors) / len(errors))
    assert found.bias == pytest.approx(sum(errors) / len(errors))
    assert found.worst_error == max(abs(error) for error in errors)
    assert abs(errors[int(found.worst_group[0][1:])]) == found.worst_error
