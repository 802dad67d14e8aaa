"""The noised answer of a protocol as a Release.

Promises: small groups are left out by their noised count, never by a true one,
since a suppression that follows the truth would reveal it. Leaves to others:
whether the protocol may run (`admission.py`) and whose noise it is (the suite).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from privshare.model.question import Permit
from privshare.model.release import Cell, NoisePart, Release
from privshare.use.release.evidence import evidence_of

COUNT_MEASURE = "people"
"""Name of the count among a release's measures."""


def release_of(
    permit: Permit,
    *,
    request: str,
    suite: str,
    by: tuple[str, ...],
    measures: tuple[str, ...],
    answers: Sequence[tuple[tuple[str, ...], tuple[int, ...]]],
    parts: tuple[NoisePart, ...],
    bounds: tuple[tuple[str, str], ...],
) -> Release:
    """Return the Release of (key, noised values) answers, whose first value is the noised count.

    Every value of a cell is None where that count is below the permit's minimum group.
    """
    nothing = (None,) * len(measures)
    noise = tuple((measure, tuple(part.scale for part in parts if part.measure == measure)) for measure in measures)
    smallest = permit.minimum_group or -math.inf  # 0 prints every cell, counts below zero too
    return Release(
        id=permit.question.id,
        request=request,
        sentence=permit.question.sentence,
        purpose=permit.question.purpose,
        holders=permit.question.holders,
        by=by,
        measures=measures,
        cells=tuple(Cell(key, values if values[0] >= smallest else nothing) for key, values in answers),
        parts=parts,
        public_noise=noise,
        loss=permit.question.loss,
        bounds=bounds,
        clauses=permit.clauses,
        minimum_group=permit.minimum_group,
        suite=suite,
        evidence=evidence_of(noise, parts, suite=suite, cells=len(answers), loss=permit.question.loss),
    )
