"""The reference engine: runs a bounding plan over a pandas frame, behind the holder's wall.

Promises: whole numbers out, one a (measure, key); adding or removing one
person moves the answer of a measure by at most its bound in L1; the result
depends on neither row order nor chance, and is exact, since sums run in 64
bits only where the row count and the clamps prove that they fit, else in
Python's unbounded integers; no number, text or null in a row can raise. Every
step before the per-person sum looks at one row alone.

The bounding is a per-person rescale: a person's cells stay as they are while
total = sum(|n|) <= B, else each magnitude becomes floor(|n| * B / total) with
its sign kept. It equals row sampling in error and needs no chance (the same
rescale in real numbers: clipping to an L1 ball, Abadi et al. 2016 for L2).

Leaves to ingest: refusing persons that are null and values that are not whole
numbers. Here such a row may not stop a query, so a row without a person is
left out, a value that is null or no number counts as 0 before clamping, and a
fraction is rounded down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from privshare.errors import ParameterRefused
from privshare.model.bounding import WHOLE_MAX, BoundingPlan, Contributions, Discovery, Measure

Whole = np.ndarray[tuple[int], np.dtype[np.int64]]
Exact = np.ndarray[tuple[int], np.dtype[Any]]  # int64 where proven to fit, else Python integers
INT64_END = 2**63


def run_plan(frame: pd.DataFrame, plan: BoundingPlan) -> tuple[int, ...]:
    """Return len(measures) * len(keys) whole numbers: measure by measure, keys in the plan's order.

    Cells of `plan.by` are compared with the keys as texts (str of the cell). Raises ParameterRefused when a
    column of the plan is missing or occurs twice; never for what stands in a row.

    >>> from privshare.model.party import ColumnName
    >>> visits = pd.DataFrame({"who": ["a", "a", "a", "b"], "town": ["N", "N", "S", "S"]})
    >>> count = Measure("visits", None, lower=1, upper=1, bound=2)
    >>> run_plan(visits, BoundingPlan(ColumnName("who"), (ColumnName("town"),), (("N",), ("S",)), (count,)))
    (1, 1)
    """
    persons = _codes(_column(frame, plan.person))[0]
    groups = _groups(frame, plan)
    kept = (persons >= 0) & (groups >= 0)
    # One number a (person, group); persons and groups are both below 2^31, as there are no more of them than rows.
    cells = persons[kept] * len(plan.keys) + groups[kept]
    order = np.argsort(cells, kind="stable")
    answers: list[int] = []
    for measure in plan.measures:
        values = _values(frame, measure)[kept]
        answers += _bounded_sums(cells[order], values[order], measure, keys=len(plan.keys))
    return tuple(answers)


def found_keys(frame: pd.DataFrame, by: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every group that occurs, sorted: the holder's own knowledge, never to leave without a threshold."""
    columns = [_codes(_column(frame, name)) for name in by]
    present = np.logical_and.reduce([codes >= 0 for codes, _ in columns])
    # One number a combination that occurs, column by column, so that no number exceeds rows * values of a column.
    combined = np.zeros(int(present.sum()), dtype=np.int64)
    found: list[tuple[str, ...]] = [()]
    for codes, texts in columns:
        numbers, combined = np.unique(combined * len(texts) + codes[present], return_inverse=True)
        found = [(*found[number // len(texts)], texts[number % len(texts)]) for number in numbers.tolist()]
    # Cells that differ but read alike, such as 1 and "1", are one group, as they are for `run_plan`.
    return tuple(sorted(set(found))) if len(combined) else ()


def run_discovery(frame: pd.DataFrame, asked: Discovery) -> dict[tuple[str, ...], int]:
    """Return the bounded row count of every group in which it is above 0.

    >>> from privshare.model.party import ColumnName
    >>> visits = pd.DataFrame({"who": ["a", "a", "b"], "town": ["N", "N", "S"]})
    >>> run_discovery(visits, Discovery(ColumnName("who"), (ColumnName("town"),), bound=1))
    {('N',): 1, ('S',): 1}
    """
    keys = found_keys(frame, asked.by)
    if not keys:
        return {}
    count = Measure("rows", None, lower=1, upper=1, bound=asked.bound)
    counts = run_plan(frame, BoundingPlan(asked.person, asked.by, keys, (count,)))
    return {key: number for key, number in zip(keys, counts, strict=True) if number > 0}


def run_contributions(frame: pd.DataFrame, asked: Contributions) -> tuple[int, ...]:
    """Return how many people fall on each step of the ladder.

    >>> from privshare.model.party import ColumnName
    >>> visits = pd.DataFrame({"who": ["a", "a", "a", "b"], "town": ["N", "N", "S", "S"]})
    >>> run_contributions(visits, Contributions(ColumnName("who"), (ColumnName("town"),), None, None, 1, 1, (1, 2, 4)))
    (1, 0, 1)
    """
    keys = asked.keys if asked.keys is not None else found_keys(frame, asked.by)
    if not keys:
        return (0,) * len(asked.ladder)
    measure = Measure("contribution", asked.column, asked.lower, asked.upper, bound=1)
    persons, groups, values = _located(frame, BoundingPlan(asked.person, asked.by, keys, (measure,)), measure)
    order = np.argsort(persons * len(keys) + groups, kind="stable")
    totals = _totals((persons * len(keys) + groups)[order], values[order], keys=len(keys))
    steps = np.minimum(np.searchsorted(np.array(asked.ladder), totals[totals > 0], side="left"), len(asked.ladder) - 1)
    return tuple(int(count) for count in np.bincount(steps, minlength=len(asked.ladder)))


def _located(frame: pd.DataFrame, plan: BoundingPlan, measure: Measure) -> tuple[Whole, Whole, Whole]:
    """Return person number, group number and clamped value of every row that belongs to a person and a key."""
    persons = _codes(_column(frame, plan.person))[0]
    groups = _groups(frame, plan)
    kept = (persons >= 0) & (groups >= 0)
    return persons[kept], groups[kept], _values(frame, measure)[kept]


def _totals(cells: Whole, values: Whole, *, keys: int) -> Whole:
    """Return each person's total magnitude over groups, capped at 2^53. cells ascending, as in `_bounded_sums`."""
    if not len(cells):
        return np.zeros(0, dtype=np.int64)
    reach = len(values) * int(np.abs(values).max(initial=0))
    exact: Exact = values if reach < INT64_END else values.astype(object)
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    amounts = np.abs(np.add.reduceat(exact, starts))
    firsts = np.flatnonzero(np.diff(cells[starts] // keys, prepend=-1))
    return np.minimum(np.add.reduceat(amounts, firsts), WHOLE_MAX).astype(np.int64)


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if list(frame.columns).count(name) != 1:
        raise ParameterRefused("column", name, "a column that the table has exactly once")
    return frame[name]


def _codes(column: pd.Series[Any]) -> tuple[Whole, list[str]]:
    """Return for every row the number of its value (-1 for null), and the values as texts by number."""
    codes, values = pd.factorize(column)
    return codes.astype(np.int64), [str(value) for value in values]


def _groups(frame: pd.DataFrame, plan: BoundingPlan) -> Whole:
    """Return for every row the index of its key in the plan, or -1: one column more of the key a round."""
    groups = np.zeros(len(frame), dtype=np.int64)
    prefixes: dict[tuple[str, ...], int] = {(): 0}
    for depth, name in enumerate(plan.by, start=1):
        codes, texts = _codes(_column(frame, name))
        wanted = {text: index for index, text in enumerate(dict.fromkeys(key[depth - 1] for key in plan.keys))}
        # The last entry stands for code -1, a null cell, which belongs to no group.
        parts = np.array([wanted.get(text, -1) for text in texts] + [-1], dtype=np.int64)[codes]
        longer = {prefix: index for index, prefix in enumerate(dict.fromkeys(key[:depth] for key in plan.keys))}
        pairs = {prefixes[prefix[:-1]] * len(wanted) + wanted[prefix[-1]]: index for prefix, index in longer.items()}
        known = np.array(sorted(pairs), dtype=np.int64)
        found = np.where((groups >= 0) & (parts >= 0), groups * len(wanted) + parts, -1)
        place = np.minimum(np.searchsorted(known, found), len(known) - 1)
        numbers = np.array([pairs[pair] for pair in known.tolist()], dtype=np.int64)
        groups = np.where(known[place] == found, numbers[place], -1)
        prefixes = longer
    return groups


def _values(frame: pd.DataFrame, measure: Measure) -> Whole:
    """Return every row's value as a whole number clamped to the measure's bounds, each row by itself."""
    if measure.column is None:
        return np.ones(len(frame), dtype=np.int64)
    column = _column(frame, measure.column)
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    if kind in "bi":
        whole = column.to_numpy().astype(np.int64)
    elif kind == "u":
        whole = np.minimum(column.to_numpy(), np.uint64(WHOLE_MAX)).astype(np.int64)
    elif kind == "f":
        numbers = np.nan_to_num(column.to_numpy().astype(np.float64), nan=0.0)
        whole = np.floor(np.clip(numbers, -WHOLE_MAX, WHOLE_MAX)).astype(np.int64)
    else:
        whole = np.fromiter((_whole(value) for value in column), dtype=np.int64, count=len(column))
    return np.clip(whole, measure.lower, measure.upper)


def _whole(value: Any) -> int:
    """Return a cell of any type as a whole number within 2^53; 0 for what is no number."""
    try:
        whole: int = math.floor(value)
        return max(-WHOLE_MAX, min(WHOLE_MAX, whole))
    except OverflowError:  # an infinity
        return WHOLE_MAX if value > 0 else -WHOLE_MAX
    except (TypeError, ValueError):
        return 0


def _bounded_sums(cells: Whole, values: Whole, measure: Measure, *, keys: int) -> list[int]:
    """Return one sum a key. cells: person * keys + group, ascending, one a row; values: one a row."""
    # Largest number any step below can reach: a person's total times the bound.
    reach = len(values) * max(abs(measure.lower), abs(measure.upper)) * measure.bound
    exact: Exact = values if reach < INT64_END else values.astype(object)
    sums = np.zeros(keys, dtype=exact.dtype)
    if len(cells):
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        held, amounts = cells[starts], np.add.reduceat(exact, starts)
        owners = held // keys
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        totals = np.repeat(np.add.reduceat(np.abs(amounts), firsts), np.diff(firsts, append=len(owners)))
        over = (totals > measure.bound).astype(bool)
        cut = np.abs(amounts[over]) * measure.bound // totals[over]
        amounts[over] = np.where(amounts[over] < 0, -cut, cut)
        np.add.at(sums, held % keys, amounts)
    return [int(total) for total in sums]
