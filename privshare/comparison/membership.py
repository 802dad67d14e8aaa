"""Who is in which table of a simulated world: what no holder knows, and the judge of a simulation may.

Rows are counted in the tables as the holders have them, planted records
included, and matched to people by the identifier in its normal form. That is
how the linkage finds them too; the true person numbers are not used, so the
two paths check each other (`tests/comparison/test_exposure.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from privshare.errors import ParameterRefused
from privshare.holders.holder import Holder
from privshare.holders.truth import Truth
from privshare.model.party import ColumnName, PartyId
from privshare.model.question import Question
from privshare.model.table import Table
from privshare.secure.psi.identifiers import normalise

Counts = np.ndarray[tuple[int], np.dtype[np.int64]]
Marks = np.ndarray[tuple[int], np.dtype[np.bool_]]
Place = tuple[PartyId, str]
"""A holder and the name of one of its tables."""


@dataclass(frozen=True, slots=True, repr=False)
class Membership:
    """Who is where.

    people: the identifier of every person of the world, by number. numbers: normal form -> number. rows: for each
    table about persons how many rows each person has, shape (people,). homes: (holder, column) -> its table.
    """

    people: tuple[str, ...]
    numbers: Mapping[str, int]
    rows: Mapping[Place, Counts]
    homes: Mapping[tuple[PartyId, ColumnName], Place]

    def number_of(self, identifier: str) -> int | None:
        """Return the number of the person with this identifier, however it is written; None for nobody."""
        try:
            return self.numbers.get(normalise(identifier) or "")
        except ParameterRefused:  # a NUL or half a character
            return None

    def at(self, holder: PartyId, question: Question) -> Marks:
        """Return who is in any table of this holder that the question uses, shape (people,)."""
        found = np.zeros(len(self.people), dtype=np.bool_)
        for place in self.places(holder, question):
            found |= self.rows[place] > 0
        return found

    def places(self, holder: PartyId, question: Question) -> tuple[Place, ...]:
        """Return the tables about persons that a question uses at one holder."""
        used = (self.homes.get((use.holder, use.column)) for use in question.uses if use.holder == holder)
        return tuple(dict.fromkeys(place for place in used if place is not None and place in self.rows))


def membership_of(truth: Truth, holders: Mapping[PartyId, Holder]) -> Membership:
    """Return who is in which table. Rows that name nobody of the world, which somebody planted, count for nobody."""
    numbers = {normalise(identifier) or "": number for number, identifier in enumerate(truth.people)}
    rows: dict[Place, Counts] = {}
    homes: dict[tuple[PartyId, ColumnName], Place] = {}
    for party, holder in holders.items():
        for name, table in holder.tables.items():
            homes |= {(party, column): (party, name) for column in table.columns}
            if isinstance(table, Table) and table.person is not None:
                rows[party, name] = _rows_of_each(table, table.person, numbers)
    return Membership(tuple(truth.people), numbers, rows, homes)


def _rows_of_each(table: Table, person: ColumnName, numbers: Mapping[str, int]) -> Counts:
    spellings = table.frame[person].value_counts()
    counts = np.zeros(len(numbers), dtype=np.int64)
    for spelling, number_of_rows in zip(spellings.index.tolist(), spellings.tolist(), strict=True):
        number = numbers.get(normalise(str(spelling)) or "")
        if number is not None:
            counts[number] += number_of_rows
    return counts
