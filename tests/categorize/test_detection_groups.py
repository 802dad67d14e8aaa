"""Unique rows and small groups against a slow count, over all rows."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.categorize.detection import GroupRisk, examine, groups
from privshare.categorize.detection.column import read_column
from privshare.categorize.detection.groups import group_risks


def slow(frame: pd.DataFrame, columns: tuple[str, ...], limit: int) -> GroupRisk:
    """Count groups row by row."""
    sizes = Counter(tuple(map(str, row)) for row in frame[list(columns)].itertuples(index=False))
    return GroupRisk(
        columns,
        rows=len(frame),
        groups=len(sizes),
        unique=sum(size == 1 for size in sizes.values()),
        small=sum(size for size in sizes.values() if size < limit),
        limit=limit,
    )


CELLS = st.none() | st.sampled_from(["a", "b", "c", "dd"])


@settings(max_examples=80)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=25), st.integers(1, 6), st.sampled_from([2, 1 << 22]))
def test_groups_are_counted_exactly(rows: list[tuple[Any, ...]], limit: int, dense: int) -> None:
    frame = pd.DataFrame(rows, columns=["x", "y", "z"], dtype=object)
    was, groups._DENSE = groups._DENSE, dense
    try:
        risks = group_risks([read_column(name, frame[name]) for name in frame], limit=limit)
    finally:
        groups._DENSE = was
    assert risks == tuple(slow(frame, risk.columns, limit) for risk in risks)
    assert [risk.columns for risk in risks] == [("x",), ("y",), ("z",), *combinations("xyz", 2), ("x", "y", "z")]


def test_the_slow_count_has_teeth() -> None:
    frame = pd.DataFrame({"x": ["a", "a", "b"], "y": ["1", "1", "2"]})
    both = slow(frame, ("x", "y"), 2)
    assert (both.groups, both.unique, both.small, slow(frame, ("x",), 3).small) == (2, 1, 1, 3)


def test_wide_codes_do_not_overflow() -> None:
    """Ten columns with every row different: the product of their sizes is far beyond 64 bits."""
    number = np.arange(3000)
    frame = pd.DataFrame({f"c{n}": (number * (n + 3) % 2999).astype(str) for n in range(10)})
    risks = group_risks([read_column(name, frame[name]) for name in frame], limit=5)
    assert risks[-1] == slow(frame, tuple(frame), 5)
    assert len([risk for risk in risks if len(risk.columns) == 2]) == 6, "pairs among the four most telling only"


def test_quasi_identifiers_of_a_table_are_counted() -> None:
    frame = pd.DataFrame(
        {
            "name": [f"Anna Meyer {n}" for n in range(40)],
            "sex": ["m", "f"] * 20,
            "zip": [str(10000 + n // 4) for n in range(40)],
            "income": [str(n) for n in range(40)],
        }
    )
    risks = {risk.columns: risk for risk in examine(frame, small_group=3).risks}
    assert set(risks) == {("sex",), ("zip",), ("sex", "zip")}
    assert (risks["sex", "zip"].groups, risks["sex", "zip"].unique, risks["sex", "zip"].small) == (20, 0, 40)
    assert examine(frame, small_group=None).risks == ()
