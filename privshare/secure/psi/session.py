"""What two parties fix before anything else: the same parameters, and a session id that neither chose alone.

Both send 32 random bytes and the hash of everything that is agreed; the
session id binds the two. Pools, keys and dummies are derived from it, so no
two runs share them and a message of another run means nothing in this one.
Promises: other parameters, another suite or another normaliser on the other
side end the run before any item is used. Leaves to others: who the other side
is (a channel's business), and a signed transcript. The party that speaks last
could choose its nonce after reading the other's; nothing here rests on that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.exchange.payload import Payload
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.canonical import canonical

NONCE_BYTES = 32
DIGEST_BYTES = 32
ITEMS_MAX = 2**24
"""Most items a party may bring to a run, dummies included."""
_DOMAIN = b"privshare/sid/1"


def parameters_digest(parameters: Mapping[str, object]) -> bytes:
    """Return SHA-256 over the canonical JSON (RFC 8785) of what is agreed; 32 bytes."""
    return hashlib.sha256(canonical(dict(parameters))).digest()


def agree(
    endpoint: Endpoint, *, peer: PartyId, leads: bool, parameters: Mapping[str, object], entropy: Entropy
) -> bytes:
    """Exchange nonces and parameter hashes with the peer; return the 32-byte session id, the same on both sides.

    leads: True at exactly one of the two; it fixes whose nonce comes first. Raises ProtocolError when the peer
    announced other parameters, sent back our own nonce, or sent another number of bytes.
    """
    digest, nonce = parameters_digest(parameters), entropy.token(NONCE_BYTES)
    endpoint.send(peer, Payload("hello", nonce + digest, 1))
    body = exactly(endpoint.receive(peer, "hello"), NONCE_BYTES + DIGEST_BYTES)
    other = body[:NONCE_BYTES]
    if body[NONCE_BYTES:] != digest:
        raise ProtocolError("E_PARAMETERS", f"{peer} announced other parameters, another suite or another normaliser")
    if other == nonce:
        raise ProtocolError("E_REFLECTED", f"{peer} sent back what it was sent")
    first, second = (nonce, other) if leads else (other, nonce)
    return hashlib.sha256(_DOMAIN + first + second + digest).digest()


def exactly(payload: Payload, size_bytes: int) -> bytes:
    """Return the body of a payload if it has exactly this many bytes; raise ProtocolError otherwise."""
    if len(payload.body) != size_bytes:
        raise ProtocolError("E_LENGTH", f"{payload.kind} must have {size_bytes} bytes, not {len(payload.body)}")
    return payload.body


def check_size(count: int) -> int:
    """Return the number of items that a party is to bring; raise ParameterRefused above 2^24."""
    if count > ITEMS_MAX:
        raise ParameterRefused("items with their dummies", count, f"at most {ITEMS_MAX}")
    return count
