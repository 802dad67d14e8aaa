"""The slow twin of the key-value store: rows are whole numbers, one bit a row of the table, solved all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from privshare.model.entropy import SeededEntropy
from privshare.secure.psi.transfer.okvs import Places, Shape, places_of, shape_for


def row_of(item: bytes, sid: bytes, shape: Shape) -> int:
    """One item's row, written as the specification says it."""
    q = hashlib.sha256(b"\x01" + sid[:16] + item).digest()
    slots = [j * shape.slots + (int.from_bytes(q[4 * j : 4 * j + 4], "little") * shape.slots >> 32) for j in range(3)]
    mask = int.from_bytes(q[12:20], "little") % 2**shape.dense
    return sum(1 << slot for slot in slots) | mask << 3 * shape.slots


def rows_in(places: Places) -> list[int]:
    """The rows that places stand for."""
    return [
        sum(1 << int(slot) for slot in slots) | int(mask) << 3 * places.shape.slots
        for slots, mask in zip(places.sparse, places.dense, strict=True)
    ]


def read(row: int, table: Sequence[int]) -> int:
    value = 0
    while row:
        value ^= table[(row & -row).bit_length() - 1]
        row &= row - 1
    return value


def solve(rows: Sequence[int], values: Sequence[int], free: Sequence[int]) -> list[int] | None:
    """A table that gives each row its value and is `free` where nothing is determined; None if rows are dependent."""
    kept: dict[int, tuple[int, int]] = {}  # lowest bit -> row, value
    for row, value in zip(rows, values, strict=True):
        while row and (low := row & -row) in kept:
            row, value = row ^ kept[low][0], value ^ kept[low][1]
        if not row:
            return None
        kept[row & -row] = row, value
    table = list(free)
    for low in sorted(kept, reverse=True):  # all other bits of a row are higher
        row, value = kept[low]
        table[low.bit_length() - 1] = value ^ read(row ^ low, table)
    return table


def numbers(words: NDArray[np.uint64]) -> list[int]:
    """Rows of little-endian words as whole numbers."""
    return [int.from_bytes(row.astype("<u8").tobytes(), "little") for row in words]


def words(values: Sequence[int], width: int) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join(v.to_bytes(8 * width, "little") for v in values), "<u8").reshape(-1, width)


def hashes(n: int, seed: int) -> NDArray[np.uint8]:
    return np.frombuffer(SeededEntropy(seed).token(32 * n), np.uint8).reshape(n, 32)


def random_values(n: int, seed: int, bits: int = 84, width: int = 2) -> NDArray[np.uint64]:
    drawn = np.frombuffer(SeededEntropy(10**9 + seed).token(8 * width * n), np.uint64).reshape(n, width)
    return drawn & words([2**bits - 1], width)


def random_places(n: int, seed: int, dense: int = 64) -> Places:
    return places_of(hashes(n, seed), seed.to_bytes(32, "little"), shape_for(n, dense))


def crowded(n: int, slots: int, seed: int, shape: Shape) -> Places:
    """Places of items that all fall into the first few slots of each segment: a core by force."""
    drawn = np.frombuffer(SeededEntropy(seed).token(32 * n), np.uint32).reshape(n, 8)
    sparse = drawn[:, :3] % np.uint32(slots) + np.arange(3, dtype=np.uint32) * np.uint32(shape.slots)
    masks = drawn[:, 4:6].copy().view(np.uint64)[:, 0] & np.uint64(2**shape.dense - 1)
    return Places(shape, sparse, masks)


def together(*parts: Places) -> Places:
    sparse, dense = np.concatenate([p.sparse for p in parts]), np.concatenate([p.dense for p in parts])
    return Places(parts[0].shape, sparse, dense)
