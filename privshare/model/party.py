"""Who takes part. A party is named by a short id everywhere; its full name is for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

PartyId = NewType("PartyId", str)
ColumnName = NewType("ColumnName", str)
PurposeId = NewType("PurposeId", str)


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation in a run.

    id: short id, e.g. "bank". name: for people, fictional. role: what it holds or does, one sentence.
    holds_records: False for a linkage unit, which holds nothing of its own.

    >>> Party(PartyId("bank"), "Meridian Bank", "lends", holds_records=True).name
    'Meridian Bank'
    """

    id: PartyId
    name: str
    role: str
    holds_records: bool
