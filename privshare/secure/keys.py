"""Keys made from keys: HKDF-SHA-256, RFC 5869, through `cryptography`.

One secret serves several uses when each use derives a key under its own
`info`: then who learns one derived key learns nothing about the others, as
long as HMAC-SHA-256 is a pseudorandom function.

Promises: the same secret, info and length give the same bytes anywhere.
Leaves to others: where a secret comes from (`model/entropy.py`). HKDF does not
make a guessable secret strong: a password or a name does not belong here.
No salt is taken: secrets here are uniform already, and a salt of varying
length can be made to collide (RFC 5869 section 3.1 makes it optional).
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privshare.errors import ParameterRefused

SECRET_MIN = 16
LENGTH_MAX = 255 * 32


def derive(secret: bytes, *, info: bytes, length: int) -> bytes:
    """Derive `length` bytes for the use that `info` names (RFC 5869 with an empty salt).

    secret: at least 16 uniform bytes. length: 1 to 8160. Raises ParameterRefused otherwise.

    >>> derive(bytes(32), info=b"privshare/example", length=8).hex()
    '900938832c662af7'
    """
    if len(secret) < SECRET_MIN:
        raise ParameterRefused("secret", f"{len(secret)} bytes", f"at least {SECRET_MIN} uniform bytes")
    if type(length) is not int or not 1 <= length <= LENGTH_MAX:
        raise ParameterRefused("length", length, f"a whole number of bytes from 1 to {LENGTH_MAX}")
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)
