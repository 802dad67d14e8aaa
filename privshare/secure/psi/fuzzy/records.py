"""One holder's records as composite keys: who is one entity, which keys are ambiguous, and the items that are compared.

An entity is a cluster of rows whose fields are all equal after their rules, a
missing field equal to a missing field; its rows are matched together. A key
with a missing field is not made. A key value that two or more entities of one
holder have is ambiguous and left out by that holder before the run, since it
would pair people who merely look alike; the other holder never learns of it.
Promises: an item is SHA-256(00 || kid || key string), key string = le16 bytes
|| UTF-8 of each field in the order of the plan; every item belongs to exactly
one entity, and an entity has at most one item a key. A key more than a fifth
of whose values are ambiguous is refused: it does not tell people apart.
Leaves to others: item hashes are unkeyed and never leave the process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import InputRefused
from privshare.model.matches import MatchedRows
from privshare.secure.psi.fuzzy.fields import Rule, coarse
from privshare.secure.psi.fuzzy.plan import FuzzyPlan
from privshare.secure.psi.identifiers import ITEM_BYTES, ItemSet

AMBIGUOUS_MAX = 5
"""A key is refused when more than one in this many of its values is ambiguous."""
_DOMAIN = b"\x00"


@dataclass(frozen=True, slots=True)
class KeyCount:
    """Of one key at one holder: for how many entities it could be made, and how many of those share its value."""

    made: int
    ambiguous: int


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KeyedRecords:
    """A holder's records, ready to be compared.

    items: its "rows" are entity numbers, one an item. kids: which key each item is of. rows: rows of the table by
    entity. row_count: rows read. missing: rows of which no key could be made. counts: by kid - 1.
    """

    items: ItemSet
    kids: NDArray[np.uint8]
    rows: MatchedRows
    row_count: int
    missing: int
    counts: tuple[KeyCount, ...]

    @property
    def entities(self) -> int:
        """How many different records there are, as far as the fields tell."""
        return len(self.rows)

    @property
    def entity_of(self) -> NDArray[np.int64]:
        """The entity of each item."""
        return self.items.row_numbers

    def __repr__(self) -> str:
        return f"<{len(self.items)} keys of {self.entities} records, not shown>"


def keyed_records(columns: Sequence[Iterable[str | None]], plan: FuzzyPlan) -> KeyedRecords:
    """Return a holder's records under a plan. columns: texts of the plan's fields, in its order, equally long.

    Raises ParameterRefused as `normalise` does. Ambiguous keys are counted, not refused: see `refuse_ambiguous`.

    >>> from privshare.secure.psi.fuzzy.plan import plan_of
    >>> plan = plan_of([("first", "letters4"), ("last", "letters4")])
    >>> keyed_records([["Ann", "ANN", "Bob"], ["Lee", "lee", None]], plan)
    <1 keys of 2 records, not shown>
    """
    values = [_coarse(column, field.rule) for column, field in zip(columns, plan.fields, strict=True)]
    rows: dict[tuple[bytes | None, ...], list[int]] = {}
    for number, record in enumerate(zip(*values, strict=True)):
        rows.setdefault(record, []).append(number)
    entities = list(rows)
    held = MatchedRows(
        np.cumsum([0, *map(len, rows.values())], dtype=np.int64),
        np.array([number for numbers in rows.values() for number in numbers], dtype=np.int64),
    )
    made = [
        [(number, _item(kid, record, key)) for number, record in enumerate(entities) if None not in _part(record, key)]
        for kid, key in enumerate(plan.keys, start=1)
    ]
    hashes = np.frombuffer(b"".join(item for items in made for _, item in items), np.uint8).reshape(-1, ITEM_BYTES)
    entity_of = np.array([number for items in made for number, _ in items], dtype=np.int64)
    kids = np.repeat(np.arange(1, len(made) + 1, dtype=np.uint8), [len(items) for items in made])
    kept = _unambiguous(hashes)
    ambiguous = np.bincount(kids, minlength=len(made) + 1) - np.bincount(kids[kept], minlength=len(made) + 1)
    keyless = np.ones(len(entities), dtype=np.bool_)
    keyless[entity_of] = False
    return KeyedRecords(
        items=ItemSet(
            hashes=np.ascontiguousarray(hashes[kept]),
            starts=np.arange(len(kept) + 1, dtype=np.int64),
            row_numbers=entity_of[kept],
            row_count=len(entities),
            missing=int(keyless.sum()),
        ),
        kids=kids[kept],
        rows=held,
        row_count=len(held.rows),
        missing=int(np.diff(held.starts)[keyless].sum()),
        counts=tuple(
            KeyCount(len(items), int(several)) for items, several in zip(made, ambiguous[1:].tolist(), strict=True)
        ),
    )


def refuse_ambiguous(records: KeyedRecords, plan: FuzzyPlan, *, whose: str) -> None:
    """Raise InputRefused if a key does not tell the holder's records apart; say which, and which keys would do."""
    bad = [kid for kid, count in enumerate(records.counts, 1) if AMBIGUOUS_MAX * count.ambiguous > count.made]
    if not bad:
        return
    good = [plan.named(kid) for kid in range(1, len(plan.keys) + 1) if kid not in bad]
    advice = f"keys that do are {', '.join(good)}" if good else "add a field that does"
    raise InputRefused(
        f"more than a fifth of the values of {', '.join(plan.named(kid) for kid in bad)} belong to several records of "
        f"{whose}, so such a key does not tell people apart; {advice}."
    )


def _coarse(column: Iterable[str | None], rule: Rule) -> list[bytes | None]:
    """Return the field's values as UTF-8; a text that occurs again is looked up."""
    seen: dict[str | None, bytes | None] = {}
    values = []
    for text in column:
        if text not in seen:
            value = coarse(text, rule)
            seen[text] = None if value is None else value.encode()
        values.append(seen[text])
    return values


def _part(record: tuple[bytes | None, ...], key: tuple[int, ...]) -> tuple[bytes | None, ...]:
    return tuple(record[index] for index in key)


def _item(kid: int, record: tuple[bytes | None, ...], key: tuple[int, ...]) -> bytes:
    fields = [record[index] or b"" for index in key]
    text = b"".join(len(field).to_bytes(2, "little") + field for field in fields)
    return hashlib.sha256(_DOMAIN + bytes([kid]) + text).digest()


def _unambiguous(hashes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the places of the hashes that occur once, in ascending order of the hashes."""
    words = hashes.view(">u8").astype(np.uint64)
    order = np.lexsort(words.T[::-1])
    ordered = words[order]
    repeats = (ordered[1:] == ordered[:-1]).all(axis=1)
    alone = np.ones(len(order), dtype=np.bool_)
    alone[1:] &= ~repeats
    alone[:-1] &= ~repeats
    return order[alone].astype(np.int64)
