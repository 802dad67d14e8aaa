"""One holder's records as composite keys: who is one entity, which keys are ambiguous, and the items that are compared.

An entity is a cluster of rows whose fields are all equal after their rules, a
missing field equal to a missing field; its rows are matched together. A key
with a missing field is not made. A key value that two or more entities of one
holder have is ambiguous and left out by that holder before the run, since it
would pair people who merely look alike. The other holder is not told, but a
receiver may see it: where all fields of a key agree through other keys and the
key does not, the sender has another record with them (`leakage.py`).
Promises: every item belongs to exactly one entity, and an entity has at most
one item a key. A key more than a fifth of whose values are ambiguous is
refused: it does not tell people apart.
Leaves to others: how a key becomes an item (`items.py`).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import InputRefused
from privshare.model.matches import MatchedRows
from privshare.secure.psi.fuzzy.items import FEW, MISSING, coded, hashed
from privshare.secure.psi.fuzzy.plan import FuzzyPlan
from privshare.secure.psi.item_set import ItemSet

AMBIGUOUS_MAX = 5
"""A key is refused when more than one in this many of its values is ambiguous."""


@dataclass(frozen=True, slots=True)
class KeyCount:
    """Of one key at one holder: for how many entities it could be made, and how many of those share its value."""

    made: int
    ambiguous: int


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KeyedRecords:
    """A holder's records, ready to be compared.

    items: its "rows" are entity numbers, one an item. kids: which key each item is of. rows: rows of the table by
    entity. row_count: rows read. missing: rows of which no key could be made. counts: by kid - 1. unread: by field,
    in how many rows something stands that its rule reads nothing of; for the holder alone.
    """

    items: ItemSet
    kids: NDArray[np.uint8]
    rows: MatchedRows
    row_count: int
    missing: int
    counts: tuple[KeyCount, ...]
    unread: tuple[int, ...]

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
    fields = [coded(column, field.rule) for column, field in zip(columns, plan.fields, strict=True)]
    rows: dict[tuple[int, ...], list[int]] = {}
    for number, record in enumerate(zip(*(field.codes for field in fields), strict=True)):
        rows.setdefault(record, []).append(number)
    held = MatchedRows(
        np.cumsum([0, *map(len, rows.values())], dtype=np.int64),
        np.array([number for numbers in rows.values() for number in numbers], dtype=np.int64),
    )
    codes = np.array(list(rows), dtype=np.int64).reshape(len(rows), len(fields))
    made = [np.flatnonzero((codes[:, key] != MISSING).all(axis=1)) for key in plan.keys]
    many = sum(map(len, made)) > FEW
    hashes = np.concatenate(
        [
            hashed(kid, codes[entities][:, key], [fields[index].values for index in key], many=many)
            for kid, (key, entities) in enumerate(zip(plan.keys, made, strict=True), start=1)
        ]
    )
    entity_of = np.concatenate(made)
    kids = np.repeat(np.arange(1, len(made) + 1, dtype=np.uint8), [len(entities) for entities in made])
    kept = _unambiguous(hashes)
    ambiguous = np.bincount(kids, minlength=len(made) + 1) - np.bincount(kids[kept], minlength=len(made) + 1)
    keyless = np.ones(len(rows), dtype=np.bool_)
    keyless[entity_of] = False
    return KeyedRecords(
        items=ItemSet(
            hashes=np.ascontiguousarray(hashes[kept]),
            starts=np.arange(len(kept) + 1, dtype=np.int64),
            row_numbers=entity_of[kept],
            row_count=len(rows),
            missing=int(keyless.sum()),
        ),
        kids=kids[kept],
        rows=held,
        row_count=len(held.rows),
        missing=int(np.diff(held.starts)[keyless].sum()),
        counts=tuple(
            KeyCount(len(entities), several) for entities, several in zip(made, ambiguous[1:].tolist(), strict=True)
        ),
        unread=tuple(field.unread for field in fields),
    )


def too_few_read(plan: FuzzyPlan) -> str:
    """Return why a table is refused of which most rows have no key; where dates are read, how they are written."""
    told = "too many fields are missing for a single key"
    dates = [field.name for field in plan.fields if field.rule.kind in ("date", "year")]
    return f"{told} (dates, {', '.join(dates)}, are read year first, as 1999-08-04)" if dates else told


def refuse_ambiguous(records: KeyedRecords, plan: FuzzyPlan, *, whose: str) -> None:
    """Raise InputRefused if a key does not tell the holder's records apart; say which, and which keys would do."""
    bad = [kid for kid, count in enumerate(records.counts, 1) if AMBIGUOUS_MAX * count.ambiguous > count.made]
    if not bad:
        return
    good = [plan.named(kid) for kid in range(1, len(plan.keys) + 1) if kid not in bad]
    advice = "add a field that does, or name keys of more fields with --fuzzy-keys"
    if good:
        advice = f"name those that do (--fuzzy-keys {shlex.quote(','.join(good))})"
    raise InputRefused(
        f"more than a fifth of the values of {', '.join(plan.named(kid) for kid in bad)} belong to several records of "
        f"{whose}, so such a key does not tell people apart; {advice}."
    )


def _unambiguous(hashes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the places of the hashes that occur once, in ascending order of the hashes."""
    words = np.ascontiguousarray(hashes).view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0], kind="stable")
    ordered = words[order]
    alike = ordered[1:, 0] == ordered[:-1, 0]
    repeats = (ordered[1:] == ordered[:-1]).all(axis=1)
    if (alike != repeats).any():  # two hashes that agree in 64 bits and not in all: as good as never
        order = np.lexsort(words.T[::-1])
        ordered = words[order]
        repeats = (ordered[1:] == ordered[:-1]).all(axis=1)
    alone = np.ones(len(order), dtype=np.bool_)
    alone[1:] &= ~repeats
    alone[:-1] &= ~repeats
    return order[alone]
