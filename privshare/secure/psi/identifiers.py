"""What counts as the same identifier: a named, versioned normaliser, and item hashes.

Two holders find a common person only if both spell the identifier alike, so
the normaliser has a name that both announce before a run; it includes the
Unicode data version, since other tables give other sets. `norm/1` maps to
compatibility form (NFKC), folds case, drops Default_Ignorable code points, and
trims and collapses White_Space; the steps are repeated until nothing changes,
because dropping a joiner can let two characters compose, or bare a blank.
So normalising twice is normalising once, which no single pass gives.

Promises: equal texts after `norm/1` and only those are one item; how often an
identifier occurs, and in which rows, stays in the ItemSet with its holder.
Leaves to others: hiding the items (an item hash is an unkeyed hash: whoever
sees it can try a dictionary, so it never leaves the process).
Follows Unicode UAX 15 (NFKC), UAX 44 (White_Space, Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.model.matches import MatchedRows
from privshare.model.texts import TextColumn, Texts

NORMALISER = f"norm/1/{unicodedata.unidata_version}"
ITEM_BYTES = 32
ONE_BY_ONE_MAX = 20_000
"""Rows up to which each text is normalised and hashed by itself: importing the compiler takes longer."""

_ROWS_AT_ONCE = 2**14  # so that what is only needed in between stays in the processor's cache
_DOMAIN = b"\x00"
_PASSES_MAX = 8

_SPACES = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_IGNORABLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_REFUSED = re.compile("[\x00\ud800-\udfff]")


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


def normalise(text: str) -> str | None:
    r"""Return the normal form of an identifier, or None if nothing is left of it.

    Raises ParameterRefused for text with NUL or a lone surrogate (a fault of the file that the holder reads).

    >>> normalise("  Ａnna\u00a0 MÜLLER ")
    'anna müller'
    """
    if text.isascii():
        if "\x00" in text:
            raise _refusal()
        return _collapse(text.lower()) or None
    if _REFUSED.search(text):
        raise _refusal()
    for _ in range(_PASSES_MAX):
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        simpler = _collapse(_IGNORABLE.sub("", folded))
        if simpler == text:
            break
        text = simpler
    return text or None


def item_hash(normalised: str, kid: int = 0) -> bytes:
    """Return the item of a normalised identifier: SHA-256(00 || kid || UTF-8), 32 bytes.

    kid: index of the key (which combination of columns), 0 to 255, so that equal text under two keys never
    matches. Unkeyed, so open to a dictionary: it stays in the process.
    """
    return hashlib.sha256(_DOMAIN + bytes([kid]) + normalised.encode()).digest()


def joined_hash(fields: Sequence[str], kid: int | None = None) -> bytes:
    """Return the item of a key made of several normalised fields: SHA-256(00 || kid || le32(bytes) || UTF-8 || ...).

    The lengths keep ("ab", "c") and ("a", "bc") apart; kid is the number of fields less one unless stated, so that
    a key of one column, a plain `item_hash`, never matches one of more.
    """
    kid = len(fields) - 1 if kid is None else kid
    if len(fields) == 1:
        return item_hash(fields[0], kid)
    digest = hashlib.sha256(_DOMAIN + bytes([kid]))
    for field in fields:
        encoded = field.encode()
        digest.update(len(encoded).to_bytes(4, "little") + encoded)
    return digest.digest()


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
    if len(held[0]) > ONE_BY_ONE_MAX:
        return _many(held, index)
    rows: list[int] = []
    hashes: list[bytes] = []
    for row, values in enumerate(zip(*held, strict=True)):
        fields = [field for value in values if value is not None and (field := normalise(value)) is not None]
        if len(fields) == len(values):
            rows.append(row)
            hashes.append(joined_hash(fields, index))
    joined = np.frombuffer(bytearray().join(hashes), dtype=np.uint8).reshape(-1, ITEM_BYTES)
    return item_set(joined, np.array(rows, dtype=np.int64), row_count=len(held[0]))


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


def _many(columns: Sequence[Sequence[str | None] | TextColumn], kid: int) -> ItemSet:
    """Return what `items_of` does, by kernels, whose import is worth it for many rows."""
    row_count = len(columns[0])
    hashes, rows = np.empty((row_count, ITEM_BYTES), dtype=np.uint8), np.empty(row_count, dtype=np.int64)
    done = first = 0
    for texts in _side_by_side([_as_bytes(column) for column in columns]):
        count = _hash_texts(texts, kid, hashes[done:], rows[done:])
        rows[done : done + count] += first
        done, first = done + count, first + len(texts[0])
    return item_set(hashes[:done], rows[:done], row_count=row_count)


def _hash_texts(columns: Sequence[Texts], kid: int, hashes: NDArray[np.uint8], rows: _Places) -> int:
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
            *(data, starts, ends, first, last, _DOMAIN[0], kid, int(joined), messages, places, rows[done:])
        )
        if count < 0:
            raise _refusal()
        hashes[done : done + count] = sha256_messages(messages, places[: count + 1])
        done += count
    return done


def _side_by_side(columns: Sequence[TextColumn]) -> Iterator[tuple[Texts, ...]]:
    """Yield the columns piece by piece, so that each piece has the same rows of all of them."""
    if len({tuple(map(len, column.pieces)) for column in columns}) > 1:
        columns = [_texts_as_bytes(column) for column in columns]  # each one piece now
    return zip(*(column.pieces for column in columns), strict=True)


def _as_bytes(column: Sequence[str | None] | TextColumn) -> TextColumn:
    """Return the column as bytes in which only what is ASCII may still have to be normalised."""
    if isinstance(column, TextColumn) and all(int(piece.data.max(initial=0)) < 128 for piece in column.pieces):
        return column
    return _texts_as_bytes(column)


def _texts_as_bytes(column: Iterable[str | None]) -> TextColumn:
    texts = ["" if text is None else text for text in column]
    whole = "\0".join(texts)
    if not whole.isascii():
        whole = "\0".join(text if text.isascii() else normalise(text) or "" for text in texts)
    data = np.frombuffer(whole.encode() + b"\0", dtype=np.uint8)
    ends = np.flatnonzero(data == 0)
    if len(ends) != len(texts):
        raise _refusal()
    return TextColumn((Texts(data, np.concatenate([[0], ends[:-1] + 1]), ends),))


def _collapse(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


def _refusal() -> ParameterRefused:
    return ParameterRefused("identifier", "a text with NUL or a lone surrogate", "Unicode text without either")
