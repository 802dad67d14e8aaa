"""What was asked on the command line, and what is refused of it before any file is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.bounding import EDGES_MAX
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.scenario.steps.statistic import BOUND_MAX, VALUE_LIMIT
from privshare.use.release.bias import PERCENT_MAX
from privshare.use.release.remeasure import check_share

BY_MAX = 4
SHARES_MAX = 9
TOP_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """A request, as text where it is to be read exactly.

    by: grouping columns. count, people: whether rows, or distinct people, are counted. total, mean, variance: the
    column they are of, one for all, with bounds of a row's value. quantiles: column, and shares in thousandths;
    its bins say where values may lie. bins: column -> edges; a column in `by` with bins is grouped by them. top:
    how many of the largest groups to list. keys: a table of the public groups, or None to find them at the price
    of delta. noise: laplace, or gaussian at the price of delta. policy: a policy file, with the purpose and (if it
    names several) the holder; None takes the flags as the policy. count_bound, people_bound, total_bound: what
    one person may add in all; None chooses it privately. bias_share: percent of every number's price for an estimate of
    what its bound cuts away, group by group. target: an error wanted of one count, as a share, for which
    a look comes first and epsilon is the most. spent: what the ledger already counts for these flags, so
    that a policy made of flags adds to it.
    """

    table: Path
    by: tuple[str, ...]
    person: str
    epsilon: str
    count: bool = True
    people: bool = False
    total: str | None = None
    mean: str | None = None
    variance: str | None = None
    bounds: tuple[int, int] | None = None
    quantiles: tuple[str, tuple[int, ...]] | None = None
    bins: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    top: int | None = None
    keys: Path | None = None
    delta: str | None = None
    noise: Literal["laplace", "gaussian"] = "laplace"
    policy: Path | None = None
    purpose: str | None = None
    holder: str | None = None
    count_bound: int | None = None
    people_bound: int | None = None
    total_bound: int | None = None
    outside: Literal["clamp", "refuse"] = "clamp"
    bias_share: int = 0
    target: Fraction | None = None
    spent: PrivacyLoss = NO_LOSS

    @property
    def value(self) -> str | None:
        """The column whose values are added up, if any is."""
        return self.total or self.mean or self.variance

    @property
    def finds_groups(self) -> bool:
        """Whether the groups are to be found, since no file and no bins say what they are."""
        return self.keys is None and any(column not in self.bins for column in self.by)

    @property
    def rows(self) -> bool:
        """Whether rows are counted, be it for a mean."""
        return self.count or self.mean is not None or self.variance is not None


def check_request(asked: ReleaseRequest) -> None:
    """Raise ParameterRefused or InputRefused for what is wrong with the flags themselves."""
    _check_named(asked)
    _check_columns(asked)
    _check_values(asked)
    _check_bins(asked)
    _check_groups(asked)
    _check_target(asked)
    _check_bounds(asked)
    _check_bias(asked)
    if (asked.policy is None) != (asked.purpose is None):
        raise InputRefused("--policy FILE and --purpose NAME go together.")


def _check_named(asked: ReleaseRequest) -> None:
    quantiles = asked.quantiles and asked.quantiles[0]
    named = {"--person": asked.person, "--sum": asked.total, "--mean": asked.mean, "--variance": asked.variance}
    for flag, column in {**named, "--quantiles": quantiles}.items():
        if column is not None and not column.strip():
            raise ParameterRefused(flag, column, "the name of a column of the table")


def _check_bounds(asked: ReleaseRequest) -> None:
    counts = asked.rows or asked.quantiles is not None
    people = asked.people and (bool(asked.by) or asked.people_bound == 1)
    for flag, bound, of, is_used in (
        ("--count-bound", asked.count_bound, "--count, --mean, --variance or --quantiles", counts),
        # Without groups a person is counted once, whatever the bound.
        ("--people-bound", asked.people_bound, "--people and --by", people),
        ("--sum-bound", asked.total_bound, "--sum, --mean or --variance", asked.value is not None),
    ):
        if bound is None:
            continue
        if not 1 <= bound <= BOUND_MAX:
            raise ParameterRefused(flag, bound, f"a whole number from 1 to {BOUND_MAX}")
        if not is_used:
            raise InputRefused(f"{flag} is a bound for {of}, which was not asked; ask for it, or leave {flag} out.")


def _check_bias(asked: ReleaseRequest) -> None:
    if not 0 <= asked.bias_share <= PERCENT_MAX:
        raise ParameterRefused("--bias-share", asked.bias_share, f"a whole number of percent from 0 to {PERCENT_MAX}")
    if asked.bias_share and (asked.finds_groups or asked.noise == "gaussian" or asked.target is not None):
        raise InputRefused(
            "--bias-share needs groups that are public (--keys FILE, or bins) and laplace noise, and is not for "
            "--target-error, whose bound is given."
        )


def _check_columns(asked: ReleaseRequest) -> None:
    if len(asked.by) > BY_MAX:
        raise ParameterRefused("--by", ",".join(asked.by), f"at most {BY_MAX} columns, separated by commas")
    if asked.person in asked.by:
        raise ParameterRefused("--by", asked.person, "columns other than --person; a group would be one person")
    if len(set(asked.by)) != len(asked.by):
        raise ParameterRefused("--by", ",".join(asked.by), "each column once")
    asked_for = (asked.count, asked.people, asked.value, asked.quantiles)
    if not any(asked_for):
        raise InputRefused(
            "nothing was asked for; give one or more of --count, --people, --sum, --mean, --variance, --quantiles."
        )
    taken = [("count", asked.rows), ("people", asked.people), (f"sum_{asked.total}", asked.total is not None)]
    for column, is_taken in taken:
        if is_taken and column in asked.by:
            raise ParameterRefused("--by", column, "another name, since a column of the result is called so; rename it")


def _check_values(asked: ReleaseRequest) -> None:
    named = {"--sum": asked.total, "--mean": asked.mean, "--variance": asked.variance}
    for flag, column in named.items():
        if column is not None and column != asked.value:
            accepted = f"{asked.value!r}, since --bounds are of one column; ask twice for two"
            raise ParameterRefused(flag, column, accepted)
        if column is not None and column in (asked.person, *asked.by):
            raise ParameterRefused(flag, column, "a column other than --person and --by")
    if (asked.value is None) != (asked.bounds is None):
        raise InputRefused(
            "--sum, --mean and --variance need --bounds LO,HI, and only they; bounds are never taken from the data."
        )
    if asked.bounds is None:
        return
    given = f"{asked.bounds[0]},{asked.bounds[1]}"
    if asked.bounds[0] >= asked.bounds[1]:
        raise ParameterRefused("--bounds", given, "two whole numbers, the smaller first, for example 0,100")
    if max(map(abs, asked.bounds)) > VALUE_LIMIT:
        raise ParameterRefused("--bounds", given, f"two whole numbers from -{VALUE_LIMIT} to {VALUE_LIMIT}")


def _check_bins(asked: ReleaseRequest) -> None:
    for column, edges in asked.bins.items():
        if column not in asked.by and (asked.quantiles is None or column != asked.quantiles[0]):
            raise ParameterRefused("--bins", column, "a column of --by or of --quantiles")
        if not 1 <= len(edges) <= EDGES_MAX or list(edges) != sorted(set(edges)):
            given = ",".join(map(str, edges[:10]))
            raise ParameterRefused("--bins", given, f"1 to {EDGES_MAX} whole numbers, ascending")
        if max(map(abs, edges)) > VALUE_LIMIT:
            given = str(max(edges, key=abs))
            raise ParameterRefused("--bins", given, f"whole numbers from -{VALUE_LIMIT} to {VALUE_LIMIT}")
    if asked.quantiles is None:
        return
    column, shares = asked.quantiles
    if column not in asked.bins:
        raise InputRefused(
            f"--quantiles {column} needs --bins {column}:EDGE,EDGE,...: where its values may lie is never taken from "
            "the data."
        )
    if column in (asked.person, *asked.by):
        raise ParameterRefused("--quantiles", column, "a column other than --person and --by")
    if not 1 <= len(shares) <= SHARES_MAX or not all(0 < share < 1_000 for share in shares):
        given = ",".join(f"{share / 10:g}" for share in shares) or "none"
        raise ParameterRefused("--quantiles", given, f"1 to {SHARES_MAX} percentages between 0 and 100, for example 50")
    if len(asked.by) >= BY_MAX:
        raise ParameterRefused("--by", ",".join(asked.by), f"at most {BY_MAX - 1} columns with --quantiles")


def _check_groups(asked: ReleaseRequest) -> None:
    if asked.finds_groups:
        if asked.quantiles is not None or asked.bins:
            raise InputRefused("--bins and --quantiles need groups that are public; give --keys FILE.")
        if not (asked.rows or asked.people):
            raise InputRefused("groups that are not public are found by a count; add --count, or give --keys FILE.")
        if asked.noise == "gaussian":
            raise InputRefused("gaussian noise needs groups that are public; give --keys FILE, or leave --noise out.")
    elif asked.delta is not None and asked.noise == "laplace":
        raise InputRefused("--delta pays for finding groups or for gaussian noise; here there is nothing to pay for.")
    if asked.keys is not None and not [column for column in asked.by if column not in asked.bins]:
        raise InputRefused("--keys lists the groups of columns in --by without bins, and there is none.")
    if asked.top is not None and not 1 <= asked.top <= TOP_MAX:
        raise ParameterRefused("--top", asked.top, f"a whole number from 1 to {TOP_MAX}")
    if asked.top is not None and not (asked.rows or asked.people or asked.total):
        raise InputRefused("--top lists the groups with the largest numbers; add --count, --people or --sum.")


def _check_target(asked: ReleaseRequest) -> None:
    """Refuse what cannot be looked at first and measured again."""
    if asked.target is None:
        return
    check_share(asked.target)
    if asked.target != Fraction(f"{float(asked.target):.6f}"):
        raise ParameterRefused("--target-error", str(float(asked.target)), "a share of at most six decimals")
    if asked.count == asked.people or asked.value is not None or asked.quantiles is not None or asked.top is not None:
        raise InputRefused("--target-error is for one count alone: either --count or --people, and nothing beside.")
    if asked.finds_groups:
        raise InputRefused(
            "--target-error needs groups that are public, or none: those that are found differ from one measurement to "
            "the next; give --keys FILE."
        )
    if asked.noise != "laplace":
        raise InputRefused("--target-error is reckoned with laplace noise; leave --noise out.")
    if (asked.count_bound if asked.count else asked.people_bound) is None and (asked.count or asked.by):
        flag = "--count-bound" if asked.count else "--people-bound"
        raise InputRefused(
            f"--target-error needs {flag}: a bound that is chosen in a look suits the look, and its error is no noise."
        )
