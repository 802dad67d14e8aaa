"""Engines run a bounding plan behind the holder's wall; only the bounded whole numbers come out.

Every engine gives identical numbers for the same rows and plan, so engines
check each other: pandas is the reference for rows in memory, DuckDB reads
files where they lie. A new engine is one file here and one case below; a
distributed one would run the statements of `duckdb_engine` shard by shard, for
sums over shards of persons add up exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from privshare.errors import EngineFailed
from privshare.holders.engines.checked import ENGINES, CheckedEngine, checked
from privshare.holders.engines.digested import DigestedEngine
from privshare.holders.engines.duckdb_engine import DuckEngine
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.holders.files import FileTable
from privshare.model.bounding import Measure
from privshare.model.table import Table

CHECKED_ROWS = 100_000
"""Up to so many rows every question is put to both engines; beyond, the reference would be the slower by far.

Whether it was put to both is never told: at the border it would give away the presence of one row.
"""


@contextmanager
def opened(
    table: Table | FileTable, measures: Iterable[Measure] = (), *, key: bytes
) -> Iterator[DigestedEngine]:
    """Give the engine for a table, for as long as it is needed. measures: as in `DuckEngine`, key: `DigestedEngine`.

    Raises EngineFailed, in words that are always the same, where the engine does not finish.
    """
    import duckdb

    try:
        with _engine_for(table, measures) as engine:
            yield DigestedEngine(engine, key)
    except (duckdb.Error, MemoryError):
        raise EngineFailed from None


@contextmanager
def _engine_for(
    table: Table | FileTable, measures: Iterable[Measure]
) -> Iterator[PandasEngine | DuckEngine | CheckedEngine]:
    rows = len(table.frame) if isinstance(table, Table) else table.relation.rows
    if 0 < rows <= CHECKED_ROWS:
        with checked(table, measures) as both:
            yield both
    elif isinstance(table, Table):
        yield PandasEngine(table.frame)
    else:
        with DuckEngine(table.relation, measures) as engine:
            yield engine


__all__ = ["CHECKED_ROWS", "ENGINES", "CheckedEngine", "DigestedEngine", "opened"]
