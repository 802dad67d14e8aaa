"""A table as DuckDB reads it where it lies: which columns it has, of which types, and how each is written in SQL.

Promises: a cell has the one text that `read_table` gives it, so an answer
depends neither on the format nor on who reads; columns go by names of our own,
so nothing that stands in a file becomes part of a command.
Leaves to ingest (`taken_in.py`): whether the cells are what a question needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from privshare.errors import DataRefused, InputRefused, ParameterRefused
from privshare.holders.files.connection import connected
from privshare.holders.files.csv_file import scan_csv
from privshare.holders.files.parquet_file import columns_of_parquet, pattern_of, text_of
from privshare.model.bounding import WHOLE_MAX

if TYPE_CHECKING:
    import duckdb

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"}
_NARROW = {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"}
_AS_THEY_ARE = _WHOLE | {"DATE", "UUID", "BOOLEAN"}


@dataclass(frozen=True, slots=True)
class Relation:
    """A table in a file. columns: name -> DuckDB's type. rows: how many it has. stamp: as in a FileTable."""

    path: Path
    columns: Mapping[str, str]
    rows: int
    stamp: tuple[int, int, int]

    @property
    def source(self) -> str:
        """The table in SQL, its columns called c0, c1, ... in file order."""
        path = "'" + pattern_of(self.path).replace("'", "''") + "'"
        names = ", ".join(f"c{place}" for place, _ in enumerate(self.columns))
        if not _is_csv(self.path):
            return f"read_parquet({path}) AS t({names})"
        kinds = ", ".join(f"c{place}: VARCHAR" for place, _ in enumerate(self.columns))
        # The file was scanned, so nothing is left to be lenient about; what a strict reader refuses is a file whose
        # lines end in two ways. With one column the lenient one takes such an end for a row more.
        strict = "true" if len(self.columns) == 1 else "false"
        return (
            f"read_csv({path}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
            f"nullstr = '', strict_mode = {strict}, max_line_size = 2000000000, columns = {{{kinds}}}) AS t"
        )

    @property
    def quick(self) -> bool:
        """Whether reading a few columns again costs little: in CSV every byte would be taken apart anew."""
        return not _is_csv(self.path)

    def text(self, column: str) -> str:
        """Return the cell's text in SQL; null where it is empty."""
        place, kind = self._found(column)
        return text_of(kind, place)

    def group(self, column: str) -> str:
        """Return what tells the column's groups apart in SQL: the cell itself where its text does so no better."""
        place, kind = self._found(column)
        return place if kind in _AS_THEY_ARE else text_of(kind, place)

    def key(self, column: str) -> str:
        """Return what a cell is matched with keys by, in SQL: fast, and no key's where the cell is empty."""
        place, kind = self._found(column)
        return place if kind in _AS_THEY_ARE or kind == "VARCHAR" else text_of(kind, place)

    def key_of_text(self, column: str, text: str) -> str:
        """Return, in SQL, what `key` gives for a cell of this text; null where no cell has it."""
        kind = self._found(column)[1]
        if kind not in _AS_THEY_ARE:
            return f"nullif({text}, '')"
        cell = f"TRY_CAST({text} AS {kind})"
        return f"(CASE WHEN CAST({cell} AS VARCHAR) = {text} THEN {cell} END)"

    def whole(self, column: str) -> str:
        """Return the cell as a whole number within 2^53 in SQL; 0 where it is none."""
        number = self.number(column)
        if self._found(column)[1] in _NARROW:
            return f"coalesce({number}, 0)::BIGINT"
        # The inner one: DuckDB's greatest() passes over nulls, so a missing number would come out as the lowest.
        return f"least(greatest(coalesce({number}, 0), {-WHOLE_MAX}), {WHOLE_MAX})::BIGINT"

    def number(self, column: str) -> str:
        """Return the cell as a whole number in SQL, however large; null where it is none."""
        place, kind = self._found(column)
        if kind in _WHOLE:
            return place if kind in _NARROW or kind == "BIGINT" else f"{place}::HUGEINT"
        return f"TRY_CAST({text_of(kind, place)} AS BIGINT)"

    def hashed(self, column: str) -> str:
        """Return a hash of the cell in SQL, the same whether a file has it as a whole number or as its text."""
        place, kind = self._found(column)
        text = text_of(kind, place)
        if kind in _WHOLE:
            number = f"TRY_CAST({place} AS BIGINT)"  # null from 2^63 on, where all numbers would hash alike
            return f"(CASE WHEN {number} IS NULL THEN hash({text}) ELSE hash({number}) END)"
        number = f"TRY_CAST({text} AS BIGINT)"
        # No number begins with a letter, and looking first is quicker than trying.
        is_number = f"{text} < ':' AND CAST({number} AS VARCHAR) = {text}"
        return f"(CASE WHEN {is_number} THEN hash({number}) ELSE hash({text}) END)"

    def is_whole(self, column: str) -> bool:
        """Whether the file itself declares the column as whole numbers."""
        return self._found(column)[1] in _WHOLE

    def _found(self, column: str) -> tuple[str, str]:
        if column not in self.columns:
            raise ParameterRefused("column", column, "a column that the table has exactly once")
        return f"c{list(self.columns).index(column)}", self.columns[column]

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection that reads this file, or raise InputRefused when it is not the file that was checked."""
        if stamp_of(self.path) != self.stamp:
            raise InputRefused(f"{self.path} has changed while it was being read; start again.")
        return connected()


def stamp_of(path: Path) -> tuple[int, int, int]:
    """Return the file's size, time of change and inode."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def relation_of(path: Path, *, progress: Callable[[int, int], None] | None = None) -> Relation:
    """Return the relation of a file once its form is found good: all of a CSV, the head of a Parquet file.

    progress: called with how much of a CSV is read, and all of it.

    Raises DataRefused with the line of the first fault.
    """
    stamp = stamp_of(path)
    if _is_csv(path):
        return _counted(Relation(path, dict.fromkeys(scan_csv(path, progress=progress), "VARCHAR"), 0, stamp))
    return _counted(Relation(path, columns_of_parquet(path), 0, stamp))


def _counted(relation: Relation) -> Relation:
    import duckdb

    with relation.connect() as engine:
        try:
            rows = int(engine.execute(f"SELECT count(*) FROM {relation.source}").fetchall()[0][0])
        except duckdb.Error:
            raise DataRefused(
                str(relation.path), None, "it cannot be read a second time; end all lines in one way"
            ) from None
    if not rows:
        raise DataRefused(str(relation.path), None, "it has no rows; accepted is at least one")
    return Relation(relation.path, relation.columns, rows, relation.stamp)


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"
