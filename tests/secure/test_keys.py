"""Derived keys: refusals, and that use and length separate them."""

from __future__ import annotations

import pytest

from privshare.errors import ParameterRefused
from privshare.secure.keys import LENGTH_MAX, SECRET_MIN, derive

SECRET = bytes(range(32))


@pytest.mark.parametrize("length", [0, -1, LENGTH_MAX + 1, 32.0, True, "32"])
def test_a_length_outside_the_standard_is_refused(length: object) -> None:
    with pytest.raises(ParameterRefused, match="1 to 8160"):
        derive(SECRET, info=b"use", length=length)  # type: ignore[arg-type]


def test_a_secret_that_could_be_guessed_is_refused_and_not_repeated() -> None:
    with pytest.raises(ParameterRefused) as refused:
        derive(b"hunter2", info=b"use", length=32)
    assert "hunter2" not in str(refused.value)
    for length in (1, LENGTH_MAX):
        assert len(derive(bytes(SECRET_MIN), info=b"use", length=length)) == length


def test_another_use_or_secret_gives_another_key() -> None:
    keys = {derive(secret, info=info, length=32) for secret in (SECRET, SECRET[::-1]) for info in (b"", b"a", b"b")}
    assert len(keys) == 6


def test_a_shorter_key_is_the_start_of_a_longer_one_so_length_alone_separates_nothing() -> None:
    assert derive(SECRET, info=b"use", length=64)[:16] == derive(SECRET, info=b"use", length=16)
