"""The refusal for want of budget, as gate, ledger and preview say it.

Promises: one question is told the same numbers whoever refuses it.
Leaves to others: whether there is enough, and the sentence (`errors.py`).
"""

from __future__ import annotations

from privshare.errors import BudgetExhausted
from privshare.model.loss import PrivacyLoss, delta_told, epsilon_told


def exhausted(
    question: str, clause: str, holder: str, purpose: str, *, asked: PrivacyLoss, left: PrivacyLoss
) -> BudgetExhausted:
    """Return the refusal of a question by a holder's account for a purpose.

    clause: the licence, or the account itself. asked: of the account. left: what it still has.

    >>> print(exhausted("q", "bank/audit", "bank", "audit", asked=PrivacyLoss(2), left=PrivacyLoss(1)).clause)
    bank/audit
    """
    return BudgetExhausted(
        question=question,
        clause=clause,
        holder=holder,
        purpose=purpose,
        asked_micro=asked.micro_epsilon,
        left_micro=left.micro_epsilon,
        asked_delta_e15=asked.delta_e15,
        left_delta_e15=left.delta_e15,
        asked=_told(asked),
        left=_told(left),
    )


def _told(loss: PrivacyLoss) -> str:
    return f"epsilon {epsilon_told(loss.micro_epsilon)} and delta {delta_told(loss.delta_e15)}"
