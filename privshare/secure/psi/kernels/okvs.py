"""Loops of the key-value store in `transfer/okvs.py`: peel, eliminate, fill, substitute, decode.

A table is an array (m, W) of words; W is a constant of each compiled form, carried in by the length of the tuple
`lanes`, so that the loops over words are unrolled. The XOR of those dense rows that a 64-bit mask chooses is read from
eight byte tables (`byte_tables`), one read a byte. Random reads follow one another without a branch that hangs on them,
so that the processor has many under way at once. Leaves to others: that every place lies inside the table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

Words = NDArray[np.uint64]
Lanes = tuple[int, ...]

ONE = np.uint64(1)
BYTE = np.uint64(255)
LOW = np.uint64(2**32 - 1)
HALF = np.uint64(32)
ROW = np.uint64(1 << 32)
"""One more row in the upper half of a slot's word."""


def byte_tables(rows: Words) -> Words:
    """Return (8, 256, W): for each byte of a mask, the XOR of the dense rows (at most 64) that it chooses."""
    width = rows.shape[1]
    padded = np.zeros((64, width), np.uint64)
    padded[: len(rows)] = rows
    tables = np.zeros((8, 256, width), np.uint64)
    for bit in range(8):
        tables[:, 1 << bit : 2 << bit] = tables[:, : 1 << bit] ^ padded.reshape(8, 8, width)[:, bit : bit + 1]
    return tables


@kernel
def place(hashes: NDArray[np.uint32], slots: int, mask: int, sparse: NDArray[np.uint32], dense: Words) -> None:
    """Read three slots, one a segment, and the mask of dense rows off each hash, (n, 8) little-endian words."""
    size, kept = np.uint64(slots), np.uint64(mask)
    for i in range(len(hashes)):
        for j in range(3):
            sparse[i, j] = np.uint64(j) * size + ((np.uint64(hashes[i, j]) * size) >> HALF)
        dense[i] = (np.uint64(hashes[i, 3]) | (np.uint64(hashes[i, 4]) << HALF)) & kept


@kernel
def peel(sparse: NDArray[np.uint32], words: Words, order: NDArray[np.uint32], pivots: NDArray[np.uint32]) -> int:
    """Take away rows that are alone at a slot until none is; return how many, with the row and slot of each.

    words: zeros, a word a slot; left with what was not peeled: the number of rows there in the upper half, the XOR
    of their numbers in the lower. order, pivots: room for n + 1.
    """
    for i in range(len(sparse)):
        for j in range(3):
            slot = sparse[i, j]
            words[slot] = (words[slot] + ROW) ^ np.uint64(i)
    queue = np.empty(len(words) + 1, np.uint32)
    last = np.uint64(0)
    for slot in range(len(words)):
        queue[last] = slot
        last += np.uint64((words[slot] >> HALF) == ONE)
    count = first = np.uint64(0)
    while first < last:
        slot = queue[first]
        first += ONE
        # By now the row may have gone with another of its slots. The word is 0 then, and all below changes nothing.
        row, alone = words[slot] & LOW, words[slot] >> HALF
        order[count], pivots[count] = row, slot
        count += alone
        for j in range(3):
            other = sparse[row, j]
            word = (words[other] - (alone << HALF)) ^ row
            words[other] = word
            queue[last] = other
            last += np.uint64((word >> HALF) == ONE) & alone
    return int(count)


@kernel
def eliminate(matrix: Words, columns: int, pivots: NDArray[np.int64]) -> int:
    """Bring the rows to reduced echelon form over their first `columns` bits; return the rank.

    matrix: (k, words), bit c of a row at bit c % 64 of word c // 64; words after the columns are carried along.
    pivots: room for k; the pivot column of each row, from the first column on.
    """
    rank = 0
    for column in range(columns):
        if rank == len(matrix):
            break
        word, shift = column // 64, np.uint64(column % 64)
        found = rank
        while found < len(matrix) and (matrix[found, word] >> shift) & ONE == 0:
            found += 1
        if found == len(matrix):
            continue
        for c in range(matrix.shape[1]):
            matrix[rank, c], matrix[found, c] = matrix[found, c], matrix[rank, c]
        for row in range(len(matrix)):
            if row != rank and (matrix[row, word] >> shift) & ONE:
                for c in range(word, matrix.shape[1]):
                    matrix[row, c] ^= matrix[rank, c]
        pivots[rank] = column
        rank += 1
    return rank


@kernel
def fill(table: Words, taken: NDArray[np.bool_], fresh: Words, lanes: Lanes) -> None:
    """Give each slot that is not taken the next fresh row, and each taken one zeros. fresh: one row more than free."""
    at = np.uint64(0)
    for slot in range(len(table)):
        free = np.uint64(not taken[slot])
        for c in range(len(lanes)):
            table[slot, c] = fresh[at, c] * free
        at += free


@kernel
def substitute(
    order: NDArray[np.uint32],
    pivots: NDArray[np.uint32],
    sparse: NDArray[np.uint32],
    dense: Words,
    values: Words,
    tables: Words,
    table: Words,
    lanes: Lanes,
) -> None:
    """Set the slot of each peeled row, last peeled first, so that the row decodes to its value."""
    for k in range(len(order) - 1, -1, -1):
        row, slot = order[k], pivots[k]
        p, q, r, mask = sparse[row, 0], sparse[row, 1], sparse[row, 2], dense[row]
        for c in range(len(lanes)):
            word = values[row, c] ^ table[p, c] ^ table[q, c] ^ table[r, c]  # the slot itself is still zero
            for b in range(8):
                word ^= tables[b, (mask >> np.uint64(8 * b)) & BYTE, c]
            table[slot, c] = word


@kernel
def decode(sparse: NDArray[np.uint32], dense: Words, table: Words, tables: Words, out: Words, lanes: Lanes) -> None:
    """Write, for each item, the XOR of the three slots and of the dense rows that its mask chooses."""
    for i in range(len(sparse)):
        p, q, r, mask = sparse[i, 0], sparse[i, 1], sparse[i, 2], dense[i]
        for c in range(len(lanes)):
            word = table[p, c] ^ table[q, c] ^ table[r, c]
            for b in range(8):
                word ^= tables[b, (mask >> np.uint64(8 * b)) & BYTE, c]
            out[i, c] = word
