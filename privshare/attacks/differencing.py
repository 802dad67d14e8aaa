"""Differencing: two honest tables, one person apart, subtracted.

Goal: one person's sensitive value. View: a table over everybody and one over
everybody but the target (two publications a month apart will do). Background:
that the target is in the first table, and the target's group where the tables
are by group.
With exact tables the difference is the value. With noise in each, the guess
can be right more often than a coin only within the privacy loss.
In the lab the table is the total alone: it differs by the target as every finer
one does, is the last to be withheld, is exact where rows were swapped, and
carries as much noise as a cell. Who knows the group gains nothing. Both tables
are about all the others, so each is asked for with half of a budget: averaging,
which knows the others and asks once for all of it, finds more.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.groups import difference_of_totals
from privshare.model.entropy import WorldGenerator
from privshare.model.oracle import TableOracle
from privshare.model.surface import Surface

GOAL = "learn whether one named person defaulted"
APART = "that the person is in one table and not in the other"
BACKGROUND = f"the person's district and score band, and {APART}"


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


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    """Ask for the total with and without each target, in a series of its own; guess by the difference."""
    if surface.tables is None:
        return NotApplicable("no tables are published that could be subtracted")
    guesses = chance.integers(2, size=len(targets))  # where a number is withheld, a coin
    for number, handle in enumerate(targets.handles.tolist()):
        apart = difference_of_totals(surface.tables(), "secret", handle)
        if apart is not None:
            guesses[number] = apart >= 1
    return np.asarray(guesses)


DIFFERENCING = Attack(
    name="differencing",
    title="differencing of two tables",
    goal=Goal.SECRET,
    adversary=Adversary(GOAL, "a total over everybody, and one over everybody but the target", APART),
    knows=(),
    guess=_guess,
)
