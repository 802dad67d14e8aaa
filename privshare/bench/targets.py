"""What we set ourselves, and whether it was reached: a target that is missed says by how much."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and what was measured. what: in words, with the row's name. least: more is better."""

    what: str
    unit: str
    target: float
    measured: float
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.measured >= self.target if self.least else self.measured <= self.target

    @property
    def sentence(self) -> str:
        """It is met or missed, with its figure.

        >>> Verdict("a: CPU", "s", 3.0, 3.25).sentence
        'MISSED by 0.25 s: a: CPU 3.25 s, target at most 3.00 s'
        """
        digits = {"MiB": 0, "MB": 1, "F1": 4}.get(self.unit, 2)
        unit = f" {self.unit}" if self.unit else ""
        over, got, wanted = (
            f"{number:,.{digits}f}{unit}" for number in (abs(self.measured - self.target), self.measured, self.target)
        )
        bound = "at least" if self.least else "at most"
        return f"{'met' if self.met else f'MISSED by {over}'}: {self.what} {got}, target {bound} {wanted}"

    @property
    def document(self) -> dict[str, Any]:
        """It as plain values."""
        return {**asdict(self), "met": self.met}
