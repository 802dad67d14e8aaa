"""Known answers of this project: with replayed entropy and silent noise, every body of every suite to the last bit.

They catch a change of the wire that nobody intended. Beside the recorded
digests, the two uploads that matter most are made again here by other code,
straight from the definition of the suite.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pytest
import rbcl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_sign_seed_keypair

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi.size.terms import parameters
from privshare.secure.psi.totals.terms import parameters as totals_parameters
from tests.secure.psi.playing import SIZE as size_terms  # noqa: N811
from tests.secure.psi.playing import (
    A,
    B,
    U,
    item,
    people,
    silence,
    size_roles,
    totals_roles,
    totals_terms,
)


@pytest.fixture(autouse=True)
def one_unicode_and_no_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The normaliser's name, which is part of the session id, says which Unicode tables Python has."""
    silence(monkeypatch)
    for module in ("size.terms", "totals.terms"):
        monkeypatch.setattr(f"privshare.secure.psi.{module}.NORMALISER", "norm/1/14.0.0")


def digests(transcript: Transcript) -> dict[str, str]:
    """The start of the SHA-256 of every body, by sender, receiver and kind."""
    return {
        f"{m.sender}>{m.receiver} {m.payload.kind}": hashlib.sha256(m.payload.body).hexdigest()[:16]
        for m in transcript.messages
    }


def test_size() -> None:
    results, transcript = run_together(size_roles(people(range(5)), people(range(2, 302)), seed=7))
    assert (results["a"], digests(transcript)) == (3, SIZE)


def test_totals() -> None:
    groups = {item(number): number % 4 for number in range(300)}
    values = {item(number): number % 11 for number in range(150, 450)}
    results, transcript = run_together(totals_roles(groups, values, totals_terms(4), seed=7))
    cells = [[0, 0] for _ in range(4)]
    for number in range(150, 300):
        cells[number % 4][0] += 1
        cells[number % 4][1] += number % 11
    assert results["unit"] == tuple(map(tuple, cells))
    assert digests(transcript) == TOTALS


def body(transcript: Transcript, kind: str, sender: str) -> bytes:
    return next(m.payload.body for m in transcript.messages if (m.payload.kind, m.sender) == (kind, sender))


def session_id(transcript: Transcript, parameters: Mapping[str, object]) -> bytes:
    """The session id of a leads b, from its definition."""
    hellos = [json.loads(body(transcript, "hello", party)) for party in ("a", "b")]
    items = [hello["items"] for hello in hellos]
    agreed = {"protocol": "privshare/session/1", "parameters": parameters, "agreed": {}, "items": items}
    document = json.dumps(agreed, sort_keys=True, separators=(",", ":")).encode()
    ordered = sorted(hellos, key=lambda hello: hello["identity"])
    nonces, keys = (b"".join(bytes.fromhex(hello[field]) for hello in ordered) for field in ("nonce", "identity"))
    channel = hashlib.sha256(b"privshare/in-process/oneprivshare/in-process/other").digest()
    return hashlib.sha256(b"privshare/sid/1" + nonces + hashlib.sha256(document).digest() + keys + channel).digest()


def expand_64(message: bytes, dst: bytes) -> bytes:
    """expand_message_xmd of RFC 9380 for SHA-512 and 64 bytes, written out."""
    tail = dst + bytes([len(dst)])
    start = hashlib.sha512(bytes(128) + message + b"\x00\x40\x00" + tail).digest()
    return hashlib.sha512(start + b"\x01" + tail).digest()


def test_the_points_of_size_follow_from_their_definition() -> None:
    _, transcript = run_together(size_roles(people(range(5)), people(range(2, 302)), seed=7))
    stream = SeededEntropy(14)
    hello = json.loads(body(transcript, "hello", "a"))
    assert hello["nonce"] == stream.token(32).hex()
    assert hello["identity"] == crypto_sign_seed_keypair(stream.token(32))[0].hex()
    scalar = rbcl.crypto_core_ristretto255_scalar_reduce(stream.token(64))
    sid = session_id(transcript, parameters(size_terms, a=A, b=B))
    pool = [hashlib.sha256(b"pool" + sid + bytes([number, 0, 0, 0])).digest() for number in range(4)]
    padding = [stream.token(32) for _ in range(2)]
    items = [hashlib.sha256(b"\x00\x00" + f"person {number}".encode()).digest() for number in range(5)]
    expanded = [expand_64(h, b"privshare/size/1") for h in items + pool + padding]
    hashed = [rbcl.crypto_core_ristretto255_from_hash(uniform) for uniform in expanded]
    points = sorted(rbcl.crypto_scalarmult_ristretto255(scalar, point) for point in hashed)
    assert body(transcript, "points", "a") == b"".join(points)


