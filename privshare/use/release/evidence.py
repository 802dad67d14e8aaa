"""What speaks for a release: the error its noise makes and a second opinion on its loss, from its draws alone."""

from __future__ import annotations

from collections.abc import Sequence

from privshare.model.loss import PrivacyLoss
from privshare.model.release import SIGMA, Bias, Evidence, MeasureError, NoisePart
from privshare.use.release.accounting import expected_error, half_width
from privshare.use.release.batches import second_opinion
from privshare.use.release.mechanisms import GAUSSIAN

LEVEL = 0.95


def evidence_of(
    public_noise: Sequence[tuple[str, tuple[str, ...]]],
    parts: Sequence[NoisePart],
    *,
    suite: str,
    cells: int,
    loss: PrivacyLoss,
    cut: Sequence[tuple[str, str]] = (),
    bias: Sequence[Bias] = (),
) -> Evidence:
    """Return the expected error of every measure, and all draws as one batch (`batches.py`).

    public_noise, parts, suite, loss: as in a Release; cells: how many it has; cut, bias: as in Evidence. Noise of a
    finer grain than whole numbers was rounded at the end, which widens its interval by up to a half. Raises
    NoiseRefused where the draws reveal more than the loss.
    """
    fine = {part.measure: part for part in parts if part.grain > 1}
    batch_epsilon, batch_delta = second_opinion(parts, suite=suite, cells=cells, loss=loss)
    return Evidence(
        tuple(
            MeasureError(measure, f"{expected_error(scales):.6g}", _half(scales, fine.get(measure)))
            for measure, scales in public_noise
        ),
        cut=tuple(cut),
        bias=tuple(bias),
        batch_epsilon=batch_epsilon,
        batch_delta=batch_delta,
    )


def _half(scales: Sequence[str], fine: NoisePart | None) -> int:
    """Return the half width of the interval. fine: the one draw in a number that is kept in finer units."""
    if fine is None:
        return half_width(scales, 1, LEVEL)
    before = SIGMA if fine.mechanism == GAUSSIAN else ""
    return half_width([f"{before}{fine.scale}"], fine.grain, LEVEL)
