"""Step `statistic`: counts and sums by group from one holder's table, with noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Literal

from pydantic import Field

from privshare.categorize.policy import Column, DeltaE15, Identifier, MicroEpsilon, Sentence, StrictModel
from privshare.errors import InputRefused
from privshare.holders.engines.pandas_engine import run_contributions, run_discovery, run_plan
from privshare.holders.holder import check_whole, table_with
from privshare.holders.truth import Truth, exact_statistic
from privshare.model.bounding import BoundingPlan, Contributions, Discovery
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
from privshare.use.release.adaptive import MeasureTerms, StatisticTerms, answer_terms, check_terms, price

BOUND_MAX = 8_000_000
"""So that the sum of 10^9 people and its noise stays a whole number that canonical JSON keeps (below 2^53)."""
VALUE_LIMIT = 10**9
Whole = Annotated[int, Field(ge=-VALUE_LIMIT, le=VALUE_LIMIT)]


class MeasureSpec(StrictModel):
    """One measure; without a column it counts rows. Without a bound, one is chosen privately, up to bound_max."""

    name: Column
    column: Column | None = None
    lower: Whole = 1
    upper: Whole = 1
    bound: Annotated[int, Field(ge=1, le=BOUND_MAX)] | None = None
    bound_max: Annotated[int, Field(ge=1, le=BOUND_MAX)] = 1_000
    epsilon: MicroEpsilon


class StatisticStep(StepFrame):
    """What to count or add up, by which groups, at which price.

    keys: the public groups as a list a column, all combinations; groups: the public groups one by one. Without
    either the groups are found by the first measure, which counts rows, at the price of `delta`.
    """

    kind: Literal["statistic"]
    id: Identifier
    sentence: Sentence
    holder: Identifier
    purpose: Identifier
    by: Annotated[list[Column], Field(min_length=1, max_length=4)]
    keys: dict[Column, Annotated[list[Sentence | str], Field(min_length=1)]] | None = None
    groups: Annotated[list[list[str]], Field(min_length=1)] | None = None
    delta: DeltaE15 = 0
    measures: Annotated[list[MeasureSpec], Field(min_length=1)]


def _offers(step: StatisticStep) -> tuple[tuple[str, str], ...]:
    return (("release", step.id),)


def _mentions(step: StatisticStep) -> tuple[Mention, ...]:
    return (Mention("holder", "holder", step.holder), Mention("purpose", "purpose", step.purpose))


def _table(step: StatisticStep, stage: Stage) -> Table:
    columns = [*step.by, *(measure.column for measure in step.measures if measure.column)]
    return table_with(stage.holder(step.holder), columns)


def terms_of(step: StatisticStep, table: Table) -> StatisticTerms:
    """Return the terms of the statistic; raise InputRefused when they contradict each other."""
    if table.person is None:
        raise InputRefused(f"step {step.id}: the table is about no person; publish it with a step of kind open.")
    keys = _keys(step)
    if (keys is None) != (step.delta > 0):
        raise InputRefused(
            f"step {step.id}: give keys or groups (that are public), or a delta above 0 (to find them), not both."
        )
    return StatisticTerms(
        person=table.person,
        by=tuple(ColumnName(column) for column in step.by),
        keys=keys,
        measures=tuple(
            MeasureTerms(
                name=measure.name,
                column=ColumnName(measure.column) if measure.column else None,
                lower=measure.lower,
                upper=measure.upper,
                bound=measure.bound,
                top=measure.bound_max,
                loss=PrivacyLoss(measure.epsilon, step.delta if number == 0 else 0),
            )
            for number, measure in enumerate(step.measures)
        ),
    )


def _keys(step: StatisticStep) -> tuple[tuple[str, ...], ...] | None:
    if step.keys is not None and step.groups is not None:
        raise InputRefused(f"step {step.id}: give keys or groups, not both.")
    if step.groups is not None:
        if any(len(group) != len(step.by) for group in step.groups):
            raise InputRefused(f"step {step.id}: every group needs one text a column in by.")
        return tuple(tuple(group) for group in step.groups)
    if step.keys is None:
        return None
    if sorted(step.keys) != sorted(step.by):
        raise InputRefused(f"step {step.id}: keys must list the groups of exactly the columns in by.")
    return tuple(product(*(step.keys[column] for column in step.by)))


def _question(step: StatisticStep, table: Table) -> Question:
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
        parameters=(("kind", step.kind), ("terms", repr(terms))),
    )


def _ask(step: StatisticStep, stage: Stage) -> tuple[Question, ...]:
    table = _table(step, stage)
    for measure in step.measures:
        if measure.column:
            check_whole(table, measure.column)
    # Built and thrown away, so that a measure no noise can be drawn for is refused before the debit.
    check_terms(terms_of(step, table))
    return (_question(step, table),)


@dataclass(frozen=True, slots=True)
class _PandasEngine:
    """The holder's engine for one table."""

    table: Table

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        return run_plan(self.table.frame, plan)

    def contributions(self, asked: Contributions) -> Sequence[int]:
        return run_contributions(self.table.frame, asked)

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        return run_discovery(self.table.frame, asked)


def _perform(step: StatisticStep, stage: Stage) -> None:
    table = _table(step, stage)

    def answered(granted: Permit, request: str) -> Release:
        return answer_terms(granted, request=request, terms=terms_of(step, table), engine=_PandasEngine(table))

    def exact(truth: Truth, keys: Sequence[tuple[str, ...]]) -> Exact:
        return exact_statistic(truth, table.name, step.by, keys, [measure.column for measure in step.measures])

    publish(stage, _question(step, table), expect_refusal=step.expect_refusal, answer=answered, truth=exact)


STATISTIC = StepKind(
    model=StatisticStep,
    title="Releasing a statistic",
    mentions=_mentions,
    ask=_ask,
    offers=_offers,
    perform=_perform,
    components=(
        Component("noise", Reality.REAL, "two-sided geometric, drawn by OpenDP from the operating system's generator"),
        Component("budget ledger", Reality.REAL, "a SQLite file that survives a kill; one file for all holders"),
    ),
)
