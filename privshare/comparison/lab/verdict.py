"""What a cell amounts to: its gain over guessing, and one word for it.

Attacks have different goals, so their success rates have different baselines.
What compares them is the gain: the part of what guessing leaves open that the
attack got, (success - baseline) / (1 - baseline). A word goes by the lower end
of the 95 % Wilson interval, so it says "at least". An alarm is no matter of an
interval: at the ceiling, one in forty would lie above it by chance; it is what
the cell itself calls beyond chance (`cell.py`).
"""

from __future__ import annotations

import math
from enum import StrEnum

from privshare.comparison.lab.cell import Cell

MOST, NEARLY_ALL = 0.5, 0.9
"""Gain of the interval's lower end from which a word holds."""


class Word(StrEnum):
    """How far an attack came. UNTRIED: it applies, and there was nothing to try it on."""

    NOT_APPLICABLE = "n/a"
    UNTRIED = "no attempts"
    GUESSING = "guessing"
    SOME = "some"
    MOST = "most"
    NEARLY_ALL = "nearly all"
    ALARM = "above the ceiling"


def gain_of(rate: float, baseline: float) -> float:
    """Return the part of what guessing leaves open that was got; negative below guessing.

    >>> gain_of(0.75, 0.5), gain_of(1.0, 0.001), gain_of(0.5, 1.0)
    (0.5, 1.0, 0.0)
    """
    return (rate - baseline) / (1 - baseline) if baseline < 1 else 0.0


def word_of(cell: Cell) -> Word:
    """Return the word for a cell."""
    result, interval = cell.result, cell.interval
    if result is None or interval is None:
        return Word.NOT_APPLICABLE
    if not result.attempts:
        return Word.UNTRIED
    if cell.passes_ceiling:
        return Word.ALARM
    least = gain_of(interval[0], result.baseline)
    if least <= 0:
        return Word.GUESSING
    return Word.NEARLY_ALL if least >= NEARLY_ALL else Word.MOST if least >= MOST else Word.SOME


def chance_of(successes: int, attempts: int, rate: float) -> float:
    """Return the probability of so many right guesses or more, each right with this rate: the binomial tail.

    Against a release with delta = 0 the number of right guesses about fair coins is stochastically dominated by it,
    with the rate at the ceiling (Steinke, Nasr and Jagielski 2023, Theorem 5.2). With delta above 0 that theorem has
    another term; the rate (e^epsilon + delta) / (1 + e^epsilon) is then right for independent trials only.

    >>> round(chance_of(2, 2, 0.5), 12), chance_of(0, 5, 0.5), chance_of(1, 5, 0.0)
    (0.25, 1.0, 0.0)
    """
    if successes <= 0 or rate >= 1:
        return 1.0
    if rate <= 0:
        return 0.0
    whole = math.lgamma(attempts + 1)
    terms = (
        whole - math.lgamma(right + 1) - math.lgamma(attempts - right + 1)
        + right * math.log(rate) + (attempts - right) * math.log1p(-rate)
        for right in range(successes, attempts + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(math.exp(term) for term in terms))
