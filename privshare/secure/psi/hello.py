"""The greeting of a session: who speaks, for what, with how many items, and where two greetings do not fit.

A greeting is canonical JSON (RFC 8785) with exactly the fields below; another
field, or one less, is refused. Both sides send theirs in the clear before any
key is used, so each finds a difference by itself and names it: another version
of the protocol, suite, normaliser or Unicode tables, a larger set than agreed,
another purpose, other parameters.
Promises: a difference is found in that order and ends in one ProtocolError.
Leaves to others: that the greeting was not chosen after reading the other's,
and that its identity is really the speaker's (`session.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from privshare.errors import ProtocolError, SignatureRefused, VerificationFailed
from privshare.model.party import PartyId
from privshare.secure.canonical import canonical, parse_canonical
from privshare.secure.signing import check_public_key

PROTOCOL = "privshare/session/1"
NONCE_BYTES = 32
HELLO_MOST = 4096
ITEMS_MAX = 2**24
"""Most items a party may bring to a run, dummies included."""
_HEX = re.compile("[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9./_-]{0,63}|", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hello:
    """One side's greeting.

    protocol, suite, normaliser: names with versions; the normaliser "" where a suite sends no items. items: that
    this side brings, dummies included; items_max: that either may bring. purpose, parameters: SHA-256 of the
    canonical JSON of what was agreed outside of the suite, and of the suite's parameters. nonce: 32 random bytes.
    identity: an Ed25519 public key. The last four in hexadecimal.
    """

    protocol: str
    suite: str
    normaliser: str
    items: int
    items_max: int
    purpose: str
    parameters: str
    nonce: str
    identity: str


def parameters_digest(parameters: Mapping[str, object]) -> bytes:
    """Return SHA-256 over the canonical JSON (RFC 8785) of what is agreed; 32 bytes."""
    return hashlib.sha256(canonical(dict(parameters))).digest()


def greeting(
    parameters: Mapping[str, object], agreed: Mapping[str, object], *, items: int, nonce: bytes, identity: bytes
) -> Hello:
    """Return this side's greeting; suite, normaliser and items_max are taken out of the parameters."""
    items_max = parameters.get("items_max", ITEMS_MAX)
    return Hello(
        protocol=PROTOCOL,
        suite=str(parameters.get("suite", "")),
        normaliser=str(parameters.get("normaliser", "")),
        items=items,
        items_max=items_max if isinstance(items_max, int) else 0,
        purpose=parameters_digest(agreed).hex(),
        parameters=parameters_digest(parameters).hex(),
        nonce=nonce.hex(),
        identity=identity.hex(),
    )


def write_hello(hello: Hello) -> bytes:
    """Return the greeting as it is sent."""
    return canonical(asdict(hello))


def read_hello(body: bytes, *, peer: PartyId) -> Hello:
    """Return the peer's greeting; raise ProtocolError for another version or anything but exactly its fields."""
    try:
        document = parse_canonical(body, file="hello")
    except VerificationFailed as fault:
        raise ProtocolError("E_PROTOCOL", f"the greeting of {peer} cannot be read: {fault.reason}") from None
    if not isinstance(document, dict):
        raise ProtocolError("E_PROTOCOL", f"the greeting of {peer} is no object")
    if document.get("protocol") != PROTOCOL:
        raise ProtocolError("E_VERSION", f"{peer} speaks another version of the protocol than {PROTOCOL}")
    if document.keys() != {field.name for field in fields(Hello)}:
        raise ProtocolError("E_PROTOCOL", f"the greeting of {peer} has a field too many or too few")
    hello = Hello(**document)
    texts = (hello.purpose, hello.parameters, hello.nonce, hello.identity)
    if not all(isinstance(text, str) and _HEX.fullmatch(text) for text in texts):
        raise ProtocolError("E_PROTOCOL", f"the greeting of {peer} has a field that is no 32 bytes in hexadecimal")
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in (hello.suite, hello.normaliser)):
        raise ProtocolError("E_PROTOCOL", f"the greeting of {peer} names its suite or normaliser in no known way")
    if any(type(number) is not int or not 0 <= number <= ITEMS_MAX for number in (hello.items, hello.items_max)):
        raise ProtocolError("E_CAP", f"{peer} announced a number of items that no run accepts")
    return hello


def check_hello(own: Hello, other: Hello, *, peer: PartyId, expected: bytes | None) -> None:
    """Raise ProtocolError, with the first difference there is, unless the two greetings fit each other.

    expected: the public key that the peer must have; None if any will do.
    """
    if other.identity == own.identity or other.nonce == own.nonce:
        raise ProtocolError("E_REFLECTED", f"{peer} sent back what it was sent")
    try:
        check_public_key(bytes.fromhex(other.identity), file="hello")
    except SignatureRefused:
        raise ProtocolError("E_IDENTITY", f"{peer} announced a key that would bind nobody") from None
    if expected is not None and bytes.fromhex(other.identity) != expected:
        raise ProtocolError("E_IDENTITY", f"{peer} announced another key than the one it is known by")
    if other.suite != own.suite:
        raise ProtocolError("E_SUITE", f"{peer} asks for the suite {other.suite!r}, this side for {own.suite!r}")
    if other.normaliser != own.normaliser:
        raise ProtocolError(
            "E_NORMALISER",
            f"{peer} spells identifiers by {other.normaliser!r}, this side by {own.normaliser!r}; both need the same "
            "normaliser and Unicode tables, else they would miss each other's people",
        )
    if other.items_max != own.items_max or other.items > own.items_max:
        raise ProtocolError(
            "E_CAP",
            f"{peer} brings {other.items} items under a cap of {other.items_max}; this side accepts {own.items_max}",
        )
    if other.purpose != own.purpose:
        raise ProtocolError("E_PURPOSE", f"{peer} is here for another purpose, or under another licence")
    if other.parameters != own.parameters:
        raise ProtocolError("E_PARAMETERS", f"{peer} announced other parameters of the suite {own.suite!r}")
