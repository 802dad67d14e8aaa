"""`privshare release`: one statistic of one table, as a scenario of one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from privshare.categorize.policy import Column, read_policy
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.files import Taken, find_column, read_table, take_in
from privshare.model.category import Category, RungKind
from privshare.model.loss import MICRO, NO_LOSS, PrivacyLoss, delta_e15, micro_epsilon
from privshare.model.party import PartyId, PurposeId
from privshare.model.policy import Policy
from privshare.scenario.adhoc.flags import OWNER, PURPOSE, clause, policy_of
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import PartySpec
from privshare.scenario.steps.statistic import BOUND_MAX, STATISTIC, VALUE_LIMIT, StatisticStep

TABLE = "table"
STEP = "release"
DELTA_DEFAULT = "1e-6"
BY_MAX = 4
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """What was asked on the command line, as text where it is to be read exactly.

    by: grouping columns. total: column to add up, with bounds of a row's value, or None. count: whether rows
    are counted. keys: a table of the public groups, or None to find them at the price of delta. policy: a
    policy file, with the purpose and (if it names several) the holder; None takes the flags as the policy.
    count_bound, total_bound: what one person may add in all; None chooses it privately. spent: what the
    ledger already counts for these flags, so that a policy made of flags adds to it.
    """

    table: Path
    by: tuple[str, ...]
    person: str
    epsilon: str
    count: bool = True
    total: str | None = None
    bounds: tuple[int, int] | None = None
    keys: Path | None = None
    delta: str | None = None
    policy: Path | None = None
    purpose: str | None = None
    holder: str | None = None
    count_bound: int | None = None
    total_bound: int | None = None
    outside: Literal["clamp", "refuse"] = "clamp"
    spent: PrivacyLoss = NO_LOSS


def release_scenario(asked: ReleaseRequest) -> Scenario:
    """Read the files and return the scenario; raise InputRefused for what is wrong with the request or the table."""
    _check(asked)
    loss = _loss(asked)
    needed = Taken(asked.person, asked.by, {} if asked.total is None else {asked.total: _insisted(asked)})
    _check_names(asked)
    policy = _own_policy(asked, loss) if asked.policy is None else _given_policy(asked.policy)
    holder = _holder(asked, policy)
    step = StatisticStep.model_validate(_step(asked, holder, loss))
    table = take_in(asked.table, needed, holder=holder, name=TABLE)
    return Scenario(
        name=STEP,
        title=f"One release from {asked.table.name}",
        question=step.sentence,
        world={TABLE: table},
        parties=(PartySpec(id=holder, name=f"Holder of {asked.table.name}", role="releases", tables=[TABLE]),),
        policy=policy,
        story="",
        steps=((STATISTIC, step),),
    )


def _insisted(asked: ReleaseRequest) -> tuple[int, int] | None:
    """Return the bounds that every value must lie in, where values outside are refused and not clamped."""
    return asked.bounds if asked.outside == "refuse" else None


def split_of(loss: PrivacyLoss, measures: int) -> tuple[int, ...]:
    """Return micro-epsilon a measure: equal parts, what is left over to the first.

    >>> split_of(PrivacyLoss(1_000_000), 3)
    (333334, 333333, 333333)
    """
    part, rest = divmod(loss.micro_epsilon, measures)
    return (part + rest, *(part for _ in range(measures - 1)))


def _loss(asked: ReleaseRequest) -> PrivacyLoss:
    """Return the price of the whole request."""
    micro = micro_epsilon(asked.epsilon)
    if micro < _measures(asked):
        raise ParameterRefused("--epsilon", asked.epsilon, "enough to be shared by two measures, 0.000002 or more")
    if asked.keys is not None:
        return PrivacyLoss(micro)
    delta = delta_e15(DELTA_DEFAULT if asked.delta is None else asked.delta)
    if delta == 0:
        raise ParameterRefused("--delta", asked.delta, "a number above 0, to pay for finding groups; or --keys FILE")
    return PrivacyLoss(micro, delta)


def _measures(asked: ReleaseRequest) -> int:
    return asked.count + (asked.total is not None)


def _check_names(asked: ReleaseRequest) -> None:
    """Refuse a name that no policy could name, once it is known that the table has it."""
    longest = NAME_MAX - len("sum_")
    for flag, name, most in (*(("--by", name, NAME_MAX) for name in asked.by), ("--sum", asked.total, longest)):
        if name is not None and (len(name) > most or not _nameable(name)):
            accepted = f"a name of letters A to Z, digits and underscores, at most {most}; rename it in the file"
            raise ParameterRefused(flag, name, accepted)


def _nameable(name: str) -> bool:
    try:
        TypeAdapter(Column).validate_python(name)
    except ValidationError:
        return False
    return True


def _check(asked: ReleaseRequest) -> None:
    if not 1 <= len(asked.by) <= BY_MAX:
        raise ParameterRefused("--by", ",".join(asked.by) or "nothing", "1 to 4 columns, separated by commas")
    if asked.person in asked.by:
        raise ParameterRefused("--by", asked.person, "columns other than --person; a group would be one person")
    if len(set(asked.by)) != len(asked.by):
        raise ParameterRefused("--by", ",".join(asked.by), "each column once")
    if not asked.count and asked.total is None:
        raise InputRefused("nothing was asked for; give --count, --sum COLUMN, or both.")
    if (asked.total is None) != (asked.bounds is None):
        raise InputRefused("--sum COLUMN and --bounds LO,HI go together; bounds are never taken from the data.")
    if asked.total is not None and asked.total in (asked.person, *asked.by):
        raise ParameterRefused("--sum", asked.total, "a column other than --person and --by")
    if asked.bounds is not None and asked.bounds[0] >= asked.bounds[1]:
        given = f"{asked.bounds[0]},{asked.bounds[1]}"
        raise ParameterRefused("--bounds", given, "two whole numbers, the smaller first, for example 0,100")
    if asked.bounds is not None and max(map(abs, asked.bounds)) > VALUE_LIMIT:
        given = f"{asked.bounds[0]},{asked.bounds[1]}"
        raise ParameterRefused("--bounds", given, f"two whole numbers from -{VALUE_LIMIT} to {VALUE_LIMIT}")
    for flag, bound in (("--count-bound", asked.count_bound), ("--sum-bound", asked.total_bound)):
        if bound is not None and not 1 <= bound <= BOUND_MAX:
            raise ParameterRefused(flag, bound, f"a whole number from 1 to {BOUND_MAX}")
    for column, taken in (("count", asked.count), (f"sum_{asked.total}", asked.total is not None)):
        if taken and column in asked.by:
            raise ParameterRefused("--by", column, "another name, since a column of the result is called so; rename it")
    if asked.keys is None and not asked.count:
        raise InputRefused("groups that are not public are found by their count; add --count, or give --keys FILE.")
    if asked.keys is not None and asked.delta is not None:
        raise InputRefused("--delta pays for finding the groups; with --keys FILE there is nothing to find.")
    if (asked.policy is None) != (asked.purpose is None):
        raise InputRefused("--policy FILE and --purpose NAME go together.")


def _step(asked: ReleaseRequest, holder: PartyId, loss: PrivacyLoss) -> Mapping[str, Any]:
    measures: list[dict[str, Any]] = []
    if asked.count:
        measures.append({"name": "count", "bound": asked.count_bound})
    if asked.total is not None and asked.bounds is not None:
        low, high = asked.bounds
        largest = max(abs(low), abs(high))
        measures.append(
            {
                "name": f"sum_{asked.total}",
                "column": asked.total,
                "lower": low,
                "upper": high,
                "bound": asked.total_bound,
                "bound_max": min(max(1, largest) * 1_000, 8_000_000),
            }
        )
    for measure, micro in zip(measures, split_of(loss, len(measures)), strict=True):
        measure["epsilon"] = str(Decimal(micro) / MICRO)
    return {
        "kind": "statistic",
        "id": STEP,
        "sentence": f"{' and '.join(measure['name'] for measure in measures)} by {', '.join(asked.by)}",
        "holder": holder,
        "purpose": asked.purpose or PURPOSE,
        "by": list(asked.by),
        "groups": None if asked.keys is None else _groups(asked, asked.keys),
        "delta": str(Decimal(loss.delta_e15) / 10**15),
        "measures": measures,
    }


def _groups(asked: ReleaseRequest, path: Path) -> list[list[str]]:
    """Return the public groups, sorted; refuse a table of persons, whose groups would be the data's own."""
    if path.is_file() and path.samefile(asked.table):
        raise InputRefused("--keys is the table itself; name a file of groups that are public, or leave --keys out.")
    frame = read_table(path)
    if asked.person in frame.columns:
        raise InputRefused(
            f"--keys has the column {asked.person!r}, which names persons; name a file of groups that are public and "
            "were chosen without looking at the table, or leave --keys out."
        )
    columns = [frame[find_column(frame, name, path=path)].fillna("").tolist() for name in asked.by]
    return [list(group) for group in sorted(set(zip(*columns, strict=True)))]


