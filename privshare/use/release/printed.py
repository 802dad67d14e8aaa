"""Noised numbers under their permit as a release: which cells are printed, what allowed them, what speaks for them.

Promises: small groups are left out by their noised count, never by a true one, since a suppression that follows the
truth would reveal it; the evidence is of the very noise that is declared. Leaves to others: whose noise it is, and
the bounds in words (`published.py` of a table, `use/linkage/published.py` of a protocol).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privshare.model.bounding import Measure
from privshare.model.question import Permit
from privshare.model.release import Bias, Cell, Derived, NoisePart, Release
from privshare.use.release.evidence import evidence_of


def printed(
    answers: Iterable[tuple[tuple[str, ...], tuple[int, ...]]], *, counting: int | None, minimum_group: int
) -> tuple[Cell, ...]:
    """Return the cells of (key, noised values); every value is None where the noised count is below the minimum group.

    counting: which value is that count; None where there is none. Then, and with a minimum of 0, every cell is
    printed, counts below zero too.

    >>> printed([(("N",), (3, 70)), (("S",), (9, 20))], counting=0, minimum_group=5)
    (Cell(key=('N',), values=(None, None)), Cell(key=('S',), values=(9, 20)))
    """

    def small(values: tuple[int, ...]) -> bool:
        return counting is not None and minimum_group > 0 and values[counting] < minimum_group

    return tuple(Cell(key, (None,) * len(values) if small(values) else values) for key, values in answers)


def release_under(
    permit: Permit,
    *,
    request: str,
    suite: str,
    by: tuple[str, ...],
    measures: tuple[str, ...],
    cells: tuple[Cell, ...],
    parts: Sequence[NoisePart],
    noise: tuple[tuple[str, tuple[str, ...]], ...],
    bounds: tuple[tuple[str, str], ...],
    bounded: tuple[Measure, ...] = (),
    derived: tuple[Derived, ...] = (),
    cut: Sequence[tuple[str, str]] = (),
    biases: Sequence[Bias] = (),
) -> Release:
    """Return the release of what was permitted. noise: as public_noise in a Release; cut, biases: as in Evidence.

    Raises NoiseRefused where the draws reveal more than the permitted loss.
    """
    asked = permit.question
    return Release(
        id=asked.id,
        request=request,
        sentence=asked.sentence,
        purpose=asked.purpose,
        holders=asked.holders,
        by=by,
        measures=measures,
        cells=cells,
        parts=tuple(parts),
        public_noise=noise,
        loss=asked.loss,
        bounds=bounds,
        clauses=permit.clauses,
        minimum_group=permit.minimum_group,
        suite=suite,
        bounded=bounded,
        derived=derived,
        evidence=evidence_of(noise, parts, suite=suite, cells=len(cells), loss=asked.loss, cut=cut, bias=biases),
    )
