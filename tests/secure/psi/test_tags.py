"""Tags: lengths, order and what a reader refuses."""

from __future__ import annotations

import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ProtocolError
from privshare.secure.psi.tags import read_tags, tag_length, tags_of


@given(st.integers(1, 2**24), st.integers(1, 2**24))
def test_any_false_match_has_a_chance_of_at_most_2_to_the_minus_40(left: int, right: int) -> None:
    length = tag_length(left, right)
    assert left * right <= 2 ** (8 * length - 40)  # pairs times 2^-8t
    assert length == 5 or left * right > 2 ** (8 * (length - 1) - 40)
    assert abs(length - math.ceil((40 + math.log2(left) + math.log2(right)) / 8)) <= (left * right > 2**40)


def test_lengths_of_the_specification() -> None:
    assert [tag_length(2**power, 2**power) for power in (20, 22, 24)] == [10, 11, 11]


def test_a_tag_is_a_truncated_hash_with_a_domain() -> None:
    assert tags_of([b"x", b"y"], b"\x06", 9) == [hashlib.sha256(text).digest()[:9] for text in (b"x\x06", b"y\x06")]


@pytest.mark.parametrize(("body", "code"), [
    (b"aabbc", "E_LENGTH"),
    (b"aabb", "E_LENGTH"),
    (b"aabbccdd", "E_LENGTH"),
    (b"bbaacc", "E_ORDER"),
    (b"aabbbb", "E_ORDER"),
])
def test_what_is_no_sorted_list_of_three_tags_is_refused(body: bytes, code: str) -> None:
    assert read_tags(b"aabbcc", count=3, length=2) == (b"aa", b"bb", b"cc")
    with pytest.raises(ProtocolError, match=code):
        read_tags(body, count=3, length=2)
