"""Differencing: two honest tables, one person apart, subtracted.

Goal: one person's sensitive value. View: a table over everybody and one over
everybody but the target (two publications a month apart will do). Background:
the target's group, and that the target is in the first table.
With exact tables the difference is the value. With noise in each, the guess
can be right more often than a coin only within the privacy loss.
"""

from __future__ import annotations

from privshare.attacks.adversary import Adversary
from privshare.model.oracle import TableOracle

GOAL = "learn whether one named person defaulted"
BACKGROUND = "the person's district and score band, and that the person is in one table and not in the other"


def differencing(oracle: TableOracle) -> tuple[bool, ...]:
    """Return one guess a target: True where the tables differ by at least one in the target's cell.

    The threshold 1/2 is the best one for symmetric noise and even odds on a 0/1 value.
    """
    guesses = []
    for target in range(oracle.targets):
        cell = oracle.cell(target)
        with_target, without_target = oracle.table(without=None), oracle.table(without=target)
        guesses.append(with_target[cell] - without_target[cell] >= 1)
    return tuple(guesses)


def adversary(view: str) -> Adversary:
    """Return the frame of this attack on one view."""
    return Adversary(GOAL, view, BACKGROUND)
