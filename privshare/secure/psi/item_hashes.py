"""The hashes of the keys of a table's rows, one by one or, of many rows, 64 side by side: the same in either way.

Promises: a row of which a field is missing, or empty once normalised, has no hash; the others come in the order of
the rows. Leaves to others: what an identifier's normal form and hash are (`identifiers.py`), and which rows share one
(`item_set.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from privshare.model.texts import TextColumn, Texts
from privshare.secure.psi.identifiers import DOMAIN, ITEM_BYTES, joined_hash, normalise, refusal

Hashes = NDArray[np.uint8]
Rows = NDArray[np.int64]

_ROWS_AT_ONCE = 2**14  # so that what is only needed in between stays in the processor's cache


def hash_one_by_one(columns: Sequence[Sequence[str | None] | TextColumn], kid: int) -> tuple[Hashes, Rows]:
    """Return the hashes, (n, 32), and the row of each, from 0. columns: equally long, at least one."""
    rows: list[int] = []
    hashes: list[bytes] = []
    for row, values in enumerate(zip(*columns, strict=True)):
        fields = [field for value in values if value is not None and (field := normalise(value)) is not None]
        if len(fields) == len(values):
            rows.append(row)
            hashes.append(joined_hash(fields, kid))
    joined = np.frombuffer(bytearray().join(hashes), dtype=np.uint8).reshape(-1, ITEM_BYTES)
    return joined, np.array(rows, dtype=np.int64)


def hash_many(columns: Sequence[Sequence[str | None] | TextColumn], kid: int) -> tuple[Hashes, Rows]:
    """Return what `hash_one_by_one` does, by kernels, whose import is worth it for many rows."""
    row_count = len(columns[0])
    hashes, rows = np.empty((row_count, ITEM_BYTES), dtype=np.uint8), np.empty(row_count, dtype=np.int64)
    done = first = 0
    for texts in _side_by_side([_as_bytes(column) for column in columns]):
        count = _hash_texts(texts, kid, hashes[done:], rows[done:])
        rows[done : done + count] += first
        done, first = done + count, first + len(texts[0])
    return hashes[:done], rows[:done]


def without_text(column: TextColumn) -> NDArray[np.bool_]:
    """Return of each row whether nothing is left of its text once normalised, shape (rows,)."""
    return np.concatenate([np.zeros(0, np.bool_), *map(_without, column.pieces)])


def _without(texts: Texts) -> NDArray[np.bool_]:
    filled = texts.ends > texts.starts
    starts = texts.starts if filled.all() else np.where(filled, texts.starts, 0)
    first = texts.data[starts] if filled.any() else np.zeros(len(texts), dtype=np.uint8)
    seen = filled & (first > ord(" ")) & (first < 127)  # what begins with a visible letter is not empty
    for row in np.flatnonzero(filled & ~seen).tolist():
        text = texts.data[texts.starts[row] : texts.ends[row]].tobytes().decode()
        seen[row] = normalise(text) is not None
    return ~seen


def _hash_texts(columns: Sequence[Texts], kid: int, hashes: Hashes, rows: Rows) -> int:
    """Write the hash and the row, from 0, of each row that has a whole key; return how many there are."""
    from privshare.secure.psi.kernels.sha256 import sha256_messages
    from privshare.secure.psi.kernels.texts import normal_messages

    joined, row_count = len(columns) > 1, len(columns[0])
    data, starts, ends = columns[0].data, columns[0].starts[None], columns[0].ends[None]
    if joined:
        offsets = np.cumsum([0, *(len(column.data) for column in columns)])[:-1, None]
        data = np.concatenate([column.data for column in columns])
        starts = np.stack([column.starts for column in columns]) + offsets
        ends = np.stack([column.ends for column in columns]) + offsets
    data = np.require(data, requirements=["C"])
    starts, ends = (np.require(places, requirements=["C", "W"]) for places in (starts, ends))
    done = 0
    for first in range(0, row_count, _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE, row_count)
        size = int((ends[:, first:last] - starts[:, first:last]).sum()) + (last - first) * (2 + 4 * len(columns))
        messages, places = np.empty(size, dtype=np.uint8), np.empty(last - first + 1, dtype=np.int64)
        count = normal_messages(
            *(data, starts, ends, first, last, DOMAIN[0], kid, int(joined), messages, places, rows[done:])
        )
        if count < 0:
            raise refusal()
        hashes[done : done + count] = sha256_messages(messages, places[: count + 1])
        done += count
    return done


def _side_by_side(columns: Sequence[TextColumn]) -> Iterator[tuple[Texts, ...]]:
    """Yield the columns piece by piece, so that each piece has the same rows of all of them."""
    if len({tuple(map(len, column.pieces)) for column in columns}) > 1:
        columns = [TextColumn((_normal_texts(column),)) for column in columns]
    return zip(*(column.pieces for column in columns), strict=True)


def _as_bytes(column: Sequence[str | None] | TextColumn) -> TextColumn:
    """Return the column as bytes in which only what is ASCII may still have to be normalised."""
    if not isinstance(column, TextColumn):
        return TextColumn((_normal_texts(column),))
    plain = [int(piece.data.max(initial=0)) < 128 for piece in column.pieces]
    return TextColumn(
        tuple(
            piece if ascii else _normal_texts(TextColumn((piece,)))
            for piece, ascii in zip(column.pieces, plain, strict=True)
        )
    )


def _normal_texts(texts: Iterable[str | None]) -> Texts:
    """Return the texts one behind the other; what is not ASCII is normalised."""
    held = ["" if text is None else text for text in texts]
    whole = "\0".join(held)
    if not whole.isascii():
        whole = "\0".join(text if text.isascii() else normalise(text) or "" for text in held)
    data = np.frombuffer(whole.encode() + b"\0", dtype=np.uint8)
    ends = np.flatnonzero(data == 0)
    if len(ends) != len(held):
        raise refusal()
    return Texts(data, np.concatenate([[0], ends[:-1] + 1]), ends)
