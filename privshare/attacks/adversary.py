"""The adversary's frame and the attack's result: successes beside what guessing gets.

Frame after TAPAS: goal x view x background. Result after Anonymeter: a rate
with a Wilson interval, beside a baseline (the best guess without the view)
and, where there is one, the ceiling that differential privacy puts on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Adversary:
    """goal: what it wants to learn. view: what it saw. background: what it knew before."""

    goal: str
    view: str
    background: str


@dataclass(frozen=True, slots=True)
class AttackResult:
    """How often an adversary was right, beside how often guessing would be.

    attack: registry name. against: the protection attacked. attempts, successes: guesses made and right.
    baseline: success rate of the best guess without the view, in [0, 1]. ceiling: largest success rate that
    the stated (epsilon, delta) allows, or None where there is no such promise.
    """

    attack: str
    against: str
    adversary: Adversary
    attempts: int
    successes: int
    baseline: float
    ceiling: float | None
    note: str

    @property
    def rate(self) -> float:
        """Success rate in [0, 1]; 0 when nothing was attempted."""
        return self.successes / self.attempts if self.attempts else 0.0


def wilson_interval(successes: int, attempts: int, *, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a success rate (Wilson 1927); (0, 1) when nothing was attempted.

    >>> low, high = wilson_interval(150, 200)
    >>> f"{low:.3f} to {high:.3f}"
    '0.686 to 0.805'
    """
    if attempts == 0:
        return 0.0, 1.0
    p = successes / attempts
    centre = (p + z * z / (2 * attempts)) / (1 + z * z / attempts)
    half = z / (1 + z * z / attempts) * math.sqrt(p * (1 - p) / attempts + z * z / (4 * attempts**2))
    # At the ends the interval touches 0 and 1 exactly; in floating point it would miss them by 1e-18.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == attempts else min(1.0, centre + half)
    return low, high
