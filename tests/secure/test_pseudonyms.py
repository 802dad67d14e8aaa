"""Keyed pseudonyms: the bytes of the definition, and other lengths refused."""

from __future__ import annotations

import hashlib

import pytest

from privshare.errors import ParameterRefused
from privshare.secure.pseudonyms import pseudonym


def test_the_definition_fills_one_compression() -> None:
    key, item = bytes(range(16)), bytes(range(32))
    message = b"\x07" + key + item
    assert len(message) == 49  # at most 55 bytes fit one SHA-256 block with its padding
    assert pseudonym(key, item) == hashlib.sha256(message).digest()[:16]


def test_another_key_gives_pseudonyms_that_cannot_be_joined() -> None:
    items = [bytes([number] * 32) for number in range(50)]
    one, other = ({pseudonym(bytes([key] * 16), item) for item in items} for key in (1, 2))
    assert (len(one), len(other), len(one & other)) == (50, 50, 0)


@pytest.mark.parametrize(("key", "item"), [(15, 32), (17, 32), (16, 31), (16, 33), (0, 0)])
def test_other_lengths_are_refused(key: int, item: int) -> None:
    with pytest.raises(ParameterRefused):
        pseudonym(bytes(key), bytes(item))
