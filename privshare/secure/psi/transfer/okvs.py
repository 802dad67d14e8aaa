"""An oblivious key-value store: a table from which each item reads its value, and that tells nothing else.

A table has three segments of `slots` rows and 64 dense rows. An item reads one row of each segment and those dense
rows that a 64-bit mask chooses, all given by a hash of the item and the session, and XORs them. To encode, rows that
are alone at a slot are peeled away; whatever stays (the core, of any size) is solved exactly over GF(2), its slots
first, the dense rows after them; every row that nothing determines gets fresh uniform bits.

Promises: every item decodes to its value. If the values are uniform and the places come from a hash modelled as a
random oracle, the table is uniform whatever the items are, as long as no table is used for two sets of values (that
is the callers' part). Encoding fails only where the rows are linearly dependent, with probability at most 2^-64
(`failure.py`); the session then ends, and is not tried again: what fails depends on the items, and a second try would
tell. Not constant-time: memory is read at places that depend on the items.

Garimella, Pinkas, Rosulek, Trieu and Yanai, "Oblivious Key-Value Stores and Amplification for Private Set
Intersection" (CRYPTO 2021); Pinkas, Rosulek, Trieu and Yanai, "PSI from PaXoS" (EUROCRYPT 2020).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.model.entropy import Entropy
from privshare.secure.psi.kernels import okvs as kernels
from privshare.secure.psi.kernels.sha256 import sha256_rows

Words = NDArray[np.uint64]

SEGMENTS = 3
DENSE = 64
SLOTS_MIN = 8
LARGE = 2**14
"""From this many items on a table has 1.25 slots an item; below, where cores are more common, 1.30."""
SPARE = 96
"""Bits of an item's hash under the session that no place uses."""
_BLOCK = 2**15  # hashes read at once, so that they stay in the cache


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a table is. slots: rows of each of the three segments. dense: rows for masks, at most 64."""

    slots: int
    dense: int = DENSE

    @property
    def table_rows(self) -> int:
        """The rows of a table, m."""
        return SEGMENTS * self.slots + self.dense


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Places:
    """What n items read of a table: sparse (n, 3) uint32, one row of each segment; dense (n,) uint64, a mask."""

    shape: Shape
    sparse: NDArray[np.uint32]
    dense: Words


def shape_for(n: int, dense: int = DENSE) -> Shape:
    """Return the shape of a table for n items.

    >>> shape_for(2**20).table_rows
    1310785
    """
    hundredths = 130 if n < LARGE else 125
    return Shape(max(SLOTS_MIN, -(-hundredths * n // (100 * SEGMENTS))), dense)


def places_of(hashes: NDArray[np.uint8], sid: bytes, shape: Shape, *, spare: Words | None = None) -> Places:
    """Return what items with these hashes, (n, 32), read of a table of this session.

    spare: room (n, 2) for the 96 bits of each item's hash under the session that no place uses, low bits first.
    """
    sparse, dense = np.empty((len(hashes), SEGMENTS), np.uint32), np.empty(len(hashes), np.uint64)
    mask = np.uint64(2**shape.dense - 1)
    for start in range(0, len(hashes), _BLOCK):
        block = slice(start, start + _BLOCK)
        read = sha256_rows(b"\x01" + sid[:16], hashes[block]).view("<u4")
        kernels.place(read.reshape(-1), shape.slots, mask, sparse[block].reshape(-1), dense[block])
        if spare is not None:
            spare[block, 0] = np.ascontiguousarray(read[:, 5:7]).view("<u8")[:, 0]
            spare[block, 1] = read[:, 7]
    return Places(shape, sparse, dense)


def encode(places: Places, values: Words, entropy: Entropy, *, bits: int, extra: int = 0) -> Words:
    """Return a table (m + extra, W) from which each item reads its value, a row of values (n, W).

    bits: how many low bits of a value's row are in use; free rows of the table get as many, else they would show.
    extra: how many uniform rows, which no item reads, come after the table's own.
    Raises ProtocolError ("E_INTERNAL_RANK") where the items' rows are linearly dependent, before chance is drawn.
    """
    (n, width), shape, lanes = values.shape, places.shape, (0,) * values.shape[1]
    masks = np.array([(2**bits - 1) >> 64 * word & (2**64 - 1) for word in range(width)], np.uint64)
    if (np.bitwise_or.reduce(values, axis=0, initial=0) & ~masks).any():
        raise ValueError(f"a value has more than {bits} bits")
    sparse, end = places.sparse.reshape(-1), SEGMENTS * shape.slots
    order, pivots = np.empty(n + 1, np.uint32), np.empty(n + 1, np.uint32)
    peeled = kernels.peel(sparse, np.zeros(end, np.uint64), order, pivots)
    order, pivots = order[:peeled], pivots[:peeled]
    core = _eliminated(places, values, order)

    taken = np.zeros(shape.table_rows, np.bool_)
    taken[pivots] = taken[core.pivots] = True
    fresh = _uniform(shape.table_rows - n + 1, masks, entropy)
    table = np.empty((shape.table_rows + extra, width), np.uint64)
    kernels.fill(taken, fresh.reshape(-1), table.reshape(-1), lanes)
    if extra:
        table[shape.table_rows :] = _uniform(extra, masks, entropy)

    core.write(table)
    due = values.copy()
    kernels.mix(places.dense, kernels.byte_tables(table[end : shape.table_rows]), due.reshape(-1), lanes)
    kernels.substitute(order, pivots, sparse, due.reshape(-1), table.reshape(-1), lanes)
    return table


def _uniform(rows: int, masks: Words, entropy: Entropy) -> Words:
    """Return fresh rows of as many words as there are masks, with bits where those have bits."""
    return np.frombuffer(entropy.token(8 * len(masks) * rows), "<u8").reshape(rows, len(masks)) & masks


def decode(places: Places, table: Words) -> Words:
    """Return what each item reads of a table (m, W), as (n, W). Rows after the first m are not read."""
    out = np.empty((len(places.dense), table.shape[1]), np.uint64)
    _read(places, table, out.reshape(-1))
    return out


def decode_group(places: Places, column: Words, out: Words | None = None) -> Words:
    """Return what each item reads of one column (m,) of a table, as (n,)."""
    return _read(places, column[:, None], np.empty(len(places.dense), np.uint64) if out is None else out)


def _read(places: Places, table: Words, out: Words) -> Words:
    """Fill the flat `out` with what each item reads."""
    rows, lanes = places.shape.table_rows, (0,) * table.shape[1]
    if len(table) < rows:
        raise ValueError(f"a table of {len(table)} rows where {rows} are read")
    if len(out) != table.shape[1] * len(places.dense):
        raise ValueError(f"room for {len(out)} words where {len(places.dense)} items read {table.shape[1]} each")
    kernels.gather(places.sparse.reshape(-1), table.reshape(-1), out, lanes)
    kernels.mix(places.dense, kernels.byte_tables(table[SEGMENTS * places.shape.slots : rows]), out, lanes)
    return out


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Core:
    """The rows that peeling left, in reduced echelon form.

    matrix: (k, words), a bit a column; values (k, W). slots: the table row of each column, -1 where a word has bits to
    spare. pivots: the table row that each row determines, once those of its other columns are known: no pivots.
    """

    matrix: Words
    values: Words
    slots: NDArray[np.int64]
    pivots: NDArray[np.int64]

    def write(self, table: Words) -> None:
        """Set the pivots in a table that is zero there."""
        known = self.values.copy()
        for column in np.flatnonzero((self.slots >= 0) & ~np.isin(self.slots, self.pivots)):
            chosen = self.matrix[:, column // 64] >> np.uint64(column % 64) & np.uint64(1)
            known ^= chosen[:, None] * table[self.slots[column]]
        table[self.pivots] = known


def _eliminated(places: Places, values: Words, peeled: NDArray[np.uint32]) -> _Core:
    """Return all rows that are not peeled, solved for their slots first and for dense rows after them."""
    stays = np.ones(len(values), np.bool_)
    stays[peeled] = False
    rows = np.flatnonzero(stays)
    occupied, columns = np.unique(places.sparse[rows], return_inverse=True)
    words = -(-len(occupied) // 64)
    matrix = np.zeros((len(rows), words + 1 + values.shape[1]), np.uint64)
    for column in columns.reshape(-1, SEGMENTS).T:
        matrix[np.arange(len(rows)), column // 64] |= np.uint64(1) << (column % 64).astype(np.uint64)
    matrix[:, words], matrix[:, words + 1 :] = places.dense[rows], values[rows]
    pivots = np.empty(len(rows), np.int64)
    if kernels.eliminate(matrix, 64 * (words + 1), pivots) < len(rows):
        raise ProtocolError("E_INTERNAL_RANK", "a table could not be made; the session is over, start a new one")
    slots, dense = np.full(64 * (words + 1), -1), np.arange(places.shape.dense)
    slots[: len(occupied)] = occupied
    slots[64 * words + dense] = SEGMENTS * places.shape.slots + dense
    return _Core(matrix[:, : words + 1], matrix[:, words + 1 :], slots, slots[pivots])
