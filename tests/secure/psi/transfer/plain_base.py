"""`bot/1` straight from its definition: the plain twin of `transfer/base.py`."""

from __future__ import annotations

import hashlib

import rbcl


def hashed(sid: bytes, j: int, b: int, point: bytes) -> bytes:
    text = b"privshare/bot/1/h" + sid + bytes([j % 256, j // 256, b]) + point
    return rbcl.crypto_core_ristretto255_from_hash(hashlib.sha512(text).digest())


def key(sid: bytes, j: int, b: int, answer: bytes, first: bytes, second: bytes, shared: bytes) -> bytes:
    text = b"privshare/bot/1/k" + sid + bytes([j % 256, j // 256, b]) + answer + first + second + shared
    return hashlib.sha256(text).digest()[:16]


def giver_keys(message: bytes, scalar: bytes, sid: bytes) -> list[tuple[bytes, bytes]]:
    """Both keys of every place, for a giver whose secret is `scalar`."""
    answer = rbcl.crypto_scalarmult_ristretto255_base(scalar)
    pairs = []
    for j in range(len(message) // 64):
        points = message[64 * j : 64 * j + 32], message[64 * j + 32 : 64 * j + 64]
        both = []
        for b in (0, 1):
            base = rbcl.crypto_core_ristretto255_add(points[b], hashed(sid, j, b, points[1 - b]))
            shared = rbcl.crypto_scalarmult_ristretto255(scalar, base)
            both.append(key(sid, j, b, answer, *points, shared))
        pairs.append((both[0], both[1]))
    return pairs


def chosen_keys(message: bytes, bits: list[int], scalars: list[bytes], answer: bytes, sid: bytes) -> list[bytes]:
    """The chosen key of every place, for a chooser whose secrets are `scalars`."""
    keys = []
    for j, (b, scalar) in enumerate(zip(bits, scalars, strict=True)):
        first, second = message[64 * j : 64 * j + 32], message[64 * j + 32 : 64 * j + 64]
        shared = rbcl.crypto_scalarmult_ristretto255(scalar, answer)
        keys.append(key(sid, j, b, answer, first, second, shared))
    return keys
