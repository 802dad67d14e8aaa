"""Step `joint-table`: counts and sums over people whom two holders both know, through a linkage unit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal

from pydantic import Field

from privshare.categorize.policy import Column, DeltaE15, Identifier, MicroEpsilon, Sentence
from privshare.errors import InputRefused
from privshare.holders.holder import check_whole, groups_by_person, table_with, values_by_person
from privshare.holders.truth import Truth, exact_joint, matched_people
from privshare.model.category import RungKind
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.scenario.asking import publish
from privshare.scenario.outcome import Component, ProtocolRecord, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.scenario.steps.sides import items_from
from privshare.secure.psi.padding import IDENTIFIERS_MAX
from privshare.secure.psi.totals import Grouped, TotalsTerms, Valued, noise_parts, price
from privshare.use.linkage.joint import joint_table
from privshare.use.linkage.published import COUNT_MEASURE


class JointStep(StepFrame):
    """Who groups, who brings the value, which unit links, at which price."""

    kind: Literal["joint-table"]
    id: Identifier
    sentence: Sentence
    purpose: Identifier
    unit: Identifier
    grouping_holder: Identifier
    grouping_person: Column
    by: Annotated[list[Column], Field(min_length=1, max_length=4)]
    keys: dict[Column, Annotated[list[str], Field(min_length=1)]]
    value_holder: Identifier
    value_person: Column
    value_column: Column
    value_max: Annotated[int, Field(ge=1, le=10**9)]
    identifiers_max: Annotated[int, Field(ge=1, le=IDENTIFIERS_MAX)] = 1
    measure: Column
    epsilon_pad: MicroEpsilon
    epsilon_count: MicroEpsilon
    epsilon_sum: MicroEpsilon
    delta_per_draw: DeltaE15


def _mentions(step: JointStep) -> tuple[Mention, ...]:
    return (
        Mention("grouping_holder", "holder", step.grouping_holder),
        Mention("value_holder", "holder", step.value_holder),
        Mention("unit", "party", step.unit),
        Mention("purpose", "purpose", step.purpose),
    )


def _offers(step: JointStep) -> tuple[tuple[str, str], ...]:
    return ("release", step.id), ("joint measure", f"{step.id}.{step.measure}")


def _keys(step: JointStep) -> tuple[tuple[str, ...], ...]:
    if sorted(step.keys) != sorted(step.by):
        raise InputRefused(f"step {step.id}: keys must list the groups of exactly the columns in by.")
    return tuple(product(*(step.keys[column] for column in step.by)))


def _terms(step: JointStep) -> TotalsTerms:
    return TotalsTerms(
        groups=_keys(step),
        pad_micro=step.epsilon_pad,
        count_micro=step.epsilon_count,
        sum_micro=step.epsilon_sum,
        delta_e15=step.delta_per_draw,
        value_max=step.value_max,
        identifiers_max=step.identifiers_max,
    )


def _question(step: JointStep) -> Question:
    grouping, valuing = PartyId(step.grouping_holder), PartyId(step.value_holder)
    return Question(
        id=step.id,
        sentence=step.sentence,
        purpose=PurposeId(step.purpose),
        uses=(
            ColumnUse(grouping, ColumnName(step.grouping_person), RungKind.AFTER_LINK),
            *(ColumnUse(grouping, ColumnName(column), RungKind.AFTER_DP) for column in step.by),
            ColumnUse(valuing, ColumnName(step.value_person), RungKind.AFTER_LINK),
            ColumnUse(valuing, ColumnName(step.value_column), RungKind.AFTER_DP),
        ),
        loss=price(_terms(step)),
        parameters=(("kind", step.kind), ("terms", repr(_terms(step))), ("unit", step.unit)),
    )


def _ask(step: JointStep, stage: Stage) -> tuple[Question, ...]:
    table_with(stage.holder(step.grouping_holder), [step.grouping_person, *step.by])
    check_whole(table_with(stage.holder(step.value_holder), [step.value_person, step.value_column]), step.value_column)
    if PartyId(step.unit) in stage.holders:
        raise InputRefused(f"step {step.id}: the linkage unit {step.unit!r} holds records; it must hold none.")
    if step.grouping_holder == step.value_holder:
        raise InputRefused(f"step {step.id}: both sides are {step.value_holder!r}; name two holders.")
    if step.measure == COUNT_MEASURE:
        raise InputRefused(f"step {step.id}: the count is called {COUNT_MEASURE!r} already; give measure another name.")
    # Builds and checks every mechanism, so that terms no noise can be drawn for are refused before the debit.
    noise_parts(
        _terms(step),
        grouping_holder=PartyId(step.grouping_holder),
        value_holder=PartyId(step.value_holder),
        unit=PartyId(step.unit),
        count_measure=COUNT_MEASURE,
        sum_measure=step.measure,
    )
    return (_question(step),)


def _grouped(step: JointStep, stage: Stage) -> Grouped:
    """Return the people of the grouping holder who are in one of the step's groups and in no other.

    Item hashes stay in this process and enter the protocol under its keys. How many conflict is for nobody but the
    holder, so it is not told here.
    """
    holder = stage.holder(step.grouping_holder)
    people = items_from(stage, step.grouping_holder, [step.grouping_person], noised=True)
    table = table_with(holder, [step.grouping_person, *step.by])
    groups, _ = groups_by_person(table, step.by, _keys(step), starts=people.starts, rows=people.row_numbers)
    kept = groups >= 0
    return Grouped(people.hashes[kept], groups[kept])


def _valued(step: JointStep, stage: Stage) -> Valued:
    """Return the people of the value holder, the values of each added up and then clamped."""
    holder = stage.holder(step.value_holder)
    people = items_from(stage, step.value_holder, [step.value_person], noised=True)
    table = table_with(holder, [step.value_person, step.value_column])
    values = values_by_person(table, step.value_column, step.value_max, starts=people.starts, rows=people.row_numbers)
    return Valued(people.hashes, values)


def _perform(step: JointStep, stage: Stage) -> None:
    left = table_with(stage.holder(step.grouping_holder), [step.grouping_person, *step.by])
    right = table_with(stage.holder(step.value_holder), [step.value_person, step.value_column])

    def answered(granted: Permit, request: str) -> Release:
        started = time.perf_counter()
        grouped, valued = _grouped(step, stage), _valued(step, stage)
        release, transcript, leakage = joint_table(
            granted,
            request=request,
            terms=_terms(step),
            by=tuple(step.by),
            measure=step.measure,
            grouping=(PartyId(step.grouping_holder), grouped),
            valuing=(PartyId(step.value_holder), valued),
            unit=PartyId(step.unit),
            entropy=stage.entropy,
        )
        stage.protocols.append(ProtocolRecord(step.id, transcript, leakage, time.perf_counter() - started))
        return release

    def exact(truth: Truth, keys: Sequence[tuple[str, ...]]) -> tuple[tuple[int, int], ...]:
        people = matched_people(truth, left.name, step.by, right.name, step.value_column, step.value_max)
        return exact_joint(people, step.by, keys)

    publish(stage, _question(step), expect_refusal=step.expect_refusal, answer=answered, truth=exact)


JOINT = StepKind(
    model=JointStep,
    title="Making the joint table",
    mentions=_mentions,
    ask=_ask,
    offers=_offers,
    perform=_perform,
    components=(
        Component(
            "joint table (totals-3/1)",
            Reality.REAL,
            "keyed tags, masked values and padded lists over a linkage unit; falls if the unit colludes with a holder",
        ),
        Component("linkage unit", Reality.SIMULATED, "a thread; who would run it, and what keeps it apart, is policy"),
    ),
)
