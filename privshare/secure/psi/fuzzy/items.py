"""Items of composite keys: coarse values of a holder's entities, coded, and hashed key by key.

Promises: an item is SHA-256(00 || kid || key string), key string = le16 bytes
|| UTF-8 of each field in the order of the plan; the few are hashed one by one,
the many in blocks, and both ways give the same bytes.
Leaves to others: item hashes are unkeyed and never leave the process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.fuzzy.fields import Rule, coarse
from privshare.secure.psi.identifiers import ITEM_BYTES, normalise

FEW = 20_000
"""Keys up to which each is hashed by itself: importing the compiler takes longer."""
MISSING = -1
_DOMAIN = b"\x00"
Bytes = NDArray[np.uint8]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Coded:
    """One field of all rows. codes: index into values by row, or MISSING. values: le16 length || UTF-8, distinct.

    unread: in how many rows something stands that the rule reads nothing of.
    """

    codes: list[int]
    values: list[bytes]
    unread: int


def coded(column: Iterable[str | None], rule: Rule) -> Coded:
    """Return a column's coarse values; a text that occurs again is looked up."""
    seen: dict[str | None, int] = {None: MISSING}
    places: dict[str, int] = {}
    strange: set[str] = set()
    codes, unread = [], 0
    for text in column:
        code = seen.get(text)
        if code is None:
            value = coarse(text, rule)
            code = seen[text] = MISSING if value is None else places.setdefault(value, len(places))
            if value is None and text is not None and normalise(text) is not None:
                strange.add(text)
                unread += 1
        elif code == MISSING and text in strange:
            unread += 1
        codes.append(code)
    values = [value.encode() for value in places]
    return Coded(codes, [len(value).to_bytes(2, "little") + value for value in values], unread)


def hashed(kid: int, codes: Codes, fields: list[list[bytes]], *, many: bool) -> Bytes:
    """Return the items of one key, (n, 32). codes: (n, fields of the key), none missing. fields: values of each."""
    domain = _DOMAIN + bytes([kid])
    if many:
        return _in_blocks(domain, codes, fields)
    digests = [
        hashlib.sha256(domain + b"".join(values[code] for values, code in zip(fields, row, strict=True))).digest()
        for row in codes.tolist()
    ]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, ITEM_BYTES)


def _in_blocks(domain: bytes, codes: Codes, fields: list[list[bytes]]) -> Bytes:
    """Lay all messages of the key side by side, padded, take the padding out, and hash what is left."""
    from privshare.secure.psi.kernels.sha256 import sha256_messages

    prefix = np.tile(np.frombuffer(domain, np.uint8), (len(codes), 1))
    parts, kept = [prefix], [np.ones(prefix.shape, np.bool_)]
    for number, values in enumerate(fields):
        sizes = np.fromiter(map(len, values), np.int64, len(values))
        width = int(sizes.max(initial=0))
        padded = np.frombuffer(b"".join(value.ljust(width, b"\x00") for value in values), np.uint8)
        own = codes[:, number]
        parts.append(padded.reshape(len(values), width)[own])
        kept.append((np.arange(width) < sizes[:, None])[own])
    mask = np.hstack(kept)
    starts = np.concatenate([[0], np.cumsum(mask.sum(axis=1))]).astype(np.int64)
    return sha256_messages(np.hstack(parts)[mask], starts)
