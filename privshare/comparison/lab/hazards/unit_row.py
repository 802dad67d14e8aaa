"""Hazard `unit-row`: the noise hides one row, and a person has many.

The same words, "epsilon = 1", for a promise about rows and for one about people.
"""

from __future__ import annotations

from privshare.comparison.lab.hazards.entries import BOUND, UNBOUNDED, entries_game
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy

ENTRIES = 12
"""Rows of an ordinary diligent person: one a month."""


def _stage(world: LabWorld, guarded: bool, _entropy: Entropy) -> Staged:
    if guarded:
        return entries_game(world, entries=ENTRIES, bound=BOUND, sensitivity=BOUND)
    return entries_game(world, entries=ENTRIES, bound=UNBOUNDED, sensitivity=1)


UNIT_ROW = Hazard(
    name="unit-row",
    attack="membership",
    safeguard=f"the unit of privacy is a person, over all rows: at most {BOUND} count, and the noise is for {BOUND}",
    switched_off="the unit of privacy is a row: the noise is for one entry",
    lesson=f"Epsilon 1 a row is epsilon {ENTRIES} for a person with {ENTRIES} rows; ask what the unit of privacy is.",
    source="NIST SP 800-226 (2025), on the unit of privacy (summaries read, not the guide)",
    stage=_stage,
)
