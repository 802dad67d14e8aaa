"""The group ristretto255, and the one way in which bytes become its elements.

Arithmetic is libsodium's (through rbcl), constant-time. This file adds what
libsodium leaves to its caller: it calls the identity, 32 zero bytes, a valid
point, and reports a zero product as a RuntimeError. Here both are PointRefused.
An element is its canonical 32-byte encoding; a scalar is 32 bytes, little-endian.
Every 32-byte output is an element of one prime-order group. That is why the
identifiers are not hashed to X25519 coordinates: half of those lie on the
curve's twist, and that bit of the hash survives every masking.

Follows RFC 9496 (ristretto255) and RFC 9380 (expand_message_xmd with SHA-512,
hash_to_ristretto255). Leaves to others: what is sent in which order.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import rbcl

from privshare.errors import ParameterRefused, PointRefused, ProtocolError
from privshare.model.entropy import Entropy

ELEMENT_BYTES = 32
SCALAR_BYTES = 32
LIST_MAX = 2**24
_IDENTITY = bytes(ELEMENT_BYTES)
_ZERO = bytes(SCALAR_BYTES)
_HASH_BYTES = 64
_BLOCK = bytes(128)  # Z_pad of RFC 9380: one input block of SHA-512

# rbcl unpacks libsodium into a temporary file at each start and leaves it there, 2.8 MB a process. A loaded
# library needs no name any more; a system that does not let go of an open file keeps it.
_unpacked = Path(getattr(sys.modules.get("rbcl._sodium"), "lib_path", ""))
if _unpacked.parent == Path(tempfile.gettempdir()):
    with contextlib.suppress(OSError):
        _unpacked.unlink()


def expand_message(message: bytes, dst: bytes, size_bytes: int) -> bytes:
    """Return uniform bytes: expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1).

    dst: domain separation tag, 1 to 255 bytes. size_bytes: up to 255 * 64. Raises ParameterRefused otherwise.

    >>> expand_message(b"abc", b"QUUX-V01-CS02-with-expander-SHA512-256", 32).hex()[:16]
    '0da749f12fbe5483'
    """
    blocks = -(-size_bytes // _HASH_BYTES)
    if not 1 <= len(dst) <= 255 or not 1 <= blocks <= 255:
        raise ParameterRefused(
            "tag and output", f"{len(dst)} and {size_bytes} bytes", "a tag of 1 to 255 bytes, an output of 1 to 16320"
        )
    suffix = dst + bytes([len(dst)])
    start = hashlib.sha512(_BLOCK + message + size_bytes.to_bytes(2, "big") + b"\x00" + suffix).digest()
    block = hashlib.sha512(start + b"\x01" + suffix).digest()
    out = [block]
    for number in range(2, blocks + 1):
        mixed = bytes(x ^ y for x, y in zip(start, block, strict=True))
        block = hashlib.sha512(mixed + bytes([number]) + suffix).digest()
        out.append(block)
    return b"".join(out)[:size_bytes]


def hash_to_group(message: bytes, dst: bytes) -> bytes:
    """Return the element that a message hashes to: hash_to_ristretto255 (RFC 9380, appendix B).

    Nobody knows its discrete logarithm to any base, which multiplying the generator by a hash would give away.

    >>> len(hash_to_group(b"abc", b"example"))
    32
    """
    element: bytes = rbcl.crypto_core_ristretto255_from_hash(expand_message(message, dst, _HASH_BYTES))
    return element


def hash_to_scalar(message: bytes, dst: bytes) -> bytes:
    """Return the scalar that a message hashes to: 64 expanded bytes modulo the group order (RFC 9497, section 4.1)."""
    scalar: bytes = rbcl.crypto_core_ristretto255_scalar_reduce(expand_message(message, dst, _HASH_BYTES))
    return scalar


def decode(data: bytes) -> bytes:
    """Return the element that 32 bytes encode: the bytes themselves, once they are known to be good.

    Raises PointRefused for another length, a non-canonical encoding (RFC 9496, section 4.3.1) or the identity.

    >>> decode(bytes(32))
    Traceback (most recent call last):
        ...
    privshare.errors.PointRefused: protocol stopped (E_POINT): an element was the identity.
    """
    if len(data) != ELEMENT_BYTES:
        raise PointRefused(f"an element has {ELEMENT_BYTES} bytes, not {len(data)}")
    if data == _IDENTITY:
        raise PointRefused("an element was the identity")
    if not rbcl.crypto_core_ristretto255_is_valid_point(data):
        raise PointRefused("an element was not in canonical form")
    return data


def decode_list(body: bytes, *, distinct: bool = True, ascending: bool = False) -> tuple[bytes, ...]:
    """Return the elements of a message body, all of them checked before any of them is used.

    distinct: refuse equal elements; with the same key they would make one item count twice.
    ascending: refuse any other order than by encoding, so that no sender can forget to hide its own order.
    Raises ProtocolError for a body that is no whole number of elements or has more than 2^24, PointRefused
    for a bad or repeated element.
    """
    if len(body) % ELEMENT_BYTES or len(body) > LIST_MAX * ELEMENT_BYTES:
        raise ProtocolError("E_LENGTH", f"a list of elements cannot have {len(body)} bytes")
    elements = tuple(decode(body[at : at + ELEMENT_BYTES]) for at in range(0, len(body), ELEMENT_BYTES))
    if distinct and len(set(elements)) != len(elements):
        raise PointRefused("a list held the same element twice")
    if ascending and any(left > right for left, right in pairwise(elements)):
        raise ProtocolError("E_ORDER", "a list of elements was not sorted")
    return elements


def multiply(scalar: bytes, point: bytes) -> bytes:
    """Return scalar * point; raise PointRefused for a zero scalar, the identity or bytes that are no element."""
    return multiply_all(scalar, (point,))[0]


def multiply_all(scalar: bytes, points: Iterable[bytes]) -> list[bytes]:
    """Return scalar * point for every point, in order; raise PointRefused as `multiply` does.

    The interpreter lock is free during each multiplication, so two parties in two threads use two cores.
    """
    product = rbcl.crypto_scalarmult_ristretto255
    try:
        return [product(scalar, point) for point in points]
    except (RuntimeError, ValueError):
        raise PointRefused("a multiplication had a zero scalar, the identity or no element to work on") from None


def multiply_base(scalar: bytes) -> bytes:
    """Return scalar * generator; raise PointRefused for a zero scalar."""
    try:
        product: bytes = rbcl.crypto_scalarmult_ristretto255_base(scalar)
    except (RuntimeError, ValueError):
        raise PointRefused("a multiplication of the generator had a zero scalar") from None
    return product


def add(left: bytes, right: bytes) -> bytes:
    """Return left + right; raise PointRefused where that is the identity or bytes are no element."""
    return _summed(rbcl.crypto_core_ristretto255_add, left, right)


def subtract(left: bytes, right: bytes) -> bytes:
    """Return left - right; raise PointRefused where that is the identity or bytes are no element."""
    return _summed(rbcl.crypto_core_ristretto255_sub, left, right)


def element_of(uniform: bytes) -> bytes:
    """Return the element that 64 uniform bytes make (RFC 9496, section 4.3.4)."""
    element: bytes = rbcl.crypto_core_ristretto255_from_hash(uniform)
    return element


def random_scalar(entropy: Entropy) -> bytes:
    """Return a uniform non-zero scalar: 64 random bytes reduced, so the bias is below 2^-250."""
    while True:
        scalar: bytes = rbcl.crypto_core_ristretto255_scalar_reduce(entropy.token(_HASH_BYTES))
        if scalar != _ZERO:
            return scalar


def invert(scalar: bytes) -> bytes:
    """Return the scalar's inverse modulo the group order; raise PointRefused for zero."""
    if len(scalar) != SCALAR_BYTES or scalar == _ZERO:
        raise PointRefused("zero has no inverse")
    inverse: bytes = rbcl.crypto_core_ristretto255_scalar_invert(scalar)
    return inverse


def _summed(operation: Callable[[bytes, bytes], bytes], left: bytes, right: bytes) -> bytes:
    result = operation(left, right)
    if result == _IDENTITY:  # libsodium also leaves zeros where an encoding was bad
        raise PointRefused("a sum was the identity, or not of elements")
    return result
