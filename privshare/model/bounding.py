"""A bounding plan: what a holder's engine computes behind its wall, and how much one person can move it.

Both sides of the wall build on the same promises (each key once, clamps in
order, bounds within 2^53), so a plan that breaks one cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass

from privshare.errors import ParameterRefused
from privshare.model.party import ColumnName

WHOLE_MAX = 2**53
"""Largest magnitude of a clamp or a bound: what a double, and so canonical JSON, still keeps exactly."""


def _is_whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


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

    def __post_init__(self) -> None:
        if not self.name:
            raise ParameterRefused("measure", "a measure without a name", "a short name, for example people")
        clamps = _is_whole(self.lower, -WHOLE_MAX, WHOLE_MAX) and _is_whole(self.upper, -WHOLE_MAX, WHOLE_MAX)
        if not clamps or self.lower > self.upper:
            given = f"[{self.lower}, {self.upper}]"
            raise ParameterRefused(f"bounds of {self.name}", given, "two whole numbers, lower <= upper, within 2^53")
        if self.column is None and (self.lower, self.upper) != (1, 1):
            raise ParameterRefused(f"bounds of {self.name}", f"[{self.lower}, {self.upper}]", "[1, 1], since it counts")
        if not _is_whole(self.bound, 1, WHOLE_MAX):
            raise ParameterRefused(f"bound of {self.name}", self.bound, "a whole number from 1 to 2^53")


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

    def __post_init__(self) -> None:
        if not self.measures or len({measure.name for measure in self.measures}) != len(self.measures):
            given = ", ".join(measure.name for measure in self.measures) or "none"
            raise ParameterRefused("measures", given, "one or more, each with a name of its own")
        if len(set(self.by)) != len(self.by):
            raise ParameterRefused("by", ", ".join(self.by), "each column once")
        # A key answered twice would let one person move the answer by twice the bound.
        if not self.keys or len(set(self.keys)) != len(self.keys):
            raise ParameterRefused("keys", f"{len(self.keys)} keys", "one or more, each once")
        if any(len(key) != len(self.by) or any(type(part) is not str for part in key) for key in self.keys):
            raise ParameterRefused("keys", "a key of another shape", f"{len(self.by)} texts a key, one a column in by")


@dataclass(frozen=True, slots=True)
class Contributions:
    """How many people contribute how much: one whole number a step of a public ladder, one person in one step.

    person: column that names the person. by: grouping columns. keys: groups that count, or None for all.
    column, lower, upper: as in a Measure. ladder: ascending whole numbers; the answer's entry i counts people
    whose total magnitude over their groups is above ladder[i - 1] (0 for the first) and at most ladder[i];
    people above the last count in the last; people with a total of 0 count nowhere. Adding or removing one
    person moves the answer by at most 1 in L1.
    """

    person: ColumnName
    by: tuple[ColumnName, ...]
    keys: tuple[tuple[str, ...], ...] | None
    column: ColumnName | None
    lower: int
    upper: int
    ladder: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.ladder or self.ladder[0] < 1 or list(self.ladder) != sorted(set(self.ladder)):
            raise ParameterRefused("ladder", str(self.ladder), "ascending whole numbers from 1")


@dataclass(frozen=True, slots=True)
class Discovery:
    """Row counts of every group that occurs, each person bounded: the input of the noise for unknown groups.

    person, by: as in a BoundingPlan. bound: the L1 norm over all groups that one person may reach.
    """

    person: ColumnName
    by: tuple[ColumnName, ...]
    bound: int

    def __post_init__(self) -> None:
        if not self.by:
            raise ParameterRefused("by", "no column", "one column or more; without one there is no group to find")
        if not _is_whole(self.bound, 1, WHOLE_MAX):
            raise ParameterRefused("bound", self.bound, "a whole number from 1 to 2^53")
