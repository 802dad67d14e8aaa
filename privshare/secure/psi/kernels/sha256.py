"""SHA-256 of a million short messages: 64 messages side by side, so that each step is one instruction for many of them.

Promises: the digests of `hashlib.sha256`, byte for byte. Leaves to others:
what is hashed, and under which domain byte. A single message, or a few
hundred, are better given to hashlib.
Follows FIPS 180-4 (6.2.2, the computation with a circular schedule of 6.1.3). The round constants are the
first 32 bits of the fractional parts of the cube roots of the first 64 primes, the initial value those of the
square roots of the first eight.
"""

from __future__ import annotations

from math import isqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.secure.psi.kernels.compiled import kernel

BLOCK_BYTES = 64
ROW_BYTES_MAX = 2 * BLOCK_BYTES - 9
_LANES = 64  # fewer leave the vector units idle, more leave the first cache

_PRIMES = [n for n in range(2, 312) if all(n % p for p in range(2, isqrt(n) + 1))]


def _cube_root(number: int) -> int:
    root = 1 << (number.bit_length() + 2) // 3
    while root**3 > number:
        root = (2 * root + number // root**2) // 3
    return root


_ROUND = np.array([_cube_root(p << 96) & 0xFFFFFFFF for p in _PRIMES], dtype=np.uint32)
_INITIAL = np.array([isqrt(p << 64) & 0xFFFFFFFF for p in _PRIMES[:8]], dtype=np.uint32)
_u32 = np.uint32

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]
Number = TypeVar("Number", np.uint8, np.int64)


def sha256_rows(
    prefix: bytes,
    first: Bytes,
    second: Bytes | None = None,
    suffix: bytes = b"",
) -> Bytes:
    """Return SHA-256(prefix || first[i] || second[i] || suffix) for every row i, shape (n, 32).

    first, second: (n, width). Raises ParameterRefused where a message has more than 119 bytes (two blocks) or the
    two have not equally many rows.
    """
    second = np.empty((len(first), 0), dtype=np.uint8) if second is None else second
    place = len(prefix) + first.shape[1]
    size = place + second.shape[1] + len(suffix)
    if size > ROW_BYTES_MAX or len(first) != len(second):
        told = f"{size} bytes a row, {len(first)} and {len(second)} rows"
        raise ParameterRefused("message", told, f"at most {ROW_BYTES_MAX} bytes, equally many rows")
    blocks = 1 if size <= BLOCK_BYTES - 9 else 2
    message = np.zeros((_LANES, blocks * BLOCK_BYTES), dtype=np.uint8)
    message[:, : len(prefix)] = np.frombuffer(prefix, dtype=np.uint8)
    message[:, size - len(suffix) : size] = np.frombuffer(suffix, dtype=np.uint8)
    message[:, size] = 0x80
    message[:, -8:] = np.frombuffer((8 * size).to_bytes(8, "big"), dtype=np.uint8)
    digests = np.empty((len(first), 8), dtype=np.uint32)
    _hash_rows(
        *(_plain(first).ravel(), first.shape[1], len(prefix), _plain(second).ravel(), second.shape[1], place),
        *(message.ravel(), message.view(np.uint32), *_room(), digests),
    )
    return digests.view(np.uint8)


def sha256_messages(data: Bytes, starts: NDArray[np.int64]) -> Bytes:
    """Return SHA-256(data[starts[i]:starts[i + 1]]) for every i, shape (n, 32). Messages may have any length."""
    digests = np.empty((len(starts) - 1, 8), dtype=np.uint32)
    message = np.empty((_LANES, BLOCK_BYTES), dtype=np.uint8)
    _hash_messages(_plain(data), _plain(starts), message.ravel(), message.view(np.uint32), *_room(), digests)
    return digests.view(np.uint8)


def _room() -> tuple[Words, Words, Words]:
    """Return room for the schedule of every lane, its state, and the eight variables of a block."""
    return np.empty(16 * _LANES, np.uint32), np.empty(8 * _LANES, np.uint32), np.empty(8 * _LANES, np.uint32)


def _plain(array: NDArray[Number]) -> NDArray[Number]:
    """Return the array in the one form that kernels are compiled for: contiguous and not read-only."""
    return np.require(array, requirements=["C", "W"])


