"""The engines' twin: every question answered row by row in Python integers, straight from `model/bounding.py`.

It shares no line with what it judges: no numpy, no pandas, no SQL, and no
formula of the rescale either. A scaled-down magnitude is searched for, as the
largest one that keeps its share of the person's norm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from privshare.model.bounding import (
    WHOLE_MAX,
    Amount,
    Bins,
    BoundingPlan,
    Contributions,
    Discovery,
    Group,
    Measure,
    Norm,
)

Key = tuple[str, ...]
Row = Mapping[str, Any]
"""Column name -> cell; None or an empty text for an empty cell."""


def slow_plan(rows: Sequence[Row], plan: BoundingPlan) -> tuple[int, ...]:
    """Group, bound each person, add up."""
    answer: list[int] = []
    for measure in plan.measures:
        sums = dict.fromkeys(plan.keys, 0)
        for mine in slow_cells(rows, plan.person, plan.by, plan.keys, measure).values():
            for key, number in slow_rescaled(mine, measure).items():
                sums[key] += number
        answer += sums.values()
    return tuple(answer)


def slow_contributions(rows: Sequence[Row], asked: Contributions) -> tuple[int, ...]:
    """Count people by the norm of their numbers."""
    power = _power(asked.measure)
    steps = [0] * len(asked.ladder)
    for mine in slow_cells(rows, asked.person, asked.by, asked.keys, asked.measure).values():
        size = sum(abs(number) ** power for number in mine.values())
        reached = [place for place, top in enumerate(asked.ladder) if size <= top**power]
        if size > 0:
            steps[reached[0] if reached else -1] += 1
    return tuple(steps)


def slow_discovery(rows: Sequence[Row], asked: Discovery) -> dict[Key, int]:
    """Bound each person over all groups that occur, and keep the groups that are above 0."""
    sums: dict[Key, int] = {}
    for mine in slow_cells(rows, asked.person, asked.by, None, asked.measure).values():
        for key, number in slow_rescaled(mine, asked.measure).items():
            sums[key] = sums.get(key, 0) + number
    return {key: sums[key] for key in sorted(sums) if sums[key] > 0}


def slow_cells(
    rows: Sequence[Row], person: str, by: Sequence[Group], keys: Sequence[Key] | None, measure: Measure
) -> dict[str, dict[Key, int]]:
    """Person -> group -> unbounded amount."""
    cells: dict[str, dict[Key, int]] = {}
    for row in rows:
        who, key = text_of(row[person]), key_of(row, by)
        if who is None or key is None or (keys is not None and key not in keys):
            continue
        mine = cells.setdefault(who, {})
        mine[key] = 1 if measure.amount is Amount.PEOPLE else mine.get(key, 0) + _amount(row, measure)
    return cells


def slow_rescaled(mine: Mapping[Any, int], measure: Measure) -> dict[Any, int]:
    """One person's numbers in units of 1/grain, scaled down where their norm exceeds the bound."""
    power, most = _power(measure), measure.bound * measure.grain
    total = sum(abs(number) ** power for number in mine.values())
    if total <= measure.bound**power:
        return {key: number * measure.grain for key, number in mine.items()}
    cut = {}
    for key, number in mine.items():
        # The largest m with m / most <= |number| / norm, both sides raised to the power so that they are whole.
        low, high = 0, most + 1
        while high - low > 1:
            middle = (low + high) // 2
            fits = middle**power * total <= (abs(number) * most) ** power
            low, high = (middle, high) if fits else (low, middle)
        cut[key] = -low if number < 0 else low
    return cut


def text_of(cell: Any) -> str | None:
    """The text that a cell is compared by, or None for an empty one."""
    return None if cell is None or cell != cell or str(cell) == "" else str(cell)


def whole_of(cell: Any) -> int:
    """A cell as a whole number within 2^53; 0 for what is none."""
    if not isinstance(cell, int | float) or cell != cell:
        return 0
    if isinstance(cell, float) and math.isinf(cell):
        return WHOLE_MAX if cell > 0 else -WHOLE_MAX
    return max(-WHOLE_MAX, min(WHOLE_MAX, math.floor(cell)))


def key_of(row: Row, by: Sequence[Group]) -> Key | None:
    """The group of a row, or None where a part of it is missing."""
    parts: list[str] = []
    for part in by:
        if isinstance(part, Bins):
            value = whole_of(row[part.column])
            text: str | None = part.labels[sum(edge <= value for edge in part.edges)]
        else:
            text = text_of(row[part])
        if text is None:
            return None
        parts.append(text)
    return tuple(parts)


def _amount(row: Row, measure: Measure) -> int:
    if measure.column is None:
        return 1
    centred = max(measure.lower, min(measure.upper, whole_of(row[measure.column]))) - measure.centre
    return centred**2 if measure.amount is Amount.SQUARES else centred


def _power(measure: Measure) -> int:
    return 1 if measure.norm is Norm.L1 else 2
