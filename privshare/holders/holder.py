"""A data holder: its tables and the few things it does with them behind its wall.

Out of here come linkage inputs for protocols (which hash them before anything
is sent), bounded integers for the noise door, open rows where the policy says
open, and byte strings for seals. Never a table.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from privshare.errors import InputRefused
from privshare.model.party import ColumnName, Party
from privshare.model.table import Table


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """An organisation with tables. Column names are unique over all its tables."""

    party: Party
    tables: Mapping[str, Table]

    def __repr__(self) -> str:
        return f"<holder {self.party.id}: tables {', '.join(self.tables)}, rows not shown>"


def ingest(party: Party, frames: Mapping[str, tuple[pd.DataFrame, str | None]]) -> Holder:
    """Return a Holder. The holder's own act, before any query: it may refuse on values, a query may not.

    Raises InputRefused when a column name occurs in two tables or a row names no person.
    """
    seen: set[str] = set()
    tables = {}
    for name, (frame, person) in frames.items():
        twice = seen & set(frame.columns)
        if twice:
            raise InputRefused(
                f"{party.id} has the column {min(twice)!r} in two tables; give it one name a table, "
                "so that one clause of the policy speaks of one column."
            )
        seen |= set(frame.columns)
        if person is not None and bool(frame[person].isna().any()):
            raise InputRefused(f"table {name} of {party.id} has rows that name no person; repair or remove them first.")
        tables[name] = Table(party.id, name, ColumnName(person) if person else None, frame)
    return Holder(party, tables)


def table_with(holder: Holder, columns: Sequence[str]) -> Table:
    """Return the one table that has all these columns, or raise InputRefused."""
    for table in holder.tables.values():
        if set(columns) <= set(table.columns):
            return table
    raise InputRefused(f"no table of {holder.party.id} has all of the columns {', '.join(columns)}.")


def records_of(table: Table) -> list[bytes]:
    """Return each row as canonical CSV bytes, in row order; what a seal commits to."""
    rows = zip(*(table.frame[column].tolist() for column in table.columns), strict=True)
    return [_line(row) for row in rows]


def snapshot_of(holder: Holder, key: bytes) -> bytes:
    """Return a keyed digest (HMAC-SHA-256, 32 bytes) of all rows, whatever their order.

    Keyed because it is stored: an unkeyed digest of a small table can be guessed. Same rows, same digest, so
    the ledger recognises the same question on the same data and answers it without a new debit.
    """
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for name in sorted(holder.tables):
        table = holder.tables[name]
        digest.update(_line((name, len(table.frame), *table.columns)))
        for record in sorted(records_of(table)):
            digest.update(len(record).to_bytes(4, "little") + record)
    return digest.digest()


def groups_by_person(
    table: Table, person: str, by: Sequence[str], keys: Sequence[tuple[str, ...]]
) -> tuple[dict[str, int], int]:
    """Return identifier -> index of its group in `keys`, and how many identifiers were dropped for conflict.

    An identifier whose rows fall into different groups is dropped; rows of other groups do not count.
    """
    index = {key: number for number, key in enumerate(keys)}
    found: dict[str, int] = {}
    conflicting: set[str] = set()
    columns = [table.frame[column].astype(str).tolist() for column in by]
    for who, *key in zip(table.frame[person].tolist(), *columns, strict=True):
        number = index.get(tuple(key))
        if number is None or found.setdefault(who, number) != number:
            conflicting.add(who)
    return {who: number for who, number in found.items() if who not in conflicting}, len(conflicting)


def values_by_person(table: Table, person: str, value: str, top: int) -> dict[str, int]:
    """Return identifier -> its values added up and clamped to [0, top]."""
    totals = table.frame.groupby(person, sort=False)[value].sum().clip(0, top)
    return {str(who): int(total) for who, total in totals.items()}


def with_row(holder: Holder, table_name: str, row: Mapping[str, object]) -> Holder:
    """Return the holder with one more row: how a scenario plants a fabricated record."""
    table = holder.tables[table_name]
    grown = pd.concat([table.frame, pd.DataFrame([row], columns=list(table.columns))], ignore_index=True)
    return Holder(holder.party, {**holder.tables, table_name: Table(table.holder, table_name, table.person, grown)})


def _line(row: Sequence[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue().encode()
