"""The finding: how one sum per person moves along the last key of the joint table, and how sure that is.

A rate is sum per hundred people. Its interval covers the noise alone (not
sampling, not suppressed cells): the two noised numbers each get an interval at
97.5 %, and the rate's is what these two allow together, so it holds at 95 % by
the union bound (Bonferroni). Nothing here opens the truth except `true_rates`,
which the report shows in panels that say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from statistics import NormalDist

from privshare.model.release import Release
from privshare.scenario.outcome import PublishedRelease, Run

LEVEL_EACH = 0.975
EXACT_TERMS = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """Sum per hundred people of one group. low, high: what the noise allows at 95 %."""

    key: tuple[str, ...]
    people: int
    total: int
    rate: float
    low: float
    high: float


class Direction(StrEnum):
    """How the rate moves from the first group to the last."""

    FALLS = "falls"
    RISES = "rises"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the joint table says.

    release: its id. across, along: names of the key columns, e.g. district and score band; `across` is "" when
    there is one key. people, total: names of the two measures. bands: one rate a value of `along`, over all of
    `across`. cells: one a printed cell. hidden: cells too small to print. direction: over the bands;
    directions: per value of `across`.
    """

    release: str
    across: str
    along: str
    people: str
    total: str
    bands: tuple[Rate, ...]
    cells: tuple[Rate, ...]
    hidden: int
    direction: Direction
    directions: tuple[tuple[str, Direction], ...]


def joint_release(run: Run) -> PublishedRelease | None:
    """Return the first release over two holders or more with one or two keys, a count and a sum; else None."""
    for published in run.releases:
        release = published.release
        if len(release.holders) > 1 and len(release.by) in (1, 2) and len(release.measures) == 2:
            return published
    return None


def _rate(key: tuple[str, ...], people: int, total: int, spread: tuple[int, int]) -> Rate:
    def per_hundred(over: int, under: int) -> float:
        return 100 * over / max(1, under)

    low = min(per_hundred(total - spread[1], people + spread[0]), per_hundred(total - spread[1], people - spread[0]))
    high = per_hundred(total + spread[1], people - spread[0])
    return Rate(key, people, total, per_hundred(total, people), low, high)


def _spread(release: Release, cells: int) -> tuple[int, int]:
    scales = dict(release.public_noise)
    people, total = (_half(tuple(scales.get(name, ())) * cells) for name in release.measures)
    return people, total


@cache
def _half(scales: tuple[str, ...]) -> int:
    """Return the half-width of the interval of a sum of draws: exact for few, by Cornish and Fisher 1938 for many.

    Cumulants of the two-sided geometric with a = exp(-1/scale): 2a/(1-a)^2 and 2a(1+4a+a^2)/(1-a)^4.
    """
    if len(scales) <= EXACT_TERMS:
        from privshare.use.release.accounting import interval  # only a run with noise loads it

        return interval(scales, LEVEL_EACH) if scales else 0
    decays = [math.exp(-1 / float(scale)) for scale in scales]
    variance = sum(2 * a / (1 - a) ** 2 for a in decays)
    fourth = sum(2 * a * (1 + 4 * a + a * a) / (1 - a) ** 4 for a in decays)
    z = NormalDist().inv_cdf((1 + LEVEL_EACH) / 2)
    return math.ceil((z + (z**3 - 3 * z) * fourth / variance**2 / 24) * math.sqrt(variance))


def _direction(rates: Sequence[Rate]) -> Direction:
    if len(rates) < 2 or (rates[0].low <= rates[-1].high and rates[-1].low <= rates[0].high):
        return Direction.UNCLEAR
    return Direction.FALLS if rates[-1].rate < rates[0].rate else Direction.RISES


def rates_of(release: Release) -> tuple[Rate, ...]:
    """Return one rate a printed cell, in the release's order."""
    spread = _spread(release, 1)
    return tuple(
        _rate(cell.key, people, total, spread)
        for cell in release.cells
        for people, total in [cell.values]
        if people is not None and total is not None
    )


def true_rates(published: PublishedRelease) -> tuple[Rate, ...]:
    """Return the exact rate of every cell of a simulated world."""
    return tuple(
        _rate(cell.key, people, total, (0, 0))
        for cell, (people, total) in zip(published.release.cells, published.truth, strict=True)
    )


def _pooled(release: Release, cells: Sequence[Rate]) -> Iterable[Rate]:
    for value in dict.fromkeys(cell.key[-1] for cell in release.cells):
        inside = [cell for cell in cells if cell.key[-1] == value]
        if inside:
            sums = sum(cell.people for cell in inside), sum(cell.total for cell in inside)
            yield _rate((value,), *sums, _spread(release, len(inside)))


def finding(run: Run) -> Finding | None:
    """Return what the joint table says, or None when the run published none with a printed cell."""
    published = joint_release(run)
    cells = rates_of(published.release) if published else ()
    if published is None or not cells:
        return None
    release = published.release
    bands = tuple(_pooled(release, cells))
    across = release.by[0] if len(release.by) > 1 else ""
    directions = tuple(
        (value, _direction([cell for cell in cells if cell.key[0] == value]))
        for value in (dict.fromkeys(cell.key[0] for cell in release.cells) if across else ())
    )
    return Finding(
        release=release.id,
        across=across,
        along=release.by[-1],
        people=release.measures[0],
        total=release.measures[1],
        bands=bands,
        cells=cells,
        hidden=len(release.cells) - len(cells),
        direction=_direction(bands),
        directions=directions,
    )
