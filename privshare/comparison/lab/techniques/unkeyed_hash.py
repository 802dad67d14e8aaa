"""Unkeyed hash: both holders publish their files with SHA-256 of the identifier in its place.

Joins like the raw files. Whoever can write down every identifier of the format
can hash them all too: pseudonymised data, in the words of the Article 29
Working Party's Opinion 05/2014, section 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.dictionary import unkeyed_hash
from privshare.comparison.lab.techniques.published import published_files
from privshare.comparison.lab.techniques.technique import Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld


def hashed_rows(identifiers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return SHA-256 of each row, (n, width) to (n, 32)."""
    from privshare.secure.psi.kernels.sha256 import sha256_rows

    return sha256_rows(b"", identifiers)


def _protect(world: LabWorld, setting: Setting) -> Protected:
    del setting
    names = tuple(unkeyed_hash(text) for text in world.people.identifiers)
    return published_files(world, first=names, later=names, recipe=hashed_rows)


UNKEYED_HASH = Technique(
    name="unkeyed-hash",
    title="files with hashed identifiers (no key)",
    trust="everybody, with everything but the spelling of identifiers",
    promise="nothing against who can enumerate the identifiers",
    budgeted=False,
    protect=_protect,
)
