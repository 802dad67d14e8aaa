"""Where the numbers of points stand in the picture of the frontier, so that none covers another.

Points that all but coincide share one label. Each label takes the first free
of a few places around its point; where all are taken, the last of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from privshare.report.comparison.panels import Line

WIDTH, HEIGHT = 520, 380
NEAR = 12
"""Points nearer to each other than so many pixels stand under one label."""
_LETTER, _GAP, _TALL, _POINT = 7.8, 6, 15, 8


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose left middle stands so many pixels across and down."""

    told: str
    across: float
    down: float

    def meets(self, across: float, down: float, width: float, half: float) -> bool:
        """Whether a box of this width, centred on its height at `down`, shares a pixel with the label."""
        apart = self.across > across + width + _GAP or across > self.across + _LETTER * len(self.told) + _GAP
        return not apart and abs(self.down - down) < _TALL / 2 + half


def labels_of(lines: Sequence[Line], top: float) -> list[Label]:
    """Return the labels of points. top: error at the right end of the scale, which is symmetric-logarithmic."""
    groups: list[tuple[tuple[float, float], list[int], bool]] = []
    spots = []
    for line in sorted(lines, key=lambda line: not line.facts.on_frontier):
        share = math.log1p(line.facts.utility.mean_error) / math.log1p(top)
        spot = (WIDTH * share, HEIGHT * (1 - (line.facts.worst_gain or 0.0)))
        spots.append(spot)
        near = next((numbers for place, numbers, _ in groups if math.dist(place, spot) < NEAR), None)
        if near is None:
            groups.append((spot, [line.number], line.facts.on_frontier))
        else:
            near.append(line.number)
    placed: list[Label] = []
    for spot, numbers, _ in groups:
        told = ranges(sorted(numbers))
        free = [
            place
            for place in _places(spot, _LETTER * len(told))
            if not any(label.meets(*place, _LETTER * len(told), _TALL / 2) for label in placed)
            and not any(Label(told, *place).meets(x - _POINT, y, 2 * _POINT, _POINT) for x, y in spots)
        ]
        placed.append(Label(told, *(free[0] if free else (spot[0] + 10, spot[1] - 12))))
    return placed


def ranges(numbers: Sequence[int]) -> str:
    """Return numbers in ascending order as a short text.

    >>> ranges([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _places(spot: tuple[float, float], width: float) -> Iterator[tuple[float, float]]:
    for away in (10, 18, 30, 44):
        for side in (15, -15 - width, -width / 2):
            for down in (-away, away):
                across, below = spot[0] + side, spot[1] + down
                if across >= 0 and below < HEIGHT:  # left of the picture and below it stand the scales
                    yield across, below
