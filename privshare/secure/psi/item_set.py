"""The items of one holder's table: each different identifier once, and the rows that hold it.

Promises: equal texts after `identifiers.normalise` and only those are one item; how often an identifier occurs, and in
which rows, stays in the ItemSet with its holder. Leaves to others: hiding the items (the suites).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.model.matches import MatchedRows
from privshare.model.texts import TextColumn
from privshare.secure.psi.identifiers import ITEM_BYTES
from privshare.secure.psi.item_hashes import hash_many, hash_one_by_one

ONE_BY_ONE_MAX = 20_000
"""Rows up to which each text is normalised and hashed by itself: importing the compiler takes longer."""

_Words = NDArray[np.uint64]
_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ItemSet:
    """The distinct items of one holder's key, a column or several, and the rows that hold them.

    hashes: item hashes, (items, 32), distinct, ascending as byte strings. starts: (items + 1,). row_numbers: the
    rows of item i are row_numbers[starts[i]:starts[i + 1]], ascending. row_count: rows read. missing: rows without
    an identifier; they are no item.
    """

    hashes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    row_numbers: NDArray[np.int64]
    row_count: int
    missing: int

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def items(self) -> tuple[bytes, ...]:
        """The items one by one, for a suite that goes item by item."""
        whole = self.hashes.tobytes()
        return tuple(whole[at : at + ITEM_BYTES] for at in range(0, len(whole), ITEM_BYTES))

    def rows_of(self, index: int) -> tuple[int, ...]:
        """Return the rows that hold one item."""
        return tuple(self.row_numbers[self.starts[index] : self.starts[index + 1]].tolist())

    def matched(self, indices: Sequence[int] | NDArray[np.int64]) -> MatchedRows:
        """Return the rows of the items at these indices, in the order given."""
        return MatchedRows(self.starts, self.row_numbers).chosen(np.asarray(indices, dtype=np.int64))

    def __repr__(self) -> str:
        return f"<set of {len(self)} items from {self.row_count} rows, {self.missing} missing, not shown>"


def items_of(*columns: Iterable[str | None] | TextColumn, kid: int | None = None) -> ItemSet:
    """Return the set of items in a key of one column or more; the row numbers count from 0 in the order given.

    None, and what is empty once normalised, counts as missing, and a row with a missing field is missing.
    columns: 1 to 256. kid: index of the key, 0 to 255; as in `joined_hash` if None. Raises ParameterRefused as
    `normalise` does, and where the columns are not equally long.

    >>> items_of(["Ann", " ann ", None, "bob"])
    <set of 2 items from 4 rows, 1 missing, not shown>
    >>> items_of(["Ann", "Ann"], ["1990", None])
    <set of 1 items from 2 rows, 1 missing, not shown>
    """
    held = [column if isinstance(column, list | tuple | TextColumn) else list(column) for column in columns]
    if len(set(map(len, held))) != 1:
        raise ParameterRefused("columns of a key", str([len(column) for column in held]), "one or more, equally long")
    index = len(held) - 1 if kid is None else kid
    hashed = hash_many if len(held[0]) > ONE_BY_ONE_MAX else hash_one_by_one
    return item_set(*hashed(held, index), row_count=len(held[0]))


def item_set(hashes: NDArray[np.uint8], rows: NDArray[np.int64], *, row_count: int) -> ItemSet:
    """Return the set of these item hashes, (n, 32) in any order, where hashes[i] is of row rows[i], ascending.

    row_count: rows read; those that are not in `rows` are missing.
    """
    words = np.require(hashes, requirements=["C", "W"]).view(np.uint64)
    found = None if len(words) <= ONE_BY_ONE_MAX else _quickly_distinct(words, rows)
    items, starts, row_numbers = _distinct(words, rows) if found is None else found
    return ItemSet(items.view(np.uint8), starts, row_numbers, row_count, row_count - len(rows))


def _distinct(words: _Words, rows: _Places) -> tuple[_Words, _Places, _Places]:
    """Return the different hashes, ascending, where the rows of each begin, and those rows."""
    order = np.lexsort(tuple(words.byteswap()[:, ::-1].T))  # keeps rows with one item as they stand
    ordered = words[order]
    first = np.flatnonzero(np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)])[: len(words)])
    return ordered[first], np.append(first, len(words)).astype(np.int64), rows[order]


def _quickly_distinct(words: _Words, rows: _Places) -> tuple[_Words, _Places, _Places] | None:
    """Return as `_distinct` does, or None if two different hashes begin alike (odds of 2^-25 in a million)."""
    from privshare.secure.psi.kernels.texts import distinct, spread

    count = len(words)
    keys, order = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.int64)
    large = np.empty((count // 32 + 2, 2), dtype=np.int64)
    left = spread(words, max(1, count.bit_length() - 2), keys, order, large.ravel())
    for begin, end in large[:left].tolist():
        order[begin:end] = order[begin:end][np.argsort(keys[begin:end], kind="stable")]
    items, starts, row_numbers = np.empty_like(words), np.empty(count + 1, dtype=np.int64), np.empty_like(rows)
    different = distinct(words, order, rows, items, starts, row_numbers)
    if different < 0:
        return None
    return items[:different], starts[: different + 1], row_numbers
