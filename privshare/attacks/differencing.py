"""Differencing: two honest tables, one person apart, subtracted.

Goal: one person's sensitive value. View: a table over everybody and one over
everybody but the target (two publications a month apart will do). Background:
the target's group, and that the target is in the first table.
With exact tables the difference is the value. With noise in each, the guess
can be right more often than a coin only within the privacy loss.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.model.entropy import WorldGenerator
from privshare.model.oracle import TableOracle
from privshare.model.surface import Surface

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


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    """Ask for the table with and without each target, in a series of its own; guess by the difference of its cell."""
    if surface.tables is None:
        return NotApplicable("no tables are published that could be subtracted")
    by = ("district", "band")
    cells = list(zip(*(targets.known[name].tolist() for name in by), strict=True))
    guesses = chance.integers(2, size=len(targets))  # where a number is withheld, a coin
    for number, (handle, cell) in enumerate(zip(targets.handles.tolist(), cells, strict=True)):
        series = surface.tables()
        everybody, others = series.ask(by, "secret"), series.ask(by, "secret", without=handle)
        if everybody is not None and others is not None and everybody.shown[cell] and others.shown[cell]:
            guesses[number] = everybody.counts[cell] - others.counts[cell] >= 1
    return np.asarray(guesses)


DIFFERENCING = Attack(
    name="differencing",
    title="differencing of two tables",
    goal=Goal.SECRET,
    adversary=Adversary(GOAL, "a table over everybody, and one over everybody but the target", BACKGROUND),
    knows=("district", "band"),
    guess=_guess,
    single_trials=True,
)
