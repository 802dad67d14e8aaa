"""Two engines asked everything, and held against each other: the numbers that are noised are those of both.

Promises: an answer goes on only if both engines gave the same whole numbers.
Leaves to others: which tables are small enough for two engines (`opened`), the
digest of the answers (`digested.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from privshare.errors import EnginesDisagree
from privshare.holders.engines.duckdb_engine import DuckEngine
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.holders.files import FileTable, Relation, read_table, relation_of, whole_column
from privshare.holders.files.connection import connected
from privshare.model.bounding import BoundingPlan, Contributions, Discovery, Measure
from privshare.model.table import Table

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]
Answer = TypeVar("Answer")
ENGINES = ("duckdb", "pandas")


class CheckedEngine:
    """Both engines over the same rows."""

    def __init__(self, file: DuckEngine, reference: PandasEngine) -> None:
        self._file, self._reference = file, reference

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        """Run the plan on both."""
        return self._same("plan", self._file.plan(plan), self._reference.plan(plan))

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        """Count on both."""
        return self._same("contributions", self._file.contributions(asked), self._reference.contributions(asked))

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Look on both."""
        first, second = self._file.discovery(asked), self._reference.discovery(asked)
        self._same("discovery", tuple(sorted(first.items())), tuple(sorted(second.items())))
        return first

    def _same(self, what: str, first: Answer, second: Answer) -> Answer:
        if first != second:
            raise EnginesDisagree(what, *ENGINES)
        return first


@contextmanager
def checked(table: Table | FileTable, measures: Iterable[Measure]) -> Iterator[CheckedEngine]:
    """Give both engines for a table, for as long as they are needed."""
    with tempfile.TemporaryDirectory(prefix="privshare-") as folder:
        if isinstance(table, FileTable):
            relation, frame = table.relation, read_table(table.relation.path, columns=set(table.columns))
            for column in table.whole:
                # Ingest has insisted on what it wanted to; a query refuses no value.
                frame[column] = whole_column(frame, column, path=relation.path, bounds=None)
        else:
            frame, relation = table.frame, _saved(table.frame, Path(folder) / "rows.parquet")
        with DuckEngine(relation, measures) as file:
            yield CheckedEngine(file, PandasEngine(frame))


def _saved(frame: pd.DataFrame, path: Path) -> Relation:
    """Save the rows and return them as a relation of the same column names.

    Whole numbers stay such; every other cell becomes the text that the reference has for it.
    """
    import pandas as pd

    rows = frame.copy(deep=False)
    rows.columns = pd.Index([f"c{place}" for place, _ in enumerate(frame.columns)])
    for name in rows.columns:
        if not pd.api.types.is_integer_dtype(rows[name].dtype):
            rows[name] = rows[name].astype(object).map(str, na_action="ignore").astype("str")
    with connected() as engine:
        engine.register("rows", rows)
        quoted = str(path).replace("'", "''")
        engine.execute(f"COPY rows TO '{quoted}' (FORMAT parquet)")
    saved = relation_of(path)
    return replace(saved, columns=dict(zip(map(str, frame.columns), saved.columns.values(), strict=True)))
