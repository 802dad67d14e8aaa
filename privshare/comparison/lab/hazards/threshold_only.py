"""Hazard `threshold-only`: small numbers are withheld, and the others are exact.

A threshold protects against reading one small cell. Two honest tables one
person apart differ by that person, however large their cells are.
"""

from __future__ import annotations

from privshare.comparison.lab.hazards.games import secret_game
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.techniques.series import NoisedSeries, OpenSeries
from privshare.comparison.lab.techniques.small_counts import THRESHOLD, suppressed
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import Surface

LOSS = PrivacyLoss(1_000_000)


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    surface = Surface(tables=lambda: NoisedSeries(world, LOSS) if guarded else OpenSeries(world, suppressed))
    return secret_game(world, "differencing", surface, LOSS)


THRESHOLD_ONLY = Hazard(
    name="threshold-only",
    attack="differencing",
    safeguard="noise for one person in every number",
    switched_off=f"numbers below {THRESHOLD} are withheld, the others are exact",
    lesson="A threshold hides small cells; it does not hide the person by whom two large ones differ.",
    source="Denning, Denning and Schwartz 1979, on trackers (from memory)",
    stage=_stage,
)
