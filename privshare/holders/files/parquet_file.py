"""A Parquet file made into the same table of texts that its CSV twin gives.

DuckDB reads the file; every column is written as text the way a CSV writer
would (whole numbers in digits, dates as YYYY-MM-DD, truth values as true and
false, times of day in UTC), and empty text and null are one, so no answer
depends on the format. What has no one text (lists, structures, bytes) is
refused by name. Faults are named with the row, counted from 1, since the file
has no lines.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from privshare.errors import DataRefused
from privshare.holders.files.connection import connected
from privshare.holders.files.csv_scan import FIELD_MAX
from privshare.holders.files.header import header_fault

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

VECTORS_A_BATCH = 100  # of 2048 rows each

_NUMBERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"}
_NUMBERS_ABOVE_ZERO = {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
_TIMES = {"DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_PLAIN = _NUMBERS | _NUMBERS_ABOVE_ZERO | _TIMES | {"BOOLEAN", "VARCHAR", "UUID"}
_ZONED = "TIMESTAMP WITH TIME ZONE"


def read_parquet(
    path: Path, *, progress: Callable[[int, int], None] | None = None, columns: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the file's table, every column text with empty cells null. progress: called with (rows done, all).

    columns: those to read, or None for all.
    Raises DataRefused for what is no Parquet, has no rows or a column without plain values, or holds a text
    that a CSV file could not (a NUL, more than FIELD_MAX characters).
    """
    import duckdb
    import pandas as pd

    # Nothing may be fetched while a file is read, whatever its columns would like.
    with connected() as engine:
        file = pattern_of(path)
        try:
            engine.execute("SET TimeZone = 'UTC'")
            names, types = _columns(engine, file)
            _refuse_columns(names, types, str(path))
            kept = [place for place, name in enumerate(names) if columns is None or name in columns]
            rows = _refuse_cells(engine, file, names, types, kept, str(path))
            texts = ", ".join(text_of(types[place], f"c{place}") for place in kept)
            answer = engine.execute(f"SELECT {texts} FROM {_source(types)}", [file])  # noqa: S608
            pieces: list[pd.DataFrame] = []
            done = 0
            while len(piece := answer.fetch_df_chunk(VECTORS_A_BATCH)):
                pieces.append(piece.astype("str"))
                done += len(piece)
                if progress is not None:
                    progress(done, rows)
        except duckdb.Error:
            raise DataRefused(str(path), None, "it is not a Parquet file, or it is damaged") from None
    frame = pd.concat(pieces, ignore_index=True)
    frame.columns = pd.Index([names[place] for place in kept])
    return frame


def columns_of_parquet(path: Path) -> dict[str, str]:
    """Return name -> DuckDB's type of a file's columns, or raise DataRefused for what is no table of plain values."""
    import duckdb

    with connected() as engine:
        try:
            names, types = _columns(engine, pattern_of(path))
        except duckdb.Error:
            raise DataRefused(str(path), None, "it is not a Parquet file, or it is damaged") from None
    _refuse_columns(names, types, str(path))
    return dict(zip(names, types, strict=True))


def pattern_of(path: Path) -> str:
    """Return the pattern that this one file matches: a file name is a pattern to DuckDB."""
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in str(path.resolve()))


def _columns(engine: duckdb.DuckDBPyConnection, file: str) -> tuple[list[str], list[str]]:
    """Return the names as the file has them, and DuckDB's types. DuckDB itself would rename what differs in case."""
    types = [str(row[1]) for row in engine.execute("DESCRIBE FROM read_parquet(?)", [file]).fetchall()]
    schema = engine.execute("SELECT name, num_children FROM parquet_schema(?)", [file]).fetchall()
    names: list[str] = []
    place = 1
    while len(names) < len(types) and place < len(schema):
        names.append(str(schema[place][0]))
        inside = 1  # walks over everything below a nested column
        while inside:
            inside += int(schema[place][1] or 0) - 1
            place += 1
    return names, types


def _refuse_columns(names: Sequence[str], types: Sequence[str], path: str) -> None:
    wrong = header_fault(names)
    if wrong:
        raise DataRefused(path, None, wrong)
    for name, kind in zip(names, types, strict=True):
        if kind not in _PLAIN and kind != _ZONED and not kind.startswith(("DECIMAL(", "ENUM(")):
            what = "bytes" if kind == "BLOB" else "values made of several values or of a kind that CSV does not have"
            raise DataRefused(path, None, f"the column {name!r} holds {what}; save it as text, or leave it out")


def _refuse_cells(
    engine: duckdb.DuckDBPyConnection,
    file: str,
    names: Sequence[str],
    types: Sequence[str],
    kept: Sequence[int],
    path: str,
) -> int:
    """Return the number of rows; raise DataRefused where there are none or a text could not stand in a CSV file."""
    doubtful = [place for place in kept if types[place] == "VARCHAR"]
    wrong = [f"min(file_row_number) FILTER (contains(c{p}, chr(0)) OR length(c{p}) > {FIELD_MAX})" for p in doubtful]
    asked = ", ".join(["count(*)", *wrong])
    source = _source(types, "file_row_number")
    rows, *found = engine.execute(f"SELECT {asked} FROM {source}", [file]).fetchall()[0]  # noqa: S608
    if not rows:
        raise DataRefused(path, None, "it has no rows; accepted is at least one")
    for place, row in zip(doubtful, found, strict=True):
        if row is not None:
            what = f"the column {names[place]!r} has a NUL or more than {FIELD_MAX:,} characters"
            raise DataRefused(path, int(row) + 1, what, unit="row")
    return int(rows)


def _source(types: Sequence[str], *more: str) -> str:
    """Return the table under column names of our own: what stands in the file never becomes part of a command."""
    options = "".join(f", {name} = true" for name in more)
    return f"read_parquet(?{options}) AS t({', '.join([*(f'c{place}' for place in range(len(types))), *more])})"


def text_of(kind: str, place: str) -> str:
    """Return a cell's text in SQL, null where it is empty. kind: DuckDB's type. place: what the column is called.

    A NaN is empty: it is how tools write that a number is missing, and two of them are not the same person.
    """
    if kind in ("DOUBLE", "FLOAT"):
        return f"CASE WHEN NOT isnan({place}) THEN CAST({place} AS VARCHAR) END"  # its text may be -nan too
    if kind == "VARCHAR":
        return f"nullif({place}, '')"
    written = f"CAST({place} AS VARCHAR)"
    return f"replace({written}, '+00', '+00:00')" if kind == _ZONED else f"nullif({written}, '')"
