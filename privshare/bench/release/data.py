"""The table that every contestant reads: simulated people, some of them very active, in groups of very unequal size.

uid (whole number), key (text, 50 groups, Zipf), val (whole number, log-normal, clipped to [0, 100]); one row a
visit, in no order. Promises: the same rows, byte for byte, for the same rows, seed and DuckDB version (its hash is
unspecified, so another version may give another table); made out of core, each row from its own number alone.
Who a row belongs to: activity over people is log-normal with SIGMA, so a row's person has rank Phi(z + SIGMA) for a
normal z (the Lorenz curve of the log-normal), which needs no table of people; and the most active one gets
HEAVIEST of all rows on top. With 1,000,000 rows about 100,000 people: 11 rows each who has any, 85 in the 99th
percentile, about 1,450 at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from privshare.bench.options import check_whole
from privshare.errors import InputRefused

ROWS_MIN, ROWS_MAX = 1_000, 200_000_000
SEED_MAX = 2**20
KEYS = tuple(f"key-{number:02}" for number in range(1, 51))
SIGMA = 1.2
HEAVIEST = 0.00035
VALUE_TOP = 100
_VERSION = 1
_SPREAD = (7919, 7907)
"""Primes, of which one does not divide the number of people: people's numbers do not tell who is how active."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table looks like, from its file. largest: rows of the most active person; p99: of the 99th percentile."""

    rows: int
    people: int
    mean: float
    p99: float
    largest: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Data:
    """table: Parquet file. keys: CSV of the public groups. rows, people: as asked. seed: of the simulated rows."""

    table: Path
    keys: Path
    rows: int
    people: int
    seed: int


def people_of(rows: int) -> int:
    """Return how many people a table of so many rows is about: 100,000 up to 10 million rows, then one in 20.

    >>> people_of(1_000_000), people_of(10_000_000), people_of(100_000_000)
    (100000, 100000, 5000000)
    """
    return min(100_000, rows // 10) if rows <= 10_000_000 else rows // 20


def make_data(folder: Path, *, rows: int, seed: int = 1) -> Data:
    """Write the table and its groups into `folder`, or find them there from an earlier time.

    Raises ParameterRefused for a size or seed out of range and InputRefused for a folder that cannot be written.
    """
    check_whole("--rows", rows, ROWS_MIN, ROWS_MAX)
    check_whole("--seed", seed, 0, SEED_MAX)
    name = f"visits-{rows}-{seed}-v{_VERSION}-duckdb-{duckdb.__version__}"
    made = Data(folder / f"{name}.parquet", folder / "keys.csv", rows, people_of(rows), seed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made.keys.write_text("key\n" + "".join(f"{key}\n" for key in KEYS), "utf-8")
        if not made.table.exists():
            # Under another name until it is whole, so that an interrupted run leaves no half table to be found.
            unfinished = made.table.with_suffix(".unfinished")
            write_table(unfinished, rows=rows, people=made.people, seed=seed)
            unfinished.rename(made.table)
    except (OSError, duckdb.IOException) as fault:
        reason = getattr(fault, "strerror", None) or "no room, or no permission"
        raise InputRefused(f"the data folder {folder} cannot be written: {reason}.") from None
    return made


def write_table(path: Path, *, rows: int, people: int, seed: int) -> None:
    """Write the Parquet file."""
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        target = str(path).replace("'", "''")
        engine.execute(f"COPY ({_visits(rows, people, seed)}) TO '{target}' (FORMAT parquet)")


def shape_of(table: Path) -> Shape:
    """Return the shape of a table, from the file itself."""
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        rows, people, mean, p99, largest = engine.execute(
            "SELECT sum(n), count(*), avg(n), quantile_cont(n, 0.99), max(n) "
            "FROM (SELECT count(*) AS n FROM read_parquet(?) GROUP BY uid)",
            [str(table)],
        ).fetchall()[0]
    return Shape(int(rows), int(people), float(mean), float(p99), int(largest), table.stat().st_size)


def truth_of(table: Path) -> dict[str, tuple[int, int]]:
    """Return key -> exact count and sum of the raw rows, unbounded."""
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        asked = "SELECT key, count(*), sum(val) FROM read_parquet(?) GROUP BY key"
        rows = engine.execute(asked, [str(table)]).fetchall()
    return {str(key): (int(count), int(total)) for key, count, total in rows}


def _uniform(stream: int, seed: int) -> str:
    """Return a number in (0, 1) in SQL: the upper 53 bits of a hash of the row's number and the stream's."""
    return f"((hash(i * 4 + {stream} + {seed << 40}) >> 11)::DOUBLE + 0.5) / 9007199254740992.0"


def _visits(rows: int, people: int, seed: int) -> str:
    shares = [1 / rank for rank, _ in enumerate(KEYS, start=1)]
    ends = [sum(shares[: rank + 1]) / sum(shares) for rank, _ in enumerate(KEYS)]
    spread = next(prime for prime in _SPREAD if people % prime)
    keys = " ".join(f"WHEN g < {end!r} THEN '{key}'" for end, key in zip(ends[:-1], KEYS[:-1], strict=True))
    # Abramowitz and Stegun 26.2.17: the normal's upper tail, off by less than 7.5e-8.
    tail = (
        "exp(-z * z / 2) * 0.3989422804014327 * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 "
        "+ t * (-1.821255978 + t * 1.330274429))))"
    )
    return f"""
        WITH uniform AS (
            SELECT {_uniform(0, seed)} AS u, {_uniform(1, seed)} AS w, {_uniform(2, seed)} AS g,
                   {_uniform(3, seed)} AS h
            FROM range({rows}) AS made(i)
        ), normal AS (
            SELECT g, h, sqrt(-2 * ln(u)) * cos(2 * pi() * w) + {SIGMA} AS z,
                   exp(3 + 0.8 * sqrt(-2 * ln(u)) * sin(2 * pi() * w)) AS v
            FROM uniform
        ), tails AS (
            SELECT *, 1 / (1 + 0.2316419 * abs(z)) AS t FROM normal
        ), ranked AS (
            SELECT g, v, CASE WHEN h < {HEAVIEST} THEN 0.0 WHEN z > 0 THEN {tail} ELSE 1 - {tail} END AS share
            FROM tails
        )
        SELECT (least(floor({people} * share)::BIGINT, {people - 1}) * {spread} + 12345) % {people} AS uid,
               CASE {keys} ELSE '{KEYS[-1]}' END AS key,
               least(floor(v), {VALUE_TOP})::BIGINT AS val
        FROM ranked
    """
