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
# appendix A.2, all 29: non-canonical, negative, non-square, negative xy, y = 0
INVALID = (
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
    "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
    "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
    "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
    "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
    "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
    "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
    "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
    "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
    "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
    "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
    "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
    "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
    "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
    "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
    "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
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
