"""Hazard `threshold-only`: small numbers are withheld, and the others are exact.

A threshold protects against reading one small cell. Two honest tables one
person apart differ by that person, however large their cells are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from privshare.attacks import ATTACKS
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.judging import targets_of
from privshare.comparison.lab.techniques.series import NoisedSeries, counted
from privshare.comparison.lab.world import LabWorld
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.entropy import Entropy
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, Surface

LOSS = PrivacyLoss(1_000_000)
SMALL = 3
"""Numbers below are withheld. Ten is as common; cells of small worlds would then mostly be blank."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThresholdSeries:
    """Exact tables with the small numbers left out."""

    world: LabWorld

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes and their numbers of codes."""
        return self.world.people.domains

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable:  # fmt: skip
        """Return the table; share and wording are nothing to it."""
        del share, wording, blocks
        exact = counted(self.world, by, of, without=without)
        shown = exact.counts >= SMALL
        return CountTable(by, np.where(shown, exact.counts, 0), shown)


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    return Staged(
        Surface(tables=lambda: NoisedSeries(world, LOSS) if guarded else ThresholdSeries(world)),
        targets_of(world, ATTACKS["differencing"], world.secrets),
        truth=world.people.secret[world.secrets],
        baseline=0.5,
        ceiling=ceiling_at_even_odds(LOSS),
    )


THRESHOLD_ONLY = Hazard(
    name="threshold-only",
    attack="differencing",
    safeguard="noise for one person in every number",
    switched_off=f"numbers below {SMALL} are withheld, the others are exact",
    lesson="A threshold hides small cells; it does not hide the person by whom two large ones differ.",
    source="Denning, Denning and Schwartz 1979 (trackers)",
    stage=_stage,
)
