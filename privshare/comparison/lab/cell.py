"""One cell of the matrix: a technique against an attack, with everything needed to read the figure."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.attacks.adversary import AttackResult, wilson_interval


@dataclass(frozen=True, slots=True)
class Control:
    """The same attack on people who are not in the data. meaning: what counts as a success there."""

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
    on; reason: then why. seed: of the attack's own choices. seconds: wall time of the attack.
    """

    technique: str
    attack: str
    epsilon: float | None
    result: AttackResult | None
    control: Control | None
    reason: str
    seed: int
    seconds: float

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson interval (95 %) of the success rate, or None where there is no result."""
        return wilson_interval(self.result.successes, self.result.attempts) if self.result else None

    @property
    def passes_ceiling(self) -> bool:
        """Whether even the interval's lower end lies above what the stated loss allows."""
        if self.result is None or self.result.ceiling is None or self.interval is None:
            return False
        return self.interval[0] > self.result.ceiling
