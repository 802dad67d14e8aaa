"""The noised answer of a protocol as a Release.

Promises: every draw of both holders is declared with the measure that it is in. Leaves to others: which cells are
printed (`use/release/printed.py`), whether the protocol may run (`admission.py`) and whose noise it is (the suite).
"""

from __future__ import annotations

from collections.abc import Sequence

from privshare.model.question import Permit
from privshare.model.release import NoisePart, Release
from privshare.use.release.printed import printed, release_under

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
    return release_under(
        permit,
        request=request,
        suite=suite,
        by=by,
        measures=measures,
        cells=printed(answers, counting=0, minimum_group=permit.minimum_group),
        parts=parts,
        noise=tuple((measure, tuple(part.scale for part in parts if part.measure == measure)) for measure in measures),
        bounds=bounds,
    )
