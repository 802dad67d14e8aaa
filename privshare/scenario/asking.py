"""How a step puts a question: gate, ledger, answer, signature, log - in this order, for every kind.

The price is already reserved (`run.py` reserves all planned questions of a run
in one transaction). Order of durability: reserved -> drawing -> noise ->
bytes stored -> published. The bytes that are stored are the release; the
signatures are fresh a run, because a simulated holder's key lives one run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privshare.comparison.utility import utility_of
from privshare.errors import InputRefused, NotPermitted
from privshare.holders.truth import Truth
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Permit, Question
from privshare.model.release import Release
from privshare.scenario.debits import facts_of
from privshare.scenario.outcome import PublishedRelease, RefusalRecord
from privshare.scenario.stage import Stage
from privshare.secure.canonical import canonical
from privshare.secure.signing import envelope
from privshare.use.gate import permit
from privshare.use.release.documents import release_document, release_from_document

Exact = Sequence[tuple[int, ...]]


def publish(
    stage: Stage,
    question: Question,
    *,
    expect_refusal: str,
    answer: Callable[[Permit, str], Release],
    truth: Callable[[Truth, Sequence[tuple[str, ...]]], Exact],
) -> None:
    """Ask, and publish the answer or record the refusal that the story planned.

    answer: computes the release under a permit, for a request id. truth: exact values of the keys it is
    given, asked only in a simulated world.
    Raises NotPermitted for a refusal that was not planned, InputRefused for a planned one that did not come.
    """
    granted = granted_or_noted(stage, question, expect_refusal)
    if granted is None:
        return
    request = stage.requests[question.id]
    document = stage.ledger.stored(request)
    from_store = document is not None
    if document is None:
        stage.ledger.begin(request)
        document = canonical(release_document(answer(granted, request)))
        stage.ledger.complete(request, document)
    facts = facts_of(question, document)
    release = release_from_document(facts)
    signed = envelope(
        facts, domain="release", signers=[(holder, stage.keys[holder]) for holder in release.holders]
    )
    exact = tuple(truth(stage.truth, [cell.key for cell in release.cells])) if stage.truth is not None else ()
    stage.releases.append(
        PublishedRelease(
            question=question,
            release=release,
            document=signed,
            leaf_index=stage.log(signed),
            from_store=from_store,
            truth=exact,
            utility=utility_of(release, exact) if exact else (),
        )
    )


def granted_or_noted(stage: Stage, question: Question, expect_refusal: str) -> Permit | None:
    """Return the gate's permit, or None once the refusal that the story planned is noted. Raises as `publish` does."""
    try:
        granted = permit_for(stage, question)
    except NotPermitted as refusal:
        kind = type(refusal).__name__
        if kind != expect_refusal:
            raise
        stage.ledger.note_refusal(question.id, kind, refusal.clause)
        stage.refusals.append(RefusalRecord(question, kind, refusal.clause, refusal.refused, refusal.accepted))
        return None
    if expect_refusal:
        raise not_refused(question, expect_refusal)
    return granted


def not_refused(question: Question, expect_refusal: str) -> InputRefused:
    """Return the error for a planned refusal that does not come."""
    return InputRefused(
        f"step {question.id} expects the refusal {expect_refusal}, but the policy permits it; "
        "remove expect_refusal or change what is asked."
    )


def permit_for(stage: Stage, question: Question) -> Permit:
    """Ask the gate. What this run has already reserved for the question counts as left for it."""
    reserved = question.loss if question.id in stage.requests else PrivacyLoss(0)

    def left(holder: PartyId, purpose: PurposeId) -> PrivacyLoss:
        return stage.ledger.left(holder, purpose) + reserved

    return permit(question, policy=stage.policy, withdrawn=stage.withdrawn, today=stage.today, left=left)
