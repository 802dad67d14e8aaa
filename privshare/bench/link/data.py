"""Two tables of which half the people are in common, and the check that a link found exactly those.

Columns `id`, a fictional national number such as `NL19620713-048213`, and `balance`; one row a person, in no order.
Promises: the same bytes for the same rows, seed and DuckDB version (its hash is unspecified, so another version may
give another order); no number twice in a table; the truth is worked out from the numbers, never from a link.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from privshare.bench.options import check_whole
from privshare.errors import InputRefused

ROWS_MIN, ROWS_MAX = 256, 1 << 24
SEED_MAX = 2**20
DAYS, SERIALS = 29_220, 1_000_000
"""Birthdays of eighty years, and numbers given out on one day."""
STEP = 1_000_003 * 7_919
"""Shares no factor with DAYS * SERIALS, so that stepping by it meets every number once."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """left, right: CSV files of `rows` rows each, `common` people in both. seed: of the simulated numbers."""

    left: Path
    right: Path
    rows: int
    common: int
    seed: int


def make_pair(folder: Path, *, rows: int, seed: int = 1) -> Pair:
    """Write the two tables into `folder`, or find them there from an earlier time.

    Raises ParameterRefused for a size or seed out of range and InputRefused for a folder that cannot be written.
    """
    check_whole("--rows", rows, ROWS_MIN, ROWS_MAX)
    check_whole("--seed", seed, 0, SEED_MAX)
    name = f"people-{rows}-{seed}-v{_VERSION}-duckdb-{duckdb.__version__}"
    left, right = (folder / f"{name}-{side}.csv" for side in ("left", "right"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, first in ((left, 0), (right, rows // 2)):
            if not path.exists():
                unfinished = path.with_suffix(".unfinished")
                _write(unfinished, first=first, rows=rows, seed=seed)
                unfinished.rename(path)
    except (OSError, duckdb.IOException) as fault:
        reason = getattr(fault, "strerror", None) or "no room, or no permission"
        raise InputRefused(f"the data folder {folder} cannot be written: {reason}.") from None
    return Pair(left, right, rows, rows - rows // 2, seed)


def ids_in(path: Path) -> list[str]:
    """Return the `id` of every row of a CSV file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        place = next(rows).index("id")
        return [row[place] for row in rows]


class Truth:
    """Who is in both tables, and in which row; read once for all runs on them."""

    def __init__(self, pair: Pair) -> None:
        self._sides = ids_in(pair.left), ids_in(pair.right)
        self._common = set(self._sides[0]) & set(self._sides[1])

    def ids(self, side: int, rows: Sequence[int]) -> list[str]:
        """Return the `id` of these rows, from 0, of the left (0) or right (1) table."""
        return [self._sides[side][row] for row in rows]

    def exact(self, left: Sequence[str], right: Sequence[str] | None) -> bool:
        """Return whether the parties were told the truth: those in common, each of them once.

        left, right: who each was told. None for a party that is told nothing.
        """
        told = (left,) if right is None else (left, right)
        return all(len(ids) == len(self._common) and set(ids) == self._common for ids in told)


def _write(path: Path, *, first: int, rows: int, seed: int) -> None:
    """Write people number `first` to `first + rows`. All arithmetic is of whole numbers below 2^63."""
    whole = DAYS * SERIALS
    target = str(path).replace("'", "''")
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        engine.execute("SET enable_progress_bar = false")  # else a long statement draws one, into a pipe as well
        engine.execute(f"""
            COPY (
                SELECT printf('NL%s-%06d', strftime(DATE '1930-01-01' + (number // {SERIALS})::INTEGER, '%Y%m%d'),
                              number % {SERIALS}) AS id,
                       (hash(i + {seed << 40}) % 100000)::BIGINT AS balance
                FROM (
                    SELECT i, (i::BIGINT * {STEP % whole} + {seed} * 12345) % {whole} AS number
                    FROM range({first}, {first + rows}) AS made(i)
                )
                ORDER BY hash(i * 2 + {(seed << 41) + (1 if first else 0)})
            ) TO '{target}' (FORMAT csv, HEADER)
        """)
