"""The engine for files: runs a bounding plan as plain SQL in DuckDB, out of core, behind the holder's wall.

Promises: the numbers of the reference engine, exactly. Every row is read
once: the first question makes one table of cells, one a (person, group), and
everything else about these groups is asked of that. Sums run in 128 bits only where the row count
and the clamps prove that they fit; otherwise the cells of the people concerned
are rescaled by the reference's own code, in Python's unbounded integers.
Nothing that stands in a file becomes part of a command.
Leaves to ingest: as in the reference (`holders/files/relation.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from privshare.holders.engines.rescale import Exact, Whole, norms_above, rescaled
from privshare.holders.files.relation import Relation
from privshare.model.bounding import Amount, Bins, BoundingPlan, Contributions, Discovery, Group, Measure, Norm

Key = tuple[str, ...]
EXACT = 2**126
"""What DuckDB's 128-bit integers keep, with a bit to spare."""
HALF = 2**64
"""Sums that could exceed that are kept as two: of the quotients by this and of the rests. Only Python reads them."""
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
        self._made: dict[tuple[str, tuple[Group, ...], tuple[Key, ...] | None], _Cells] = {}
        self._tables = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Drop the cells and close the connection."""
        self._engine.close()

    def plan(self, plan: BoundingPlan) -> tuple[int, ...]:
        """Return len(measures) * len(keys) whole numbers: measure by measure, keys in the plan's order."""
        cells = self._cells(plan.person, plan.by, plan.keys, plan.measures)
        answers: list[int] = []
        for measure in plan.measures:
            sums = dict.fromkeys(range(len(plan.keys)), 0)
            sums |= self._sums(cells, measure)
            answers += sums.values()
        return tuple(answers)

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        """Return how many people fall on each step of the ladder."""
        cells = self._cells(asked.person, asked.by, asked.keys, (asked.measure,))
        column = cells.columns[_amount(asked.measure)]
        limits = (0, *asked.ladder[:-1])
        power = 1 if asked.measure.norm is Norm.L1 else 2
        if self._reach(asked.measure) ** power >= EXACT:
            rows = self._engine.execute(f"SELECT p, {column} FROM {cells.name} ORDER BY p").fetchall()
            above = norms_above(*_arrays(rows), limits, asked.measure.norm)
        else:
            size = f"sum(abs({column}))" if power == 1 else f"sum({column}::HUGEINT * {column})"
            counted = ", ".join(f"count(*) FILTER (size > {limit**power})" for limit in limits)
            query = f"SELECT {counted} FROM (SELECT {size} AS size FROM {cells.name} GROUP BY p)"
            above = list(self._engine.execute(query).fetchall()[0])
        return tuple(int(more - most) for more, most in zip(above, (*above[1:], 0), strict=True))

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Return the bounded number of every group in which it is above 0, in the order of the keys."""
        cells = self._cells(asked.person, asked.by, None, (asked.measure,))
        texts = ", ".join(f"t{place}" for place, _ in enumerate(asked.by))
        rows = self._engine.execute(f"SELECT DISTINCT {texts} FROM {cells.name}").fetchall()
        keys = tuple(sorted(tuple(map(str, row)) for row in rows))
        if not keys:
            return {}
        counts = self.plan(BoundingPlan(asked.person, asked.by, keys, (asked.measure,)))
        return {key: number for key, number in zip(keys, counts, strict=True) if number > 0}

    def _cells(
        self, person: str, by: tuple[Group, ...], keys: tuple[Key, ...] | None, measures: Sequence[Measure]
    ) -> _Cells:
        """Return the table of the cells of these keys, or of all groups for None; made if it is not there yet."""
        wanted = [_amount(measure) for measure in measures]
        made = self._made.get((person, by, keys))
        if made is not None and set(wanted) <= set(made.columns):
            return made
        amounts = dict.fromkeys([*wanted, *(_amount(measure) for measure in self._measures)])
        self._tables += 1
        made = _Cells(f"cells{self._tables}", {amount: f"a{place}" for place, amount in enumerate(amounts)})
        everything = self._made.get((person, by, None))
        if keys is None:
            texts = _texts(self._relation, by)
            self._engine.execute(self._reading(made, person, texts, "", present=texts.values()))
        else:
            self._list(by, keys)
            if everything is not None and set(made.columns) <= set(everything.columns):
                matched = " AND ".join(["TRUE", *(f"t{place} = k{place}" for place, _ in enumerate(by))])
                columns = "".join(f", {everything.columns[amount]} AS {name}" for amount, name in made.columns.items())
                joined = f"SELECT p, g{columns} FROM {everything.name} JOIN keys ON {matched}"
                self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {made.name} AS {joined}")
            else:
                matched = " AND ".join(["TRUE", *(f"{group} = n{i}" for i, group in enumerate(self._groups(by)))])
                self._engine.execute(self._reading(made, person, {"g": "g"}, f"JOIN keys ON {matched}"))
        self._made[person, by, keys] = made
        return made

    def _groups(self, by: tuple[Group, ...]) -> list[str]:
        """Return what tells the groups of each grouping apart, in SQL: for bins their number."""
        told = self._relation
        return [_bin(told.whole(part.column), part) if isinstance(part, Bins) else told.key(part) for part in by]

    def _list(self, by: tuple[Group, ...], keys: Sequence[Key]) -> None:
        """Make the table of the keys: their texts k0, k1, ..., the same as the file has them n0, n1, ..., number g."""
        columns: list[list[str]] = [[key[place] for key in keys] for place, _ in enumerate(by)]
        texts = "".join(f"unnest(?::VARCHAR[]) AS k{place}, " for place, _ in enumerate(by))
        native = ["*"]
        for place, part in enumerate(by):
            if isinstance(part, Bins):
                labels = ", ".join(f"'{label}'" for label in part.labels)  # digits and words of our own
                native.append(f"list_position([{labels}], k{place}) - 1 AS n{place}")
            else:
                native.append(f"{self._relation.key_of_text(part, f'k{place}')} AS n{place}")
        self._engine.execute(
            f"CREATE OR REPLACE TEMP TABLE keys AS SELECT {', '.join(native)} "
            f"FROM (SELECT {texts}unnest(?::INTEGER[]) AS g)",
            [*columns, list(range(len(keys)))],
        )

    def _reading(
        self, made: _Cells, person: str, kept: Mapping[str, str], joined: str, present: Iterable[str] = ()
    ) -> str:
        """Return the statement that makes a table of cells from the file.

        kept: name -> what is kept of the group. present: what may not be null, besides the person.
        """
        relation = self._relation
        who = relation.group(person)
        summed = [f"{_summed(relation, amount)} AS {column}" for amount, column in made.columns.items()]
        chosen = ", ".join([f"{who} AS p", *(f"{group} AS {name}" for name, group in kept.items()), *summed])
        rows = " AND ".join(f"{what} IS NOT NULL" for what in (who, *present))
        return (
            f"CREATE OR REPLACE TEMP TABLE {made.name} AS SELECT {chosen} "
            f"FROM {relation.source} {joined} WHERE {rows} GROUP BY ALL"
        )

    def _reach(self, measure: Measure) -> int:
        """Return the largest magnitude that all rows together can add."""
        return self._relation.rows * measure.reach

    def _sums(self, cells: _Cells, measure: Measure) -> dict[int, int]:
        """Return number of the key -> its sum, for the keys that have cells."""
        column = cells.columns[_amount(measure)]
        farthest = self._reach(measure) * measure.sensitivity
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
            rows = self._engine.execute(f"SELECT p, {column}, g FROM {cells.name} ORDER BY p").fetchall()
            persons, amounts = _arrays(rows)
            sums = {int(row[2]): 0 for row in rows}
            for row, amount in zip(rows, rescaled(persons, amounts, measure).tolist(), strict=True):
                sums[row[2]] += amount
            return sums
        # Only the heavy are joined: they are few, and everybody else's cells stay as they are.
        answer = self._engine.execute(
            f"WITH heavy AS (SELECT p, {size} AS size FROM {cells.name} GROUP BY p HAVING {size} > {limit}) "
            f"SELECT g, sum(CASE WHEN size IS NULL THEN {wide} * {measure.grain} "
            f"WHEN {column} < 0 THEN -({cut}) ELSE {cut} END) FROM {cells.name} LEFT JOIN heavy USING (p) GROUP BY g"
        )
        return {int(group): int(total) for group, total in answer.fetchall()}


_Amount = tuple[Amount, str | None, int, int, int]


class _Cells(NamedTuple):
    """A table of cells: p, then g (number of the key) or t0, t1, ... (texts of the group), then the amounts."""

    name: str
    columns: dict[_Amount, str]


def _amount(measure: Measure) -> _Amount:
    """Return what tells two measures' cells apart."""
    return (measure.amount, measure.column, measure.lower, measure.upper, measure.centre)


