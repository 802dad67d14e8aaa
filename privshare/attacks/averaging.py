"""Averaging: ask the same question again and again in other words, and take the mean of the answers.

Goal: one person's sensitive value. View: repeated answers about the person's
group. Background: the group, and how many others in it have the value.
Noise that is drawn anew each time shrinks with the root of the number of
answers (Dwork and Roth 2014, section 3.5 on composition, from memory). Against a budget
for all questions it gains nothing: m answers for an m-th of the budget each
tell less than one for all of it, which alone reaches the ceiling of its loss
for a count that changes by one. So every question asks for the whole budget,
and the attack stops where it is refused or gets the same table back, since a
publisher that recognised the question will go on doing so.
Each target is asked about in a series of its own: answers about one group
would else be right or wrong for all its targets at once.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import CountTable, Surface, TableSeries

QUESTIONS = 20
BY = ("district", "band")


def answers_of(series: TableSeries, *, questions: int = QUESTIONS, share: float = 1.0) -> list[CountTable]:
    """Return the different answers to one question in up to so many wordings, each for this share of the budget."""
    answers: list[CountTable] = []
    for wording in range(questions):
        table = series.ask(BY, "secret", share=share, wording=wording)
        if table is None or (answers and np.array_equal(table.counts, answers[-1].counts)):
            break
        answers.append(table)
    return answers


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    if surface.tables is None:
        return NotApplicable("no tables are published that could be asked for again")
    guesses = chance.integers(2, size=len(targets))  # where a number is withheld, a coin
    cells = zip(*(targets.known[name].tolist() for name in BY), strict=True)
    for number, (cell, rest) in enumerate(zip(cells, targets.known["rest-secret"].tolist(), strict=True)):
        answers = [int(table.counts[cell]) for table in answers_of(surface.tables()) if table.shown[cell]]
        if answers:
            guesses[number] = np.mean(answers) - rest >= 1 / 2
    return np.asarray(guesses)


AVERAGING = Attack(
    name="averaging",
    title="averaging of repeated answers",
    goal=Goal.SECRET,
    adversary=Adversary(
        "learn whether one named person defaulted",
        f"up to {QUESTIONS} answers about the person's group",
        "the person's district and score band, and how many others of them defaulted",
    ),
    knows=(*BY, "rest-secret"),
    guess=_guess,
)
