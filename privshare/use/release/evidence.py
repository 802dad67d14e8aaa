"""What speaks for a release: the error its noise makes and a second opinion on its loss, from its draws alone."""

from __future__ import annotations

from collections.abc import Sequence

from privshare.model.loss import PrivacyLoss
from privshare.model.release import Evidence, MeasureError, NoisePart
from privshare.use.release.accounting import expected_error, interval
from privshare.use.release.batches import second_opinion

LEVEL = 0.95


def evidence_of(
    public_noise: Sequence[tuple[str, tuple[str, ...]]],
    parts: Sequence[NoisePart],
    *,
    suite: str,
    cells: int,
    loss: PrivacyLoss,
) -> Evidence:
    """Return the expected error of every measure, and all draws as one batch (`batches.py`).

    public_noise, parts, suite, loss: as in a Release; cells: how many it has. Noise of a finer grain than whole
    numbers was rounded at the end, which widens its interval by one. Raises NoiseRefused where the draws reveal
    more than the loss.
    """
    rounded = {part.measure for part in parts if part.grain > 1}
    batch_epsilon, batch_delta = second_opinion(parts, suite=suite, cells=cells, loss=loss)
    return Evidence(
        tuple(
            MeasureError(measure, f"{expected_error(scales):.6g}", interval(scales, LEVEL) + (measure in rounded))
            for measure, scales in public_noise
        ),
        batch_epsilon=batch_epsilon,
        batch_delta=batch_delta,
    )
