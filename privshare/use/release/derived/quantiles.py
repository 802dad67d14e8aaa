"""Quantiles of a column by group, from a noised histogram whose bins are the last grouping.

A quantile is looked for where the cumulated counts pass its share of the
total, and placed inside that bin as if its rows were spread evenly; outer bins
answer with their edge. The interval is that of the noise: by Kolmogorov's
inequality (Feller 1968, IX.7) all cumulated noises stay below
sqrt(bins * variance / 0.05) at once with 95 %, so the true cumulated counts of
what was counted pass the share inside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from privshare.errors import ParameterRefused
from privshare.model.bounding import Amount, Bins
from privshare.model.release import Cell, Derived
from privshare.use.release.derived.kind import UNIT, Kind, check_told, place_of, three
from privshare.use.release.terms import DerivedTerms, Noise, StatisticTerms, columns_of

PERMILLE = 1_000


def check(asked: DerivedTerms, terms: StatisticTerms) -> None:
    """Raise ParameterRefused unless the last grouping is bins, the table reads one count, and shares are 1 to 999."""
    if not terms.by or not isinstance(terms.by[-1], Bins):
        raise ParameterRefused(f"{asked.name}", "groups without bins", "bins of the column as the last grouping")
    if len(asked.measures) != 1 or place_of(terms, asked.measures[0])[1].amount is not Amount.ROWS:
        raise ParameterRefused(f"measures of {asked.name}", ", ".join(asked.measures), "one count of rows")
    if not asked.parameters or not all(1 <= share < PERMILLE for share in asked.parameters):
        given = ", ".join(map(str, asked.parameters)) or "none"
        raise ParameterRefused(f"shares of {asked.name}", given, "whole numbers from 1 to 999, in thousandths")
    check_told(asked, *terms.by[-1].edges)


def derive(
    asked: DerivedTerms, terms: StatisticTerms, cells: Sequence[Cell], scales: Mapping[str, float]
) -> Derived:
    """Return the quantiles of every group, each with its interval, in the column's own unit."""
    bins = terms.by[-1]
    assert isinstance(bins, Bins)  # noqa: S101  `check` has refused everything else
    place = place_of(terms, asked.measures[0])[0]
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for cell in cells:
        value = cell.values[place]
        counts.setdefault(cell.key[:-1], {})[cell.key[-1]] = 0 if value is None else value
    scale = scales[asked.measures[0]]
    variance = scale**2 if terms.noise is Noise.GAUSSIAN else 2 * scale**2
    reach = math.sqrt(len(bins.labels) * (variance + 1 / 4) / 0.05)
    rows = []
    for key, found in counts.items():
        cumulated = _cumulated([found.get(label, 0) for label in bins.labels])
        values: list[int | None] = []
        for share in asked.parameters:
            values += _quantile(cumulated, share / PERMILLE, reach, bins.edges)
        rows.append(Cell(key, tuple(values)))
    names = tuple(column for share in asked.parameters for column in three(f"{asked.name}_{share / 10:g}"))
    how = f"where the cumulated {asked.measures[0]} passes the share, rows spread evenly inside a bin"
    return Derived(asked.name, how, columns_of(terms.by[:-1]), names, UNIT, tuple(rows))


def _cumulated(counts: Sequence[int]) -> list[int]:
    total, cumulated = 0, []
    for count in counts:
        total += count
        cumulated.append(total)
    return cumulated


def _quantile(
    cumulated: Sequence[int], share: float, reach: float, edges: Sequence[int]
) -> tuple[int | None, int | None, int | None]:
    """Return (value, low, high) in units of 1/UNIT. edges: of the inner bins, ascending."""
    total = cumulated[-1]
    if total <= 0:
        return (None, None, None)
    passed = next(place for place, count in enumerate(cumulated) if count >= share * total)
    value = _inside(cumulated, passed, share * total, edges)
    low_bin = next((b for b, count in enumerate(cumulated) if count + reach >= share * (total - reach)), 0)
    high_bin = next((b for b, count in enumerate(cumulated) if count - reach >= share * (total + reach)), len(edges))
    low, high = edges[max(low_bin - 1, 0)], edges[min(high_bin, len(edges) - 1)]
    return math.floor(value * UNIT + 0.5), low * UNIT, high * UNIT


def _inside(cumulated: Sequence[int], place: int, target: float, edges: Sequence[int]) -> float:
    """Return where in its bin the target lies; the outer bins have one edge only."""
    if place == 0:
        return edges[0]
    if place == len(edges):
        return edges[-1]
    before = cumulated[place - 1]
    part = (target - before) / (cumulated[place] - before) if cumulated[place] > before else 0.0
    return edges[place - 1] + min(max(part, 0.0), 1.0) * (edges[place] - edges[place - 1])


QUANTILES = Kind(check, derive)
