"""Requests in the ledger for questions: their ids, their stored answers, their debits.

Promises: a question that was answered on these rows is not debited again; a
refusal for want of budget names the licence.
Leaves to others: which questions a run has (`questions.py`), and that they fit
together (`prices.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privshare.errors import BudgetExhausted, InputRefused
from privshare.holders.holder import snapshot_of
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.model.release import Release
from privshare.scenario.stage import Stage
from privshare.secure.canonical import parse_canonical
from privshare.use.exhausted import exhausted
from privshare.use.ledger import RequestState, Spend, request_id
from privshare.use.ledger.uncapped import reserve_uncapped
from privshare.use.release.documents import DOCUMENT_MAX, release_from_document

Account = tuple[PartyId, PurposeId]


def reserve_next(question: Question, stage: Stage) -> None:
    """Reserve the price of a question that follows from an answer, unless that was done already.

    Raises BudgetExhausted when another run has spent meanwhile what it needs; nothing is debited then.
    """
    if question.id in stage.requests:
        return
    spends: list[Spend] = []
    filed(question, stage, spends)
    try:
        debit(spends, stage)
    except BudgetExhausted:
        del stage.requests[question.id]
        raise


def request_for(question: Question, stage: Stage) -> str:
    """Return the first request id of this question on this data that is not burnt. The ledger must know the holders.

    One that another run draws at this moment looks as burnt as one that a dead run left: it counts, and is not waited
    for, so a question that is asked at once from several places is debited for each that does not find it answered.
    """
    for holder in question.holders:
        if holder not in stage.snapshots:
            stage.snapshots[holder] = snapshot_of(stage.holders[holder], stage.ledger.snapshot_key(holder))
    attempt = 0
    while True:
        request = request_id(question, {holder: stage.snapshots[holder] for holder in question.holders}, attempt)
        if stage.ledger.state(request) != RequestState.DRAWING:
            return request
        attempt += 1


def answered(question: Question, request: str, stage: Stage) -> Release | None:
    """Return the answer that the ledger holds for a request, or None.

    Raises InputRefused when it prints groups that the policy in force would leave out.
    """
    stored = stage.ledger.stored(request)
    if stored is None:
        return None
    release = release_from_document(facts_of(question, stored))
    wanted = max(stage.policy.licences[holder, question.purpose].minimum_group for holder in question.holders)
    if release.minimum_group < wanted:
        raise InputRefused(
            f"{question.id} was answered and stored when groups from {release.minimum_group} were printed; the policy "
            f"now wants {wanted}, so the stored answer is not given out. Restore the policy, or ask another question."
        )
    return release


def facts_of(question: Question, stored: bytes) -> Any:
    """Return the document of an answer that the ledger holds.

    Raises InputRefused for one that no file could hold: how many groups are found is known only when they are paid for.
    """
    if len(stored) > DOCUMENT_MAX:
        raise InputRefused(
            f"{question.id} is answered, paid for and kept in the ledger, but its {len(stored)} bytes are more than "
            f"the {DOCUMENT_MAX} of the largest release; ask for fewer groups, or for groups with shorter names."
        )
    return parse_canonical(stored, file="ledger", most=DOCUMENT_MAX)


def past_licence(question: Question, account: Account, left: PrivacyLoss, stage: Stage) -> BudgetExhausted:
    """Return the refusal of a question by a licence whose account does not reach for it."""
    return exhausted(question.id, stage.policy.licences[account].id, *account, asked=question.loss, left=left)


def filed(question: Question, stage: Stage, spends: list[Spend]) -> Release | None:
    """Give the question its request; return its stored answer, or add what it costs to `spends` and return None."""
    request = request_for(question, stage)
    stage.requests[question.id] = request
    release = answered(question, request, stage)
    if release is None:
        spends += [Spend(request, holder, question.purpose, question.loss) for holder in question.holders]
    return release


def debit(spends: Sequence[Spend], stage: Stage) -> None:
    """Reserve all spends in one transaction, or none. Raises BudgetExhausted that names the licence."""
    if not spends:
        return
    names = {request: name for name, request in stage.requests.items()}
    if not stage.capped:
        reserve_uncapped(stage.ledger, spends, question_ids=names)
        return
    try:
        stage.ledger.reserve(spends, question_ids=names)
    except BudgetExhausted as refusal:
        raise _with_licence(refusal, stage) from None


def _with_licence(refusal: BudgetExhausted, stage: Stage) -> BudgetExhausted:
    account = PartyId(refusal.holder), PurposeId(refusal.purpose)
    asked = PrivacyLoss(refusal.asked_micro, refusal.asked_delta_e15)
    left = PrivacyLoss(refusal.left_micro, refusal.left_delta_e15)
    return exhausted(refusal.question, stage.policy.licences[account].id, *account, asked=asked, left=left)
