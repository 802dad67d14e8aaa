"""What a detector finds in a column's values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """concept: key of CONCEPTS. label: the form in words, plural. fitting: sampled values that have it.

    strength: in [0, 1], how far these values alone, under any column name, say so.
    """

    concept: str
    label: str
    fitting: int
    strength: float


def share(fits: Iterable[bool]) -> tuple[int, float]:
    """Return how many fit, and which part that is; (0, 0.0) for none at all."""
    verdicts = list(fits)
    return sum(verdicts), sum(verdicts) / len(verdicts) if verdicts else 0.0
