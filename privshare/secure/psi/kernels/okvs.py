"""Loops of the key-value store in `transfer/okvs.py`: peel, eliminate, fill, substitute, gather, mix.

A table of rows of W words is a flat array here, row after row. W is a constant of each compiled form, the length of
the tuple `lanes`, so that the loops over words are unrolled. All numbers are uint64: numba makes a double of a signed
and an unsigned one. What waits for memory is kept apart from what computes, in loops of few instructions, so that the
processor has many reads under way at once. Leaves to others: that every place lies inside the table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.kernels.compiled import kernel

Words = NDArray[np.uint64]
Numbers = NDArray[np.uint32]
Lanes = tuple[int, ...]

ONE, THREE = np.uint64(1), np.uint64(3)
BYTE, BYTES, BYTE_BITS, BYTE_VALUES = np.uint64(255), np.uint64(8), np.uint64(8), np.uint64(256)
HALF, LOW = np.uint64(32), np.uint64(2**32 - 1)
ROW = np.uint64(2**32)
"""One more row in the upper half of a slot's word."""
BATCH = 64
"""Slots whose rows and neighbours are read ahead while peeling."""


def byte_tables(rows: Words) -> Words:
    """Return, flat, 8 tables of 256 rows: for each byte of a mask, the XOR of the dense rows (W words, at most 64)."""
    width = rows.shape[1]
    padded = np.zeros((64, width), np.uint64)
    padded[: len(rows)] = rows
    tables = np.zeros((8, 256, width), np.uint64)
    for bit in range(8):
        tables[:, 1 << bit : 2 << bit] = tables[:, : 1 << bit] ^ padded.reshape(8, 8, width)[:, bit : bit + 1]
    return tables.reshape(-1)


@kernel
def place(hashes: Numbers, slots: int, mask: np.uint64, sparse: Numbers, dense: Words) -> None:
    """Read three slots, one a segment, and the mask of dense rows off each hash of eight little-endian words."""
    size = np.uint64(slots)
    for i in range(np.uint64(len(dense))):
        at = BYTES * i
        for j in range(THREE):
            sparse[THREE * i + j] = j * size + ((hashes[at + j] * size) >> HALF)
        dense[i] = (hashes[at + THREE] | (np.uint64(hashes[at + THREE + ONE]) << HALF)) & mask


def peel(sparse: Numbers, words: Words, order: Numbers, pivots: Numbers) -> int:
    """Take away rows that are alone at a slot until none is; return how many, with the row and slot of each.

    words: zeros, one a slot; left with what was not peeled: how many rows are there in the upper half, the XOR of
    their numbers in the lower. order, pivots: room for n + 1.
    """
    queue = np.empty(len(words) + 1, np.uint32)
    return _peel(sparse, words, queue, np.empty(BATCH, np.uint64), np.empty(3 * BATCH, np.uint32), order, pivots)


@kernel
def _peel(
    sparse: Numbers, words: Words, queue: Numbers, rows: Words, near: Numbers, order: Numbers, pivots: Numbers
) -> int:
    for i in range(np.uint64(len(sparse)) // THREE):
        for j in range(THREE):
            slot = sparse[THREE * i + j]
            words[slot] = (words[slot] + ROW) ^ i
    last = 0
    for slot in range(len(words)):
        queue[last] = slot
        last += int(words[slot] >> HALF == ONE)
    seen = np.uint64(0)
    first = count = 0
    while first < last:
        size = min(BATCH, last - first)
        for t in range(size):
            rows[t] = words[queue[first + t]] & LOW
        for t in range(size):
            for j in range(3):
                near[3 * t + j] = sparse[THREE * rows[t] + np.uint64(j)]
        for t in range(3 * size):
            seen ^= words[near[t]]
        for t in range(size):
            slot, row = queue[first + t], rows[t]
            if words[slot] == 0:  # the row went with another of its slots
                continue
            order[count], pivots[count] = row, slot
            count += 1
            for j in range(3):
                other = near[3 * t + j]
                word = (words[other] - ROW) ^ row
                words[other] = word
                queue[last] = other
                last += int(word >> HALF == ONE)
        first += size
    order[count] = seen & LOW  # read by nobody; without it the reading ahead would be compiled away
    return count


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
def fill(taken: NDArray[np.bool_], fresh: Words, table: Words, lanes: Lanes) -> None:
    """Give each row that is not taken the next fresh one, and each taken row zeros. fresh: one more than are free."""
    width, at = np.uint64(len(lanes)), np.uint64(0)
    for row in range(np.uint64(len(taken))):
        free = np.uint64(not taken[row])
        for c in range(width):
            table[row * width + c] = fresh[at + c] * free
        at += free * width


@kernel
def mix(dense: Words, tables: Words, rows: Words, lanes: Lanes) -> None:
    """XOR to each row the dense rows that its mask chooses."""
    width = np.uint64(len(lanes))
    for i in range(np.uint64(len(dense))):
        mask = dense[i]
        for c in range(width):
            word = rows[i * width + c]
            for b in range(BYTES):
                byte = BYTE_VALUES * b + ((mask >> (BYTE_BITS * b)) & BYTE)
                word ^= tables[byte * width + c]
            rows[i * width + c] = word


@kernel
def gather(sparse: Numbers, table: Words, rows: Words, lanes: Lanes) -> None:
    """Set each row to the XOR of its three slots."""
    width = np.uint64(len(lanes))
    for i in range(np.uint64(len(rows)) // width):
        p, q, r = sparse[THREE * i] * width, sparse[THREE * i + ONE] * width, sparse[THREE * i + ONE + ONE] * width
        for c in range(width):
            rows[i * width + c] = table[p + c] ^ table[q + c] ^ table[r + c]


@kernel
def substitute(order: Numbers, pivots: Numbers, sparse: Numbers, due: Words, table: Words, lanes: Lanes) -> None:
    """Set the slot of each peeled row, the last peeled first, so that its three slots give what is due."""
    width = np.uint64(len(lanes))
    for back in range(len(order) - 1, -1, -1):
        row, slot = np.uint64(order[back]), pivots[back] * width
        at = THREE * row
        p, q, r = sparse[at] * width, sparse[at + ONE] * width, sparse[at + ONE + ONE] * width
        for c in range(width):
            table[slot + c] = due[row * width + c] ^ table[p + c] ^ table[q + c] ^ table[r + c]  # one is still zero
