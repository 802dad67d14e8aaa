"""A CSV file made into a table of texts: one pass in blocks of whole records, all or nothing.

Each block is first judged by `csv_scan` against the strict grammar; pandas'
C parser, which is lenient, only ever takes apart what has been found to have
one reading. So the answer is that of a slow strict parser, and a fault is
named with the line where its record begins.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from privshare.errors import DataRefused
from privshare.holders.files.csv_scan import fields_of, first_fault, is_clean, record_ends
from privshare.holders.files.header import COLUMNS_MAX, header_fault

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 8 * 1024 * 1024

_UTF8_MARK = b"\xef\xbb\xbf"
_BYTE_ORDER_MARKS = {
    _UTF8_MARK: "it begins with a byte order mark; save it as UTF-8 without one",
    b"\xff\xfe": "it is UTF-16; save it as UTF-8",
    b"\xfe\xff": "it is UTF-16; save it as UTF-8",
}


def read_csv(
    path: Path, *, progress: Callable[[int, int], None] | None = None, columns: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the file's table, every column text with empty cells null. progress: called with (bytes done, all).

    columns: those to keep, or None for all; every cell is checked all the same.

    Raises DataRefused with the line of the first fault, OSError when the disk does not answer.
    """
    import pandas as pd

    pieces = [_taken_apart(body, names, columns) for names, body in checked_blocks(path, progress)]
    return pieces[0] if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)


def scan_csv(path: Path, *, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """Return the column names once the whole file is found well formed; its cells are left where they are.

    Raises as `read_csv` does.
    """
    names: list[str] = []
    for names, _ in checked_blocks(path, progress):  # noqa: B007
        pass
    return names


def header_alone(path: Path) -> list[str] | None:
    """Return the column names of a file that is a header without rows, which other readers refuse; None for others."""
    with path.open("rb") as file:
        block = next(_blocks(file), b"")
    if not block:
        return None
    names, after = _header(block, str(path))
    return names if after == path.stat().st_size else None


def _clean(body: bytes, names: Sequence[str]) -> bool:
    return is_clean(body, len(names))


def checked_blocks(
    path: Path, progress: Callable[[int, int], None] | None, clean: Callable[[bytes, Sequence[str]], bool] = _clean
) -> Iterator[tuple[list[str], bytes]]:
    """Yield the names with each block of rows that has been found well formed; at least one.

    clean: looks at whole records, given the names of their columns, as strictly as `is_clean`.
    """
    size = path.stat().st_size
    names: list[str] = []
    done = lines = found = 0
    with path.open("rb") as file:
        for block in _blocks(file):
            body = block
            if not names:
                names, after = _header(block, str(path))
                body = block[after:]
                done, lines = after, block.count(b"\n", 0, after)
            if body:
                if not clean(body, names):
                    raise _refusal(body, len(names), path=str(path), done=done, lines=lines)
                found += 1
                yield names, body
            done, lines = done + len(body), lines + body.count(b"\n")
            if progress is not None:
                progress(done, max(done, size))
    if not names:
        raise DataRefused(str(path), None, "it is empty; accepted is a header and at least one row")
    if not found:
        raise DataRefused(str(path), 1, "a header without rows; accepted is at least one row")


def line_of_row(path: Path, row: int) -> int:
    """Return the line, from 1, on which this row (from 0) of an accepted file begins; the header is no row."""
    records = lines = 0
    with path.open("rb") as file:
        for block in _blocks(file):
            ends = record_ends(block)
            # Record number row + 1 begins after the end of record number row.
            if row < records + len(ends):
                return lines + block.count(b"\n", 0, int(ends[row - records]) + 1) + 1
            records, lines = records + len(ends), lines + block.count(b"\n")
    raise ValueError(f"the file has {records} records, so no row {row}")


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file in blocks that end where a record ends; the last may end anywhere."""
    rest, size = b"", BLOCK
    while chunk := file.read(size):
        rest += chunk
        cut = _end_of_records(rest)
        if not cut:
            size *= 2  # one record longer than a block: doubling keeps the whole linear
            continue
        yield rest[:cut]
        rest, size = rest[cut:], BLOCK
    if rest:
        yield rest


def _end_of_records(data: bytes) -> int:
    """Return the offset after the last record that is whole, 0 if none is."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    ends = record_ends(data)
    return int(ends[-1]) + 1 if len(ends) else 0


def _header(block: bytes, path: str) -> tuple[list[str], int]:
    """Return the column names and the offset after the header, or raise DataRefused."""
    for mark, what in _BYTE_ORDER_MARKS.items():
        if block.startswith(mark):
            raise DataRefused(path, 1, what)
    if block.startswith((b"\n", b"\r\n")):
        raise DataRefused(path, 1, "a blank line where the header should be")
    if block.count(b",", 0, 100 * COLUMNS_MAX) > COLUMNS_MAX and block.count(b",", 0, block.find(b"\n")) > COLUMNS_MAX:
        raise DataRefused(path, 1, f"the header has more than {COLUMNS_MAX} columns")
    fields, after, broken = fields_of(block, 0)
    if broken or first_fault(block[:after], None):
        raise _refusal(block, None, path=path, done=0, lines=0)
    names = [block[start:end].decode("utf-8") for start, end in fields]
    names = [name[1:-1].replace('""', '"') if name.startswith('"') else name for name in names]
    wrong = header_fault(names)
    if wrong:
        raise DataRefused(path, 1, wrong)
    return names, after


def _refusal(body: bytes, columns: int | None, *, path: str, done: int, lines: int) -> DataRefused:
    """Return the error for the first fault of this block; done, lines: bytes and lines before it."""
    fault = first_fault(body, columns)
    if fault is None:
        raise RuntimeError("the fast look at a CSV block found a fault that the slow one does not")
    line = lines + body.count(b"\n", 0, fault.start) + 1
    return DataRefused(path, line, fault.what.replace("{offset}", str(done + fault.start)))


def _taken_apart(body: bytes, names: list[str], columns: Collection[str] | None) -> pd.DataFrame:
    # The parser drops a byte order mark where a block starts; inside a file it is a character like others.
    import pandas as pd

    marked = _UTF8_MARK + body if body.startswith(_UTF8_MARK) else body
    return pd.read_csv(
        io.BytesIO(marked),
        names=names,
        usecols=None if columns is None else [name for name in names if name in columns],
        header=None,
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
        encoding="utf-8",
        engine="c",
        low_memory=False,
    )
