"""Step `link-members`: two holders learn which of their own rows the other has too, and nothing of other rows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from privshare.categorize.policy import Identifier, Sentence
from privshare.errors import InputRefused
from privshare.model.loss import NO_LOSS
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.scenario.asking import granted_or_noted
from privshare.scenario.outcome import Component, LinkRecord, LinkSide, ProtocolRecord, Reality
from privshare.scenario.spec import StepFrame
from privshare.scenario.stage import Stage
from privshare.scenario.steps.kind import Mention, StepKind
from privshare.scenario.steps.sides import NETWORK, SideSpec, SuiteName, check_sides, items_from, mentions_of, uses_of
from privshare.secure.psi import members
from privshare.secure.signing import envelope
from privshare.use.linkage.members import shared_members

PAIRS_MAX = 10_000_000
ROOMS = frozenset({"log", "open", "releases", "tables", "transcript", "views"})
"""Folders of a run folder; a party's own matches lie in a folder of the party's name."""


class LinkStep(StepFrame):
    """Whose rows are matched, by which key, for what. The first side learns first and tells the second."""

    kind: Literal["link-members"]
    id: Identifier
    sentence: Sentence
    purpose: Identifier
    sides: Annotated[list[SideSpec], Field(min_length=2, max_length=2)]
    suite: SuiteName | None = None


def _mentions(step: LinkStep) -> tuple[Mention, ...]:
    return mentions_of(step.sides, step.purpose)


def _question(step: LinkStep) -> Question:
    return Question(
        id=step.id,
        sentence=step.sentence,
        purpose=PurposeId(step.purpose),
        uses=uses_of(step.sides),
        loss=NO_LOSS,
        parameters=(("kind", step.kind), ("suite", step.suite or "by set sizes")),
    )


def _ask(step: LinkStep, stage: Stage) -> tuple[Question, ...]:
    check_sides(step.id, step.sides, stage)
    check_rooms(step.id, step.sides)
    return (_question(step),)


def check_rooms(step: str, sides: Sequence[SideSpec]) -> None:
    """Raise InputRefused for a party whose folder of matches would be another folder of the run."""
    for side in sides:
        if side.holder in ROOMS:
            raise InputRefused(f"step {step}: {side.holder!r} is a folder of every run folder; rename the party.")


def _perform(step: LinkStep, stage: Stage) -> None:
    question = _question(step)
    granted = granted_or_noted(stage, question, step.expect_refusal)
    if granted is None:
        return
    parties = [PartyId(side.holder) for side in step.sides]
    sets = [items_from(stage, side.holder, side.key, noised=False) for side in step.sides]
    choice = members.choose(len(sets[0]), len(sets[1]), wish=step.suite)
    started = time.perf_counter()
    matches, transcript, leakage = shared_members(
        granted,
        receiver=(parties[0], sets[0]),
        sender=(parties[1], sets[1]),
        suite=choice.suite,
        entropy=stage.entropy,
    )
    stage.protocols.append(ProtocolRecord(step.id, transcript, leakage, time.perf_counter() - started, choice))
    one, other = (
        LinkSide(party, side.key, items.row_count, items.missing, len(items), rows)
        for party, side, items, rows in zip(parties, step.sides, sets, matches, strict=True)
    )
    document = {
        "clauses": list(granted.clauses),
        "columns": {side.holder: list(side.key) for side in step.sides},
        "id": step.id,
        "kind": "link",
        "purpose": step.purpose,
        "suite": leakage.suite,
    }
    logged = signed_link(stage, parties, document)
    record = LinkRecord(question, granted.clauses, leakage.suite, (one, other), logged)
    keep(stage, record, "Many rows share a key; choose a key that tells people apart, or remove the duplicates first.")


def signed_link(stage: Stage, parties: Sequence[PartyId], document: Mapping[str, Any]) -> int:
    """Have all parties sign what was linked; return its place in the log."""
    return stage.log(envelope(document, domain="link", signers=[(party, stage.keys[party]) for party in parties]))


def keep(stage: Stage, record: LinkRecord, advice: str) -> None:
    """Take a link into the run; raise InputRefused, with advice, where it has more pairs than a file should hold.

    That there are more depends on both tables, so the refusal is told without their number.
    """
    if record.pairs > PAIRS_MAX:
        told = f"step {record.question.id}: more pairs of rows match than the {PAIRS_MAX:,} that are accepted at most."
        raise InputRefused(f"{told} {advice}")
    stage.links.append(record)


LINK = StepKind(
    model=LinkStep,
    title="Matching rows that two parties share",
    mentions=_mentions,
    ask=_ask,
    perform=_perform,
    components=(
        Component(
            "exact linkage (psi-oprf/1, psi-ot-sh/1, psi-ot-mr/1)",
            Reality.REAL,
            "oblivious pseudorandom function on ristretto255 (RFC 9497) for few keys, a key-value store with oblivious "
            "transfer for many; the leakage statement says against whom it holds; exact spelling after normalisation, "
            "no similar names",
        ),
        NETWORK,
    ),
)
