"""Joining uploads by sorting, against a dictionary: pseudonyms that share their first half, and ones that are twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ProtocolError
from privshare.secure.psi.totals.joining import NONE, in_order, partners

# few halves, so that many pseudonyms share one; zero bytes at both ends, which a text comparison would strip
HALVES = st.sampled_from([bytes(8), b"\x00" * 7 + b"\x01", b"\x01" + bytes(7), b"\xff" * 8, b"abcdefgh"])
PSEUDONYM = st.builds(lambda high, low: high + low, HALVES, HALVES)
LISTS = st.lists(PSEUDONYM, max_size=25, unique=True)


def array(pseudonyms: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(pseudonyms), dtype=np.uint8).reshape(-1, 16)


def joined(left: list[bytes], right: list[bytes]) -> list[int]:
    one, other = array(left), array(right)
    return partners(one, other, orders=(in_order(one, "left"), in_order(other, "right"))).tolist()


@given(LISTS, LISTS)
def test_each_pseudonym_finds_its_partner_and_no_other(left: list[bytes], right: list[bytes]) -> None:
    place = {pseudonym: number for number, pseudonym in enumerate(right)}
    assert joined(left, right) == [place.get(pseudonym, NONE) for pseudonym in left]


@given(LISTS)
def test_the_order_is_that_of_the_bytes(pseudonyms: list[bytes]) -> None:
    order = in_order(array(pseudonyms), "list").tolist()
    assert [pseudonyms[place] for place in order] == sorted(pseudonyms)


def test_random_pseudonyms_without_a_shared_half() -> None:
    """The way of all honest uploads: 3,000 and 3,000, a third of them common."""
    stream = np.frombuffer(b"".join(number.to_bytes(8, "little") * 2 for number in range(5_000)), dtype=np.uint8)
    mixed = (stream.reshape(-1, 16).view("<u8") * np.uint64(0x9E3779B97F4A7C15)).view(np.uint8)
    left, right = mixed[:3_000], mixed[2_000:]
    found = partners(left, right, orders=(in_order(left, "left"), in_order(right, "right")))
    assert found.tolist() == [NONE] * 2_000 + list(range(1_000))


@given(LISTS.filter(bool), st.data())
def test_a_pseudonym_that_is_twice_is_refused_wherever_it_stands(pseudonyms: list[bytes], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(pseudonyms))
    at = data.draw(st.integers(0, len(pseudonyms)))
    with pytest.raises(ProtocolError, match="E_REPEATED"):
        in_order(array([*pseudonyms[:at], again, *pseudonyms[at:]]), "list")
