"""Turning guesses into a result: only the judge knows which guesses were right.

The ceiling: whoever gives even odds to two worlds that differ in one person's
part, and then sees an (epsilon, delta)-DP output, is right with probability at
most (e^epsilon + delta) / (1 + e^epsilon): the corner of the region of error
rates in Kairouz, Oh and Viswanath 2015, "The Composition Theorem for
Differential Privacy", Theorem 2.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from privshare.attacks.adversary import Adversary, AttackResult
from privshare.model.loss import PrivacyLoss


def ceiling_at_even_odds(loss: PrivacyLoss) -> float:
    """Return the largest success rate against a balanced yes/no secret that the loss allows, in [1/2, 1].

    >>> round(ceiling_at_even_odds(PrivacyLoss(1_000_000)), 4)
    0.7311
    """
    grown = math.exp(loss.epsilon)
    return min(1.0, (grown + loss.delta) / (1 + grown))


def judge(
    *,
    attack: str,
    against: str,
    adversary: Adversary,
    right: Sequence[bool],
    baseline: float,
    ceiling: float | None,
    note: str,
) -> AttackResult:
    """Return the attack's result. right: one entry an attempt, True where the guess was right."""
    return AttackResult(attack, against, adversary, len(right), sum(right), baseline, ceiling, note)
