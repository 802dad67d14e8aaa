"""Ed25519: RFC 8032 stated; the Wycheproof and CCTV sets, where every doubtful signature must be refused."""

from __future__ import annotations

from collections import Counter

import pytest
from nacl.bindings import crypto_sign_seed_keypair

from privshare.errors import SignatureRefused
from privshare.secure.signing import SigningKey, _sign, _verify, check_public_key
from tests.vectors.location import read_json

# RFC 8032 section 7.1, tests 1 to 3: secret key, public key, message, signature
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
]


def accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        _verify(public, message, signature, "vector")
    except SignatureRefused:
        return False
    return True


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_rfc_8032_section_7_1(secret: str, public: str, message: str, signature: str) -> None:
    seed, key, text, made = (bytes.fromhex(value) for value in (secret, public, message, signature))
    assert crypto_sign_seed_keypair(seed)[0] == key
    assert _sign(SigningKey(key, seed), text) == made
    assert accepts(key, text, made)
    assert not accepts(key, text + b"\x00", made)


def test_wycheproof_ed25519() -> None:
    groups = read_json("wycheproof/ed25519_test.json", count=151)["testGroups"]
    ran: Counter[str] = Counter()
    for group in groups:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            accepted = accepts(public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert accepted == (case["result"] == "valid"), case
            ran[case["result"]] += 1
    assert sum(ran.values()) == 151
    assert ran["valid"] > 50
    assert ran["invalid"] > 50


def test_cctv_ed25519() -> None:
    """Of 914 edge cases one alone is an ordinary signature; it is the one we take.

    "low_order" and "non_canonical" must be refused; a low-order *part* is refused here too.
    """
    cases = read_json("cctv_ed25519/ed25519vectors.json", count=914)
    assert len(cases) == 914
    taken = []
    for case in cases:
        public, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        if accepts(public, case["msg"].encode(), signature):
            taken.append(case["flags"] or [])
    assert taken == [[]]


def test_cctv_keys_alone() -> None:
    """Registering a key refuses it by itself, before anything was signed."""
    for case in read_json("cctv_ed25519/ed25519vectors.json", count=914):
        if {"low_order_A", "non_canonical_A", "low_order_component_A"} & set(case["flags"] or []):
            with pytest.raises(SignatureRefused):
                check_public_key(bytes.fromhex(case["key"]))
