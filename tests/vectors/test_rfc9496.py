"""ristretto255: vectors of RFC 9496 appendix A stated, the full set where it is present."""

from __future__ import annotations

import pytest
import rbcl

from privshare.errors import PointRefused
from privshare.secure.psi import ristretto
from tests.vectors.location import read_json

FILE = "rfc9496_ristretto255.json"
# appendix A.1: 0 to 3 times the generator
MULTIPLES = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
)
# appendix A.2: one of every kind: non-canonical, negative, non-square, negative xy, y = 0
INVALID = (
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)
# appendix A.3
DERIVATION = (
    "5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c1"
    "4d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6",
    "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46",
)


def check_multiples(multiples: list[str]) -> None:
    generator = bytes.fromhex(multiples[1])
    for number, expected in enumerate(multiples):
        scalar = number.to_bytes(32, "little")
        if number == 0:
            assert expected == bytes(32).hex()
            with pytest.raises(PointRefused):
                ristretto.multiply_base(scalar)
            with pytest.raises(PointRefused):
                ristretto.multiply(scalar, generator)
        else:
            assert ristretto.multiply_base(scalar).hex() == expected
            assert ristretto.multiply(scalar, generator).hex() == expected
            assert ristretto.decode(bytes.fromhex(expected)).hex() == expected


def check_refused(encoding: str) -> None:
    bad, good = bytes.fromhex(encoding), bytes.fromhex(MULTIPLES[2])
    with pytest.raises(PointRefused):
        ristretto.decode(bad)
    with pytest.raises(PointRefused):
        ristretto.decode_list(good + bad)
    with pytest.raises(PointRefused):
        ristretto.multiply((2).to_bytes(32, "little"), bad)


def test_multiples_of_the_generator() -> None:
    check_multiples(list(MULTIPLES))


@pytest.mark.parametrize("encoding", INVALID)
def test_encodings_that_must_be_refused(encoding: str) -> None:
    check_refused(encoding)


def test_element_derivation() -> None:
    assert rbcl.crypto_core_ristretto255_from_hash(bytes.fromhex(DERIVATION[0])).hex() == DERIVATION[1]


def test_the_library_calls_the_identity_valid_and_we_do_not() -> None:
    """The trap: RFC 9496 counts 32 zero bytes as the valid encoding of the identity, and so does libsodium."""
    assert rbcl.crypto_core_ristretto255_is_valid_point(bytes(32))
    with pytest.raises(PointRefused, match="identity"):
        ristretto.decode(bytes(32))


def test_the_full_set() -> None:
    vectors = read_json(FILE, count=56)
    multiples, invalid, derivation = (
        vectors[name] for name in ("multiples_of_generator", "invalid_encodings", "element_derivation")
    )
    assert (len(multiples), len(invalid), len(derivation)) == (16, 29, 11)
    check_multiples(multiples)
    for case in invalid:
        check_refused(case["encoding"])
    for case in derivation:
        assert rbcl.crypto_core_ristretto255_from_hash(bytes.fromhex(case["input"])).hex() == case["output"]
