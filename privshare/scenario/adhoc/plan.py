"""What a wanted error would cost, planned from a published release or from a table of sizes that are public.

Promises: nothing is spent. A release is public, so planning from it is
post-processing; a table of sizes is taken as public because whoever names it
says so. The request that would buy the plan is written out as flags.
Leaves to others: the arithmetic (`use/release/planning.py`).
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.files import find_column, read_table
from privshare.model.bounding import Amount, Measure
from privshare.model.loss import EPSILON_MAX, MICRO
from privshare.model.release import Release
from privshare.scenario.steps.statistic import BOUND_MAX
from privshare.use.release.planning import Noising, Plan, Size, Target, measured, plan, price
from privshare.use.release.terms import finest_grain

SIZE_MAX = 10**15
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)(%?)")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that would buy a plan. micro: its price. measures: how many. choosing: whether also their bounds."""

    micro: int
    measures: int
    choosing: bool

    @property
    def possible(self) -> bool:
        """Whether one request may cost that much."""
        return self.micro <= int(EPSILON_MAX) * MICRO


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and where its sizes are from.

    source: the release's id or the file's name. by: names of the key columns. measure: what was measured, or will be.
    had_micro: what the measure had of epsilon in the release; None for public sizes. alone: the measure alone, its
    bound given. whole: the release's own request again; None where that is the same. flags: of `privshare release`,
    without table and epsilon; "" for a table of several holders.
    """

    source: str
    by: tuple[str, ...]
    measure: str
    plan: Plan
    had_micro: int | None
    alone: Request | None
    whole: Request | None
    flags: str


def share_of(text: str) -> Fraction:
    """Read an error written as a percentage or as a share.

    >>> share_of("5%"), share_of("0.125")
    (Fraction(1, 20), Fraction(1, 8))
    """
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise ParameterRefused("error", text, "a percentage or a share, for example 5% or 0.05")
    return Fraction(found[1]) / (100 if found[2] else 1)


def plan_again(release: Release, target: Target, *, measure: str | None = None) -> Planned:
    """Plan from a release's published numbers. measure: which of its measures; by default the first that counts."""
    found = measured(release, measure, target.level)
    made = plan(found.sizes, found.noising, target)
    several = len(release.holders) > 1
    choosing = any(not part.measure for part in release.parts) and not several
    alone, whole = None, None
    if made.micro is not None:
        alone = Request(price(made.micro), 1, choosing=False)
        every = len(release.measures)
        whole = Request(price(made.micro, measures=every, choosing=choosing), every, choosing)
    return Planned(
        source=release.id,
        by=release.by,
        measure=found.name,
        plan=made,
        had_micro=found.micro,
        alone=None if several else alone,
        whole=None if whole is None or (whole.measures, whole.choosing) == (1, False) else whole,
        flags=_flags_of(release, found.name),
    )


def plan_for_sizes(path: Path, target: Target, *, bound: int, size: str = "size") -> Planned:
    """Plan from a table of groups and their public sizes. size: its column of whole numbers; the rest are keys.

    bound: rows that one person may add in all. Raises DataRefused for a file that cannot be read strictly.
    """
    if not 1 <= bound <= BOUND_MAX:
        raise ParameterRefused("--bound", bound, f"a whole number from 1 to {BOUND_MAX}")
    frame = read_table(path)
    column = find_column(frame, size, path=path)
    sizes = [_whole(text, path, row) for row, text in enumerate(frame[column].tolist(), start=1)]
    by = tuple(str(name) for name in frame.columns if name != size)
    keys = list(zip(*(frame[name].fillna("").tolist() for name in by), strict=True)) if by else [()] * len(sizes)
    if len(set(keys)) != len(keys):
        raise InputRefused(f"{path} lists a group twice; give every group one line.")
    noising = Noising((Fraction(bound),), finest_grain(bound))
    made = plan([Size(key, number) for key, number in zip(keys, sizes, strict=True)], noising, target)
    alone = None if made.micro is None else Request(price(made.micro), 1, choosing=False)
    grouped = ["--by", ",".join(by), "--keys", str(path)] if by else []
    flags = shlex.join([*grouped, "--count", "--count-bound", str(bound)])
    return Planned(path.name, by, "count", made, None, alone, None, flags)


def _whole(text: object, path: Path, row: int) -> int:
    digits = text if isinstance(text, str) else ""
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 16 or int(digits) > SIZE_MAX:
        raise InputRefused(f"{path}, row {row}: a size is a whole number in the digits 0 to 9, from 0 to 10^15.")
    return int(digits)


def _flags_of(release: Release, name: str) -> str:
    """Return the flags that ask for one measure of a release of one holder again, under the bound it had."""
    measure = next((measure for measure in release.bounded if measure.name == name), None)
    if measure is None or measure.amount is Amount.SQUARES or measure.centre:
        return ""  # no flag asks for it alone
    grouped = ["--by", ",".join(release.by)] if release.by else []
    return shlex.join([*grouped, *_of_measure(measure)])


def _of_measure(measure: Measure) -> list[str]:
    if measure.amount is Amount.ROWS:
        return ["--count", "--count-bound", str(measure.bound)]
    if measure.amount is Amount.PEOPLE:
        return ["--people", "--people-bound", str(measure.bound)]
    bounds = f"{measure.lower},{measure.upper}"
    return ["--sum", str(measure.column), "--bounds", bounds, "--sum-bound", str(measure.bound)]