def _arrays(rows: Sequence[tuple[object, ...]]) -> tuple[Whole, Exact]:
    """Return a number for each row's person, ascending, and the amounts as Python integers."""
    numbers: dict[object, int] = {}
    persons = np.array([numbers.setdefault(row[0], len(numbers)) for row in rows], dtype=np.int64)
    amounts = np.zeros(len(rows), dtype=object)
    for place, (_, amount, *_) in enumerate(rows):
        amounts[place] = amount[0] * HALF + amount[1] if isinstance(amount, list) else int(str(amount))
    return persons, amounts


def _texts(relation: Relation, by: tuple[Group, ...]) -> dict[str, str]:
    """Return t0, t1, ... -> the text of each grouping, in SQL."""
    texts = {}
    for place, part in enumerate(by):
        if isinstance(part, Bins):
            labels = ", ".join(f"'{label}'" for label in part.labels)
            texts[f"t{place}"] = f"[{labels}][1 + {_bin(relation.whole(part.column), part)}]"
        else:
            texts[f"t{place}"] = relation.text(part)
    return texts


def _bin(whole: str, bins: Bins) -> str:
    """Return the number of the bin in SQL."""
    cases = " ".join(f"WHEN {whole} < {edge} THEN {place}" for place, edge in enumerate(bins.edges))
    return f"(CASE {cases} ELSE {len(bins.edges)} END)"


def _summed(relation: Relation, amount: _Amount) -> str:
    kind, column, lower, upper, centre = amount
    if kind is Amount.PEOPLE:
        return "1::BIGINT"
    if kind is Amount.ROWS or column is None:
        return "count(*)::BIGINT"
    farthest = max(abs(lower - centre), abs(upper - centre), abs(lower), abs(upper))
    # The narrower the type, the faster the sum; what fits is known from the clamps.
    kind_of_value = "INTEGER" if farthest < 2**31 else "BIGINT"
    value = f"(least(greatest({relation.whole(column)}, {lower}), {upper})::{kind_of_value} - {centre})"
    if kind is Amount.SQUARES:
        value, farthest = f"({value}::{'BIGINT' if farthest < 2**31 else 'HUGEINT'} * {value})", farthest**2
        if max(abs(lower - centre), abs(upper - centre)) ** 2 * relation.rows >= EXACT:
            return f"[sum({value} // {HALF}), sum({value} % {HALF})]"
    total = f"sum({value})"
    return f"{total}::BIGINT" if farthest * relation.rows < 2**63 else total
