"""A file taken in as a holder's table without being loaded: its cells are checked where they lie.

This is ingest, the holder's own act before any query, so it may refuse on
values. The fast look is one question to DuckDB; only where it finds a fault is
the file read again, slowly, to name the line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from privshare.errors import DataRefused
from privshare.holders.files.columns import find_column, integer_column, person_column
from privshare.holders.files.csv_scan import FIELD_MAX
from privshare.holders.files.read import Progress, openable, read_table
from privshare.holders.files.relation import Relation, relation_of
from privshare.model.party import ColumnName, PartyId

if TYPE_CHECKING:
    import pandas as pd

DIGITS_END = 10**18
"""A number has at most 18 digits, in every format."""
_NUMBER = r"-?[0-9]{1,18}(\.0{1,9})?"
# What str.strip() takes away, so that a blank means the same here and in `person_column`.
_BLANKS = "".join(mark for mark in map(chr, range(0x3001)) if mark.isspace())


@dataclass(frozen=True, slots=True, repr=False)
class FileTable:
    """Rows of one holder that stay in their file.

    person: as in a Table. columns: those that were taken in and checked; the file may have more. whole: which of
    them hold whole numbers. hashes: sum of one 64-bit hash a row over these columns, the same for any order of rows
    and for both formats. The hash is DuckDB's own, fast and unspecified: another version may give another sum for the
    same rows. Two tables made to agree would get one answer, the older, and never two.
    """

    holder: PartyId
    name: str
    person: ColumnName
    columns: tuple[ColumnName, ...]
    whole: frozenset[ColumnName]
    relation: Relation
    hashes: int

    def __repr__(self) -> str:
        return f"<table {self.name} of {self.holder}: {self.relation.rows} rows in a file, not shown>"


@dataclass(frozen=True, slots=True)
class Taken:
    """Which columns a question needs of a file. values: column -> (lowest, highest) to insist on, or None."""

    person: str
    by: tuple[str, ...]
    values: Mapping[str, tuple[int, int] | None]


def take_in(
    path: Path, taken: Taken, *, holder: PartyId, name: str, progress: Progress | None = None
) -> FileTable:
    """Return the table, or raise DataRefused at the first fault, with its line. progress: as in `read_table`.

    Accepted are the files that `read_table` accepts; of a Parquet file only the columns that are needed are read.
    """
    with openable(path):
        relation = relation_of(path, progress=progress)
        used = tuple(dict.fromkeys((taken.person, *taken.by, *taken.values)))
        for column in used:
            find_column(relation.columns, column, path=path)
        hashes = _looked_over(relation, taken, used)
        if hashes is None:
            _refuse(path, taken)
    return FileTable(
        holder=holder,
        name=name,
        person=ColumnName(taken.person),
        columns=tuple(ColumnName(column) for column in used),
        whole=frozenset(ColumnName(column) for column in taken.values),
        relation=relation,
        hashes=hashes,
    )


def whole_column(frame: pd.DataFrame, column: str, *, path: Path, bounds: tuple[int, int] | None) -> pd.Series[Any]:
    """Return the column's whole numbers, clamped to 2^53 where no bounds are insisted on; else as `integer_column`."""
    return integer_column(frame, column, path=path, bounds=bounds, outside="clamp" if bounds is None else "refuse")


def _looked_over(relation: Relation, taken: Taken, used: Collection[str]) -> int | None:
    """Return the sum of the rows' hashes, or None where a row has a fault: one reading serves both."""
    import duckdb

    faults = [
        f"{relation.group(taken.person)} IS NULL"
        if relation.is_whole(taken.person)
        else _misspelt(relation.text(taken.person))
    ]
    for column in used:
        if relation.columns[column] == "VARCHAR":
            text = relation.text(column)
            faults.append(f"coalesce(contains({text}, chr(0)) OR length({text}) > {FIELD_MAX}, false)")
    for column, bounds in taken.values.items():
        text, number = relation.text(column), relation.number(column)
        faults.append(
            f"{relation.group(column)} IS NULL OR {number} NOT BETWEEN {1 - DIGITS_END} AND {DIGITS_END - 1}"
            if relation.is_whole(column)
            else f"NOT coalesce(regexp_full_match({text}, '{_NUMBER}'), false)"
        )
        if bounds is not None:
            faults.append(f"{number} < {bounds[0]} OR {number} > {bounds[1]}")
    # Numbers that a question adds up count as such, however their text is written; else "07" is not 7.
    cells = [
        f"hash(TRY_CAST({relation.number(column)} AS BIGINT))" if column in taken.values else relation.hashed(column)
        for column in used
    ]
    # Two halves, so that the sum runs in 64 bits: 2^32 times the rows that DuckDB can count.
    hashed = "sum((h >> 32)::BIGINT)::HUGEINT * 4294967296 + sum((h & 4294967295)::BIGINT)"
    rows = f"SELECT ({') OR ('.join(faults)}) AS fault, hash({', '.join(cells)}) AS h FROM {relation.source}"
    with relation.connect() as engine:
        try:
            faulty, total = engine.execute(f"SELECT bool_or(fault), {hashed} FROM ({rows})").fetchall()[0]
        except duckdb.Error:
            return None
    return None if faulty else int(total)


def _misspelt(who: str) -> str:
    """Return, in SQL, whether this text names no person, or not in the one spelling of one: as in `person_column`."""
    # ASCII between two visible characters is neither blank nor composed, which is nearly every person and a quick look.
    plain = f"{who} > '!' AND {who} < '~' AND length({who}) = strlen({who}) AND {who}[-1] > ' '"
    blanks = f"concat({', '.join(f'chr({ord(mark)})' for mark in _BLANKS)})"
    ends = f"contains({blanks}, left({who}, 1)) OR contains({blanks}, right({who}, 1))"
    return f"(CASE WHEN {plain} THEN false ELSE coalesce({ends} OR nfc_normalize({who}) <> {who}, true) END)"


def _refuse(path: Path, taken: Taken) -> NoReturn:
    """Read the file again and raise DataRefused with the line of the first fault."""
    frame: Any = read_table(path, columns={taken.person, *taken.by, *taken.values})
    person_column(frame, taken.person, path=path)
    for column, bounds in taken.values.items():
        whole_column(frame, column, path=path, bounds=bounds)
    raise DataRefused(str(path), None, "it has changed while it was being read, or is damaged")
