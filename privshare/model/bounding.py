"""A bounding plan: what a holder's engine computes behind its wall, and how much one person can move it."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.model.party import ColumnName


@dataclass(frozen=True, slots=True)
class Measure:
    """One number a group: a row count, or a sum of one integer column.

    column: None counts rows. lower, upper: a row's value is clamped to [lower, upper] first (1 and 1 for a
    count). bound: the L1 norm over all groups that one person may reach; whoever exceeds it is scaled down.
    """

    name: str
    column: ColumnName | None
    lower: int
    upper: int
    bound: int


@dataclass(frozen=True, slots=True)
class BoundingPlan:
    """Group the rows by `by`, bound each person, add up.

    person: column that names the person. keys: every group that will be answered, in order; rows of other
    groups are left out. The answer is one integer a (measure, key), measure by measure, keys in order.
    """

    person: ColumnName
    by: tuple[ColumnName, ...]
    keys: tuple[tuple[str, ...], ...]
    measures: tuple[Measure, ...]
