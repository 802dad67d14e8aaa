"""A request made into a scenario: its table taken in, its policy, its steps."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from privshare.categorize.policy import COLUMN_TOLD, Column
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.files import Progress, Taken, listed_column, read_table, take_in
from privshare.model.category import Category, RungKind
from privshare.model.loss import MICRO, PrivacyLoss, delta_e15, micro_epsilon
from privshare.model.party import PartyId, PurposeId
from privshare.model.policy import Policy
from privshare.scenario.adhoc.flags import OWNER, PURPOSE, clause, policy_of
from privshare.scenario.adhoc.given import policy_of_file
from privshare.scenario.adhoc.prices import DELTA_DEFAULT
from privshare.scenario.adhoc.release.measures import derived_of, measures_of, priced, split_of, with_bias
from privshare.scenario.adhoc.release.request import ReleaseRequest, check_request
from privshare.scenario.loader import Scenario
from privshare.scenario.spec import PartySpec
from privshare.scenario.steps.kind import StepKind
from privshare.scenario.steps.remeasure import REMEASURE, RemeasureStep
from privshare.scenario.steps.statistic import STATISTIC, StatisticStep

TABLE = "table"
STEP = "release"
QUANTILES = "quantiles"


def release_scenario(asked: ReleaseRequest, *, progress: Progress | None = None) -> Scenario:
    """Read the files and return the scenario; raise InputRefused for what is wrong with the request or the table.

    progress: as in `take_in`.
    """
    check_request(asked)
    loss = _loss(asked)
    _check_names(asked)
    policy = _own_policy(asked, loss) if asked.policy is None else policy_of_file(asked.policy)
    holder = _holder(asked, policy)
    steps = _told_steps(asked, holder, loss)
    table = take_in(asked.table, _needed(asked), holder=holder, name=TABLE, progress=progress)
    return Scenario(
        name=STEP,
        title=f"One release from {asked.table.name}",
        question="; ".join(step.sentence for _, step in steps),
        world={TABLE: table},
        parties=(PartySpec(id=holder, name=f"Holder of {asked.table.name}", role="releases", tables=[TABLE]),),
        policy=policy,
        story="",
        steps=steps,
    )


def _told_steps(
    asked: ReleaseRequest, holder: PartyId, loss: PrivacyLoss
) -> tuple[tuple[StepKind, StatisticStep | RemeasureStep], ...]:
    """Return the steps of the scenario, each with its kind."""
    if asked.target is not None:
        return ((REMEASURE, RemeasureStep.model_validate(_remeasured(asked, asked.target, holder, loss))),)
    return tuple((STATISTIC, StatisticStep.model_validate(step)) for step in _steps(asked, holder, loss))


def _remeasured(asked: ReleaseRequest, target: Fraction, holder: PartyId, loss: PrivacyLoss) -> dict[str, Any]:
    """Return the step that looks first: what both statistics share, and the most that they may cost together."""
    measures = measures_of(asked)
    step = _step(asked, holder, loss, measures)
    shared = {name: step[name] for name in ("id", "sentence", "holder", "purpose", "by", "bins", "groups")}
    return {
        **shared,
        "kind": "remeasure",
        "measure": measures[0],
        "target_error": f"{float(target):.6f}",
        "epsilon": str(Decimal(loss.micro_epsilon) / MICRO),
    }


def _steps(asked: ReleaseRequest, holder: PartyId, loss: PrivacyLoss) -> list[dict[str, Any]]:
    """Return the main step, the one for quantiles, or both; their prices add up to the loss."""
    measures = measures_of(asked)
    parts = split_of(loss, len(measures) + (asked.quantiles is not None))
    half = PrivacyLoss(0, loss.delta_e15 // 2 if measures and asked.quantiles else loss.delta_e15)
    main = _step(asked, holder, half, with_bias(asked, priced(measures, parts[: len(measures)])))
    steps = [main] if measures else []
    return [*steps, _histogram(asked, main, half, parts[-1])] if asked.quantiles is not None else steps


def _needed(asked: ReleaseRequest) -> Taken:
    values = dict.fromkeys(asked.bins)
    return Taken(asked.person, asked.by, values if asked.value is None else {**values, asked.value: _insisted(asked)})


def _insisted(asked: ReleaseRequest) -> tuple[int, int] | None:
    """Return the bounds that every value must lie in, where values outside are refused and not clamped."""
    return asked.bounds if asked.outside == "refuse" else None


def _loss(asked: ReleaseRequest) -> PrivacyLoss:
    """Return the price of the whole request."""
    micro = micro_epsilon(asked.epsilon)
    parts = len(measures_of(asked)) + (asked.quantiles is not None)
    if micro < parts:
        accepted = f"enough to be shared by {parts} measures, 0.00000{parts} or more"
        raise ParameterRefused("--epsilon", asked.epsilon, accepted)
    if not asked.finds_groups and asked.noise == "laplace":
        return PrivacyLoss(micro)
    delta = delta_e15(DELTA_DEFAULT if asked.delta is None else asked.delta)
    if delta < 2:
        raise ParameterRefused("--delta", asked.delta, "a number above 0, to pay for finding groups or gaussian noise")
    return PrivacyLoss(micro, delta)


def _check_names(asked: ReleaseRequest) -> None:
    """Refuse a name that no policy could name, once it is known that the table has it."""
    for flag, name in (*(("--by", name) for name in asked.by), *_values(asked).items()):
        if not _nameable(name):
            raise ParameterRefused(flag, name, f"{COLUMN_TOLD}; rename it in the file")


def _nameable(name: str) -> bool:
    try:
        TypeAdapter(Column).validate_python(name)
    except ValidationError:
        return False
    return True


def _what(asked: ReleaseRequest) -> str:
    """Return what was asked for in words, e.g. "Count, mean of amount"."""
    counts = [("count", asked.count), ("people", asked.people)]
    named = (("sum", asked.total), ("mean", asked.mean), ("variance", asked.variance))
    told = [what for what, wanted in counts if wanted]
    told += [f"{what} of {column}" for what, column in named if column is not None]
    text = ", ".join(told)
    return text[:1].upper() + text[1:]


def _step(asked: ReleaseRequest, holder: PartyId, loss: PrivacyLoss, measures: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": "statistic",
        "id": STEP,
        "sentence": f"{_what(asked)}{_by(asked)}",
        "holder": holder,
        "purpose": asked.purpose or PURPOSE,
        "by": list(asked.by),
        "bins": {column: list(asked.bins[column]) for column in asked.by if column in asked.bins},
        "groups": None if asked.keys is None else _groups(asked, asked.keys),
        "delta": str(Decimal(loss.delta_e15) / 10**15),
        "noise": asked.noise,
        "measures": measures,
        "derived": derived_of(asked),
    }


def _histogram(asked: ReleaseRequest, main: dict[str, Any], loss: PrivacyLoss, micro: int) -> dict[str, Any]:
    """Return the step that the quantiles are read off: a count by group and bin of their column."""
    assert asked.quantiles is not None  # noqa: S101  only called for them
    column, shares = asked.quantiles
    name = f"quantile_{column}"
    return {
        **main,
        "id": QUANTILES,
        "sentence": f"Quantiles of {column}{_by(asked)}",
        "by": [*asked.by, column],
        "bins": {**main["bins"], column: list(asked.bins[column])},
        "delta": str(Decimal(loss.delta_e15) / 10**15),
        "measures": priced([{"name": "count", "bound": asked.count_bound}], (micro,)),
        "derived": [{"name": name, "kind": "quantiles", "measures": ["count"], "parameters": list(shares)}],
    }


def _by(asked: ReleaseRequest) -> str:
    return f" by {', '.join(asked.by)}" if asked.by else ""


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
    listed = [name for name in asked.by if name not in asked.bins]
    columns = [listed_column(frame, name, path=path) for name in listed]
    return [list(group) for group in sorted(set(zip(*columns, strict=True)))]


def _values(asked: ReleaseRequest) -> dict[str, str]:
    """Return flag -> column for the columns whose values are published after noise, each once."""
    named = {"--sum": asked.total, "--mean": asked.mean, "--variance": asked.variance}
    named |= {"--quantiles": asked.quantiles[0] if asked.quantiles else None}
    flags: dict[str, str] = {}
    for flag, column in named.items():
        if column is not None and column not in flags.values():
            flags[flag] = column
    return flags


def _own_policy(asked: ReleaseRequest, loss: PrivacyLoss) -> Policy:
    named = [
        (asked.person, Category.DIRECT_IDENTIFIER, RungKind.NEVER, "--person"),
        *((name, Category.QUASI_IDENTIFIER, RungKind.AFTER_DP, "--by") for name in asked.by),
        *((name, Category.SENSITIVE_ATTRIBUTE, RungKind.AFTER_DP, flag) for flag, name in _values(asked).items()),
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
