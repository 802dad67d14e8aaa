"""Where chance comes from. The only file that may ask a generator.

Protocols and releases take `SystemEntropy` (the operating system's generator).
A simulated world takes `seeded_generator`, so that it can be built again;
`SeededEntropy` replays a protocol in a test. Noise is never drawn here: it
comes through `secure/noise/` from OpenDP, which cannot be seeded.
"""

from __future__ import annotations

import hashlib
import secrets  # noqa: TID251 - this file is the door that the ban protects
from typing import Protocol, TypeAlias

import numpy as np


class Entropy(Protocol):
    """A source of uniform bytes. `private` is False when it can be replayed."""

    private: bool

    def token(self, size_bytes: int) -> bytes:
        """Return uniform bytes."""
        ...


class SystemEntropy:
    """The operating system's generator."""

    private = True

    def token(self, size_bytes: int) -> bytes:
        """Return uniform bytes from the operating system."""
        return secrets.token_bytes(size_bytes)


class SeededEntropy:
    """A replayable stream for tests: SHAKE-256 of seed and counter. Never for a release.

    >>> SeededEntropy(7).token(4) == SeededEntropy(7).token(4)
    True
    """

    private = False

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._calls = 0

    def token(self, size_bytes: int) -> bytes:
        """Return the next bytes of the stream."""
        self._calls += 1
        return hashlib.shake_256(f"{self._seed}/{self._calls}".encode()).digest(size_bytes)


def below(entropy: Entropy, limit: int) -> int:
    """Return a uniform whole number in [0, limit), by rejection, so without bias.

    >>> 0 <= below(SeededEntropy(1), 10) < 10
    True
    """
    size = (limit.bit_length() + 7) // 8 + 8
    span = 256**size
    while True:
        value = int.from_bytes(entropy.token(size), "little")
        if value < span - span % limit:
            return value % limit


def permutation(entropy: Entropy, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return a uniform permutation of range(size), shape (size,): argsort of 128-bit keys.

    Two of n keys collide with probability below n^2 / 2^129; a collision would bias one pair, not leak it.
    """
    keys = np.frombuffer(entropy.token(16 * size), dtype="<u8").reshape(size, 2)
    high, low = keys[:, 0], keys[:, 1]
    order = np.argsort(high)
    ranked = high[order]
    if np.any(ranked[1:] == ranked[:-1]):  # two of a million agree in 64 bits with odds of 2^-25
        order = np.lexsort((low, high))
    return order.astype(np.int64, copy=False)


# The same door. A text, so that a run without a world does not load it.
WorldGenerator: TypeAlias = "np.random.Generator"  # noqa: TID251


def seeded_generator(seed: int) -> WorldGenerator:
    """Return the generator of a simulated world. Worlds may be replayed; releases may not."""
    return np.random.default_rng(seed)  # noqa: TID251
