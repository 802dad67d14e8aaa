"""Step `open`: publish in clear what the policy calls open. Some data needs to be transparent."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from privshare.categorize.policy import Column, Identifier, Sentence
from privshare.holders.holder import table_with
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Question
from privshare.scenario.asking import granted_or_noted
from privshare.scenario.outcome import Component, OpenRecord, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.secure.signing import envelope


class OpenStep(StepFrame):
    """Which columns of which holder go into the open register."""

    kind: Literal["open"]
    id: Identifier
    title: Sentence
    holder: Identifier
    purpose: Identifier
    columns: Annotated[list[Column], Field(min_length=1)]


def _mentions(step: OpenStep) -> tuple[Mention, ...]:
    return (Mention("holder", "holder", step.holder), Mention("purpose", "purpose", step.purpose))


def _question(step: OpenStep) -> Question:
    return Question(
        id=step.id,
        sentence=step.title,
        purpose=PurposeId(step.purpose),
        uses=tuple(ColumnUse(PartyId(step.holder), ColumnName(column), RungKind.OPEN) for column in step.columns),
        loss=PrivacyLoss(0),
    )


def _ask(step: OpenStep, stage: Stage) -> tuple[Question, ...]:
    table_with(stage.holder(step.holder), step.columns)
    return (_question(step),)


def _perform(step: OpenStep, stage: Stage) -> None:
    granted = granted_or_noted(stage, _question(step), step.expect_refusal)
    if granted is None:
        return
    frame = table_with(stage.holder(step.holder), step.columns).frame
    rows = tuple(
        tuple(str(value) for value in row)
        for row in zip(*(frame[column].tolist() for column in step.columns), strict=True)
    )
    document: dict[str, Any] = {
        "columns": list(step.columns),
        "holder": step.holder,
        "id": step.id,
        "kind": "open",
        "rows": [list(row) for row in rows],
        "title": step.title,
    }
    signed = envelope(document, domain="open", signers=[(step.holder, stage.keys[step.holder])])
    stage.open_records.append(
        OpenRecord(
            id=step.id,
            holder=PartyId(step.holder),
            title=step.title,
            clauses=granted.clauses,
            columns=tuple(step.columns),
            rows=rows,
            document=signed,
            leaf_index=stage.log(signed),
        )
    )


OPEN = StepKind(
    model=OpenStep,
    title="Publishing what is open",
    mentions=_mentions,
    ask=_ask,
    perform=_perform,
    components=(Component("open register", Reality.REAL, "signed and logged like every release, in clear"),),
)
