"""Step `overlap-size`: how many people two holders both know, with noise; neither learns who."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from privshare.categorize.policy import DeltaE15, Identifier, MicroEpsilon, Sentence
from privshare.holders.truth import Truth, exact_overlap
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Permit, Question
from privshare.model.release import Release
from privshare.scenario.asking import publish
from privshare.scenario.outcome import Component, ProtocolRecord, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.scenario.steps.sides import NETWORK, SideSpec, check_sides, items_from, mentions_of, table_of, uses_of
from privshare.secure.psi.padding import IDENTIFIERS_MAX
from privshare.secure.psi.size import SizeTerms, noise_parts, price
from privshare.use.linkage.overlap import overlap_size
from privshare.use.linkage.published import COUNT_MEASURE


class OverlapStep(StepFrame):
    """Whose overlap, for what, at which price."""

    kind: Literal["overlap-size"]
    id: Identifier
    sentence: Sentence
    purpose: Identifier
    sides: Annotated[list[SideSpec], Field(min_length=2, max_length=2)]
    epsilon_pad: MicroEpsilon
    epsilon_count: MicroEpsilon
    delta_per_draw: DeltaE15
    identifiers_max: Annotated[int, Field(ge=1, le=IDENTIFIERS_MAX)] = 1


def _offers(step: OverlapStep) -> tuple[tuple[str, str], ...]:
    return (("release", step.id),)


def _mentions(step: OverlapStep) -> tuple[Mention, ...]:
    return mentions_of(step.sides, step.purpose)


def _terms(step: OverlapStep) -> SizeTerms:
    return SizeTerms(step.epsilon_pad, step.epsilon_count, step.delta_per_draw, step.identifiers_max)


def _question(step: OverlapStep) -> Question:
    return Question(
        id=step.id,
        sentence=step.sentence,
        purpose=PurposeId(step.purpose),
        uses=uses_of(step.sides),
        loss=price(_terms(step)),
        parameters=(("kind", step.kind), ("terms", repr(_terms(step)))),
    )


def _ask(step: OverlapStep, stage: Stage) -> tuple[Question, ...]:
    check_sides(step.id, step.sides, stage)
    one, other = (PartyId(side.holder) for side in step.sides)
    # Builds and checks every mechanism, so that terms no noise can be drawn for are refused before the debit.
    noise_parts(_terms(step), a=one, b=other, measure=COUNT_MEASURE)
    return (_question(step),)


def _perform(step: OverlapStep, stage: Stage) -> None:
    one, other = step.sides

    def answered(granted: Permit, request: str) -> Release:
        started = time.perf_counter()
        release, transcript, leakage = overlap_size(
            granted,
            request=request,
            terms=_terms(step),
            a=(PartyId(one.holder), items_from(stage, one.holder, one.key, noised=True)),
            b=(PartyId(other.holder), items_from(stage, other.holder, other.key, noised=True)),
            entropy=stage.entropy,
        )
        stage.protocols.append(ProtocolRecord(step.id, transcript, leakage, time.perf_counter() - started))
        return release

    def exact(truth: Truth, _keys: Sequence[tuple[str, ...]]) -> list[tuple[int, ...]]:
        tables = [table_of(side, stage) for side in step.sides]
        return [(exact_overlap(truth, tables[0].name, tables[1].name),)]

    publish(stage, _question(step), expect_refusal=step.expect_refusal, answer=answered, truth=exact)


OVERLAP = StepKind(
    model=OverlapStep,
    title="Counting shared people without naming them",
    mentions=_mentions,
    ask=_ask,
    offers=_offers,
    perform=_perform,
    components=(
        Component(
            "overlap size (size/1)",
            Reality.REAL,
            "Diffie-Hellman private set intersection on ristretto255 with noisy sizes; holds against parties that "
            "follow the protocol, not against ones that deviate",
        ),
        NETWORK,
    ),
)
