"""One cell of the matrix: a technique against an attack, with everything needed to read the figure."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.attacks.adversary import AttackResult, wilson_interval
from privshare.comparison.confidence import lowest_share

CHANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Control:
    """The same attack where nothing can be found, as on people who are not in the data.

    meaning: whom or what it was held against, and what counts as a success there.
    """

    attempts: int
    successes: int
    meaning: str

    @property
    def rate(self) -> float:
        """Success rate in [0, 1]; 0 when nothing was attempted."""
        return self.successes / self.attempts if self.attempts else 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One technique at one setting against one attack.

    epsilon: of the technique's budget, None where it has none. result: None where the attack has nothing to work
    on; reason: then why. seed: of the attack's own choices. seconds: wall time of the attack. not_hidden: the
    technique says itself that it does not hide what was attacked, so a success is no risk of its own (`frontier`).
    """

    technique: str
    attack: str
    epsilon: float | None
    result: AttackResult | None
    control: Control | None
    reason: str
    seed: int
    seconds: float
    not_hidden: bool = False

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson interval (95 %) of the success rate, or None where there is no result."""
        return wilson_interval(self.result.successes, self.result.attempts) if self.result else None

    @property
    def passes_ceiling(self) -> bool:
        """Whether the attack found more than the stated loss allows, beyond chance (`beyond_chance`)."""
        return self.result is not None and beyond_chance(self.result)


def beyond_chance(result: AttackResult) -> bool:
    """Whether there are more successes than the ceiling allows, where chance alone would do it once in 10^9 cells.

    The best attack reaches its ceiling, so half of the time it is a little above; a 95 % interval would cry wolf.
    The ceiling is taken for the rate of a binomial: see `verdict.chance_of` for when it is one.
    """
    if result.ceiling is None or not result.attempts:
        return False
    return lowest_share(result.successes, result.attempts, CHANCE) > result.ceiling
