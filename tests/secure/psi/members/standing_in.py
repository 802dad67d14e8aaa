"""Base transfers that cost nothing, for tests that run a suite hundreds of times: keys made of the session id alone.

They hide nothing. The real ones run in every other test.
"""

from __future__ import annotations

import hashlib

import pytest

from privshare.secure.psi.transfer import base


def _key(sid: bytes, place: int, bit: int) -> bytes:
    return hashlib.sha256(sid + bytes([place % 256, place // 256, bit])).digest()[: base.KEY_BYTES]


def stand_in(patch: pytest.MonkeyPatch) -> None:
    def choose(bits, sid, entropy):
        return base.Choice(tuple(bits), (), bytes(base.PLACE_BYTES * len(bits)))

    def give(message, *, count, sid, entropy):
        zeros, ones = (tuple(_key(sid, place, bit) for place in range(count)) for bit in (0, 1))
        return base.KeyPairs(bytes(32), zeros, ones)

    def take(choice, answer, *, sid):
        return tuple(_key(sid, place, bit) for place, bit in enumerate(choice.bits))

    patch.setattr(base, "choose", choose)
    patch.setattr(base, "give", give)
    patch.setattr(base, "take", take)
