"""Precision: the last digits of a floating-point answer tell which noise cannot have made it.

Goal: one person's sensitive value. View: a table of defaults with Laplace noise
in doubles, drawn the textbook way: plus or minus scale * log(u), u a multiple
of 2^-53. Background: the person's block, sex and year of birth, the scale, and
how the noise was drawn, all public but the first.
Few of the doubles near an answer can be truth + noise for a given truth, so an
answer that one truth can have made is often out of reach of the other: then
nothing is left of the promise for that answer (Mironov 2012, "On Significance
of the Least Significant Bits for Differential Privacy", abstract and summary read; the
search below is our own). At scale 1 and truth 0 two of three answers rule
truth 1 out, at truth 30 one in fifty, since large sums round the digits away.
Noise in whole numbers has no such digits: every answer is within reach of both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Flags, Surface

GRID = 2.0**53
"""Numbers that a textbook generator of uniform doubles can give."""
BY = ("block", "sex", "year")
OTHERS = 0.05
"""Share of cells as fine as BY, about, in which somebody else than the target defaulted."""
_TRIED = 64  # numbers of the grid on either side; where more would do, the answer rules nothing out
_AT_ONCE = 4096
Answers = NDArray[np.float64]


def ways(answers: Answers, truth: float, scale: float) -> Answers:
    """Return in how many ways each answer can be truth + noise of this scale, shape (answers,).

    Every number of the grid is tried whose noise lies within rounding of what it has to be; where these are more than
    a hundred or so, how many of them are expected to fit is returned instead.

    >>> noise = np.log(np.array([0.5, 0.25, 0.3]))
    >>> ways(1 - noise, 1.0, 1.0).tolist(), ways(1 - noise, 0.0, 1.0).tolist()
    ([2.0, 2.0, 2.0], [0.0, 1.0, 0.0])
    """
    parts = [_ways(answers[at : at + _AT_ONCE], truth, scale) for at in range(0, len(answers), _AT_ONCE)]
    return np.concatenate([np.zeros(0), *parts])


def _ways(answers: Answers, truth: float, scale: float) -> Answers:
    noise = answers - truth
    rounding = np.spacing(np.abs(answers)) + np.spacing(np.abs(noise))
    first, last = (GRID * np.exp(-(np.abs(noise) + off) / scale) for off in (rounding, -rounding))
    middle = np.rint((first + last) / 2)
    # The exponential above is itself rounded; a number more on either side costs nothing.
    reach = np.ceil((last - first) / 2) + 2 + np.ceil(middle * 2.0**-50)
    tried = middle[:, None] + np.arange(-_TRIED, _TRIED + 1)
    allowed = (np.abs(tried - middle[:, None]) <= reach[:, None]) & (tried >= 1) & (tried <= GRID)
    drawn = scale * np.log(np.where(allowed, tried, GRID) / GRID)
    made = np.where(noise[:, None] < 0, truth + drawn, truth - drawn)
    fitting = (allowed & (made == answers[:, None])).sum(axis=1)
    expected = middle * np.spacing(np.abs(answers)) / scale
    return np.asarray(np.where(reach > _TRIED, expected, fitting))


def reachable(answers: Answers, truth: float, scale: float) -> Flags:
    """Return which answers truth + noise of this scale can be, shape (answers,); True where that is not searched."""
    return np.asarray(ways(answers, truth, scale) > 0)


def guessed(answers: Answers, scale: float) -> Codes:
    """Return 1 where the target's value is more likely 1 than 0, each as likely before, shape (answers,).

    Each answer is the target's value, and seldom (OTHERS) one more. Where neither can be, the nearer one is believed.
    """
    none, one, two = (ways(answers, truth, scale) for truth in (0.0, 1.0, 2.0))
    no, yes = ((1 - OTHERS) * first + OTHERS * second for first, second in ((none, one), (one, two)))
    return np.where(no == yes, answers > 1 / 2, yes > no).astype(np.int64)


def _guess(surface: Surface, targets: Targets, _chance: WorldGenerator) -> Guesses | NotApplicable:
    if surface.tables is None:
        return NotApplicable("no tables are published whose digits could be looked at")
    whole = NotApplicable("published numbers are whole, so no digits are left that tell which noise they came from")
    first = surface.tables().ask(("district",), "secret")
    series = surface.tables()
    if first is None or first.floating is None or not set(BY) <= set(series.domains):
        return whole
    table = series.ask(BY, "secret")
    if table is None or table.floating is None:
        return whole
    return guessed(table.floating.values[tuple(targets.known[name] for name in BY)], table.floating.scale)


PRECISION = Attack(
    name="precision",
    title="last digits of noised numbers",
    goal=Goal.SECRET,
    adversary=Adversary(
        "learn whether one named person defaulted",
        "a table of defaults by block, sex and year, with noise in floating-point numbers",
        "the person's block, sex and year of birth, and how noise is drawn",
    ),
    knows=BY,
    guess=_guess,
)
