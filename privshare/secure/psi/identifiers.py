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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ParameterRefused
from privshare.model.matches import MatchedRows

NORMALISER = f"norm/1/{unicodedata.unidata_version}"
ITEM_BYTES = 32
_DOMAIN = b"\x00"
_PASSES_MAX = 8

_SPACES = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_IGNORABLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_REFUSED = re.compile("[\x00\ud800-\udfff]")


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
        chosen = np.asarray(indices, dtype=np.int64)
        first, counts = self.starts[chosen], self.starts[chosen + 1] - self.starts[chosen]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = np.arange(starts[-1]) + np.repeat(first - starts[:-1], counts)
        return MatchedRows(starts, self.row_numbers[places])

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


def joined_hash(fields: Sequence[str]) -> bytes:
    """Return the item of a key made of several normalised fields: SHA-256(00 || kid || le32(bytes) || UTF-8 || ...).

    The lengths keep ("ab", "c") and ("a", "bc") apart; kid is the number of fields less one, so that a key of
    one column, a plain `item_hash`, never matches one of more.
    """
    if len(fields) == 1:
        return item_hash(fields[0])
    digest = hashlib.sha256(_DOMAIN + bytes([len(fields) - 1]))
    for field in fields:
        encoded = field.encode()
        digest.update(len(encoded).to_bytes(4, "little") + encoded)
    return digest.digest()


def items_of(*columns: Iterable[str | None]) -> ItemSet:
    """Return the set of items in a key of one column or more; the row numbers count from 0 in the order given.

    None, and what is empty once normalised, counts as missing, and a row with a missing field is missing.
    columns: 1 to 256, equally long. Raises ParameterRefused as `normalise` does.

    >>> items_of(["Ann", " ann ", None, "bob"])
    <set of 2 items from 4 rows, 1 missing, not shown>
    >>> items_of(["Ann", "Ann"], ["1990", None])
    <set of 1 items from 2 rows, 1 missing, not shown>
    """
    rows: dict[bytes, list[int]] = {}
    number, missing = -1, 0
    for number, values in enumerate(zip(*columns, strict=True)):
        fields = [field for value in values if value is not None and (field := normalise(value)) is not None]
        if len(fields) < len(values):
            missing += 1
        else:
            rows.setdefault(joined_hash(fields), []).append(number)
    items = sorted(rows)
    held = [rows[item] for item in items]
    return ItemSet(
        hashes=np.frombuffer(b"".join(items), dtype=np.uint8).reshape(-1, ITEM_BYTES),
        starts=np.cumsum([0, *map(len, held)], dtype=np.int64),
        row_numbers=np.array([row for numbers in held for row in numbers], dtype=np.int64),
        row_count=number + 1,
        missing=missing,
    )


def _collapse(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


def _refusal() -> ParameterRefused:
    return ParameterRefused("identifier", "a text with NUL or a lone surrogate", "Unicode text without either")
