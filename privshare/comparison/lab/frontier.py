"""The risk-utility frontier: techniques that no other one beats in both error and the worst attack on it.

Error is the mean absolute error of a published number. Risk is the gain of the
most successful attack (`verdict.py`); one that is no better than guessing
within its interval counts as 0, or the largest of many harmless attacks would
look like a risk. For the same reason a gain counts up to that of the ceiling,
where there is one: the luckiest of many noisy attacks lies above it, and the
theorem says that nobody does but by luck; an alarm counts whole. What a
technique says that it does not hide (`Cell.not_hidden`) is no risk of its own.
Whose view an attack had is in the note of its cell: the worst attack may be
the public's for one technique, and a third party's for another.
A technique on which no attack could be tried has no risk
here, stands on no frontier and beats nobody: nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privshare.comparison.lab.matrix import Row
from privshare.comparison.lab.verdict import Word, gain_of, word_of


@dataclass(frozen=True, slots=True)
class Point:
    """Where one row of the matrix stands.

    error: in people, a published number. gain: of the worst attack, in [0, 1], None where none could be tried.
    attack: which one, None where none is better than guessing.
    """

    error: float
    gain: float | None
    attack: str | None


def point_of(row: Row) -> Point:
    """Return where a technique at one setting stands."""
    error = (row.usefulness.people_error + row.usefulness.secret_error) / 2
    return worst_of(
        error,
        [
            (risk_of(word_of(cell), cell.result.rate, cell.result.baseline, cell.result.ceiling), cell.attack)
            for cell in row.cells
            if cell.result is not None and cell.result.attempts and not cell.not_hidden
        ],
    )


def worst_of(error: float, tried: Sequence[tuple[float, str]]) -> Point:
    """Return the point of a row by the risk and the name of each attack that was tried on it."""
    if not tried:
        return Point(error, None, None)
    gain, attack = max(tried, key=lambda item: item[0])
    return Point(error, gain, attack if gain > 0 else None)


def risk_of(word: Word, rate: float, baseline: float, ceiling: float | None) -> float:
    """Return the gain that counts as risk, in [0, 1].

    >>> risk_of(Word.SOME, 0.75, 0.5, 0.625), risk_of(Word.ALARM, 0.75, 0.5, 0.625)
    (0.25, 0.5)
    """
    if word is Word.GUESSING:
        return 0.0
    capped = rate if ceiling is None or word is Word.ALARM else min(rate, ceiling)
    return max(0.0, gain_of(capped, baseline))


def on_frontier(points: Sequence[Point]) -> tuple[bool, ...]:
    """Return for each point whether no other is at least as good in both and better in one (Pareto).

    >>> on_frontier([Point(0, 1, "x"), Point(2, 0.2, "x"), Point(3, 0.2, "y"), Point(1, None, None)])
    (True, True, False, False)
    """
    return tuple(point.gain is not None and not any(_beats(other, point) for other in points) for point in points)


def _beats(one: Point, other: Point) -> bool:
    if one.gain is None or other.gain is None:
        return False
    as_good = one.error <= other.error and one.gain <= other.gain
    return as_good and (one.error < other.error or one.gain < other.gain)
