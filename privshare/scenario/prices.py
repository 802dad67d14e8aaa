"""What a run will cost, reserved before anything is computed.

Promises: a budget that does not reach for all questions together is told
before the first debit; then all prices are reserved in one ledger transaction,
or none. A step that goes on from its first answer has that answer's price
reserved now, and the most that it may cost in all must fit as well; its second
price is reserved when it is known, in a transaction of its own.
Leaves to others: the gate, budget apart (`questions.py`); asking it once more
at the moment of each step (`asking.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from privshare.errors import BudgetExhausted
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.scenario.asking import not_refused
from privshare.scenario.debits import Account, debit, filed, past_licence
from privshare.scenario.questions import Planned
from privshare.scenario.stage import Stage
from privshare.use.ledger import Spend


def reserve(planned: Sequence[Planned], stage: Stage) -> None:
    """Reserve the prices of all questions that are to be answered; fill `stage.requests`.

    Raises BudgetExhausted when they do not fit together, InputRefused when a planned BudgetExhausted would
    not come; nothing is debited then.
    """
    spends: list[Spend] = []
    open_ended: list[Planned] = []
    for plan in planned:
        if plan.expect_refusal or plan.question.loss == NO_LOSS:
            continue
        first = filed(plan.question, stage, spends)
        if plan.most is not None and first is None:
            open_ended.append(plan)
        elif plan.most is not None and first is not None:
            following = plan.next(stage, first)
            if following is not None:
                filed(following, stage, spends)
    taken = _taken(spends, stage)
    _check_planned_exhaustion(planned, taken, stage)
    _check_most(open_ended, taken, stage)
    debit(spends, stage)


def _taken(spends: Sequence[Spend], stage: Stage) -> dict[Account, PrivacyLoss]:
    """Return what the spends will take out of each account; what was debited before is no longer left there."""
    taken: dict[Account, PrivacyLoss] = {}
    for spend in spends:
        if stage.ledger.state(spend.request) is None:
            account = (spend.holder, spend.purpose)
            taken[account] = taken.get(account, NO_LOSS) + spend.loss
    return taken


def _check_planned_exhaustion(planned: Sequence[Planned], taken: dict[Account, PrivacyLoss], stage: Stage) -> None:
    """Raise InputRefused when a planned BudgetExhausted would not come after these spends."""
    for plan in planned:
        if plan.expect_refusal == BudgetExhausted.__name__ and all(
            (plan.question.loss + taken.get((holder, plan.question.purpose), NO_LOSS)).fits(
                stage.ledger.left(holder, plan.question.purpose)
            )
            for holder in plan.question.holders
        ):
            raise not_refused(plan.question, plan.expect_refusal)


def _check_most(open_ended: Sequence[Planned], taken: dict[Account, PrivacyLoss], stage: Stage) -> None:
    """Raise BudgetExhausted unless every step fits at the most that it may cost, beside all others."""
    if not stage.capped:
        return
    for plan in open_ended:
        assert plan.most is not None  # noqa: S101  only such are open-ended
        rest = plan.most.loss.micro_epsilon - plan.question.loss.micro_epsilon
        for holder in plan.question.holders:
            account = (holder, plan.question.purpose)
            left = stage.ledger.left(*account)
            before = taken.get(account, NO_LOSS)
            if not (before + PrivacyLoss(rest)).fits(left):
                room = left.micro_epsilon - before.micro_epsilon + plan.most.loss.micro_epsilon - rest
                raise past_licence(plan.most, account, PrivacyLoss(max(0, room), left.delta_e15), stage)
            taken[account] = before + PrivacyLoss(rest)
