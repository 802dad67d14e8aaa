"""Step `link-fuzzy`: two holders pair records that have no identifier in common, by keys of several fields.

The rules, the keys and the least weight stand in the step, so they are fixed
before anything is matched, and both parties sign them. A party's table is
refused here, before anything runs, where most rows have no key or a key does
not tell its people apart.
"""

from __future__ import annotations

import time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from privshare.categorize.policy import Identifier, Sentence, StrictModel
from privshare.errors import InputRefused
from privshare.model.loss import NO_LOSS
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.scenario.asking import granted_or_noted
from privshare.scenario.outcome import Component, LinkRecord, LinkSide, ProtocolRecord, Reality
from privshare.scenario.paired import Paired, unread_of
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.scenario.steps.link import check_rooms, keep, signed_link
from privshare.scenario.steps.sides import (
    KEY_COLUMNS_MAX,
    NETWORK,
    Heading,
    SideSpec,
    SuiteName,
    cells_from,
    check_sides,
    mentions_of,
    uses_of,
)
from privshare.secure.psi.fuzzy import SUITE, FuzzyPlan, KeyedRecords, keyed_records, plan_of, too_few_read
from privshare.secure.psi.members import choose
from privshare.secure.psi.session import parameters_digest
from privshare.use.linkage.fuzzy import paired_records, pairing_of


class FieldSpec(StrictModel):
    """A field of both holders: what both call it, and its rule (`secure/psi/fuzzy/fields.py`), e.g. "letters4"."""

    name: Heading
    rule: str


class FuzzySide(StrictModel):
    """One holder and its columns, in the order of the fields."""

    holder: Identifier
    columns: Annotated[list[Heading], Field(min_length=2, max_length=KEY_COLUMNS_MAX)]

    @property
    def side(self) -> SideSpec:
        """The same as a side of any link."""
        return SideSpec(holder=self.holder, person=self.columns[0], further=self.columns[1:])


class FuzzyStep(StepFrame):
    """Whose records are paired, by which fields, for what. The first side makes the pairs and tells the second.

    keys: which fields together are a key, by name; without it every three of them. weight_min: on how many keys a
    pair must agree. records_max: how many different records a side may bring.
    """

    kind: Literal["link-fuzzy"]
    id: Identifier
    sentence: Sentence
    purpose: Identifier
    fields: Annotated[list[FieldSpec], Field(min_length=2, max_length=KEY_COLUMNS_MAX)]
    keys: list[list[str]] | None = None
    weight_min: int = 1
    records_max: int | None = None
    suite: SuiteName | None = None
    sides: Annotated[list[FuzzySide], Field(min_length=2, max_length=2)]

    @model_validator(mode="after")
    def _can_be_agreed_on(self) -> FuzzyStep:
        try:
            _ = self.plan
        except InputRefused as refused:
            raise ValueError(str(refused)) from None
        return self

    @property
    def plan(self) -> FuzzyPlan:
        """The plan that both sides agree on."""
        fields = [(field.name, field.rule) for field in self.fields]
        return plan_of(fields, keys=self.keys, weight_min=self.weight_min, records_max=self.records_max)


def _sides(step: FuzzyStep) -> list[SideSpec]:
    return [side.side for side in step.sides]


def _mentions(step: FuzzyStep) -> tuple[Mention, ...]:
    return mentions_of(_sides(step), step.purpose)


def _question(step: FuzzyStep) -> Question:
    return Question(
        id=step.id,
        sentence=step.sentence,
        purpose=PurposeId(step.purpose),
        uses=uses_of(_sides(step)),
        loss=NO_LOSS,
        parameters=(("kind", step.kind), ("suite", SUITE), ("plan", parameters_digest(step.plan.facts()).hex())),
        pairing=pairing_of(step.plan, {PartyId(side.holder): tuple(side.columns) for side in step.sides}),
    )


def _ask(step: FuzzyStep, stage: Stage) -> tuple[Question, ...]:
    check_sides(step.id, _sides(step), stage)
    for side in step.sides:
        if len(side.columns) != len(step.fields):
            raise InputRefused(
                f"step {step.id}: {side.holder} names {len(side.columns)} columns for {len(step.fields)} fields."
            )
    check_rooms(step.id, _sides(step))
    return (_question(step),)


def _perform(step: FuzzyStep, stage: Stage) -> None:
    question, plan = _question(step), step.plan
    granted = granted_or_noted(stage, question, step.expect_refusal)
    if granted is None:
        return
    parties = [PartyId(side.holder) for side in step.sides]
    one, other = (_records(step.id, side, plan, stage) for side in _sides(step))
    choice = choose(len(one.items), len(other.items), wish=step.suite, handled=True)
    started = time.perf_counter()
    pairing, transcript, leakage = paired_records(
        granted, receiver=(parties[0], one), sender=(parties[1], other), plan=plan, suite=choice.suite,
        entropy=stage.entropy,
    )  # fmt: skip
    stage.protocols.append(ProtocolRecord(step.id, transcript, leakage, time.perf_counter() - started, choice))
    document = {
        "clauses": list(granted.clauses),
        "columns": {side.holder: list(side.columns) for side in step.sides},
        "id": step.id,
        "kind": "link",
        "plan": plan.facts(),
        "purpose": step.purpose,
        "suite": leakage.suite,
    }
    logged = signed_link(stage, parties, document)
    left, right = (
        LinkSide(party, tuple(side.columns), records.row_count, records.missing, len(records.items), rows)
        for party, side, records, rows in zip(parties, step.sides, (one, other), pairing.rows, strict=True)
    )
    paired = Paired(
        plan=plan,
        counts=tuple((party, records.counts) for party, records in zip(parties, (one, other), strict=True)),
        by=parties[0],
        weight=pairing.weight,
        open_rows=pairing.open_rows,
        open_weight=pairing.open_weight,
        open_candidates=pairing.open_candidates,
        unread=tuple(
            (party, unread_of(records, plan, side.columns))
            for party, side, records in zip(parties, step.sides, (one, other), strict=True)
        ),
    )
    record = LinkRecord(question, granted.clauses, leakage.suite, (left, right), logged, fuzzy=paired)
    keep(stage, record, "Many rows are alike in every field; remove the duplicates first.")


def _records(step: str, side: SideSpec, plan: FuzzyPlan, stage: Stage) -> KeyedRecords:
    """Return a holder's records; refuse them where most rows have no key, without saying how many."""
    records = keyed_records(cells_from(stage.holder(side.holder), side.key), plan)
    if 2 * records.missing > records.row_count:
        raise InputRefused(
            f"step {step}: in most rows of {side.holder} {too_few_read(plan)}; accepted is a table of which at least "
            "half of the rows have one."
        )
    return records


FUZZY = StepKind(
    model=FuzzyStep,
    title="Pairing records that have no identifier in common",
    mentions=_mentions,
    ask=_ask,
    perform=_perform,
    components=(
        Component(
            "fuzzy linkage (fuzzy/1)",
            Reality.REAL,
            "exact linkage of composite keys, one to one; no similarity is computed and nothing similar is sent, so "
            "two spellings of a field match only through the other fields",
        ),
        NETWORK,
    ),
)
