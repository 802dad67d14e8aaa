"""Step `statistic`: counts and sums by group from one holder's table, with noise."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Annotated, Literal

from pydantic import Field

from privshare.categorize.faults import accepting
from privshare.categorize.policy import (
    COLUMN_PATTERN,
    SEEN_TOLD,
    Column,
    DeltaE15,
    Identifier,
    MicroEpsilon,
    Sentence,
    StrictModel,
)
from privshare.errors import InputRefused
from privshare.holders.engines import ENGINES, opened
from privshare.holders.files import FileTable
from privshare.holders.holder import any_table_with, check_whole
from privshare.holders.truth import Truth, exact_statistic
from privshare.model.bounding import Amount, Bins, Group
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.model.table import Table
from privshare.scenario.asking import Exact, publish
from privshare.scenario.outcome import Component, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.use.release.bias import PERCENT_MAX
from privshare.use.release.checks import check_terms
from privshare.use.release.statistic import answer
from privshare.use.release.terms import DerivedTerms, Key, MeasureTerms, Noise, StatisticTerms, price, widest

BOUND_MAX = 8_000_000
"""So that the sum of 10^9 people and its noise stays a whole number that canonical JSON keeps (below 2^53)."""
VALUE_LIMIT = 10**9
Whole = Annotated[int, Field(ge=-VALUE_LIMIT, le=VALUE_LIMIT)]
Name = Annotated[str, Field(pattern=COLUMN_PATTERN, max_length=80), accepting(SEEN_TOLD.format(most=80))]
"""A column of the result: the name of one in the table, with a word before it."""


class MeasureSpec(StrictModel):
    """One measure. Without a bound, one is chosen privately, up to bound_max.

    amount: what is added up a group; by default the values of a column, and rows where no column is named.
    centre: values of a column are counted from here. whole: keep a scaled-down person's numbers in whole units.
    bias_share: percent of epsilon for an estimate, group by group, of what the bound cuts away.
    """

    name: Name
    column: Column | None = None
    amount: Annotated[Amount | None, Field(strict=False)] = None
    lower: Whole = 1
    upper: Whole = 1
    centre: Whole = 0
    whole: bool = False
    bound: Annotated[int, Field(ge=1, le=BOUND_MAX)] | None = None
    bound_max: Annotated[int, Field(ge=1, le=BOUND_MAX)] = 1_000
    epsilon: MicroEpsilon
    bias_share: Annotated[int, Field(ge=0, le=PERCENT_MAX)] = 0


class DerivedSpec(StrictModel):
    """A table computed from the published numbers: its kind, the measures it reads, and its parameters."""

    name: Name
    kind: Literal["mean", "variance", "quantiles", "top"]
    measures: Annotated[list[Name], Field(min_length=1, max_length=3)]
    parameters: Annotated[list[int], Field(max_length=20)] = Field(default_factory=list)


class StatisticStep(StepFrame):
    """What to count or add up, by which groups, at which price.

    keys: the public groups as a list a column, all combinations; groups: the public groups one by one. Without
    either the groups are found by the first measure, which counts rows, at the price of `delta`. bins: edges of a
    column in `by` that holds whole numbers; its groups are the bins, which are public. noise: laplace, or gaussian
    at the price of `delta`.
    """

    kind: Literal["statistic"]
    id: Identifier
    sentence: Sentence
    holder: Identifier
    purpose: Identifier
    by: Annotated[list[Column], Field(max_length=4)]
    bins: dict[Column, Annotated[list[Whole], Field(min_length=1)]] = Field(default_factory=dict)
    keys: dict[Column, Annotated[list[Sentence | str], Field(min_length=1)]] | None = None
    groups: Annotated[list[list[str]], Field(min_length=1)] | None = None
    delta: DeltaE15 = 0
    noise: Annotated[Noise, Field(strict=False)] = Noise.LAPLACE
    measures: Annotated[list[MeasureSpec], Field(min_length=1)]
    derived: list[DerivedSpec] = Field(default_factory=list)


def _offers(step: StatisticStep) -> tuple[tuple[str, str], ...]:
    return (("release", step.id),)


def _mentions(step: StatisticStep) -> tuple[Mention, ...]:
    return (Mention("holder", "holder", step.holder), Mention("purpose", "purpose", step.purpose))


def _table(step: StatisticStep, stage: Stage) -> Table | FileTable:
    columns = [*step.by, *(measure.column for measure in step.measures if measure.column)]
    return any_table_with(stage.holder(step.holder), columns)


def terms_of(step: StatisticStep, table: Table | FileTable) -> StatisticTerms:
    """Return the terms of the statistic; raise InputRefused when they contradict each other."""
    if table.person is None:
        raise InputRefused(f"step {step.id}: the table is about no person; publish it with a step of kind open.")
    by = tuple(
        Bins(ColumnName(column), tuple(step.bins[column])) if column in step.bins else ColumnName(column)
        for column in step.by
    )
    keys = _keys(step, by)
    if (keys is None or step.noise is Noise.GAUSSIAN) != (step.delta > 0):
        raise InputRefused(
            f"step {step.id}: a delta above 0 pays for finding groups, or for gaussian noise; give it then and only "
            "then. Public groups are given as keys or groups."
        )
    return StatisticTerms(
        person=table.person,
        by=by,
        keys=keys,
        noise=step.noise,
        measures=tuple(
            MeasureTerms(
                name=measure.name,
                column=ColumnName(measure.column) if measure.column else None,
                lower=measure.lower,
                upper=measure.upper,
                bound=measure.bound,
                top=_top(measure, keys),
                loss=PrivacyLoss(measure.epsilon, step.delta if number == 0 else 0),
                amount=measure.amount or (Amount.SUM if measure.column else Amount.ROWS),
                centre=measure.centre,
                whole=measure.whole,
                bias_percent=measure.bias_share,
            )
            for number, measure in enumerate(step.measures)
        ),
        derived=tuple(
            DerivedTerms(table.name, table.kind, tuple(table.measures), tuple(table.parameters))
            for table in step.derived
        ),
    )


def _top(measure: MeasureSpec, keys: Sequence[Key] | None) -> int:
    """Return the largest bound that may be chosen: nobody is counted in more groups than there are."""
    counts = measure.amount is Amount.PEOPLE and keys is not None
    return min(measure.bound_max, len(keys or ())) if counts else measure.bound_max


def _keys(step: StatisticStep, by: Sequence[Group]) -> tuple[Key, ...] | None:
    """Return the public groups: those that were listed, combined with all bins; None where they are to be found."""
    if step.keys is not None and step.groups is not None:
        raise InputRefused(f"step {step.id}: give keys or groups, not both.")
    unknown = sorted(set(step.bins) - set(step.by))
    if unknown:
        raise InputRefused(f"step {step.id}: bins are given for {unknown[0]!r}, which is not in by.")
    listed = [column for column in step.by if column not in step.bins]
    if step.groups is not None:
        if any(len(group) != len(listed) for group in step.groups):
            raise InputRefused(f"step {step.id}: every group needs one text a column in by that has no bins.")
        chosen = [tuple(group) for group in step.groups]
    elif step.keys is not None:
        if sorted(step.keys) != sorted(listed):
            raise InputRefused(f"step {step.id}: keys must list the groups of exactly the columns in by without bins.")
        chosen = list(product(*(step.keys[column] for column in listed)))
    elif listed:
        return None
    else:
        chosen = [()]
    labels = [part.labels for part in by if isinstance(part, Bins)]
    return tuple(_woven(group, bins, by) for group in chosen for bins in product(*labels))


def _woven(group: Sequence[str], bins: Sequence[str], by: Sequence[Group]) -> Key:
    """Return one key, its parts in the order of `by`."""
    left, binned = iter(group), iter(bins)
    return tuple(next(binned) if isinstance(part, Bins) else next(left) for part in by)


def _question(step: StatisticStep, table: Table | FileTable) -> Question:
    holder = PartyId(step.holder)
    terms = terms_of(step, table)
    inside = ColumnUse(holder, terms.person, RungKind.NEVER)
    columns = dict.fromkeys([*step.by, *(measure.column for measure in step.measures if measure.column)])
    return Question(
        id=step.id,
        sentence=step.sentence,
        purpose=PurposeId(step.purpose),
        uses=(inside, *(ColumnUse(holder, ColumnName(column), RungKind.AFTER_DP) for column in columns)),
        loss=price(terms),
        parameters=(("kind", step.kind), ("terms", repr(terms)), *_bias_asked(step)),
    )


def _bias_asked(step: StatisticStep) -> tuple[tuple[str, str], ...]:
    """Return the shares of the biases, where there are any: a question without them is the one that it always was."""
    shares = [str(measure.bias_share) for measure in step.measures]
    return (("bias shares", ",".join(shares)),) if any(measure.bias_share for measure in step.measures) else ()


def _ask(step: StatisticStep, stage: Stage) -> tuple[Question, ...]:
    table = _table(step, stage)
    for column in (*step.bins, *(measure.column for measure in step.measures if measure.column)):
        check_whole(table, column)
    # Built and thrown away, so that a measure no noise can be drawn for is refused before the debit.
    check_terms(terms_of(step, table))
    return (_question(step, table),)


def _perform(step: StatisticStep, stage: Stage) -> None:
    table = _table(step, stage)

    terms = terms_of(step, table)

    def answered(granted: Permit, request: str) -> Release:
        # A key of this request's own: under one key equal digests would tell that two questions' exact numbers agree.
        key = hmac.digest(stage.ledger.snapshot_key(table.holder), f"engines {request}".encode(), "sha256")
        with opened(table, widest(terms), key=key) as engine:
            release = answer(granted, request=request, terms=terms, engine=engine)
            return replace(release, evidence=replace(release.evidence, engines=ENGINES, digest=engine.digest))

    def exact(truth: Truth, keys: Sequence[Key]) -> Exact:
        return exact_statistic(truth, table.name, terms.by, keys, widest(terms))

    publish(stage, _question(step, table), expect_refusal=step.expect_refusal, answer=answered, truth=exact)


STATISTIC = StepKind(
    model=StatisticStep,
    title="Releasing a statistic",
    mentions=_mentions,
    ask=_ask,
    offers=_offers,
    perform=_perform,
    components=(
        Component("noise", Reality.REAL, "whole numbers, drawn by OpenDP from the operating system's generator"),
        Component("budget ledger", Reality.REAL, "a SQLite file that survives a kill; one file for all holders"),
    ),
)
