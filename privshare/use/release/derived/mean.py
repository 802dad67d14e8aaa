"""The mean of a column by group: centre + sum of (value - centre) / count of rows.

Counting values from the middle of their bounds halves what one row can add,
and so the noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privshare.errors import ParameterRefused
from privshare.model.bounding import Amount
from privshare.model.release import Cell, Derived
from privshare.use.release.derived.kind import UNIT, Kind, check_told, place_of, ranges, three
from privshare.use.release.terms import DerivedTerms, StatisticTerms, columns_of


def check(asked: DerivedTerms, terms: StatisticTerms) -> None:
    """Raise ParameterRefused unless the table reads a count of rows and a sum."""
    amounts = [place_of(terms, name)[1].amount for name in asked.measures]
    if amounts != [Amount.ROWS, Amount.SUM]:
        raise ParameterRefused(f"measures of {asked.name}", ", ".join(asked.measures), "a count of rows, then a sum")
    total = place_of(terms, asked.measures[1])[1]
    check_told(asked, total.lower, total.upper)


def derive(
    asked: DerivedTerms, terms: StatisticTerms, cells: Sequence[Cell], scales: Mapping[str, float]
) -> Derived:
    """Return the mean of every group, with its interval."""
    total = place_of(terms, asked.measures[1])[1]
    rows = []
    for cell in cells:
        found = ranges(asked, terms, cell, scales)
        if found is None:
            rows.append(Cell(cell.key, (None, None, None)))
            continue
        count, centred = found
        mean = centred.over(count)
        rows.append(Cell(cell.key, mean.plus(total.centre).within(total.lower, total.upper)))
    how = f"{total.centre} + {asked.measures[1]} / {asked.measures[0]}, within [{total.lower}, {total.upper}]"
    return Derived(asked.name, how, columns_of(terms.by), three(asked.name), UNIT, tuple(rows))


MEAN = Kind(check, derive)
