"""The side-by-side SHA-256 against hashlib, at every length around a block's end and every number of lanes in use."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi.kernels import sha256
from privshare.secure.psi.kernels.sha256 import ROW_BYTES_MAX, sha256_messages, sha256_rows


def plainly(messages: list[bytes]) -> list[bytes]:
    """The slow twin."""
    return [hashlib.sha256(message).digest() for message in messages]


def random_rows(count: int, width: int, seed: int = 1) -> NDArray[np.uint8]:
    return np.frombuffer(SeededEntropy(seed).token(count * width), dtype=np.uint8).reshape(count, width)


def listed(digests: NDArray[np.uint8]) -> list[bytes]:
    return [row.tobytes() for row in digests]


@pytest.mark.parametrize("size", range(ROW_BYTES_MAX + 1))
def test_rows_of_every_length(size: int) -> None:
    rows = random_rows(3, size)
    assert listed(sha256_rows(b"", rows)) == plainly([row.tobytes() for row in rows])


@given(
    st.integers(0, 300), st.binary(max_size=20), st.integers(0, 40), st.none() | st.integers(0, 40),
    st.binary(max_size=19), st.integers(0, 2**32),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_rows_with_all_their_parts(
    count: int, prefix: bytes, one: int, other: int | None, suffix: bytes, seed: int
) -> None:
    first = random_rows(count, one, seed)
    second = None if other is None else random_rows(count, other, seed + 1)
    parts = [row.tobytes() for row in first] if second is None else [
        row.tobytes() + more.tobytes() for row, more in zip(first, second, strict=True)
    ]  # fmt: skip
    assert listed(sha256_rows(prefix, first, second, suffix)) == plainly([prefix + part + suffix for part in parts])


@given(st.lists(st.binary(max_size=200), max_size=150))
@settings(max_examples=80, deadline=None)
def test_messages_of_any_lengths(messages: list[bytes]) -> None:
    """Short and long ones share a group of 64, so a digest must be taken after its own last block."""
    data = np.frombuffer(b"".join(messages), dtype=np.uint8)
    starts = np.cumsum([0, *map(len, messages)], dtype=np.int64)
    assert listed(sha256_messages(data, starts)) == plainly(messages)


def test_messages_of_every_length_at_once() -> None:
    messages = [bytes([n % 251]) * n for n in range(400)]
    starts = np.cumsum([0, *map(len, messages)], dtype=np.int64)
    assert listed(sha256_messages(np.frombuffer(b"".join(messages), dtype=np.uint8), starts)) == plainly(messages)


def test_a_part_of_an_array_is_hashed_as_it_stands() -> None:
    wide = random_rows(70, 64)
    assert not wide.flags.writeable
    assert listed(sha256_rows(b"x", wide[::2, 1:63])) == plainly([b"x" + row[1:63].tobytes() for row in wide[::2]])


@pytest.mark.parametrize("begin", [0, 1, 35, 36, 37, 100])
def test_nothing_is_read_beyond_the_end(begin: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code does not look at bounds, so the same lines are run by the interpreter, which does."""
    monkeypatch.setattr(sha256, "_copy", sha256._copy.py_func)
    source = random_rows(1, 100)[0]
    for size in range(min(64, 100 - begin) + 1):
        target = np.full(192, 7, dtype=np.uint8)
        sha256._fill.py_func(source, begin, size, target, 64)
        block = source[begin : begin + size].tobytes().ljust(64, b"\0")
        assert target.tobytes() == b"\7" * 64 + block + b"\7" * 64


@pytest.mark.parametrize(
    "parts",
    [
        (b"", random_rows(1, ROW_BYTES_MAX + 1), None, b""),
        (bytes(40), random_rows(1, 40), random_rows(1, 40), b""),
        (b"", random_rows(2, 4), random_rows(3, 4), b""),
    ],
)
def test_what_has_no_room_in_two_blocks_is_refused(
    parts: tuple[bytes, NDArray[np.uint8], NDArray[np.uint8] | None, bytes],
) -> None:
    with pytest.raises(ParameterRefused):
        sha256_rows(*parts)
