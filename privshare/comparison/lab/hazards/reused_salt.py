"""Hazard `reused-salt`: two releases for two projects carry pseudonyms made with the same key.

Dates of birth are left out of both here, so that nothing else links the rows:
what is left is the pseudonym, and the district.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.attack import Targets
from privshare.comparison.lab.hazards.hazard import Hazard, Staged
from privshare.comparison.lab.techniques.published import later_people, rows_of, shuffled
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import Entropy
from privshare.model.surface import Surface
from privshare.secure.pseudonyms import KEY_BYTES, pseudonyms

COLUMNS = ("district",)
ROWS_MAX = 500


def _stage(world: LabWorld, guarded: bool, entropy: Entropy) -> Staged:
    first = entropy.token(KEY_BYTES)
    second = entropy.token(KEY_BYTES) if guarded else first
    owners, later_owners = shuffled(world, np.flatnonzero(world.joint), 0), later_people(world)
    place = {int(owner): row for row, owner in enumerate(later_owners)}
    rows = np.array([row for row, owner in enumerate(owners) if int(owner) in place][:ROWS_MAX], np.int64)
    named = [
        pseudonyms(key, [world.people.identifiers[owner] for owner in who])
        for who, key in ((owners, first), (later_owners, second))
    ]
    return Staged(
        Surface(
            records=rows_of(world, owners, COLUMNS, names=named[0]),
            later=rows_of(world, later_owners, COLUMNS, names=named[1]),
        ),
        Targets(rows),
        truth=np.array([place[int(owners[row])] for row in rows], np.int64),
        baseline=1 / len(later_owners),
        ceiling=None,
    )


REUSED_SALT = Hazard(
    name="reused-salt",
    attack="linkage-of-releases",
    safeguard="a fresh key for every project",
    switched_off="the key of the last project again",
    lesson="A pseudonym that stays the same over projects is a new identifier: whoever has both files can join them.",
    source="Article 29 Working Party, Opinion 05/2014, section 4, on pseudonymisation (summaries read)",
    stage=_stage,
)
