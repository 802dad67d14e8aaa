"""Base transfers against their plain twin, and every message that must be refused."""

from __future__ import annotations

import pytest
import rbcl

from privshare.errors import PointRefused, ProtocolError
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import ristretto
from privshare.secure.psi.transfer import base
from tests.secure.psi import lies
from tests.secure.psi.transfer import plain_base

SID = bytes(range(32))
BITS = [int(b) for b in "1001101011100010"] * 20  # 320 places: the number of a place takes two bytes


def played(seed: int = 1, bits: list[int] = BITS):
    choice = base.choose(bits, SID, SeededEntropy(2 * seed))
    return choice, base.give(choice.message, count=len(bits), sid=SID, entropy=SeededEntropy(2 * seed + 1))


def test_the_chooser_gets_the_keys_it_chose_and_no_other() -> None:
    choice, keys = played()
    taken = base.take(choice, keys.message, sid=SID)
    pairs = list(zip(keys.zeros, keys.ones, strict=True))
    assert taken == tuple(pair[bit] for pair, bit in zip(pairs, BITS, strict=True))
    assert len({key for pair in pairs for key in pair}) == 2 * len(BITS)
    assert {len(key) for key in taken} == {16}


def test_both_sides_do_what_the_definition_says() -> None:
    choice, keys = played()
    scalar = ristretto.random_scalar(SeededEntropy(3))
    assert keys.message == rbcl.crypto_scalarmult_ristretto255_base(scalar)
    assert list(zip(keys.zeros, keys.ones, strict=True)) == plain_base.giver_keys(choice.message, scalar, SID)
    plain = plain_base.chosen_keys(choice.message, BITS, list(choice.scalars), keys.message, SID)
    assert list(base.take(choice, keys.message, sid=SID)) == plain


def test_the_chosen_element_has_a_known_logarithm_and_the_other_is_random() -> None:
    choice, _ = played()
    for j, (bit, scalar) in enumerate(zip(BITS, choice.scalars, strict=True)):
        points = choice.message[64 * j : 64 * j + 32], choice.message[64 * j + 32 : 64 * j + 64]
        whole = ristretto.add(points[bit], plain_base.hashed(SID, j, bit, points[1 - bit]))
        assert whole == ristretto.multiply_base(scalar)


def test_another_session_has_other_keys() -> None:
    choice, keys = played()
    other = base.give(choice.message, count=len(BITS), sid=bytes(32), entropy=SeededEntropy(3))
    assert other.message == keys.message
    assert not set(other.zeros + other.ones) & set(keys.zeros + keys.ones)


@pytest.mark.parametrize("change", lies.POINTS.values(), ids=lies.POINTS)
def test_a_bad_element_of_the_chooser_is_refused(change: lies.Change) -> None:
    choice, _ = played(bits=[0, 1, 1])
    with pytest.raises(ProtocolError):
        base.give(change(choice.message), count=3, sid=SID, entropy=SeededEntropy(1))


@pytest.mark.parametrize("count", [2, 4])
def test_another_number_of_places_is_refused(count: int) -> None:
    choice, _ = played(bits=[0, 1, 1])
    with pytest.raises(ProtocolError, match="E_LENGTH"):
        base.give(choice.message, count=count, sid=SID, entropy=SeededEntropy(1))


@pytest.mark.parametrize("bit", [0, 1])
def test_an_element_that_cancels_its_own_hash_is_refused(bit: int) -> None:
    """The identity after the addition: its key would not depend on the giver's secret."""
    other = ristretto.multiply_base((7).to_bytes(32, "little"))
    own = ristretto.subtract(plain_base.hashed(SID, 0, bit, other), ristretto.multiply_base((1).to_bytes(32, "little")))
    minus_hash = ristretto.subtract(
        ristretto.multiply_base((1).to_bytes(32, "little")),
        ristretto.add(own, ristretto.multiply_base((2).to_bytes(32, "little"))),
    )
    assert rbcl.crypto_core_ristretto255_add(minus_hash, plain_base.hashed(SID, 0, bit, other)) == bytes(32)
    pair = (other, minus_hash) if bit else (minus_hash, other)
    with pytest.raises(PointRefused):
        base.give(b"".join(pair), count=1, sid=SID, entropy=SeededEntropy(1))


@pytest.mark.parametrize(
    "bad", [bytes(32), b"\xff" * 32, b"", bytes(31), *map(bytes.fromhex, lies.INVALID)], ids=lambda bad: bad.hex()[:8]
)
def test_a_bad_answer_of_the_giver_is_refused(bad: bytes) -> None:
    choice, _ = played(bits=[0, 1, 1])
    with pytest.raises(PointRefused):
        base.take(choice, bad, sid=SID)
