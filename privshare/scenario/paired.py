"""How records without an identifier were paired: the part of a link's outcome that only `fuzzy/1` has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from privshare.model.party import PartyId

if TYPE_CHECKING:
    from privshare.secure.psi.fuzzy import FuzzyPlan, KeyCount, KeyedRecords


@dataclass(frozen=True, slots=True)
class Unread:
    """A column in which something stands, in so many rows, that its rule reads nothing of: missing fields."""

    column: str
    rule: str
    rows: int


def unread_of(records: KeyedRecords, plan: FuzzyPlan, columns: Sequence[str]) -> tuple[Unread, ...]:
    """Return the columns, in the order of the plan's fields, of which not everything could be read."""
    return tuple(
        Unread(column, field.rule.name, rows)
        for column, field, rows in zip(columns, plan.fields, records.unread, strict=True)
        if rows
    )


@dataclass(frozen=True, slots=True)
class Paired:
    """What both sides agreed on, and what came of it.

    counts: by party and key, for how many records it could be made and how many of those share its value. by: the
    party that made the pairs. weight: on how many keys, by match. open_rows, open_weight, open_candidates: rows of
    that party whose best candidates tie, ascending, on how many keys, and with how many records of the other.
    unread: by party, its columns of which a rule could not read everything; the party's own, and in no file.
    """

    plan: FuzzyPlan
    counts: tuple[tuple[PartyId, tuple[KeyCount, ...]], ...]
    by: PartyId
    weight: NDArray[np.int64]
    open_rows: NDArray[np.int64]
    open_weight: NDArray[np.int64]
    open_candidates: NDArray[np.int64]
    unread: tuple[tuple[PartyId, tuple[Unread, ...]], ...] = ()
