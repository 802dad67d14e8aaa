"""What speaks for a release: the error its noise makes, computed from its draws and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from privshare.model.release import Evidence, MeasureError, NoisePart
from privshare.use.release.accounting import expected_error, interval

LEVEL = 0.95


def evidence_of(public_noise: Sequence[tuple[str, tuple[str, ...]]], parts: Sequence[NoisePart]) -> Evidence:
    """Return the expected error of every measure. public_noise, parts: as in a Release.

    Noise of a finer grain than whole numbers was rounded at the end, which widens its interval by one.
    """
    rounded = {part.measure for part in parts if part.grain > 1}
    return Evidence(
        tuple(
            MeasureError(measure, f"{expected_error(scales):.6g}", interval(scales, LEVEL) + (measure in rounded))
            for measure, scales in public_noise
        )
    )
