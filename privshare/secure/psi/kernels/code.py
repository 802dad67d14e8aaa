"""Words of a linear code, 64 of their bits at a time, from byte tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

Words = NDArray[np.uint64]
Lanes = tuple[int, ...]

BYTE, BYTE_BITS, BYTE_VALUES = np.uint64(255), np.uint64(8), np.uint64(256)
BYTES, WORD = np.uint64(8), np.uint64(3)


def encode_bytes(tables: Words, values: Words, out: Words) -> None:
    """Set out[i] to the XOR over b of tables[b, byte b of values[i]].

    tables: (b, 256). values: (n, words), the first byte of a word is its lowest; at least b bytes. out: (n,).
    """
    if len(out) != len(values) or 8 * values.shape[1] < len(tables):
        raise ValueError(f"{len(tables)} bytes of {values.shape} words into {len(out)}")
    lanes = (0,) * values.shape[1], (0,) * len(tables)
    _encode(tables.reshape(-1), np.require(values, requirements=["C", "W"]).reshape(-1), out, *lanes)


@kernel
def _encode(tables: Words, values: Words, out: Words, words: Lanes, read: Lanes) -> None:
    """words, read: as many numbers as a value has words, and bytes that are read: constants of a compiled form."""
    width = np.uint64(len(words))
    for i in range(np.uint64(len(out))):
        word = np.uint64(0)
        for b in range(np.uint64(len(read))):
            value = values[i * width + (b >> WORD)] >> (BYTE_BITS * (b & (BYTES - np.uint64(1))))
            word ^= tables[BYTE_VALUES * b + (value & BYTE)]
        out[i] = word
