"""Noised numbers made into a release: whole units, small groups left out, bounds said, tables computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from privshare.model.bounding import Amount, Bins, Measure, Norm
from privshare.model.question import Permit
from privshare.model.release import ONE_HOLDER, SIGMA, Bias, Cell, NoisePart, Release
from privshare.use.release.derived import derive
from privshare.use.release.printed import printed, release_under
from privshare.use.release.terms import PEOPLE_MAX, Key, Noise, StatisticTerms, columns_of

SUITE = f"{ONE_HOLDER}2"
UNJUDGED = "nothing, as no measure counts"
"""What a release of sums alone says its small groups are judged by."""


def rounded(value: int, grain: int) -> int:
    """Return a number in units of 1/grain as the nearest whole one, halves upwards.

    >>> rounded(1499, 1000), rounded(-1500, 1000)
    (1, -1)
    """
    return (2 * value + grain) // (2 * grain)


def release_of(
    permit: Permit,
    *,
    request: str,
    terms: StatisticTerms,
    measures: Sequence[Measure],
    keys: Sequence[Key],
    columns: Sequence[Sequence[int]],
    parts: Sequence[NoisePart],
    told: Sequence[tuple[str, str]],
    cut: Sequence[tuple[str, str]],
    biases: Sequence[Bias] = (),
) -> Release:
    """Return the release of noised columns; small groups are left unprinted by their noised count.

    columns: one a measure, whole units, in the order of `keys`. told: further (what, value) lines for the bounds.
    cut: as in Evidence. biases: of all groups; those of groups that are not printed are left out here.
    """
    cells = _cells(keys, columns, _counting(measures), permit.minimum_group)
    scales = {part.measure: float(part.scale) / part.grain for part in parts if part.measure}
    before = SIGMA if terms.noise is Noise.GAUSSIAN else ""
    return release_under(
        permit,
        request=request,
        suite=SUITE,
        by=columns_of(terms.by),
        measures=tuple(measure.name for measure in measures),
        cells=cells,
        parts=parts,
        noise=tuple((measure.name, (f"{before}{scales[measure.name]}",)) for measure in measures),
        bounds=(
            *_bounds(measures),
            *_left_out(terms, measures, permit.minimum_group),
            *_counted(terms),
            *told,
        ),
        bounded=tuple(measures),
        derived=derive(terms, cells, scales),
        cut=cut,
        biases=_shown(biases, cells),
    )


def _shown(biases: Sequence[Bias], cells: Sequence[Cell]) -> tuple[Bias, ...]:
    shown = [any(value is not None for value in cell.values) for cell in cells]
    return tuple(
        replace(bias, cells=tuple(one if keep else None for one, keep in zip(bias.cells, shown, strict=True)))
        for bias in biases
    )


def _counting(measures: Sequence[Measure]) -> int | None:
    """Return the index of the measure that small groups are judged by: people where they are counted, else rows."""
    for amount in (Amount.PEOPLE, Amount.ROWS):
        for index, measure in enumerate(measures):
            if measure.amount is amount:
                return index
    return None


def _cells(
    keys: Sequence[Key], columns: Sequence[Sequence[int]], counting: int | None, minimum_group: int
) -> tuple[Cell, ...]:
    answers = [(key, tuple(column[index] for column in columns)) for index, key in enumerate(keys)]
    return printed(answers, counting=counting, minimum_group=minimum_group)


def _bounds(measures: Sequence[Measure]) -> tuple[tuple[str, str], ...]:
    told = []
    for measure in measures:
        if measure.column is not None:
            told.append((f"{measure.name}: each row's value clamped to", f"[{measure.lower}, {measure.upper}]"))
        if measure.centre:
            told.append((f"{measure.name}: each row's value counted from", str(measure.centre)))
        total = "total" if measure.norm is Norm.L1 else "length (root of the sum of squares)"
        told.append((f"{measure.name}: one person's {total} over all groups at most", str(measure.bound)))
        if measure.grain > 1:
            told.append((f"{measure.name}: a person above it is scaled down, in steps of", f"1/{measure.grain}"))
    told.append(("people in the table assumed at most", str(PEOPLE_MAX)))
    return tuple(told)


def _left_out(terms: StatisticTerms, measures: Sequence[Measure], minimum_group: int) -> tuple[tuple[str, str], ...]:
    """Return which groups are not printed, if any could be."""
    if minimum_group > 0:
        counting = _counting(measures)
        judged = f"noised {measures[counting].name}" if counting is not None else UNJUDGED
        return ((f"groups below {minimum_group} not printed, judged by", judged),)
    return (("every group is printed, also with a number below", "0"),) if terms.by and terms.keys is not None else ()


def _counted(terms: StatisticTerms) -> tuple[tuple[str, str], ...]:
    """Return what makes a person, and which rows are in no group: the same whatever stands in the rows."""
    told = [("one person is one spelling, capitals and width of letters included, of", str(terms.person))]
    if columns := [column for column in terms.by if not isinstance(column, Bins)]:
        told.append(("in no group are rows without", " or ".join(columns)))
    return tuple(told)
