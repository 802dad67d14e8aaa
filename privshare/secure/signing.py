"""Signatures: Ed25519 (RFC 8032), strict, with the use named inside what is signed.

Ed25519 as most libraries verify it (`cryptography` among them) takes public
keys of low order, under which one signature fits every message: a holder
could register such a key and later say of any record "that was not I". Here
the key and the first half of a signature must both be canonical encodings of
points of the prime-order subgroup and S must be below the group order, checked
here and once more by libsodium. So for a key that was checked, a signature
binds its signer to one message and nobody can turn it into another one
(Brendel, Cremers, Jackson, Zhao 2021, "The Provable Security of Ed25519").

What is signed is `privshare/` + domain + NUL + message, so that a signature
made for one use is none for another. A C2SP note is signed as it stands, as
its standard wants; no note holds a NUL, so no note is a message of any domain.

Promises: any change of an envelope is refused with a typed error.
Leaves to others: that a key belongs to who says so (compare fingerprints by
another way), and that what was signed is true. Signing proves origin, not truth.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from privshare.errors import ParameterRefused, SignatureRefused
from privshare.model.entropy import Entropy
from privshare.secure.canonical import SIZE_MAX, canonical, parse_canonical

KEY_BYTES = 32
SIGNATURE_BYTES = 64
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
"""L of RFC 8032 section 5.1."""
SIGNERS_MAX = 64
_DOMAIN = re.compile(r"[a-z0-9]+([./_-][a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair. public: 32 bytes. The 32-byte seed is private: it is in no repr and in no comparison."""

    public: bytes
    _seed: bytes = field(repr=False, compare=False)


def new_signing_key(entropy: Entropy) -> SigningKey:
    """Draw a key pair (RFC 8032 section 5.1.5).

    >>> from privshare.model.entropy import SeededEntropy
    >>> new_signing_key(SeededEntropy(1)) == new_signing_key(SeededEntropy(1))
    True
    """
    return signing_key_of(entropy.token(KEY_BYTES))


def signing_key_of(seed: bytes) -> SigningKey:
    """Return the key pair of a 32-byte seed that was drawn before; raise ParameterRefused for another length."""
    if len(seed) != KEY_BYTES:
        raise ParameterRefused("seed", f"{len(seed)} bytes", f"{KEY_BYTES} bytes")
    return SigningKey(crypto_sign_seed_keypair(seed)[0], seed)


def check_public_key(public: bytes, *, file: str = "key") -> None:
    """Refuse, with SignatureRefused, bytes under which a signature would not bind anybody.

    Accepted are 32 bytes that canonically encode a point of prime order: not a low-order point, not a point
    with a low-order part, not a second spelling, not a point off the curve.
    """
    if type(public) is not bytes or len(public) != KEY_BYTES:
        raise SignatureRefused(file, f"a public key has {KEY_BYTES} bytes")
    if not crypto_core_ed25519_is_valid_point(public):
        raise SignatureRefused(file, "the public key is not a canonical point of prime order, so it binds nobody")


def sign(key: SigningKey, *, domain: str, message: bytes) -> bytes:
    """Sign a message for one use; 64 bytes, the same for the same key, domain and message.

    domain: the use, e.g. "release"; lower-case ASCII words joined by one of `. / _ -`, else ParameterRefused.
    """
    return _sign(key, _framed(domain, message))


def verify(public: bytes, *, domain: str, message: bytes, signature: bytes, file: str) -> None:
    """Raise SignatureRefused(file, reason) unless the key signed this message for this use.

    >>> from privshare.model.entropy import SeededEntropy
    >>> key = new_signing_key(SeededEntropy(1))
    >>> verify(key.public, domain="a", message=b"m", signature=sign(key, domain="a", message=b"m"), file="x")
    """
    _verify(public, _framed(domain, message), signature, file)


def sign_note(key: SigningKey, text: bytes) -> bytes:
    """Sign the text of a C2SP signed note as it stands (type 0x01); it must end in a newline and hold no NUL."""
    if b"\x00" in text or not text.endswith(b"\n"):
        raise ParameterRefused("note", "a text with a NUL or without its last newline", "the text of a C2SP note")
    return _sign(key, text)


def verify_note(public: bytes, text: bytes, signature: bytes, *, file: str) -> None:
    """Raise SignatureRefused(file, reason) unless the key signed the text of this C2SP note."""
    if b"\x00" in text or not text.endswith(b"\n"):
        raise SignatureRefused(file, "its text is not the text of a C2SP note")
    _verify(public, text, signature, file)


def fingerprint(public: bytes) -> str:
    """Name a public key in one line that two people can compare: 128 bits of its SHA-256.

    Finding another key with a given fingerprint takes about 2^128 hashes. Raises SignatureRefused for an unusable key.

    >>> fingerprint(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
    'SHA256:21fe-31df-a154-a261-626b-f854-046f-d227'
    """
    check_public_key(public)
    digest = hashlib.sha256(public).hexdigest()
    return "SHA256:" + "-".join(digest[start : start + 4] for start in range(0, 32, 4))