def _own_policy(asked: ReleaseRequest, loss: PrivacyLoss) -> Policy:
    named = [
        (asked.person, Category.DIRECT_IDENTIFIER, RungKind.NEVER, "--person"),
        *((name, Category.QUASI_IDENTIFIER, RungKind.AFTER_DP, "--by") for name in asked.by),
        *((name, Category.SENSITIVE_ATTRIBUTE, RungKind.AFTER_DP, "--sum") for name in (asked.total,) if name),
    ]
    clauses = [
        clause(
            OWNER,
            name,
            category=category,
            form=form,
            limit=loss.micro_epsilon if form is RungKind.AFTER_DP else None,
            flag=flag,
        )
        for name, category, form, flag in named
    ]
    return policy_of(clauses, asked.spent + loss, command=repr(asked))


def _given_policy(path: Path) -> Policy:
    if not path.is_file():
        raise InputRefused(f"there is no policy file {path}; `privshare categorize` drafts one from a table.")
    return read_policy(path.read_bytes(), path.name)


def _holder(asked: ReleaseRequest, policy: Policy) -> PartyId:
    """Return the holder of the policy that the table belongs to: the only one, or the one that was named."""
    holders = sorted({holder for holder, _ in policy.clauses})
    if asked.purpose is not None and PurposeId(asked.purpose) not in policy.purposes:
        raise ParameterRefused("--purpose", asked.purpose, f"one of the policy's: {', '.join(policy.purposes)}")
    if asked.holder is None and len(holders) == 1:
        return holders[0]
    if asked.holder is None or asked.holder not in holders:
        raise ParameterRefused("--holder", asked.holder or "not given", f"one of the policy's: {', '.join(holders)}")
    return PartyId(asked.holder)
