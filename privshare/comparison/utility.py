"""Error of a release against the simulated truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privshare.model.release import Release


@dataclass(frozen=True, slots=True)
class Utility:
    """How far one measure of a release lies from the truth.

    mean_error: mean absolute error over printed cells, in the measure's unit. worst_group, worst_error:
    where it is largest. suppressed: cells not printed. bias: mean of published minus true.
    """

    measure: str
    mean_error: float
    worst_group: tuple[str, ...]
    worst_error: int
    suppressed: int
    bias: float


def utility_of(release: Release, truth: Sequence[Sequence[int]]) -> tuple[Utility, ...]:
    """Return one Utility a measure. truth: exact values, same cells and order as the release."""
    judged = []
    for index, measure in enumerate(release.measures):
        pairs = [
            (cell.key, value - exact[index])
            for cell, exact in zip(release.cells, truth, strict=True)
            if (value := cell.values[index]) is not None
        ]
        errors = [(abs(error), key) for key, error in pairs]
        worst_error, worst_group = max(errors, default=(0, ()))
        judged.append(
            Utility(
                measure=measure,
                mean_error=sum(error for error, _ in errors) / len(errors) if errors else 0.0,
                worst_group=worst_group,
                worst_error=worst_error,
                suppressed=len(release.cells) - len(pairs),
                bias=sum(error for _, error in pairs) / len(pairs) if pairs else 0.0,
            )
        )
    return tuple(judged)
