"""The engine for files: runs a bounding plan as plain SQL in DuckDB, out of core, behind the holder's wall.

Promises: the numbers of the reference engine, exactly. Every row is read
once: the first question makes one table of cells, one a (person, group), and
everything else is asked of that. Sums run in 128 bits only where the row count
and the clamps prove that they fit; otherwise the cells of the people concerned
are rescaled by the reference's own code, in Python's unbounded integers.
Nothing that stands in a file becomes part of a command.
Leaves to ingest: as in the reference (`holders/files/relation.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

import numpy as np

from privshare.holders.engines.rescale import norms_above, rescaled
from privshare.holders.files.relation import Relation
from privshare.model.bounding import Amount, Bins, BoundingPlan, Contributions, Discovery, Group, Measure, Norm

Key = tuple[str, ...]
EXACT = 2**126
"""What DuckDB's 128-bit integers keep, with a bit to spare."""
ROOTS = 2**26
"""Up to the square of this a double's square root, rounded down, is the whole root exactly."""


class DuckEngine:
    """The engine over one relation; use it as a context manager.

    measures: every measure that will be asked about, so that one reading serves them all; others cost a reading
    more.
    """

    def __init__(self, relation: Relation, measures: Iterable[Measure] = ()) -> None:
        self._relation, self._engine = relation, relation.connect()
        self._measures = tuple(measures)
        self._made: dict[tuple[str, tuple[Group, ...]], _Cells] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Drop the cells and close the connection."""
        self._engine.close()

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        """Return len(measures) * len(keys) whole numbers: measure by measure, keys in the plan's order."""
        cells = self._cells(plan.person, plan.by, plan.measures)
        source = self._kept(cells, plan.keys)
        answers: list[int] = []
        for measure in plan.measures:
            sums = dict.fromkeys(range(len(plan.keys)), 0)
            sums |= self._sums(cells, source, measure)
            answers += sums.values()
        return tuple(answers)

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        """Return how many people fall on each step of the ladder."""
        cells = self._cells(asked.person, asked.by, (asked.measure,))
        source = cells.name if asked.keys is None else self._kept(cells, asked.keys)
        column = cells.columns[_amount(asked.measure)]
        limits = (0, *asked.ladder[:-1])
        power = 1 if asked.measure.norm is Norm.L1 else 2
        if cells.reach(asked.measure) ** power >= EXACT:
            rows = self._engine.execute(f"SELECT p, {column} FROM {source} WHERE p IS NOT NULL ORDER BY p").fetchall()
            above = norms_above(*_arrays(rows), limits, asked.measure.norm)
        else:
            size = f"sum(abs({column}))" if power == 1 else f"sum({column}::HUGEINT * {column})"
            counted = ", ".join(f"count(*) FILTER (size > {limit**power})" for limit in limits)
            query = f"SELECT {counted} FROM (SELECT {size} AS size FROM {source} GROUP BY p)"
            above = list(self._engine.execute(query).fetchall()[0])
        return tuple(int(more - most) for more, most in zip(above, (*above[1:], 0), strict=True))

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Return the bounded number of every group in which it is above 0, in the order of the keys."""
        cells = self._cells(asked.person, asked.by, (asked.measure,))
        texts = ", ".join(cells.texts)
        rows = self._engine.execute(f"SELECT DISTINCT {texts} FROM {cells.name}").fetchall()
        keys = tuple(sorted({tuple(map(str, row)) for row in rows}))
        if not keys:
            return {}
        counts = self.plan(BoundingPlan(asked.person, asked.by, keys, (asked.measure,)))
        return {key: number for key, number in zip(keys, counts, strict=True) if number > 0}

    def _cells(self, person: str, by: tuple[Group, ...], measures: Sequence[Measure]) -> _Cells:
        """Return the table of cells, made if it is not there yet or lacks an amount."""
        made = self._made.get((person, by))
        amounts = dict.fromkeys(_amount(measure) for measure in (*measures, *self._measures))
        if made is None or any(_amount(measure) not in made.columns for measure in measures):
            made = _Cells(f"cells{len(self._made)}_{len(amounts)}", self._relation, person, by, tuple(amounts))
            self._engine.execute(made.statement)
            self._made[person, by] = made
        return made

    def _kept(self, cells: _Cells, keys: Sequence[Key]) -> str:
        """Return the query for the cells of these keys, each with the number of its key as g."""
        if not cells.by:
            return f"(SELECT *, 0 AS g FROM {cells.name})"
        columns = [[key[place] for key in keys] for place in range(len(cells.by))]
        named = ", ".join(f"unnest(?::VARCHAR[]) AS k{place}" for place, _ in enumerate(columns))
        numbers = list(range(len(keys)))
        made = f"CREATE TEMP TABLE keys AS SELECT {named}, unnest(?::INTEGER[]) AS g"
        self._engine.execute("DROP TABLE IF EXISTS keys")
        self._engine.execute(made, [*columns, numbers])
        matched = " AND ".join(f"{text} = k{i}" for i, text in enumerate(cells.texts))
        return f"(SELECT cells.*, g FROM {cells.name} AS cells JOIN keys ON {matched})"

    def _sums(self, cells: _Cells, source: str, measure: Measure) -> dict[int, int]:
        column = cells.columns[_amount(measure)]
        farthest = cells.reach(measure) * measure.sensitivity
        wide = f"{column}::HUGEINT"
        if measure.norm is Norm.L1:
            size, limit = f"sum(abs({column}))", measure.bound
            cut = f"abs({column if farthest < 2**63 else wide}) * {measure.sensitivity} // size"
            fits = farthest < EXACT
        else:
            size, limit = f"sum({wide} * {column})", measure.bound**2
            square = f"{wide} * {column} * {measure.sensitivity**2} // size"
            cut = f"CAST(floor(sqrt(CAST({square} AS DOUBLE))) AS HUGEINT)"
            fits = farthest**2 < EXACT and measure.sensitivity < ROOTS
        if not fits:
            rows = self._engine.execute(f"SELECT p, {column}, g FROM {source} ORDER BY p").fetchall()
            persons, amounts = _arrays(rows)
            sums = {int(row[2]): 0 for row in rows}
            for row, amount in zip(rows, rescaled(persons, amounts, measure).tolist(), strict=True):
                sums[row[2]] += amount
            return sums
        # Only the heavy are joined: they are few, and everybody else's cells stay as they are.
        answer = self._engine.execute(
            f"WITH kept AS {source}, "
            f"heavy AS (SELECT p, {size} AS size FROM kept GROUP BY p HAVING {size} > {limit}) "
            f"SELECT g, sum(CASE WHEN size IS NULL THEN {wide} * {measure.grain} "
            f"WHEN {column} < 0 THEN -({cut}) ELSE {cut} END) FROM kept LEFT JOIN heavy USING (p) GROUP BY g"
        )
        return {int(group): int(total) for group, total in answer.fetchall()}


_Amount = tuple[Amount, str | None, int, int, int]


def _amount(measure: Measure) -> _Amount:
    """Return what tells two measures' cells apart."""
    return (measure.amount, measure.column, measure.lower, measure.upper, measure.centre)


