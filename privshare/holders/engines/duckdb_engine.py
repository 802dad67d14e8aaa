"""The engine for files: runs a bounding plan as plain SQL in DuckDB, out of core, behind the holder's wall.

Promises: the numbers of the reference engine, exactly. Where rows add in one
direction and a file is quick to read again, no cells are needed
(`row_sums.py`). Otherwise every row is read once: the first question makes one
table of cells, one a (person, group), and everything else about these groups is
asked of that. Sums run in 128 bits only where the row count and the clamps
prove that they fit; otherwise the cells of the people concerned are rescaled by
the reference's own code, in Python's unbounded integers.
Nothing that stands in a file becomes part of a command.
Leaves to ingest: as in the reference (`holders/files/relation.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from privshare.holders.engines.keys import Key, joined_keys, list_keys
from privshare.holders.engines.rescale import Exact, Whole, norms_above, rescaled
from privshare.holders.engines.row_sums import RowSums
from privshare.holders.engines.statements import EXACT, HALF, AmountTerms, amount_of, reach_of, summed, texts_of
from privshare.holders.files.relation import Relation
from privshare.model.bounding import BoundingPlan, Contributions, Discovery, Group, Measure, Norm

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
        self._row_sums = RowSums(self._engine, relation, self._measures)
        self._made: dict[tuple[str, tuple[Group, ...], tuple[Key, ...] | None], _Cells] = {}
        self._sized: dict[str, Mapping[AmountTerms, str]] = {}
        self._added: dict[str, Mapping[AmountTerms, Mapping[int, int]]] = {}
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
        quick = [measure for measure in plan.measures if self._row_sums.serves(measure)]
        others = [measure for measure in plan.measures if measure not in quick]
        found: dict[str, dict[int, int]] = {}
        if quick:
            answers = self._row_sums.sums(plan, quick)
            found |= {measure.name: sums for measure, sums in zip(quick, answers, strict=True)}
        if others:
            cells = self._cells(plan.person, plan.by, plan.keys, others)
            found |= {measure.name: self._sums(cells, measure) for measure in others}
        groups = range(len(plan.keys))
        return tuple(found[measure.name].get(group, 0) for measure in plan.measures for group in groups)

    def contributions(self, asked: Contributions) -> tuple[int, ...]:
        """Return how many people fall on each step of the ladder."""
        if self._row_sums.serves(asked.measure):
            return _a_step(self._row_sums.contributions(asked))
        cells = self._cells(asked.person, asked.by, asked.keys, (asked.measure,))
        amount, norm = amount_of(asked.measure), asked.measure.norm
        limits = (0, *asked.ladder[:-1])
        people, sizes = self._sizes(cells, norm)
        if amount in sizes:
            power = 1 if norm is Norm.L1 else 2
            counted = ", ".join(f"count(*) FILTER ({sizes[amount]} > {limit**power})" for limit in limits)
            above = list(self._engine.execute(f"SELECT {counted} FROM {people}").fetchall()[0])
        else:
            rows = self._engine.execute(f"SELECT p, {cells.columns[amount]} FROM {cells.name} ORDER BY p").fetchall()
            above = norms_above(*_arrays(rows), limits, norm)
        return _a_step(above)

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Return the bounded number of every group in which it is above 0, in the order of the keys."""
        if self._row_sums.serves(asked.measure):
            keys = self._row_sums.found_keys(asked.person, asked.by)
        else:
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
        wanted = [amount_of(measure) for measure in measures]
        made = self._made.get((person, by, keys))
        if made is not None and set(wanted) <= set(made.columns):
            return made
        expected = [measure for measure in self._measures if not self._row_sums.serves(measure)]
        amounts = dict.fromkeys([*wanted, *map(amount_of, expected)])
        self._tables += 1
        made = _Cells(f"cells{self._tables}", {amount: f"a{place}" for place, amount in enumerate(amounts)})
        everything = self._made.get((person, by, None))
        if keys is None:
            texts = texts_of(self._relation, by)
            self._engine.execute(self._reading(made, person, texts, "", present=texts.values()))
        else:
            list_keys(self._engine, self._relation, by, keys)
            if everything is not None and set(made.columns) <= set(everything.columns):
                matched = " AND ".join(["TRUE", *(f"t{place} = k{place}" for place, _ in enumerate(by))])
                columns = "".join(f", {everything.columns[amount]} AS {name}" for amount, name in made.columns.items())
                joined = f"SELECT p, g{columns} FROM {everything.name} JOIN keys ON {matched}"
                self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {made.name} AS {joined}")
            else:
                joined = joined_keys(self._relation, by)
                self._engine.execute(self._reading(made, person, {"g": "g"}, joined))
        self._made[person, by, keys] = made
        return made

    def _reading(
        self, made: _Cells, person: str, kept: Mapping[str, str], joined: str, present: Iterable[str] = ()
    ) -> str:
        """Return the statement that makes a table of cells from the file.

        kept: name -> what is kept of the group. present: what may not be null, besides the person.
        """
        relation = self._relation
        who = relation.group(person)
        sums = [f"{summed(relation, amount)} AS {column}" for amount, column in made.columns.items()]
        chosen = ", ".join([f"{who} AS p", *(f"{group} AS {name}" for name, group in kept.items()), *sums])
        rows = " AND ".join(f"{what} IS NOT NULL" for what in (who, *present))
        return (
            f"CREATE OR REPLACE TEMP TABLE {made.name} AS SELECT {chosen} "
            f"FROM {relation.source} {joined} WHERE {rows} GROUP BY ALL"
        )

    def _sizes(self, cells: _Cells, norm: Norm) -> tuple[str, Mapping[AmountTerms, str]]:
        """Return the table of everybody's size (of the square, for L2) in each amount, and its columns.

        Made if it is not there yet. An amount whose sizes could exceed 128 bits has no column.
        """
        name = f"{cells.name}_{norm.value}"
        if name not in self._sized:
            sized, kept = [], {}
            for place, (amount, column) in enumerate(cells.columns.items()):
                reach = self._relation.rows * reach_of(amount)
                if (most := reach if norm is Norm.L1 else reach**2) < EXACT:
                    wide = "BIGINT" if most < 2**63 else "HUGEINT"
                    size = f"abs({column})" if norm is Norm.L1 else f"{column}::{wide} * {column}"
                    sized.append(f", sum({size})::{wide} AS s{place}")
                    kept[amount] = f"s{place}"
            if kept:
                query = f"SELECT p{''.join(sized)} FROM {cells.name} GROUP BY p"
                self._engine.execute(f"CREATE TEMP TABLE {name} AS {query}")
            self._sized[name] = kept
        return name, self._sized[name]

    def _totals(self, cells: _Cells) -> Mapping[AmountTerms, Mapping[int, int]]:
        """Return for each amount that fits the sum of each key's cells, nobody scaled down; summed once."""
        if cells.name not in self._added:
            fits = [amount for amount in cells.columns if self._relation.rows * reach_of(amount) < EXACT]
            sums = "".join(f", sum({cells.columns[amount]})" for amount in fits)
            rows = self._engine.execute(f"SELECT g{sums} FROM {cells.name} GROUP BY g").fetchall()
            self._added[cells.name] = {
                amount: {int(row[0]): int(row[place]) for row in rows} for place, amount in enumerate(fits, start=1)
            }
        return self._added[cells.name]

    def _sums(self, cells: _Cells, measure: Measure) -> dict[int, int]:
        """Return number of the key -> its sum in units of 1/grain, for the keys that have cells."""
        amount = amount_of(measure)
        column, wide = cells.columns[amount], f"{cells.columns[amount]}::HUGEINT"
        farthest = self._relation.rows * measure.reach * measure.sensitivity
        if measure.norm is Norm.L1:
            limit, fits = measure.bound, farthest < EXACT
            cut = f"abs({column if farthest < 2**63 else wide}) * {measure.sensitivity} // size"
        else:
            limit, fits = measure.bound**2, farthest**2 < EXACT and measure.sensitivity < ROOTS
            square = f"{wide} * {column} * {measure.sensitivity**2} // size"
            cut = f"CAST(floor(sqrt(CAST({square} AS DOUBLE))) AS HUGEINT)"
        if not fits:
            rows = self._engine.execute(f"SELECT p, {column}, g FROM {cells.name} ORDER BY p").fetchall()
            persons, amounts = _arrays(rows)
            sums = {int(row[2]): 0 for row in rows}
            for row, cell in zip(rows, rescaled(persons, amounts, measure).tolist(), strict=True):
                sums[row[2]] += cell
            return sums
        # Only the heavy are joined: they are few, and everybody else's cells stay as they are.
        people, sizes = self._sizes(cells, measure.norm)
        heavy = self._engine.execute(
            f"SELECT g, sum({column}), sum(CASE WHEN {column} < 0 THEN -({cut}) ELSE {cut} END) FROM {cells.name} "
            f"JOIN (SELECT p, {sizes[amount]} AS size FROM {people} WHERE {sizes[amount]} > {limit}) USING (p) "
            "GROUP BY g"
        ).fetchall()
        answer = {group: total * measure.grain for group, total in self._totals(cells)[amount].items()}
        for group, whole, scaled in heavy:
            answer[int(group)] += int(scaled) - int(whole) * measure.grain
        return answer


class _Cells(NamedTuple):
    """A table of cells: p, then g (number of the key) or t0, t1, ... (texts of the group), then the amounts."""

    name: str
    columns: dict[AmountTerms, str]


def _a_step(above: Sequence[int]) -> tuple[int, ...]:
    """Return how many are on each step, from how many are above the one before it."""
    return tuple(int(more - most) for more, most in zip(above, (*above[1:], 0), strict=True))


def _arrays(rows: Sequence[tuple[object, ...]]) -> tuple[Whole, Exact]:
    """Return a number for each row's person, ascending, and the amounts as Python integers."""
    numbers: dict[object, int] = {}
    persons = np.array([numbers.setdefault(row[0], len(numbers)) for row in rows], dtype=np.int64)
    amounts = np.zeros(len(rows), dtype=object)
    for place, (_, amount, *_) in enumerate(rows):
        amounts[place] = amount[0] * HALF + amount[1] if isinstance(amount, list) else int(str(amount))
    return persons, amounts
