"""What techniques with a curator have in common: both holders send their files, and the curator joins them."""

from __future__ import annotations

import numpy as np

from privshare.comparison.lab.techniques.published import BYTES_A_CODE
from privshare.comparison.lab.world import LabWorld
from privshare.model.surface import Codes

BYTES_A_CELL = 8


def joined_pairs(world: LabWorld) -> Codes:
    """Return the pairs of handles that a join by identifier makes, shape (people known to both, 2)."""
    both = np.flatnonzero(world.joint)
    return np.stack([both, both], axis=1)


def bytes_to_curator(world: LabWorld) -> int:
    """Return the size of both files with identifiers: four codes of the platform's people, three of the bank's."""
    width = max(map(len, world.people.identifiers), default=0)
    platform, bank = int(world.people.platform.sum()), int(world.people.bank.sum())
    return platform * (width + 4 * BYTES_A_CODE) + bank * (width + 3 * BYTES_A_CODE)
