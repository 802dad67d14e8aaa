"""One verb for both formats; the file's name says which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from privshare.errors import DataRefused

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on; bytes for CSV, rows for Parquet."""


def read_table(path: Path, *, progress: Progress | None = None, columns: Collection[str] | None = None) -> pd.DataFrame:
    """Return the table in this file: every column text, empty cells null, rows numbered from 0 in file order.

    columns: those to keep, in file order; None for all. Of a Parquet file only the cells of these are looked at.
    All or nothing: raises DataRefused at the first fault, with its line, and nothing is taken in. Accepted are
    .csv (RFC 4180 in UTF-8, commas, a header) and .parquet files with at least one row.
    """
    with openable(path):
        if path.suffix.lower() == ".csv":
            from privshare.holders.files.csv_file import read_csv

            return read_csv(path, progress=progress, columns=columns)
        from privshare.holders.files.parquet_file import read_parquet

        return read_parquet(path, progress=progress, columns=columns)


@contextmanager
def openable(path: Path) -> Iterator[None]:
    """Raise DataRefused where there is no file, it has another format, or the disk does not answer while it is read."""
    if not path.is_file():
        what = "it is a folder, not a file" if path.is_dir() else "there is no such file"
        raise DataRefused(str(path), None, what)
    if path.suffix.lower() not in (".csv", ".parquet"):
        ending = path.suffix or "nothing"
        raise DataRefused(str(path), None, f"a file ending in {ending!r}; accepted are .csv and .parquet")
    try:
        yield
    except OSError as fault:
        raise DataRefused(str(path), None, f"it cannot be read ({fault.strerror or 'input or output error'})") from None
