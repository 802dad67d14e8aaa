"""The variance of a column by group: mean of the squares minus square of the mean, both about the centre."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from privshare.errors import ParameterRefused
from privshare.model.bounding import Amount
from privshare.model.release import Cell, Derived
from privshare.use.release.derived.kind import UNIT, Kind, Range, check_told, place_of, ranges, three
from privshare.use.release.terms import DerivedTerms, MeasureTerms, StatisticTerms, columns_of


def check(asked: DerivedTerms, terms: StatisticTerms) -> None:
    """Raise ParameterRefused unless the table reads a count of rows, a sum and squares of one column."""
    read = [place_of(terms, name)[1] for name in asked.measures]
    if [measure.amount for measure in read] != [Amount.ROWS, Amount.SUM, Amount.SQUARES]:
        given = ", ".join(asked.measures)
        raise ParameterRefused(f"measures of {asked.name}", given, "a count of rows, a sum, then squares")
    if (read[1].column, read[1].centre) != (read[2].column, read[2].centre):
        raise ParameterRefused(f"measures of {asked.name}", read[2].name, "squares of the sum's column and centre")
    check_told(asked, _largest(read[1]))


def derive(
    asked: DerivedTerms, terms: StatisticTerms, cells: Sequence[Cell], scales: Mapping[str, float]
) -> Derived:
    """Return the variance of every group, with its interval."""
    largest = _largest(place_of(terms, asked.measures[1])[1])
    rows = []
    for cell in cells:
        found = ranges(asked, terms, cell, scales)
        if found is None:
            rows.append(Cell(cell.key, (None, None, None)))
            continue
        count, centred, squares = found
        mean, square = centred.over(count), squares.over(count)
        ends = sorted((mean.low**2, mean.high**2))
        least = 0.0 if mean.low <= 0 <= mean.high else ends[0]
        # An unknown mean leaves the whole range open; infinity minus infinity would be no number.
        low = square.low - ends[1] if math.isfinite(ends[1]) else 0.0
        high = square.high - least if math.isfinite(square.high) else largest
        rows.append(Cell(cell.key, Range(low, square.value - mean.value**2, high).within(0.0, largest)))
    how = f"{asked.measures[2]} / {asked.measures[0]} - ({asked.measures[1]} / {asked.measures[0]})^2, at least 0"
    return Derived(asked.name, how, columns_of(terms.by), three(asked.name), UNIT, tuple(rows))


def _largest(total: MeasureTerms) -> float:
    """Return the variance where half of the rows lie at either bound (Popoviciu)."""
    return float(((total.upper - total.lower) / 2) ** 2)


VARIANCE = Kind(check, derive)
