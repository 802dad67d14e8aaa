"""Keyed pseudonyms for files: HMAC-SHA-256 of an identifier under a key of its own for every project.

One who holds the secret makes a key a project, so that one identifier gets the
same pseudonym in all files of a project, and another one in every other
project. Promises: who has no key learns from pseudonyms which rows are of one
person within a project, and nothing else about the identifiers, as long as
HMAC-SHA-256 is a pseudorandom function.
Leaves to others: every other column. Whoever holds the key, or makes somebody
who does answer, can try identifiers one by one: pseudonymised data is personal
data (GDPR Art. 4(5) and recital 26).
Follows RFC 2104 (HMAC; its section 5 permits to keep the first half) and RFC 5869 (`keys.derive`). For identifiers
within a linkage protocol `psi/pseudonyms.py` works on hashes of fixed length, by arrays.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from privshare.errors import ParameterRefused
from privshare.secure.keys import derive

KEY_BYTES = 32
PSEUDONYM_BYTES = 16
"""Two of a million identifiers share one with odds of 2^-89."""
_USE = b"privshare/pseudonyms/1/"


def project_key(secret: bytes, project: str) -> bytes:
    """Return the key of a project, 32 bytes; keys of two projects tell nothing about each other or the secret.

    secret: at least 16 uniform bytes. project: not empty. Raises ParameterRefused otherwise.
    """
    if not project:
        raise ParameterRefused("project", "an empty text", "a name of the project, since the key is made from it")
    return derive(secret, info=_USE + project.encode(), length=KEY_BYTES)


def pseudonyms(key: bytes, identifiers: Iterable[str]) -> tuple[bytes, ...]:
    """Return a pseudonym an identifier, 16 bytes each, in order. identifiers: in normal form.

    key: 32 bytes, as from `project_key`. Raises ParameterRefused otherwise.

    >>> key = project_key(bytes(32), "an example")
    >>> [made.hex()[:8] for made in pseudonyms(key, ["hc01-1945-0000-a", "hc01-1945-0001-l"])]
    ['6a51370f', '76f16815']
    """
    if len(key) != KEY_BYTES:
        raise ParameterRefused("key of pseudonyms", f"{len(key)} bytes", f"{KEY_BYTES} bytes")
    return tuple(hmac.digest(key, text.encode(), "sha256")[:PSEUDONYM_BYTES] for text in identifiers)