def _arrays(rows: Sequence[tuple[object, ...]]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray]:
    """Return a number for each row's person, ascending, and the amounts as Python integers."""
    numbers: dict[object, int] = {}
    persons = np.array([numbers.setdefault(row[0], len(numbers)) for row in rows], dtype=np.int64)
    amounts = np.array([int(str(row[1])) for row in rows] or [0], dtype=object)[: len(rows)]
    return persons, amounts


class _Cells:
    """The table of cells: what it is called, how it is made, and what its columns hold."""

    def __init__(
        self, name: str, relation: Relation, person: str, by: tuple[Group, ...], amounts: tuple[_Amount, ...]
    ) -> None:
        self.name, self.by, self._rows = name, by, relation.rows
        self.columns = {amount: f"a{place}" for place, amount in enumerate(amounts)}
        groups, self.texts = [], []
        for place, part in enumerate(by):
            if isinstance(part, Bins):
                groups.append(_bin(relation.whole(part.column), part))
                self.texts.append(f"b{place}")
            else:
                groups.append(relation.group(part))
                self.texts.append(relation.text_of_group(part, f"b{place}"))
        chosen = "".join(f"{group} AS b{place}, " for place, group in enumerate(groups))
        summed = ", ".join(f"{_summed(relation, amount)} AS {column}" for amount, column in self.columns.items())
        present = " AND ".join(f"b{place} IS NOT NULL" for place, _ in enumerate(groups)) or "TRUE"
        inner = f"SELECT {relation.group(person)} AS p, {chosen}* FROM {relation.source}"
        kept = "".join(f"b{place}, " for place, _ in enumerate(groups))
        self.statement = (
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT p, {kept}{summed} FROM ({inner}) "
            f"WHERE p IS NOT NULL AND {present} GROUP BY ALL"
        )

    def reach(self, measure: Measure) -> int:
        """Return the largest magnitude that all rows together can add."""
        return self._rows * measure.reach


def _bin(whole: str, bins: Bins) -> str:
    cases = " ".join(f"WHEN {whole} < {edge} THEN {place}" for place, edge in enumerate(bins.edges))
    labels = ", ".join(f"'{label}'" for label in bins.labels)  # digits and words of our own
    return f"[{labels}][1 + CASE {cases} ELSE {len(bins.edges)} END]"


def _summed(relation: Relation, amount: _Amount) -> str:
    kind, column, lower, upper, centre = amount
    if kind is Amount.PEOPLE:
        return "1::BIGINT"
    if kind is Amount.ROWS or column is None:
        return "count(*)::BIGINT"
    value = f"(least(greatest({relation.whole(column)}, {lower}), {upper}) - {centre})"
    farthest = max(abs(lower - centre), abs(upper - centre))
    if kind is Amount.SQUARES:
        value, farthest = f"({value}::HUGEINT * {value})", farthest**2
    total = f"sum({value})"
    return f"{total}::BIGINT" if farthest * relation.rows < 2**63 else total
