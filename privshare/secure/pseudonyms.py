"""Keyed pseudonyms: the same identifier gets the same 16 bytes from whoever holds the key, and from nobody else.

SHA-256 of a domain byte, a 16-byte key and a 32-byte item is a pseudorandom
function when SHA-256 is modelled as a random oracle: all parts have fixed
length, so nothing can be appended, and the message fills one compression.
Promises: without the key, a pseudonym says nothing about the identifier but
whether two are equal. Leaves to others: where the key comes from and who must
not have it (`secure/psi/totals`). Whoever holds the key can try identifiers
one by one: pseudonymized data is personal data (GDPR Art. 4(5), recital 26).
"""

from __future__ import annotations

import hashlib

from privshare.errors import ParameterRefused

KEY_BYTES = 16
ITEM_BYTES = 32
PSEUDONYM_BYTES = 16
_DOMAIN = b"\x07"


def pseudonym(key: bytes, item: bytes) -> bytes:
    """Return the 16-byte pseudonym of a 32-byte item under a 16-byte key.

    Raises ParameterRefused for other lengths.

    >>> pseudonym(bytes(16), bytes(32)).hex()
    'a2525c466eea7e0d643f3d873f4af01c'
    """
    if len(key) != KEY_BYTES or len(item) != ITEM_BYTES:
        raise ParameterRefused(
            "key and item of a pseudonym", f"{len(key)} and {len(item)} bytes", f"{KEY_BYTES} and {ITEM_BYTES} bytes"
        )
    return hashlib.sha256(_DOMAIN + key + item).digest()[:PSEUDONYM_BYTES]
