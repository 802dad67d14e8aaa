"""Keyed pseudonyms: the bytes of the definition, by either way of hashing, and other lengths refused."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from privshare.errors import ParameterRefused
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import pseudonyms
from privshare.secure.psi.pseudonyms import KERNEL_FROM, hashed, pseudonyms_of


def rows(count: int, width: int = 32) -> np.ndarray:
    return np.frombuffer(SeededEntropy(1).token(count * width), dtype=np.uint8).reshape(count, width)


def test_the_definition_fills_one_compression() -> None:
    key, items = bytes(range(16)), rows(20)
    messages = [b"\x07" + key + item.tobytes() for item in items]
    assert {len(message) for message in messages} == {49}  # at most 55 bytes fit one SHA-256 block with its padding
    expected = [hashlib.sha256(message).digest()[:16] for message in messages]
    assert [pseudonym.tobytes() for pseudonym in pseudonyms_of(key, items)] == expected


@pytest.mark.parametrize("width", [8, 32])
def test_many_and_few_are_hashed_alike(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    many = rows(KERNEL_FROM, width)
    compiled = hashed(b"prefix", many)
    monkeypatch.setattr(pseudonyms, "KERNEL_FROM", len(many) + 1)
    assert np.array_equal(compiled, hashed(b"prefix", many))


def test_another_key_gives_pseudonyms_that_cannot_be_joined() -> None:
    one, other = ({p.tobytes() for p in pseudonyms_of(bytes([key] * 16), rows(50))} for key in (1, 2))
    assert (len(one), len(other), len(one & other)) == (50, 50, 0)


def test_nobody_has_no_pseudonym() -> None:
    assert pseudonyms_of(bytes(16), rows(0)).shape == (0, 16)


@pytest.mark.parametrize(("key", "width"), [(15, 32), (17, 32), (16, 31), (16, 33), (0, 1)])
def test_other_lengths_are_refused(key: int, width: int) -> None:
    with pytest.raises(ParameterRefused):
        pseudonyms_of(bytes(key), rows(1, width))