@kernel
def _hash_rows(
    first: Bytes,
    first_width: int,
    first_at: int,
    second: Bytes,
    second_width: int,
    second_at: int,
    message: Bytes,
    message_words: Words,
    words: Words,
    state: Words,
    work: Words,
    digests: Words,
) -> None:
    width = 4 * message_words.shape[1]
    for base in range(0, len(digests), _LANES):
        lanes = min(_LANES, len(digests) - base)
        for lane in range(lanes):
            _copy(first, (base + lane) * first_width, first_width, message, lane * width + first_at)
            _copy(second, (base + lane) * second_width, second_width, message, lane * width + second_at)
        _begin(state)
        for block in range(0, message_words.shape[1], 16):
            _load(message_words, block, words)
            _compress(state, words, work)
        for lane in range(lanes):
            for part in range(8):
                digests[base + lane, part] = _swapped(state[part * _LANES + lane])


@kernel
def _hash_messages(
    data: Bytes,
    starts: NDArray[np.int64],
    message: Bytes,
    message_words: Words,
    words: Words,
    state: Words,
    work: Words,
    digests: Words,
) -> None:
    count = len(starts) - 1
    for base in range(0, count, _LANES):
        lanes = min(_LANES, count - base)
        most = 0
        for lane in range(lanes):
            most = max(most, (starts[base + lane + 1] - starts[base + lane] + 8) // BLOCK_BYTES + 1)
        _begin(state)
        for block in range(most):
            for lane in range(lanes):
                size = starts[base + lane + 1] - starts[base + lane]
                done = block * BLOCK_BYTES
                here = min(max(size - done, 0), BLOCK_BYTES)
                own = lane * BLOCK_BYTES
                _fill(data, starts[base + lane] + done, here, message, own)
                if 0 <= size - done < BLOCK_BYTES:
                    message[own + size - done] = 0x80
                if block == (size + 8) // BLOCK_BYTES:
                    message_words[lane, 14] = _swapped(_u32((8 * size) >> 32))
                    message_words[lane, 15] = _swapped(_u32((8 * size) & 0xFFFFFFFF))
            _load(message_words, 0, words)
            _compress(state, words, work)
            for lane in range(lanes):
                size = starts[base + lane + 1] - starts[base + lane]
                if block == (size + 8) // BLOCK_BYTES:
                    for part in range(8):
                        digests[base + lane, part] = _swapped(state[part * _LANES + lane])


@kernel
def _copy(source: Bytes, begin: int, size: int, target: Bytes, at: int) -> None:
    """Bytes from one flat array to another; unsigned places, because numba looks at the sign of every other index."""
    start, goal = np.uint64(begin), np.uint64(at)
    for place in range(np.uint64(size)):
        target[goal + place] = source[start + place]


@kernel
def _fill(source: Bytes, begin: int, size: int, target: Bytes, at: int) -> None:
    """Copy as many bytes and clear the rest of the block; a whole block at once where the source goes on so far."""
    start, goal, end = np.uint64(begin), np.uint64(at), np.uint64(size)
    if begin + BLOCK_BYTES <= len(source):
        for place in range(np.uint64(BLOCK_BYTES)):
            byte = source[start + place]
            target[goal + place] = byte if place < end else np.uint8(0)
    else:
        for place in range(np.uint64(BLOCK_BYTES)):
            target[goal + place] = 0
        _copy(source, begin, size, target, at)


@kernel
def _begin(state: Words) -> None:
    for part in range(8):
        for lane in range(_LANES):
            state[part * _LANES + lane] = _INITIAL[part]


@kernel
def _load(message_words: Words, at: int, words: Words) -> None:
    for place in range(16):
        for lane in range(_LANES):
            words[place * _LANES + lane] = _swapped(message_words[lane, at + place])


@kernel
def _compress(state: Words, words: Words, work: Words) -> None:
    """Take one block of every lane into its state. words: the schedule, written over as it goes. work: room.

    Eight rounds at a time, in which the eight variables stay in registers; after eight each is back in its place. The
    arrays are flat, so that the compiler sees that lanes never meet.
    """
    for place in range(8 * _LANES):
        work[place] = state[place]
    for step in range(0, 64, 8):
        now = (step & 15) * _LANES
        for i in range(_LANES):
            a, b, c, d = work[i], work[_LANES + i], work[2 * _LANES + i], work[3 * _LANES + i]
            e, f, g, h = work[4 * _LANES + i], work[5 * _LANES + i], work[6 * _LANES + i], work[7 * _LANES + i]
            d, h = _round(a, b, c, d, e, f, g, h, _ROUND[step], words[now + i])
            c, g = _round(h, a, b, c, d, e, f, g, _ROUND[step + 1], words[now + _LANES + i])
            b, f = _round(g, h, a, b, c, d, e, f, _ROUND[step + 2], words[now + 2 * _LANES + i])
            a, e = _round(f, g, h, a, b, c, d, e, _ROUND[step + 3], words[now + 3 * _LANES + i])
            h, d = _round(e, f, g, h, a, b, c, d, _ROUND[step + 4], words[now + 4 * _LANES + i])
            g, c = _round(d, e, f, g, h, a, b, c, _ROUND[step + 5], words[now + 5 * _LANES + i])
            f, b = _round(c, d, e, f, g, h, a, b, _ROUND[step + 6], words[now + 6 * _LANES + i])
            e, a = _round(b, c, d, e, f, g, h, a, _ROUND[step + 7], words[now + 7 * _LANES + i])
            work[i], work[_LANES + i], work[2 * _LANES + i], work[3 * _LANES + i] = a, b, c, d
            work[4 * _LANES + i], work[5 * _LANES + i], work[6 * _LANES + i], work[7 * _LANES + i] = e, f, g, h
        if step < 48:
            for ahead in range(step, step + 8):
                _extend(words, ahead)
    for place in range(8 * _LANES):
        state[place] = _u32(state[place] + work[place])


# numba makes 64 bits of what is calculated with 32, half as many in a vector: so every step says that 32 are enough.


@kernel
def _round(
    a: np.uint32, b: np.uint32, c: np.uint32, d: np.uint32,
    e: np.uint32, f: np.uint32, g: np.uint32, h: np.uint32, constant: np.uint32, word: np.uint32,
) -> tuple[np.uint32, np.uint32]:  # fmt: skip
    """Return what d and h become, which are e and a of the next round; the other six only change their names."""
    choice = _u32(g ^ _u32(e & _u32(f ^ g)))
    majority = _u32(_u32(a & b) | _u32(c & _u32(a | b)))
    first = _u32(_u32(_u32(h + _sigma(e, 6, 11, 25)) + choice) + _u32(constant + word))
    return _u32(d + first), _u32(first + _u32(_sigma(a, 2, 13, 22) + majority))


@kernel
def _sigma(word: np.uint32, one: int, two: int, three: int) -> np.uint32:
    return _u32(_u32(_turned(word, one) ^ _turned(word, two)) ^ _turned(word, three))


@kernel
def _extend(words: Words, step: int) -> None:
    """Put the schedule's word of 16 rounds later where the word of this round was."""
    now, soon = (step & 15) * _LANES, ((step + 1) & 15) * _LANES
    later, last = ((step + 9) & 15) * _LANES, ((step + 14) & 15) * _LANES
    for i in range(_LANES):
        x, y = words[soon + i], words[last + i]
        one = _u32(_u32(_turned(x, 7) ^ _turned(x, 18)) ^ _u32(x >> _u32(3)))
        two = _u32(_u32(_turned(y, 17) ^ _turned(y, 19)) ^ _u32(y >> _u32(10)))
        words[now + i] = _u32(_u32(words[now + i] + one) + _u32(words[later + i] + two))


@kernel
def _turned(word: np.uint32, by: int) -> np.uint32:
    return _u32(_u32(word >> _u32(by)) | _u32(word << _u32(32 - by)))


@kernel
def _swapped(word: np.uint32) -> np.uint32:
    """A word with its bytes in the other order: the standard counts from the big end, the machine from the small."""
    low = (word << _u32(24)) | ((word & _u32(0xFF00)) << _u32(8))
    return _u32(low | ((word >> _u32(8)) & _u32(0xFF00)) | (word >> _u32(24)))
