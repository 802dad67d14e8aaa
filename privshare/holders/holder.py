"""A data holder: its tables and the few things it does with them behind its wall.

Out of here come linkage inputs for protocols (which hash them before anything
is sent), bounded integers for the noise door, open rows where the policy says
open, and byte strings for seals. Never a table.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from privshare.errors import InputRefused
from privshare.holders.files import FileTable
from privshare.model.party import ColumnName, Party
from privshare.model.table import KeyTable, Table

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE = 1_000
RowHashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """An organisation with tables: in memory, whole or only a key, or in files. No two have a column name in common."""

    party: Party
    tables: Mapping[str, Table | FileTable | KeyTable]

    def __repr__(self) -> str:
        return f"<holder {self.party.id}: tables {', '.join(self.tables)}, rows not shown>"


Rows: TypeAlias = "tuple[pd.DataFrame, str | None] | FileTable | KeyTable"
"""A table as it comes to its holder: rows with the column that names their person, or a file that was taken in."""


def ingest(party: Party, brought: Mapping[str, Rows]) -> Holder:
    """Return a Holder. The holder's own act, before any query: it may refuse on values, a query may not.

    Raises InputRefused when a column name occurs in two tables or a row names no person.
    """
    seen: set[str] = set()
    tables: dict[str, Table | FileTable | KeyTable] = {}
    for name, rows in brought.items():
        tables[name] = rows if isinstance(rows, FileTable | KeyTable) else _in_memory(party, name, *rows)
        twice = seen & set(tables[name].columns)
        if twice:
            raise InputRefused(
                f"{party.id} has the column {min(twice)!r} in two tables; give it one name a table, "
                "so that one clause of the policy speaks of one column."
            )
        seen |= set(tables[name].columns)
    return Holder(party, tables)


def _in_memory(party: Party, name: str, frame: pd.DataFrame, person: str | None) -> Table:
    if person is not None and bool(frame[person].isna().any()):
        raise InputRefused(f"table {name} of {party.id} has rows that name no person; repair or remove them first.")
    return Table(party.id, name, ColumnName(person) if person else None, frame)


def any_table_with(holder: Holder, columns: Sequence[str]) -> Table | FileTable:
    """Return the one table that has all these columns, wherever its rows are, or raise InputRefused."""
    return _with_numbers(_found(holder, columns))


def table_with(holder: Holder, columns: Sequence[str]) -> Table:
    """Return the one table that has all these columns, its rows in memory, or raise InputRefused."""
    return _in_memory_only(_found(holder, columns))


def key_table_with(holder: Holder, columns: Sequence[str]) -> Table | KeyTable:
    """Return the one table that has all columns of a key, in memory, or raise InputRefused."""
    table = _found(holder, columns)
    return table if isinstance(table, KeyTable) else _in_memory_only(table)


def _found(holder: Holder, columns: Sequence[str]) -> Table | FileTable | KeyTable:
    for table in holder.tables.values():
        if set(columns) <= set(table.columns):
            return table
    raise InputRefused(f"no table of {holder.party.id} has all of the columns {', '.join(columns)}.")


def _with_numbers(table: Table | FileTable | KeyTable) -> Table | FileTable:
    if isinstance(table, KeyTable):
        raise InputRefused(f"of table {table.name} of {table.holder} only the key was read; this step needs its rows.")
    return table


def _in_memory_only(table: Table | FileTable | KeyTable) -> Table:
    table = _with_numbers(table)
    if isinstance(table, FileTable):
        raise InputRefused(f"table {table.name} of {table.holder} stays in its file; this step needs its rows.")
    return table


def check_whole(table: Table | FileTable, column: str) -> None:
    """Raise InputRefused unless the column is declared as whole numbers: a look at its type, not at a row."""
    if isinstance(table, FileTable):
        whole = column in table.whole
    else:
        import pandas as pd

        whole = pd.api.types.is_integer_dtype(table.frame[column].dtype)
    if not whole:
        raise InputRefused(f"column {column!r} of {table.holder} does not hold whole numbers, which sums need.")


def records_of(table: Table | FileTable | KeyTable) -> list[bytes]:
    """Return each row as a JSON array, in row order; what a seal commits to.

    Raises InputRefused for a table that is not wholly in memory. JSON keeps apart what CSV writes alike: 1 and "1", a
    missing value and an empty text.
    """
    rows = zip(*(_in_memory_only(table).frame[column].tolist() for column in table.columns), strict=True)
    return [_line(row) for row in rows]


def snapshot_of(holder: Holder, key: bytes) -> bytes:
    """Return a keyed digest (HMAC-SHA-256, 32 bytes) of all rows, whatever their order.

    Keyed because it is stored: an unkeyed digest of a small table can be guessed. Same rows, same digest, so
    the ledger recognises the same question on the same data and answers it without a new debit.
    """
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for name in sorted(holder.tables):
        table = holder.tables[name]
        if isinstance(table, FileTable):
            digest.update(_line((name, table.relation.rows, *table.columns)))
            digest.update(_line((table.hashes,)))
        else:
            frame = _as_frame(table) if isinstance(table, KeyTable) else table.frame
            digest.update(_line((name, len(frame), *table.columns)))
            digest.update(np.sort(_row_hashes(frame, key)).tobytes())
    return digest.digest()


def _as_frame(table: KeyTable) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: list(cells) for name, cells in zip(table.columns, table.cells, strict=True)})


def _row_hashes(frame: pd.DataFrame, key: bytes) -> RowHashes:
    """Return one 64-bit hash a row, shape (rows,). Two different tables of a million rows agree with odds of 2^-44.

    A cell counts with its type, so that 1 and "1" stay apart; columns enter with factors of their own.
    """
    import pandas as pd

    total = np.zeros(len(frame), dtype=np.uint64)
    for number, column in enumerate(frame.columns):
        cells = frame[column]
        categories = isinstance(cells.dtype, pd.CategoricalDtype)
        kind = pd.api.types.infer_dtype(cells.cat.categories if categories else cells, skipna=False)
        if kind not in ("string", "integer"):
            categories, cells = False, pd.Series([f"{type(cell).__name__} {cell!r}" for cell in cells], dtype=object)
        values = cells.array if categories else cells.to_numpy()
        # Where the first cells repeat, each text is hashed once; elsewhere looking for repeats takes longer.
        repeats = len(set(values[:_SAMPLE])) <= _SAMPLE // 2
        hashed = pd.util.hash_array(values, hash_key=_short_key(key), categorize=repeats)
        factor = int.from_bytes(hashlib.sha256(f"{number} {kind}".encode()).digest()[:8], "little") | 1
        with np.errstate(over="ignore"):
            total += hashed.astype(np.uint64) * np.uint64(factor)
    return total


def _short_key(key: bytes) -> str:
    """Return the 16 characters that key the hash of a row."""
    return hashlib.sha256(b"row" + key).hexdigest()[:16]


def groups_by_person(
    table: Table, by: Sequence[str], keys: Sequence[tuple[str, ...]], *, starts: Places, rows: Places
) -> tuple[Places, int]:
    """Return each person's group as an index into `keys`, -1 for none, and how many people conflict.

    starts, rows: the rows of person n are rows[starts[n]:starts[n + 1]], at least one, as the linkage tells people
    apart. A person whose rows fall into different groups has none, whether or not the groups are in `keys`.
    """
    if len(starts) < 2:
        return np.zeros(0, dtype=np.int64), 0
    import pandas as pd

    told, distinct = np.zeros(len(table.frame), dtype=np.int64), 1
    texts = [table.frame[column].astype(str).to_numpy(dtype=object) for column in by]
    for column in texts:
        codes, found = pd.factorize(column, use_na_sentinel=False)
        told, together = pd.factorize(told * len(found) + codes)
        distinct = len(together)
    example = np.zeros(distinct, dtype=np.int64)
    example[told] = np.arange(len(told))
    index = {key: number for number, key in enumerate(keys)}
    groups = np.array([index.get(tuple(column[row] for column in texts), -1) for row in example.tolist()])
    of_row, first = told[rows], told[rows[starts[:-1]]]
    conflicting = np.logical_or.reduceat(of_row != np.repeat(first, np.diff(starts)), starts[:-1])
    return np.where(conflicting, -1, groups[first]), int(conflicting.sum())


def values_by_person(table: Table, value: str, top: int, *, starts: Places, rows: Places) -> Places:
    """Return for each person the values of its rows added up, then clamped to [0, top]. starts, rows: as above."""
    if len(starts) < 2:
        return np.zeros(0, dtype=np.int64)
    amounts = table.frame[value].to_numpy()
    farthest = max(abs(int(amounts.min())), abs(int(amounts.max()))) * int(np.diff(starts).max())
    # Whole numbers of any size, slowly, where 64 bits could not hold a person's sum.
    exact = amounts.astype(np.int64 if farthest < 2**63 else object)
    return np.clip(np.add.reduceat(exact[rows], starts[:-1]), 0, top).astype(np.int64)


def with_row(holder: Holder, table_name: str, row: Mapping[str, str | int]) -> Holder:
    """Return the holder with one more row: how a scenario plants a fabricated record.

    Raises InputRefused for a table that the holder has not, and for a row of another shape than the table's.
    """
    table = holder.tables.get(table_name)
    if not isinstance(table, Table):
        raise InputRefused(f"{holder.party.id} has no table {table_name!r}; it has {', '.join(holder.tables)}.")
    import pandas as pd

    types = {name: int if pd.api.types.is_integer_dtype(table.frame[name].dtype) else str for name in table.columns}
    if {name: type(value) for name, value in row.items()} != types:
        listed = ", ".join(f"{name} ({'whole number' if kind is int else 'text'})" for name, kind in types.items())
        raise InputRefused(f"a row of table {table_name} of {holder.party.id} has exactly the columns {listed}.")
    grown = pd.concat([table.frame, pd.DataFrame([row], columns=list(table.columns))], ignore_index=True)
    return Holder(holder.party, {**holder.tables, table_name: Table(table.holder, table_name, table.person, grown)})


def _line(row: Sequence[object]) -> bytes:
    text = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogatepass")