def envelope(document: Mapping[str, Any], *, domain: str, signers: Sequence[tuple[str, SigningKey]]) -> bytes:
    """Write a document with its signatures as canonical JSON.

    `{"document": ..., "domain": ..., "signatures": [{"by", "key", "signature"}, ...]}`, hexadecimal, in order of
    names. Each signature covers the canonical bytes of `{"by": name, "document": document}` in the domain, so
    that it cannot be moved to another name. Raises ParameterRefused without a signer, with the same name twice,
    or for a document that canonical JSON cannot hold.
    """
    names = [name for name, _ in signers]
    if not names or len(set(names)) != len(names) or "" in names or len(names) > SIGNERS_MAX:
        raise ParameterRefused("signers", f"{len(names)} names", f"1 to {SIGNERS_MAX} names, each once and not empty")
    signatures = [
        {
            "by": name,
            "key": key.public.hex(),
            "signature": sign(key, domain=domain, message=canonical({"by": name, "document": dict(document)})).hex(),
        }
        for name, key in sorted(signers, key=lambda signer: signer[0])
    ]
    return canonical({"document": dict(document), "domain": domain, "signatures": signatures})


def open_envelope(
    data: bytes,
    *,
    domain: str,
    keys: Mapping[str, bytes],
    required: Sequence[str] = (),
    file: str,
    most: int = SIZE_MAX,
) -> dict[str, Any]:
    """Return the document of an envelope, once every signature in it was checked.

    keys: who may sign, name -> public key. required: names that must have signed; without it one known name is
    enough, and a second signature that was cut off is not missed. most: as in `parse_canonical`.
    Raises VerificationFailed(file, reason), of which SignatureRefused is a kind, for any change: another byte, an
    unknown name, a key that is not the name's, a signature that does not hold, another domain, another order.

    >>> from privshare.model.entropy import SeededEntropy
    >>> key = new_signing_key(SeededEntropy(1))
    >>> signed = envelope({"n": 1}, domain="example", signers=[("bank", key)])
    >>> open_envelope(signed, domain="example", keys={"bank": key.public}, file="x.json")
    {'n': 1}
    """
    opened = parse_canonical(data, file=file, most=most)
    if not isinstance(opened, dict) or opened.keys() != {"document", "domain", "signatures"}:
        raise SignatureRefused(file, "it is not an envelope with a document, its domain and signatures")
    document, signatures = opened["document"], opened["signatures"]
    if opened["domain"] != domain:
        raise SignatureRefused(file, f"it was not signed for the use {domain!r}")
    if not isinstance(document, dict):
        raise SignatureRefused(file, "its document is not an object")
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= SIGNERS_MAX:
        raise SignatureRefused(file, f"it must carry 1 to {SIGNERS_MAX} signatures")
    last = ""
    for signature in signatures:
        last = _check_one(signature, document, domain=domain, keys=keys, after=last, file=file)
    missing = [name for name in required if name not in {signature["by"] for signature in signatures}]
    if missing:
        raise SignatureRefused(file, f"{missing[0]} has not signed it")
    return document


def _check_one(
    signature: object, document: dict[str, Any], *, domain: str, keys: Mapping[str, bytes], after: str, file: str
) -> str:
    """Check one signature of an envelope and return its name; names must rise, so none stands twice."""
    if not isinstance(signature, dict) or signature.keys() != {"by", "key", "signature"}:
        raise SignatureRefused(file, "a signature needs a name, a key and a signature")
    name = signature["by"]
    if not isinstance(name, str) or name not in keys:
        raise SignatureRefused(file, "it is signed by a name that is not known here")
    if name <= after:
        raise SignatureRefused(file, "its signatures are not in order of names, or one name stands twice")
    if _bytes_of(signature["key"], KEY_BYTES, file) != keys[name]:
        raise SignatureRefused(file, f"it is signed with a key that is not the one of {name}")
    message = canonical({"by": name, "document": document})
    verify(
        keys[name],
        domain=domain,
        message=message,
        signature=_bytes_of(signature["signature"], SIGNATURE_BYTES, file),
        file=file,
    )
    return name


def _bytes_of(text: object, size: int, file: str) -> bytes:
    # bytes.fromhex alone takes capitals and spaces: a second spelling of the same signature
    if not isinstance(text, str) or re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text) is None:
        raise SignatureRefused(file, f"{size} bytes are written as {2 * size} lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _framed(domain: str, message: bytes) -> bytes:
    if _DOMAIN.fullmatch(domain) is None:
        raise ParameterRefused("domain", repr(domain), "lower-case ASCII words joined by one of . / _ -")
    return b"privshare/" + domain.encode("ascii") + b"\x00" + message


def _sign(key: SigningKey, message: bytes) -> bytes:
    # From the seed alone: signing with a public key that does not belong to it would give the private one away.
    return crypto_sign(message, crypto_sign_seed_keypair(key._seed)[1])[:SIGNATURE_BYTES]


def _verify(public: bytes, message: bytes, signature: bytes, file: str) -> None:
    check_public_key(public, file=file)
    if type(signature) is not bytes or len(signature) != SIGNATURE_BYTES:
        raise SignatureRefused(file, f"a signature has {SIGNATURE_BYTES} bytes")
    if int.from_bytes(signature[KEY_BYTES:], "little") >= GROUP_ORDER:
        raise SignatureRefused(file, "the signature's S is not below the group order: a second spelling of another one")
    if not crypto_core_ed25519_is_valid_point(signature[:KEY_BYTES]):
        raise SignatureRefused(file, "the signature's R is not a canonical point of prime order")
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        raise SignatureRefused(file, "the signature does not hold for this key and these bytes") from None
