"""What a run will cost, asked and reserved before anything is computed.

Promises: a question that the gate would refuse, a refusal that the story plans
and that would not come, and a budget that does not reach for all questions
together are told before the first debit; then all prices are reserved in one
ledger transaction, or none.
Leaves to `asking.py`: asking the gate once more at the moment of each step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privshare.errors import BudgetExhausted, InputRefused, NotPermitted
from privshare.holders.holder import snapshot_of
from privshare.model.loss import DELTA_UNIT, EPSILON_MAX, MICRO, NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.question import Question
from privshare.scenario.asking import not_refused
from privshare.scenario.loader import Scenario
from privshare.scenario.stage import Stage
from privshare.secure.canonical import parse_canonical
from privshare.use.gate import permit
from privshare.use.ledger import Spend, request_id
from privshare.use.release.documents import release_from_document


@dataclass(frozen=True, slots=True)
class Planned:
    """A question of the story, and the refusal that the story plans for it ("" for none)."""

    question: Question
    expect_refusal: str


def plan_questions(scenario: Scenario, stage: Stage) -> tuple[Planned, ...]:
    """Return every question of the scenario, once the gate has been asked about each, budget apart.

    Raises NotPermitted for a refusal that is not planned and InputRefused for a planned one that would not
    come. No ledger is needed: what it decides is left to `reserve`.
    """
    withdrawn: set[str] = set()
    planned: list[Planned] = []
    for kind, step in scenario.steps:
        questions = kind.ask(step, stage)
        withdrawn |= set(kind.withdraws(step))
        for question in questions:
            _check_plan(Planned(question, step.expect_refusal), stage, withdrawn)
            planned.append(Planned(question, step.expect_refusal))
    return tuple(planned)


def _check_plan(planned: Planned, stage: Stage, withdrawn: set[str]) -> None:
    try:
        permit(planned.question, policy=stage.policy, withdrawn=withdrawn, today=stage.today, left=_enough)
    except NotPermitted as refusal:
        if type(refusal).__name__ != planned.expect_refusal:
            raise
        return
    if planned.expect_refusal not in ("", BudgetExhausted.__name__):
        raise not_refused(planned.question, planned.expect_refusal)


def reserve(planned: Sequence[Planned], stage: Stage) -> None:
    """Reserve the prices of all questions that are to be answered; fill `stage.requests`.

    Raises BudgetExhausted when they do not fit together, InputRefused when a planned BudgetExhausted would
    not come; nothing is debited then.
    """
    priced = [plan.question for plan in planned if not plan.expect_refusal and plan.question.loss != NO_LOSS]
    snapshots = {
        party: snapshot_of(holder, stage.ledger.snapshot_key(party))
        for party, holder in stage.holders.items()
        if any(party in question.holders for question in priced)
    }
    spends: list[Spend] = []
    for question in priced:
        request = _request(stage, question, snapshots)
        stage.requests[question.id] = request
        stored = stage.ledger.stored(request)
        if stored is not None:
            _check_smallest_group(question, stored, stage)
        else:
            spends += [Spend(request, holder, question.purpose, question.loss) for holder in question.holders]
    _check_planned_exhaustion(planned, spends, stage)
    if spends:
        try:
            stage.ledger.reserve(spends, question_ids={request: name for name, request in stage.requests.items()})
        except BudgetExhausted as refusal:
            raise _with_licence(refusal, stage) from None


def _check_planned_exhaustion(planned: Sequence[Planned], spends: Sequence[Spend], stage: Stage) -> None:
    """Raise InputRefused when a planned BudgetExhausted would not come after these spends."""
    taken: dict[tuple[PartyId, PurposeId], PrivacyLoss] = {}
    for spend in spends:
        if stage.ledger.state(spend.request) is None:  # else it was debited before and is no longer left
            account = (spend.holder, spend.purpose)
            taken[account] = taken.get(account, NO_LOSS) + spend.loss
    for plan in planned:
        if plan.expect_refusal == BudgetExhausted.__name__ and all(
            (plan.question.loss + taken.get((holder, plan.question.purpose), NO_LOSS)).fits(
                stage.ledger.left(holder, plan.question.purpose)
            )
            for holder in plan.question.holders
        ):
            raise not_refused(plan.question, plan.expect_refusal)


def _check_smallest_group(question: Question, stored: bytes, stage: Stage) -> None:
    """Raise InputRefused when the stored answer prints groups that the policy in force would leave out."""
    printed = release_from_document(parse_canonical(stored, file="ledger")).minimum_group
    wanted = max(stage.policy.licences[holder, question.purpose].minimum_group for holder in question.holders)
    if printed < wanted:
        raise InputRefused(
            f"{question.id} was answered and stored when groups from {printed} were printed; the policy now wants "
            f"{wanted}, so the stored answer is not given out. Restore the policy, or ask another question."
        )


def _enough(_holder: PartyId, _purpose: PurposeId) -> PrivacyLoss:
    return PrivacyLoss(int(EPSILON_MAX) * MICRO, DELTA_UNIT)


def _request(stage: Stage, question: Question, snapshots: Mapping[PartyId, bytes]) -> str:
    """Return the first request id of this question on this data that is not burnt."""
    attempt = 0
    while True:
        request = request_id(question, {holder: snapshots[holder] for holder in question.holders}, attempt)
        if stage.ledger.state(request) != "drawing":
            return request
        attempt += 1


def _with_licence(refusal: BudgetExhausted, stage: Stage) -> BudgetExhausted:
    licence = stage.policy.licences[PartyId(refusal.holder), PurposeId(refusal.purpose)]
    return BudgetExhausted(
        question=refusal.question,
        clause=licence.id,
        holder=refusal.holder,
        purpose=refusal.purpose,
        asked_micro=refusal.asked_micro,
        left_micro=refusal.left_micro,
        asked_delta_e15=refusal.asked_delta_e15,
        left_delta_e15=refusal.left_delta_e15,
    )
