"""Base oblivious transfer `bot/1`: one side gets two keys a place, the other one of each pair, by bits of its own.

    chooser -> giver   for every place j two elements r_{j,0}, r_{j,1}: the one it does not choose is
                       random, the chosen one is t_j*G - H(j, b, the other)
    giver -> chooser   one element A = a*G for all places
    keys               k_j^b = SHA-256(... || a*(r_{j,b} + H(j, b, r_{j,1-b}))); the chooser has t_j*A

Nobody who does not know both discrete logarithms can learn both keys of a
place, and the two elements are distributed alike, so the giver learns no bit.
Promises: every element is checked before the first multiplication; identity
and equal elements are refused. Against a side that deviates in any way the
keys it does not choose stay hidden (computational Diffie-Hellman, random
oracle); it may bias keys of its own, which is what "endemic" means.
Leaves to others: that one session makes one set of keys, and what they key.
Masny and Rindal, "Endemic Oblivious Transfer" (CCS 2019).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from privshare.errors import ProtocolError
from privshare.model.entropy import Entropy
from privshare.secure.psi import ristretto

KEY_BYTES = 16
PLACE_BYTES = 2 * ristretto.ELEMENT_BYTES
_HASH = b"privshare/bot/1/h"
_KEY = b"privshare/bot/1/k"
_HASH_BYTES = 64


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """What the chooser keeps until it is answered. bits: one a place. scalars: t_j. message: what it sends."""

    bits: tuple[int, ...]
    scalars: tuple[bytes, ...]
    message: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeyPairs:
    """What the giver has. message: what it sends. zeros, ones: the two keys of every place."""

    message: bytes
    zeros: tuple[bytes, ...]
    ones: tuple[bytes, ...]


def choose(bits: Sequence[int], sid: bytes, entropy: Entropy) -> Choice:
    """Return the chooser's first message for these bits, with what it needs to read the answer."""
    scalars, parts = [], []
    for place, bit in enumerate(bits):
        other = ristretto.element_of(entropy.token(_HASH_BYTES))
        scalar = ristretto.random_scalar(entropy)
        own = ristretto.subtract(ristretto.multiply_base(scalar), _hashed(sid, place, bit, other))
        scalars.append(scalar)
        parts += [other, own] if bit else [own, other]
    return Choice(tuple(bits), tuple(scalars), b"".join(parts))


def give(message: bytes, *, count: int, sid: bytes, entropy: Entropy) -> KeyPairs:
    """Return the giver's answer to a message for `count` places; raise ProtocolError for a bad one."""
    if len(message) != count * PLACE_BYTES:
        raise ProtocolError("E_LENGTH", f"{count} places of {PLACE_BYTES} bytes were due, not {len(message)} bytes")
    elements = ristretto.decode_list(message)
    pairs = list(enumerate(zip(elements[::2], elements[1::2], strict=True)))
    sums = [
        ristretto.add(pair[bit], _hashed(sid, place, bit, pair[1 - bit])) for place, pair in pairs for bit in (0, 1)
    ]
    scalar = ristretto.random_scalar(entropy)
    answer = ristretto.multiply_base(scalar)
    shared = ristretto.multiply_all(scalar, sums)
    keys = [
        tuple(
            _key(sid, place, bit, answer + first + second, shared[2 * place + bit]) for place, (first, second) in pairs
        )
        for bit in (0, 1)
    ]
    return KeyPairs(answer, *keys)


def take(choice: Choice, answer: bytes, *, sid: bytes) -> tuple[bytes, ...]:
    """Return the chosen key of every place; raise PointRefused for an answer that is no element."""
    answer = ristretto.decode(answer)
    sent = choice.message
    pairs = [sent[at : at + PLACE_BYTES] for at in range(0, len(sent), PLACE_BYTES)]
    return tuple(
        _key(sid, place, bit, answer + pair, ristretto.multiply(scalar, answer))
        for place, (bit, scalar, pair) in enumerate(zip(choice.bits, choice.scalars, pairs, strict=True))
    )


def _hashed(sid: bytes, place: int, bit: int, other: bytes) -> bytes:
    message = _HASH + sid + place.to_bytes(2, "little") + bytes([bit]) + other
    return ristretto.element_of(hashlib.sha512(message).digest())


def _key(sid: bytes, place: int, bit: int, seen: bytes, shared: bytes) -> bytes:
    """Return a key. seen: the answer and both elements of the place. shared: what only who may know the key has."""
    message = _KEY + sid + place.to_bytes(2, "little") + bytes([bit]) + seen + shared
    return hashlib.sha256(message).digest()[:KEY_BYTES]
