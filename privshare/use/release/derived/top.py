"""The groups with the largest published numbers, in order.

The noise decides along with the data: groups whose numbers lie within each
other's intervals may stand in the wrong order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privshare.errors import ParameterRefused
from privshare.model.release import Cell, Derived
from privshare.use.release.derived.kind import Kind, place_of
from privshare.use.release.terms import DerivedTerms, StatisticTerms, columns_of

TOP_MAX = 1_000


def check(asked: DerivedTerms, _terms: StatisticTerms) -> None:
    """Raise ParameterRefused unless the table reads one measure and keeps 1 to TOP_MAX groups."""
    if len(asked.measures) != 1 or len(asked.parameters) != 1 or not 1 <= asked.parameters[0] <= TOP_MAX:
        given = ", ".join(map(str, (*asked.measures, *asked.parameters)))
        raise ParameterRefused(f"{asked.name}", given, f"one measure and a number of groups from 1 to {TOP_MAX}")


def derive(
    asked: DerivedTerms, terms: StatisticTerms, cells: Sequence[Cell], _scales: Mapping[str, float]
) -> Derived:
    """Return the groups in descending order of the measure, with their rank; equal numbers in order of their keys."""
    place = place_of(terms, asked.measures[0])[0]
    printed = [(value, cell.key) for cell in cells if (value := cell.values[place]) is not None]
    best = sorted(printed, key=lambda pair: (-pair[0], pair[1]))[: asked.parameters[0]]
    rows = tuple(Cell(key, (rank, value)) for rank, (value, key) in enumerate(best, start=1))
    how = f"the {asked.parameters[0]} groups with the largest published {asked.measures[0]}"
    return Derived(asked.name, how, columns_of(terms.by), ("rank", asked.measures[0]), 1, rows)


TOP = Kind(check, derive)
