"""The oblivious pseudorandom function OPRF(ristretto255, SHA-512), mode 0x00 of RFC 9497.

A client learns F(key, input) for its own input; the server that holds the key
learns nothing of the input, and the client nothing of the key. Promises: the
bytes of RFC 9497. Leaves to others: the order in which messages are sent, and
the check that every element of a batch is good and distinct before the first
multiplication (`ristretto.decode_list`, `members`).
Not given by mode 0x00: a server may use a different key for each item, since
nothing proves that it did not.
"""

from __future__ import annotations

import hashlib

from privshare.errors import ParameterRefused
from privshare.model.entropy import Entropy
from privshare.secure.psi.ristretto import (
    decode,
    hash_to_group,
    hash_to_scalar,
    invert,
    multiply,
    multiply_base,
    random_scalar,
)

CONTEXT = b"OPRFV1-" + b"\x00" + b"-ristretto255-SHA512"
OUTPUT_BYTES = 64
INPUT_MAX = 2**16 - 1
GROUP_DST = b"HashToGroup-" + CONTEXT
_KEY_DST = b"DeriveKeyPair" + CONTEXT


def derive_key_pair(seed: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Return (secret scalar, public element) of a 32-byte seed and a public text (RFC 9497, section 3.2.1).

    Raises ParameterRefused for another seed length or an info above 2^16 - 1 bytes, and when 256 tries all give zero.
    """
    if len(seed) != 32 or len(info) > INPUT_MAX:
        raise ParameterRefused("seed and info", f"{len(seed)} and {len(info)} bytes", "32 and at most 65535 bytes")
    for counter in range(256):
        message = seed + len(info).to_bytes(2, "big") + info + bytes([counter])
        secret = hash_to_scalar(message, _KEY_DST)
        if any(secret):
            return secret, multiply_base(secret)
    raise ParameterRefused("seed", "one that gives no key", "another seed")


def blind(message: bytes, entropy: Entropy) -> tuple[bytes, bytes]:
    """Return (blind scalar, blinded element) of one input (RFC 9497, section 3.3.1).

    The blinded element is uniform whatever the input. Raises ParameterRefused above 2^16 - 1 bytes.
    """
    scalar = random_scalar(entropy)
    return scalar, blind_with(message, scalar)


def blind_with(message: bytes, scalar: bytes) -> bytes:
    """Return the blinded element for a given blind; for `blind` and for known answers."""
    if len(message) > INPUT_MAX:
        raise ParameterRefused("input", f"{len(message)} bytes", "at most 65535 bytes")
    return multiply(scalar, decode(hash_to_group(message, GROUP_DST)))


def blind_evaluate(key: bytes, blinded: bytes) -> bytes:
    """Return the server's answer to one blinded element; raises PointRefused for a bad one."""
    return multiply(key, decode(blinded))


def finalize(message: bytes, scalar: bytes, evaluated: bytes) -> bytes:
    """Return F(key, message), 64 bytes, from the server's answer; raises PointRefused for a bad one."""
    return _output(message, multiply(invert(scalar), decode(evaluated)))


def evaluate(key: bytes, message: bytes) -> bytes:
    """Return F(key, message), 64 bytes, as the holder of the key computes it (RFC 9497, section 3.3.1).

    >>> secret, _ = derive_key_pair(bytes(32), b"example")
    >>> from privshare.model.entropy import SystemEntropy
    >>> scalar, blinded = blind(b"x", SystemEntropy())
    >>> finalize(b"x", scalar, blind_evaluate(secret, blinded)) == evaluate(secret, b"x")
    True
    """
    return _output(message, blind_with(message, key))


def _output(message: bytes, element: bytes) -> bytes:
    length = len(message).to_bytes(2, "big")
    return hashlib.sha512(length + message + len(element).to_bytes(2, "big") + element + b"Finalize").digest()
