"""What places leave of an item's hash: exactly its last twelve bytes."""

from __future__ import annotations

import hashlib

import numpy as np

from privshare.model.entropy import seeded_generator
from privshare.secure.psi.transfer import okvs


def test_spare_bits_are_those_after_the_mask() -> None:
    hashes, sid = seeded_generator(1).integers(0, 256, (70_000, 32), dtype=np.uint8), bytes(range(32))
    spare = np.empty((len(hashes), 2), np.uint64)
    okvs.places_of(hashes, sid, okvs.shape_for(len(hashes)), spare=spare)
    for i in range(0, len(hashes), 997):
        left = hashlib.sha256(b"\x01" + sid[:16] + hashes[i].tobytes()).digest()[20:]
        assert int(spare[i, 0]) | int(spare[i, 1]) << 64 == int.from_bytes(left, "little")
    assert 8 * len(left) == okvs.SPARE