def test_the_uploads_of_totals_follow_from_their_definition() -> None:
    groups = {item(number): number % 4 for number in range(300)}
    values = {item(number): number % 11 for number in range(150, 450)}
    _, transcript = run_together(totals_roles(groups, values, totals_terms(4), seed=7))
    who = {"grouping_holder": A, "value_holder": B, "unit": U}
    sid = session_id(transcript, totals_parameters(totals_terms(4), **who))
    shares = body(transcript, "key-share", "a") + body(transcript, "key-share", "b")
    keys = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=sid).derive(shares)
    tags = {hashlib.sha256(b"\x07" + keys[:16] + h).digest()[:16]: h for h in {**groups, **values}}
    words = Cipher(algorithms.AES(keys[16:]), modes.CTR(bytes(16))).encryptor().update(bytes(10_000))
    dummies = [[hashlib.sha256(b"pool" + sid + bytes([g, 0, 0, 0, n, 0, 0, 0])) for n in range(4)] for g in range(4)]
    pools = [
        {hashlib.sha256(b"\x07" + keys[:16] + dummy.digest()).digest()[:16] for dummy in group} for group in dummies
    ]

    upload = body(transcript, "labelled-pseudonyms", "a")
    labelled = {upload[at : at + 16]: upload[at + 16] for at in range(0, len(upload), 17)}
    label = {groups[tags[tag]]: name for tag, name in labelled.items() if tag in tags}
    assert sorted(label.values()) == [0, 1, 2, 3]
    assert all(name == label[groups[tags[tag]]] for tag, name in labelled.items() if tag in tags)
    assert all(labelled[tag] == label[g] for g in range(4) for tag in pools[g])
    assert len(labelled) == 300 + 4 * (4 + 2)

    upload = body(transcript, "masked-values", "b")
    seen, pooled = {}, [0] * 4
    for place, at in enumerate(range(0, len(upload), 24)):
        tag, masked = upload[at : at + 16], int.from_bytes(upload[at + 16 : at + 24], "little")
        value = (masked - int.from_bytes(words[8 * place : 8 * place + 8], "little")) % 2**64
        if tag in tags:
            seen[tags[tag]] = value
        else:
            assert value == 0
            for g in range(4):
                pooled[g] += tag in pools[g]
    assert seen == values
    assert pooled == [2] * 4  # k = s + 0 of each group's 2s


SIZE = {
    "a>b commit": "89fa2d84de5945d1",
    "a>b done": "02bc662e65a4f5c9",
    "a>b hello": "e9da2c717bfc6ef0",
    "a>b points": "829d705e58c64fed",
    "a>b result": "35be322d094f9d15",
    "a>b seal": "5026b4c5575d6aef",
    "b>a commit": "082c8ce01e6d870f",
    "b>a done": "5c30dfbd19f32845",
    "b>a hello": "4ccc54198d70fc2b",
    "b>a points": "9cad779c091e6c3e",
    "b>a seal": "8005d26a272b2a13",
    "b>a tags": "c1f740a8ee700125",
}
TOTALS = {
    "a>b commit": "a245299780267f56",
    "a>b done": "7ef178570ad03911",
    "a>b hello": "b6d3ff5687b96cd7",
    "a>b key-share": "7bfae11761c43c3a",
    "a>b result": "f545d19e04bc99bd",
    "a>b seal": "d3ad1b7404a35415",
    "a>unit commit": "9ff7db9416e5ffcb",
    "a>unit done": "52c3bd93dc2f35dc",
    "a>unit hello": "5f52d894b44c85f9",
    "a>unit labelled-pseudonyms": "ad79bc694edc6eb7",
    "a>unit result": "f545d19e04bc99bd",
    "a>unit seal": "22536ea1bd0dcb70",
    "a>unit session": "f551fcfb052135f4",
    "b>a commit": "8c310a6cbdeb45e9",
    "b>a done": "4ae7ad031656cd3a",
    "b>a hello": "2f764cedadf9ba77",
    "b>a key-share": "d801962d8e8b8637",
    "b>a seal": "9aee88fd0ebf451d",
    "b>unit commit": "ff8304e808f14ee4",
    "b>unit done": "d1b67e7a4a28ba97",
    "b>unit hello": "611ddbe221f89d13",
    "b>unit masked-values": "0352db0ae8ae118e",
    "b>unit seal": "cb8d7077639b5179",
    "b>unit session": "f551fcfb052135f4",
    "unit>a commit": "0b1bfe6bf3adb940",
    "unit>a done": "e63edc224f8ddd84",
    "unit>a hello": "f345fbc949266926",
    "unit>a masked-sums": "a0fec8d6eb2abdc9",
    "unit>a positions": "27fbb4ca842c9d90",
    "unit>a seal": "1dd2f5c4a1336e52",
    "unit>b commit": "5baa81c5e329b30e",
    "unit>b done": "55d539935b001ff0",
    "unit>b hello": "22da25cbd8d2bbf7",
    "unit>b seal": "c53e22626c26b15d",
}
