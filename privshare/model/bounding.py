"""A bounding plan: what a holder's engine computes behind its wall, and how much one person can move it.

Both sides of the wall build on the same promises (each key once, clamps in
order, bounds within 2^53), so a plan that breaks one cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from privshare.errors import ParameterRefused
from privshare.model.party import ColumnName

WHOLE_MAX = 2**53
"""Largest magnitude of a clamp or a bound: what a double, and so canonical JSON, still keeps exactly."""
GRAIN_MAX = 1_000
EDGES_MAX = 1_000


def _is_whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


class Amount(StrEnum):
    """What one row, or one person, adds to its group."""

    ROWS = "rows"
    """1 a row."""
    PEOPLE = "people"
    """1 a person, however many rows they have in the group."""
    SUM = "sum"
    """The row's value, clamped, minus the centre."""
    SQUARES = "squares"
    """The square of that."""


class Norm(StrEnum):
    """How one person's numbers over all groups are measured: added up (Laplace), or as a length (Gaussian)."""

    L1 = "L1"
    L2 = "L2"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number a group.

    column: what a sum adds up; None for rows and people. lower, upper: a row's value is clamped to [lower, upper]
    first (1 and 1 where there is no column). centre: subtracted after clamping. bound: what one person may reach
    over all groups in `norm`; whoever exceeds it is scaled down. grain: the numbers are kept in units of 1/grain,
    so that scaling down loses nothing that counts; one person moves the answer by at most bound * grain of these.
    """

    name: str
    column: ColumnName | None
    lower: int
    upper: int
    bound: int
    amount: Amount = Amount.ROWS
    centre: int = 0
    norm: Norm = Norm.L1
    grain: int = 1

    def __post_init__(self) -> None:
        if not self.name:
            raise ParameterRefused("measure", "a measure without a name", "a short name, for example people")
        if (self.column is None) != (self.amount in (Amount.ROWS, Amount.PEOPLE)):
            raise ParameterRefused(f"amount of {self.name}", self.amount, "rows or people without a column, else with")
        clamps = _is_whole(self.lower, -WHOLE_MAX, WHOLE_MAX) and _is_whole(self.upper, -WHOLE_MAX, WHOLE_MAX)
        if not clamps or self.lower > self.upper:
            given = f"[{self.lower}, {self.upper}]"
            raise ParameterRefused(f"bounds of {self.name}", given, "two whole numbers, lower <= upper, within 2^53")
        if self.column is None and (self.lower, self.upper, self.centre) != (1, 1, 0):
            raise ParameterRefused(f"bounds of {self.name}", f"[{self.lower}, {self.upper}]", "[1, 1], since it counts")
        if not _is_whole(self.centre, self.lower, self.upper) and self.centre != 0:
            raise ParameterRefused(f"centre of {self.name}", self.centre, f"{self.lower} to {self.upper}")
        if not _is_whole(self.bound, 1, WHOLE_MAX):
            raise ParameterRefused(f"bound of {self.name}", self.bound, "a whole number from 1 to 2^53")
        if not _is_whole(self.grain, 1, GRAIN_MAX) or self.bound * self.grain > WHOLE_MAX:
            raise ParameterRefused(f"grain of {self.name}", self.grain, f"1 to {GRAIN_MAX}, with bound * grain <= 2^53")

    @property
    def sensitivity(self) -> int:
        """How far one person can move the answer, in the measure's norm and in units of 1/grain."""
        return self.bound * self.grain

    @property
    def reach(self) -> int:
        """The largest magnitude that one row can add, in whole units."""
        farthest = max(abs(self.lower - self.centre), abs(self.upper - self.centre))
        return farthest**2 if self.amount is Amount.SQUARES else farthest


