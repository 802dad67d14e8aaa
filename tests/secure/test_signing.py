"""Strict Ed25519 beside the naive way, uses that cannot be mixed up, and envelopes that no byte can change in."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)

from privshare.errors import ParameterRefused, SignatureRefused, VerificationFailed
from privshare.model.entropy import SeededEntropy, SystemEntropy
from privshare.secure.canonical import canonical
from privshare.secure.signing import (
    GROUP_ORDER,
    SIGNERS_MAX,
    SigningKey,
    _sign,
    _verify,
    check_public_key,
    envelope,
    fingerprint,
    new_signing_key,
    open_envelope,
    sign,
    sign_note,
    verify,
    verify_note,
)

KEY = new_signing_key(SeededEntropy(1))
OTHER = new_signing_key(SeededEntropy(2))
MESSAGE = b"lent 40 to nobody"

# The eight points of low order and their six second spellings (C2SP CCTV ed25519/README.md, last section)
LOW_ORDER = [bytes.fromhex(text) for text in (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
)]


def naive_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    """The common verifier: the same answer as most of the ecosystem."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def textbook_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    """S*B == R + k*A computed with S modulo the group order: the equation alone, without the range check."""
    r, s = signature[:32], crypto_core_ed25519_scalar_reduce(signature[32:] + bytes(32))
    k = crypto_core_ed25519_scalar_reduce(hashlib.sha512(r + public + message).digest())
    right = crypto_core_ed25519_add(r, crypto_scalarmult_ed25519_noclamp(k, public))
    return crypto_scalarmult_ed25519_base_noclamp(s) == right


def ours_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        _verify(public, message, signature, "x")
    except SignatureRefused:
        return False
    return True


def one_byte_changes(data: bytes) -> Iterator[bytes]:
    """Each byte with each bit flipped, each byte dropped, doubled, and a space, quote or newline put before it."""
    for at in range(len(data)):
        head, byte, tail = data[:at], data[at : at + 1], data[at + 1 :]
        yield from (head + bytes([byte[0] ^ (1 << bit)]) + tail for bit in range(8))
        yield from (head + put + byte + tail for put in (b" ", b'"', b"\n", b"0", byte))
        yield head + tail
    yield from (data + put for put in (b" ", b"\n", b"\x00", b"}"))


def test_a_low_order_key_signs_nothing_here_and_everything_with_the_common_library() -> None:
    """Trap: under the key 01 00..00 the signature 01 00..00 || 00*32 fits every message, so it binds nobody."""
    public, signature = LOW_ORDER[4], LOW_ORDER[4] + bytes(32)
    for message in (b"", MESSAGE, b"lent 4,000,000 to nobody", bytes(1000)):
        assert naive_accepts(public, message, signature)  # if this fails, the library has become strict
        assert not ours_accepts(public, message, signature)
    with pytest.raises(SignatureRefused, match="binds nobody"):
        check_public_key(public, file="policy.toml")


@pytest.mark.parametrize("point", LOW_ORDER, ids=bytes.hex)
def test_every_low_order_point_is_refused_as_key_and_as_first_half_of_a_signature(point: bytes) -> None:
    with pytest.raises(SignatureRefused):
        check_public_key(point)
    assert not ours_accepts(point, MESSAGE, sign_note(KEY, b"x\n"))
    with pytest.raises(SignatureRefused, match="R is not a canonical point"):  # ours, before libsodium's own
        _verify(KEY.public, MESSAGE, point + bytes(32), "x")


def test_a_key_with_a_low_order_part_is_refused() -> None:
    """A blocklist of the points above would take it: prime-order key plus the point of order 2."""
    mixed = crypto_core_ed25519_add(KEY.public, LOW_ORDER[12])
    assert mixed not in LOW_ORDER
    with pytest.raises(SignatureRefused):
        check_public_key(mixed)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33), b"\x02" + bytes(31), b"\xff" * 32, "00" * 32, None])
def test_what_is_no_point_is_refused(public: object) -> None:
    with pytest.raises(SignatureRefused):
        check_public_key(public)  # type: ignore[arg-type]


def test_a_signature_has_no_second_spelling() -> None:
    """Trap: S + L solves the same equation, so without a range check one signature has several byte strings."""
    signature = sign_note(KEY, b"note\n")
    s = int.from_bytes(signature[32:], "little")
    assert textbook_accepts(KEY.public, b"note\n", signature)
    for again in range(1, 15):
        forged = signature[:32] + (s + again * GROUP_ORDER).to_bytes(32, "little")
        assert textbook_accepts(KEY.public, b"note\n", forged)  # the naive way
        with pytest.raises(SignatureRefused, match="not below the group order"):  # ours, before libsodium's own
            verify_note(KEY.public, b"note\n", forged, file="x")
    least = signature[:32] + GROUP_ORDER.to_bytes(32, "little")
    with pytest.raises(SignatureRefused, match="not below the group order"):
        verify_note(KEY.public, b"note\n", least, file="x")
    verify_note(KEY.public, b"note\n", signature, file="x")


def test_no_change_of_a_signature_a_message_or_a_key_holds() -> None:
    signature = sign(KEY, domain="a", message=MESSAGE)
    verify(KEY.public, domain="a", message=MESSAGE, signature=signature, file="x")
    changes = [(MESSAGE, KEY.public, changed) for changed in one_byte_changes(signature)]
    changes += [(changed, KEY.public, signature) for changed in one_byte_changes(MESSAGE)]
    changes += [(MESSAGE, changed, signature) for changed in one_byte_changes(KEY.public)]
    for message, public, forged in changes:
        if (message, public, forged) == (MESSAGE, KEY.public, signature):
            continue  # a byte put beside an equal one
        with pytest.raises(SignatureRefused):
            verify(public, domain="a", message=message, signature=forged, file="x")
    assert len(changes) > 1500


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65), "0" * 64, None])
def test_what_is_no_signature_is_refused(signature: object) -> None:
    with pytest.raises(SignatureRefused, match="64 bytes"):
        verify(KEY.public, domain="a", message=MESSAGE, signature=signature, file="x")  # type: ignore[arg-type]


def test_the_signed_bytes_are_the_documented_ones() -> None:
    """Another program must be able to check a signature with any Ed25519 library."""
    assert naive_accepts(KEY.public, b"privshare/release\x00" + MESSAGE, sign(KEY, domain="release", message=MESSAGE))
    data = json.loads(envelope(DOCUMENT, domain="release", signers=BOTH))
    for one in data["signatures"]:
        signed = canonical({"by": one["by"], "document": data["document"]})
        key, signature = bytes.fromhex(one["key"]), bytes.fromhex(one["signature"])
        assert naive_accepts(key, b"privshare/release\x00" + signed, signature)


def test_a_signature_for_one_use_is_none_for_another() -> None:
    signature = sign(KEY, domain="release", message=MESSAGE)
    for domain, message in (("ledger", MESSAGE), ("releas", b"e" + MESSAGE), ("release/x", MESSAGE)):
        with pytest.raises(SignatureRefused):
            verify(KEY.public, domain=domain, message=message, signature=signature, file="x")


def test_a_note_is_never_a_message_of_a_domain() -> None:
    """Both are signed by the same keys, so their byte strings must not meet: one always holds a NUL, one never."""
    framed = b"privshare/release\x00" + b"a\n"
    for text in (framed, b"no newline", b""):
        with pytest.raises(ParameterRefused):
            sign_note(KEY, text)
    with pytest.raises(SignatureRefused, match="C2SP"):
        verify_note(KEY.public, b"no newline", _sign(KEY, b"no newline"), file="x")
    with pytest.raises(SignatureRefused, match="does not hold"):
        verify_note(KEY.public, b"another\n", sign_note(KEY, b"one\n"), file="x")
    with pytest.raises(SignatureRefused, match="C2SP"):
        verify_note(KEY.public, framed, sign(KEY, domain="release", message=b"a\n"), file="x")
    noted = sign_note(KEY, b"privshare/release\na\n")
    with pytest.raises(SignatureRefused):
        verify(KEY.public, domain="release", message=b"a\n", signature=noted, file="x")


@pytest.mark.parametrize(
    "domain", ["", "Release", "re lease", "release\x00", "rel\u00e9ase", "/release", "release/", "a//b"]
)
def test_a_use_has_a_plain_name(domain: str) -> None:
    with pytest.raises(ParameterRefused):
        sign(KEY, domain=domain, message=b"")


def test_the_private_half_shows_nowhere() -> None:
    seed = KEY._seed
    for text in (repr(KEY), str(KEY), f"{KEY}"):
        assert seed.hex() not in text
        assert repr(seed) not in text
    with pytest.raises(SignatureRefused) as refused:
        verify(KEY.public, domain="a", message=MESSAGE, signature=bytes(64), file="x")
    assert MESSAGE.decode() not in str(refused.value)
    with pytest.raises(FrozenInstanceError):
        KEY.public = OTHER.public  # type: ignore[misc]
    drawn = new_signing_key(SystemEntropy())
    assert drawn.public != new_signing_key(SystemEntropy()).public


def test_a_public_half_that_does_not_belong_never_reaches_the_signature() -> None:
    """Trap: signatures of one seed under two public keys have equal R and two S, which gives the private scalar."""
    mixed = SigningKey(OTHER.public, KEY._seed)
    assert sign(mixed, domain="a", message=MESSAGE) == sign(KEY, domain="a", message=MESSAGE)


def test_a_fingerprint_is_one_word_and_names_one_key() -> None:
    told = fingerprint(KEY.public)
    assert told != fingerprint(OTHER.public)
    assert told.split() == [told]
    assert told.replace("-", "") == "SHA256:" + hashlib.sha256(KEY.public).hexdigest()[:32]
    with pytest.raises(SignatureRefused):
        fingerprint(LOW_ORDER[4])


# --- envelopes ---

DOCUMENT = {"cells": [1, 2, 3], "title": "h\u00e9"}
KEYS = {"bank": KEY.public, "platform": OTHER.public}
BOTH = [("platform", OTHER), ("bank", KEY)]


def opened(data: bytes, *, required: tuple[str, ...] = ()) -> object:
    return open_envelope(data, domain="release", keys=KEYS, required=required, file="r.json")


def test_an_envelope_gives_its_document_back() -> None:
    data = envelope(DOCUMENT, domain="release", signers=BOTH)
    assert opened(data, required=("bank", "platform")) == DOCUMENT
    assert data == envelope(DOCUMENT, domain="release", signers=BOTH[::-1])
    assert json.loads(data).keys() == {"document", "domain", "signatures"}


def test_no_byte_of_an_envelope_can_change() -> None:
    data = envelope(DOCUMENT, domain="release", signers=BOTH)
    tried = 0
    for changed in one_byte_changes(data):
        if changed != data:
            with pytest.raises(VerificationFailed) as refused:
                opened(changed)
            assert refused.value.file == "r.json"
            tried += 1
    assert tried > 12 * len(data)


def test_the_byte_changes_can_tell() -> None:
    """Teeth: a reader without canonical bytes and lower-case digits takes some of those changes."""

    def lenient(data: bytes) -> bool:
        try:
            read = json.loads(data)
            for one in read["signatures"]:
                message = canonical({"by": one["by"], "document": read["document"]})
                key, signature = bytes.fromhex(one["key"]), bytes.fromhex(one["signature"])
                verify(key, domain="release", message=message, signature=signature, file="x")
        except (ValueError, KeyError, VerificationFailed, TypeError, ParameterRefused):
            return False
        return True

    data = envelope(DOCUMENT, domain="release", signers=BOTH[:1])
    assert any(changed != data and lenient(changed) for changed in one_byte_changes(data))


def rewritten(change: Callable[[dict[str, object], list[dict[str, str]]], object]) -> bytes:
    """A signed envelope changed by somebody who writes canonical JSON but holds no key."""
    read = json.loads(envelope(DOCUMENT, domain="release", signers=BOTH))
    change(read, read["signatures"])
    return canonical(read)


@pytest.mark.parametrize("change", [
    lambda read, signatures: signatures.clear(),
    lambda read, signatures: signatures.reverse(),
    lambda read, signatures: signatures.append(signatures[-1]),
    lambda read, signatures: signatures[0].update(by="platform"),
    lambda read, signatures: signatures[0].update(by="somebody"),
    lambda read, signatures: signatures[0].update(by=""),
    lambda read, signatures: signatures[0].update(by=["bank"]),
    lambda read, signatures: signatures[0].update(key=OTHER.public.hex()),
    lambda read, signatures: signatures[0].update(key=KEY.public.hex().upper()),
    lambda read, signatures: signatures[0].update(signature=signatures[0]["signature"].upper()),
    lambda read, signatures: signatures[0].update(signature=" " + signatures[0]["signature"]),
    lambda read, signatures: signatures[0].update(signature=signatures[1]["signature"]),
    lambda read, signatures: signatures[0].update(signature=None),
    lambda read, signatures: signatures[0].update(more=1),
    lambda read, signatures: signatures[0].pop("by"),
    lambda read, signatures: read.update(signatures={}),
    lambda read, signatures: read.update(signatures=5),
    lambda read, signatures: read.update(signatures=[1]),
    lambda read, signatures: read.update(document=[]),
    lambda read, signatures: read.update(document={}),
    lambda read, signatures: read.update(domain="ledger"),
    lambda read, signatures: read.update(more=1),
    lambda read, signatures: read.pop("domain"),
])
def test_an_envelope_that_was_rewritten_without_a_key_is_refused(change: Callable[..., object]) -> None:
    with pytest.raises(SignatureRefused):
        opened(rewritten(change))


@pytest.mark.parametrize("data", [b"", b"1", b"[]", b"{}", b"null", b'"x"'])
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(VerificationFailed):
        opened(data)


def test_a_signature_cannot_be_moved_to_another_name_of_the_same_key() -> None:
    keys = {"branch": KEY.public, "bank": KEY.public}
    data = envelope(DOCUMENT, domain="release", signers=[("bank", KEY)])
    moved = data.replace(b'"by":"bank"', b'"by":"branch"')
    with pytest.raises(SignatureRefused):
        open_envelope(moved, domain="release", keys=keys, file="x")


def test_a_signature_that_was_cut_off_is_missed_when_it_is_required() -> None:
    cut = rewritten(lambda read, signatures: signatures.pop())
    assert opened(cut) == DOCUMENT  # without `required` one known signer is enough, and the docstring says so
    with pytest.raises(SignatureRefused, match="platform has not signed"):
        opened(cut, required=("bank", "platform"))


def test_a_registered_low_order_key_never_opens_an_envelope() -> None:
    public = LOW_ORDER[4]
    data = canonical({
        "document": DOCUMENT, "domain": "release",
        "signatures": [{"by": "bank", "key": public.hex(), "signature": (public + bytes(32)).hex()}],
    })
    with pytest.raises(SignatureRefused, match="binds nobody"):
        open_envelope(data, domain="release", keys={"bank": public}, file="x")


def test_a_document_that_is_no_object_is_refused_even_when_it_is_signed() -> None:
    signature = sign(KEY, domain="release", message=canonical({"by": "bank", "document": [1]}))
    one = {"by": "bank", "key": KEY.public.hex(), "signature": signature.hex()}
    with pytest.raises(SignatureRefused, match="not an object"):
        opened(canonical({"document": [1], "domain": "release", "signatures": [one]}))


def test_an_envelope_takes_so_many_signers_and_no_more() -> None:
    crowd = [(f"holder {at:02}", KEY) for at in range(SIGNERS_MAX + 1)]
    keys = {name: key.public for name, key in crowd}
    data = envelope(DOCUMENT, domain="release", signers=crowd[:-1])
    assert open_envelope(data, domain="release", keys=keys, file="x") == DOCUMENT
    with pytest.raises(ParameterRefused):
        envelope(DOCUMENT, domain="release", signers=crowd)
    read = json.loads(data)
    read["signatures"] += json.loads(envelope(DOCUMENT, domain="release", signers=crowd[-1:]))["signatures"]
    with pytest.raises(SignatureRefused, match="1 to 64"):
        open_envelope(canonical(read), domain="release", keys=keys, file="x")


def test_an_envelope_needs_signers_with_names_of_their_own() -> None:
    for signers in ([], [("bank", KEY), ("bank", OTHER)], [("", KEY)]):
        with pytest.raises(ParameterRefused):
            envelope(DOCUMENT, domain="release", signers=signers)


def test_one_signature_fits_one_document_only() -> None:
    signed = {canonical(d): envelope(d, domain="release", signers=BOTH[:1]) for d in ({"a": 1}, {"a": 2}, {"b": 1}, {})}
    for (_, one), (two, _) in itertools.permutations(signed.items(), 2):
        read = json.loads(one)
        read["document"] = json.loads(two)
        with pytest.raises(SignatureRefused):
            opened(canonical(read))
