"""The risk-utility frontier: techniques that no other one beats in both error and the worst attack on it.

Error is the mean absolute error of a published number. Risk is the gain of the
most successful attack (`verdict.py`); one that is no better than guessing
within its interval counts as 0, or the largest of many harmless attacks would
look like a risk. A technique on which no attack could be tried has no risk
here, stands on no frontier and beats nobody: nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privshare.comparison.lab.cell import Cell
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
    tried = [(_gain(cell), cell.attack) for cell in row.cells if cell.result is not None and cell.result.attempts]
    if not tried:
        return Point(error, None, None)
    gain, attack = max(tried, key=lambda item: item[0])
    return Point(error, gain, attack if gain > 0 else None)


def on_frontier(points: Sequence[Point]) -> tuple[bool, ...]:
    """Return for each point whether no other is at least as good in both and better in one (Pareto).

    >>> on_frontier([Point(0, 1, "x"), Point(2, 0.2, "x"), Point(3, 0.2, "y"), Point(1, None, None)])
    (True, True, False, False)
    """
    return tuple(point.gain is not None and not any(_beats(other, point) for other in points) for point in points)


def _gain(cell: Cell) -> float:
    if cell.result is None or word_of(cell) is Word.GUESSING:
        return 0.0
    return max(0.0, gain_of(cell.result.rate, cell.result.baseline))


def _beats(one: Point, other: Point) -> bool:
    if one.gain is None or other.gain is None:
        return False
    as_good = one.error <= other.error and one.gain <= other.gain
    return as_good and (one.error < other.error or one.gain < other.gain)