@dataclass(frozen=True, slots=True)
class Bins:
    """A column of whole numbers in place of a grouping column: each row falls into one of len(edges) + 1 bins.

    edges: ascending; bin 0 holds what is below edges[0], bin i what is from edges[i - 1] on and below edges[i].
    """

    column: ColumnName
    edges: tuple[int, ...]

    def __post_init__(self) -> None:
        fits = all(_is_whole(edge, -WHOLE_MAX, WHOLE_MAX) for edge in self.edges)
        if not fits or not 1 <= len(self.edges) <= EDGES_MAX or list(self.edges) != sorted(set(self.edges)):
            given = ", ".join(map(str, self.edges[:10])) or "none"
            raise ParameterRefused(f"edges of {self.column}", given, f"1 to {EDGES_MAX} whole numbers, ascending")

    @property
    def labels(self) -> tuple[str, ...]:
        """The text of each bin, ascending.

        >>> Bins(ColumnName("age"), (18, 19, 65)).labels
        ('below 18', '18', '19 to 64', '65 and above')
        """
        inner = [
            str(low) if high == low + 1 else f"{low} to {high - 1}"
            for low, high in zip(self.edges, self.edges[1:], strict=False)
        ]
        return (f"below {self.edges[0]}", *inner, f"{self.edges[-1]} and above")


Group = ColumnName | Bins
"""What rows are grouped by: the text of a column, or the bin that its number falls into."""


@dataclass(frozen=True, slots=True)
class BoundingPlan:
    """Group the rows by `by`, bound each person, add up.

    person: column that names the person. keys: every group that will be answered, in order; rows of other
    groups are left out. The answer is one integer a (measure, key), measure by measure, keys in order.
    """

    person: ColumnName
    by: tuple[Group, ...]
    keys: tuple[tuple[str, ...], ...]
    measures: tuple[Measure, ...]

    def __post_init__(self) -> None:
        if not self.measures or len({measure.name for measure in self.measures}) != len(self.measures):
            given = ", ".join(measure.name for measure in self.measures) or "none"
            raise ParameterRefused("measures", given, "one or more, each with a name of its own")
        names = [part.column if isinstance(part, Bins) else part for part in self.by]
        if len(set(names)) != len(names):
            raise ParameterRefused("by", ", ".join(names), "each column once")
        # A key answered twice would let one person move the answer by twice the bound.
        if not self.keys or len(set(self.keys)) != len(self.keys):
            raise ParameterRefused("keys", f"{len(self.keys)} keys", "one or more, each once")
        if any(len(key) != len(self.by) or any(type(part) is not str for part in key) for key in self.keys):
            raise ParameterRefused("keys", "a key of another shape", f"{len(self.by)} texts a key, one a column in by")


@dataclass(frozen=True, slots=True)
class Contributions:
    """How many people contribute how much: one whole number a step of a public ladder, one person in one step.

    person, by: as in a BoundingPlan. keys: groups that count, or None for all. measure: what is contributed, with
    its norm; its bound and grain say nothing here. ladder: ascending whole numbers; the answer's entry i counts
    people whose numbers over their groups have a norm above ladder[i - 1] (0 for the first) and at most ladder[i];
    people above the last count in the last; people with a norm of 0 count nowhere. Adding or removing one
    person moves the answer by at most 1 in L1.
    """

    person: ColumnName
    by: tuple[Group, ...]
    keys: tuple[tuple[str, ...], ...] | None
    measure: Measure
    ladder: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.ladder or self.ladder[0] < 1 or list(self.ladder) != sorted(set(self.ladder)):
            raise ParameterRefused("ladder", str(self.ladder), "ascending whole numbers from 1")


@dataclass(frozen=True, slots=True)
class Discovery:
    """The numbers of every group that occurs, each person bounded: the input of the noise for unknown groups.

    person, by: as in a BoundingPlan. measure: rows or people, in L1 and whole units, so that one person is in at
    most `bound` of the groups.
    """

    person: ColumnName
    by: tuple[Group, ...]
    measure: Measure

    def __post_init__(self) -> None:
        if not self.by:
            raise ParameterRefused("by", "no column", "one column or more; without one there is no group to find")
        if self.measure.column is not None or self.measure.norm is not Norm.L1 or self.measure.grain != 1:
            raise ParameterRefused("measure", self.measure.name, "a count of rows or people in whole units, in L1")
