"""Keyed pseudonyms: the same identifier gets the same 16 bytes from whoever holds the key, and from nobody else.

SHA-256 of a domain byte, a 16-byte key and a 32-byte item is a pseudorandom
function when SHA-256 is modelled as a random oracle: all parts have fixed
length, so nothing can be appended, and the message fills one compression.
Promises: without the key, a pseudonym says nothing about the identifier but
whether two are equal. Leaves to others: where the key comes from and who must
not have it (`totals/keys.py`). Whoever holds the key can try identifiers one
by one: pseudonymized data is personal data (GDPR Art. 4(5), recital 26).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused

KEY_BYTES = 16
ITEM_BYTES = 32
PSEUDONYM_BYTES = 16
KERNEL_FROM = 2**15
"""From so many messages on, starting the compiled hash takes less time than it saves."""
_DOMAIN = b"\x07"
_DIGEST_BYTES = 32


def pseudonyms_of(key: bytes, items: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pseudonym of every item under a 16-byte key: (n, 32) to (n, 16), in order.

    Raises ParameterRefused for other lengths.

    >>> pseudonyms_of(bytes(16), np.zeros((1, 32), dtype=np.uint8)).tobytes().hex()
    'a2525c466eea7e0d643f3d873f4af01c'
    """
    if len(key) != KEY_BYTES or items.ndim != 2 or items.shape[1] != ITEM_BYTES:
        told = f"{len(key)} bytes and shape {items.shape}"
        raise ParameterRefused("key and items of pseudonyms", told, f"{KEY_BYTES} bytes and shape (n, {ITEM_BYTES})")
    return hashed(_DOMAIN + key, items)[:, :PSEUDONYM_BYTES]


def hashed(prefix: bytes, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return SHA-256(prefix || row) for every row: (n, width) to (n, 32)."""
    if len(rows) >= KERNEL_FROM:
        from privshare.secure.psi.kernels.sha256 import sha256_rows

        return sha256_rows(prefix, rows)
    whole, width = rows.tobytes(), rows.shape[1]
    digests = (hashlib.sha256(prefix + whole[at : at + width]).digest() for at in range(0, len(whole), width))
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, _DIGEST_BYTES)
