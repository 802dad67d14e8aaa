"""The reference engine: runs a bounding plan over a pandas frame, behind the holder's wall.

Promises: whole numbers out, one a (measure, key); adding or removing one
person moves the answer of a measure by at most its sensitivity in its norm; the
result depends on neither row order nor chance, and is exact, since sums run in
64 bits only where the row count and the clamps prove that they fit, else in
Python's unbounded integers; no number, text or null in a row can raise. Every
step before the per-person sum looks at one row alone.

The bounding is a per-person rescale (`rescale.py`). It equals row sampling in
error and needs no chance (the same rescale in real numbers: clipping to a
ball, Abadi et al. 2016 for L2).

Leaves to ingest: refusing persons that are null and values that are not whole
numbers. Here such a row may not stop a query, so a row without a person is
left out, a value that is null or no number counts as 0 before clamping, and a
fraction is rounded down.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from privshare.errors import ParameterRefused
from privshare.holders.engines.rescale import INT64_END, Exact, Whole, norms_above, rescaled
from privshare.model.bounding import (
    WHOLE_MAX,
    Amount,
    Bins,
    BoundingPlan,
    Contributions,
    Discovery,
    Group,
    Measure,
)

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]


class PandasEngine:
    """The reference engine over one frame. Persons and cells of `by` are compared as texts (str of the cell).

    Raises ParameterRefused when a column of a plan is missing or occurs twice; never for what stands in a row.

    >>> from privshare.model.party import ColumnName
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"who": ["a", "a", "a", "b"], "town": ["N", "N", "S", "S"]})
    >>> count = Measure("visits", None, lower=1, upper=1, bound=2)
    >>> who, town = ColumnName("who"), ColumnName("town")
    >>> PandasEngine(visits).plan(BoundingPlan(who, (town,), (("N",), ("S",)), (count,)))
    (1, 1)
    >>> PandasEngine(visits).contributions(Contributions(who, (town,), None, count, (1, 2, 4)))
    (1, 0, 1)
    >>> PandasEngine(visits).discovery(Discovery(who, (town,), count))
    {('N',): 1, ('S',): 1}
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        """Return len(measures) * len(keys) whole numbers: measure by measure, keys in the plan's order."""
        located = _located(self._frame, plan.person, plan.by, plan.keys)
        answers: list[int] = []
        for measure in plan.measures:
            persons, groups, amounts = _cells(self._frame, located, measure, keys=len(plan.keys))
            bounded = rescaled(persons, amounts, measure)
            sums = np.zeros(len(plan.keys), dtype=bounded.dtype)
            np.add.at(sums, groups, bounded)
            answers += [int(total) for total in sums]
        return tuple(answers)

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        """Return how many people fall on each step of the ladder."""
        keys = asked.keys if asked.keys is not None else _found_keys(self._frame, asked.by)
        if not keys:
            return (0,) * len(asked.ladder)
        located = _located(self._frame, asked.person, asked.by, keys)
        persons, _, amounts = _cells(self._frame, located, asked.measure, keys=len(keys))
        above = norms_above(persons, amounts, (0, *asked.ladder[:-1]), asked.measure.norm)
        return tuple(more - most for more, most in zip(above, (*above[1:], 0), strict=True))

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Return the bounded number of every group in which it is above 0, in the order of the keys."""
        keys = _found_keys(self._frame, asked.by)
        if not keys:
            return {}
        counts = self.plan(BoundingPlan(asked.person, asked.by, keys, (asked.measure,)))
        return {key: number for key, number in zip(keys, counts, strict=True) if number > 0}


def _found_keys(frame: pd.DataFrame, by: Sequence[Group]) -> tuple[Key, ...]:
    """Return every group that occurs, sorted: the holder's own knowledge, never to leave without a threshold."""
    columns = [_parts(frame, part) for part in by]
    present = np.logical_and.reduce([codes >= 0 for codes, _ in columns])
    # One number a combination that occurs, column by column, so that no number exceeds rows * values of a column.
    combined = np.zeros(int(present.sum()), dtype=np.int64)
    found: list[Key] = [()]
    for codes, texts in columns:
        numbers, combined = np.unique(combined * len(texts) + codes[present], return_inverse=True)
        found = [(*found[number // len(texts)], texts[number % len(texts)]) for number in numbers.tolist()]
    return tuple(sorted(found)) if len(combined) else ()


def _located(
    frame: pd.DataFrame, person: str, by: Sequence[Group], keys: Sequence[Key]
) -> tuple[Whole, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return person * len(keys) + group of every row that belongs to a person and a key, and which rows do."""
    persons = _codes(_column(frame, person))[0]
    groups = _groups(frame, by, keys)
    kept = (persons >= 0) & (groups >= 0)
    # Persons and groups are both below 2^31, as there are no more of them than rows.
    return persons[kept] * len(keys) + groups[kept], kept


def _cells(
    frame: pd.DataFrame,
    located: tuple[Whole, np.ndarray[tuple[int], np.dtype[np.bool_]]],
    measure: Measure,
    *,
    keys: int,
) -> tuple[Whole, Whole, Exact]:
    """Return person, group and amount of every (person, group) that occurs, by ascending person."""
    rows, kept = located
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    cells = ordered[starts]
    if measure.amount is Amount.PEOPLE or not len(cells):
        amounts: Exact = np.ones(len(cells), dtype=np.int64)
    else:
        values = _values(frame, measure)[kept][order]
        exact: Exact = values if len(values) * measure.reach < INT64_END else values.astype(object)
        amounts = np.add.reduceat(exact, starts)
    return cells // keys, cells % keys, amounts


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if list(frame.columns).count(name) != 1:
        raise ParameterRefused("column", name, "a column that the table has exactly once")
    return frame[name]


def _codes(column: pd.Series[Any]) -> tuple[Whole, list[str]]:
    """Return for every row the number of its text (-1 for null or an empty text), and the texts by number."""
    import pandas as pd

    # To pandas 1, 1.0 and True are one value, called after whichever comes first; as texts they are three.
    codes, values = pd.factorize(column.map(str, na_action="ignore") if column.dtype == object else column)
    texts = [str(value) for value in values]
    # Cells that read alike, such as the categories 1 and "1", are one. An empty text is null, as in a file; the last
    # entry stands for code -1.
    first: dict[str, int] = {}
    numbers = [first.setdefault(text, place) if text else -1 for place, text in enumerate(texts)]
    return np.array([*numbers, -1], dtype=np.int64)[codes], texts


def _parts(frame: pd.DataFrame, part: Group) -> tuple[Whole, list[str]]:
    """Return for every row the number of its group in one grouping (-1 for none), and the groups' texts."""
    if isinstance(part, Bins):
        numbers = _wholes(_column(frame, part.column))
        return np.searchsorted(np.array(part.edges), numbers, side="right").astype(np.int64), list(part.labels)
    return _codes(_column(frame, part))


def _groups(frame: pd.DataFrame, by: Sequence[Group], keys: Sequence[Key]) -> Whole:
    """Return for every row the index of its key, or -1: one column more of the key a round."""
    groups = np.zeros(len(frame), dtype=np.int64)
    prefixes: dict[Key, int] = {(): 0}
    for depth, part in enumerate(by, start=1):
        codes, texts = _parts(frame, part)
        wanted = {text: index for index, text in enumerate(dict.fromkeys(key[depth - 1] for key in keys))}
        # The last entry stands for code -1, a null cell, which belongs to no group.
        parts = np.array([wanted.get(text, -1) for text in texts] + [-1], dtype=np.int64)[codes]
        longer = {prefix: index for index, prefix in enumerate(dict.fromkeys(key[:depth] for key in keys))}
        pairs = {prefixes[prefix[:-1]] * len(wanted) + wanted[prefix[-1]]: index for prefix, index in longer.items()}
        known = np.array(sorted(pairs), dtype=np.int64)
        found = np.where((groups >= 0) & (parts >= 0), groups * len(wanted) + parts, -1)
        place = np.minimum(np.searchsorted(known, found), len(known) - 1)
        numbers = np.array([pairs[pair] for pair in known.tolist()], dtype=np.int64)
        groups = np.where(known[place] == found, numbers[place], -1)
        prefixes = longer
    return groups


def _values(frame: pd.DataFrame, measure: Measure) -> Exact:
    """Return what every row adds, each row by itself."""
    if measure.column is None:
        return np.ones(len(frame), dtype=np.int64)
    centred = np.clip(_wholes(_column(frame, measure.column)), measure.lower, measure.upper) - measure.centre
    if measure.amount is not Amount.SQUARES:
        return centred
    wide: Exact = centred if measure.reach < INT64_END else centred.astype(object)
    return wide * wide


def _wholes(column: pd.Series[Any]) -> Whole:
    """Return every cell as a whole number within 2^53; 0 for null and for what is no number."""
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    if kind in "bi":
        clipped: Whole = np.clip(column.to_numpy().astype(np.int64), -WHOLE_MAX, WHOLE_MAX)
        return clipped
    if kind == "u":
        signed: Whole = np.minimum(column.to_numpy(), np.uint64(WHOLE_MAX)).astype(np.int64)
        return signed
    if kind == "f":
        numbers = np.nan_to_num(column.to_numpy().astype(np.float64), nan=0.0)
        floored: Whole = np.floor(np.clip(numbers, -WHOLE_MAX, WHOLE_MAX)).astype(np.int64)
        return floored
    return np.fromiter((_whole(value) for value in column), dtype=np.int64, count=len(column))


def _whole(value: Any) -> int:
    """Return a cell of any type as a whole number within 2^53; 0 for what is no number."""
    try:
        whole: int = math.floor(value)
        return max(-WHOLE_MAX, min(WHOLE_MAX, whole))
    except OverflowError:  # an infinity
        return WHOLE_MAX if value > 0 else -WHOLE_MAX
    except (TypeError, ValueError):
        return 0
