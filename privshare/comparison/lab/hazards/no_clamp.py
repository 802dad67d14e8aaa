"""Hazard `no-clamp`: the noise is for persons with at most five entries, and nothing holds anybody to five."""

from __future__ import annotations

from privshare.comparison.lab.hazards.entries import BOUND, UNBOUNDED, entries_game
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy

ENTRIES = 100
"""Rows of a heavy person: twenty times what the noise is for."""


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    return entries_game(world, entries=ENTRIES, bound=BOUND if guarded else UNBOUNDED, sensitivity=BOUND)


NO_CLAMP = Hazard(
    name="no-clamp",
    attack="membership",
    safeguard=f"every person is scaled down to {BOUND} entries before the noise for {BOUND}",
    switched_off=f"noise for {BOUND} entries a person, and persons with {ENTRIES} counted in full",
    lesson="Noise for an assumed bound protects nobody who exceeds it; a bound has to be enforced on the rows.",
    source="NIST SP 800-226 (2025), which calls such pitfalls privacy hazards (summaries read, not the guide)",
    stage=_stage,
)
