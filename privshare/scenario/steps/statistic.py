"""Step `statistic`: counts and sums by group from one holder's table, with noise."""

from __future__ import annotations

from itertools import product
from typing import Annotated, Literal

from pydantic import Field

from privshare.categorize.policy import Column, Identifier, MicroEpsilon, Sentence, StrictModel
from privshare.errors import InputRefused
from privshare.holders.engines.pandas_engine import run_plan
from privshare.holders.holder import check_whole, table_with
from privshare.holders.truth import exact_statistic
from privshare.model.bounding import BoundingPlan, Measure
from privshare.model.category import RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.model.table import Table
from privshare.scenario.asking import publish
from privshare.scenario.outcome import Component, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.secure.noise import laplace_mechanism
from privshare.use.release.statistic import answer

BOUND_MAX = 8_000_000
"""So that the sum of 10^9 people and its noise stays a whole number that canonical JSON keeps (below 2^53)."""
Whole = Annotated[int, Field(ge=-(10**9), le=10**9)]


class MeasureSpec(StrictModel):
    """One measure; without a column it counts rows."""

    name: Column
    column: Column | None = None
    lower: Whole = 1
    upper: Whole = 1
    bound: Annotated[int, Field(ge=1, le=BOUND_MAX)]
    epsilon: MicroEpsilon


class StatisticStep(StepFrame):
    """What to count or add up, by which groups, at which price."""

    kind: Literal["statistic"]
    id: Identifier
    sentence: Sentence
    holder: Identifier
    purpose: Identifier
    by: Annotated[list[Column], Field(min_length=1, max_length=4)]
    keys: dict[Column, Annotated[list[Sentence | str], Field(min_length=1)]]
    measures: Annotated[list[MeasureSpec], Field(min_length=1)]


def _offers(step: StatisticStep) -> tuple[tuple[str, str], ...]:
    return (("release", step.id),)


def _mentions(step: StatisticStep) -> tuple[Mention, ...]:
    return (Mention("holder", "holder", step.holder), Mention("purpose", "purpose", step.purpose))


def _table(step: StatisticStep, stage: Stage) -> Table:
    columns = [*step.by, *(measure.column for measure in step.measures if measure.column)]
    return table_with(stage.holder(step.holder), columns)


def plan_of(step: StatisticStep, table: Table) -> BoundingPlan:
    """Return the bounding plan; raise InputRefused when it cannot be made."""
    if table.person is None:
        raise InputRefused(f"step {step.id}: the table is about no person; publish it with a step of kind open.")
    if sorted(step.keys) != sorted(step.by):
        raise InputRefused(f"step {step.id}: keys must list the groups of exactly the columns in by.")
    return BoundingPlan(
        person=table.person,
        by=tuple(ColumnName(column) for column in step.by),
        keys=tuple(product(*(step.keys[column] for column in step.by))),
        measures=tuple(
            Measure(m.name, ColumnName(m.column) if m.column else None, m.lower, m.upper, m.bound)
            for m in step.measures
        ),
    )


def _question(step: StatisticStep, table: Table) -> Question:
    holder = PartyId(step.holder)
    plan = plan_of(step, table)
    inside = ColumnUse(holder, plan.person, RungKind.NEVER)
    columns = dict.fromkeys([*step.by, *(measure.column for measure in step.measures if measure.column)])
    return Question(
        id=step.id,
        sentence=step.sentence,
        purpose=PurposeId(step.purpose),
        uses=(inside, *(ColumnUse(holder, ColumnName(column), RungKind.AFTER_DP) for column in columns)),
        loss=sum((PrivacyLoss(measure.epsilon) for measure in step.measures), NO_LOSS),
        parameters=(
            ("kind", step.kind),
            ("plan", repr(plan)),
            ("split", repr([(measure.name, measure.epsilon) for measure in step.measures])),
        ),
    )


def _ask(step: StatisticStep, stage: Stage) -> tuple[Question, ...]:
    table = _table(step, stage)
    for measure in step.measures:
        if measure.column:
            check_whole(table, measure.column)
        # Built and thrown away, so that a measure no noise can be drawn for is refused before the debit.
        laplace_mechanism(sensitivity=measure.bound, loss=PrivacyLoss(measure.epsilon))
    return (_question(step, table),)


def _perform(step: StatisticStep, stage: Stage) -> None:
    table = _table(step, stage)
    plan = plan_of(step, table)

    def answered(granted: Permit, request: str) -> Release:
        return answer(
            granted,
            request=request,
            plan=plan,
            split={measure.name: PrivacyLoss(measure.epsilon) for measure in step.measures},
            query=lambda asked: run_plan(table.frame, asked),
        )

    publish(
        stage,
        _question(step, table),
        expect_refusal=step.expect_refusal,
        answer=answered,
        truth=lambda: exact_statistic(
            stage.truth, table.name, step.by, plan.keys, [measure.column for measure in step.measures]
        ),
    )


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
