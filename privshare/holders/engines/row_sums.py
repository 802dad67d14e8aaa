"""Measures that need no cells: where all rows add in one direction, a person's size is the sum over their rows.

So everybody's size is one small table, everybody's total another, and cells are
made for the heavy alone: three quick readings of a file in place of a large
table. The numbers are those of the cells, exactly: in L1 a person's magnitudes
over the groups add up to the magnitude of their sum if no two have different signs.
For files that are quick to read again, and measures for which 128 bits are proven to suffice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from privshare.holders.engines.keys import Key, joined_keys, list_keys
from privshare.holders.engines.statements import EXACT, AmountTerms, amount_of, reach_of, summed, texts_of
from privshare.holders.files.relation import Relation
from privshare.model.bounding import Amount, BoundingPlan, Contributions, Group, Measure, Norm

if TYPE_CHECKING:
    import duckdb

WIDE_TABLE, USUAL_TABLE = 25, 12
"""Bits of a whole-number key up to which groups are a plain array; it cannot go to disk, so the usual one stands by."""


class RowSums:
    """The part of the engine that adds rows up without cells. measures: every one that will be asked about."""

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, relation: Relation, measures: Iterable[Measure] = ()
    ) -> None:
        self._engine, self._relation = engine, relation
        self._amounts = dict.fromkeys(amount_of(measure) for measure in measures if self.serves(measure))
        self._people: dict[tuple[str, tuple[Group, ...], tuple[Key, ...] | None], tuple[str, list[AmountTerms]]] = {}

    def serves(self, measure: Measure) -> bool:
        """Whether rows add in one direction, sizes are in L1, and all sums stay within 128 bits."""
        one_way = measure.amount in (Amount.ROWS, Amount.SQUARES) or (
            measure.amount is Amount.SUM and (measure.lower >= measure.centre or measure.upper <= measure.centre)
        )
        farthest = self._relation.rows * measure.reach * measure.sensitivity
        return self._relation.quick and one_way and measure.norm is Norm.L1 and farthest < EXACT

    def contributions(self, asked: Contributions) -> list[int]:
        """Return how many people are above 0 and above each step of the ladder but the last."""
        people, amounts = self._sizes(asked.person, asked.by, asked.keys, [asked.measure])
        size = f"s{amounts.index(amount_of(asked.measure))}"
        counted = ", ".join(f"count(*) FILTER ({size} > {limit})" for limit in (0, *asked.ladder[:-1]))
        return list(self._engine.execute(f"SELECT {counted} FROM {people}").fetchall()[0])

    def found_keys(self, person: str, by: tuple[Group, ...]) -> tuple[Key, ...]:
        """Return every group that occurs, sorted."""
        texts = texts_of(self._relation, by)
        present = self._present(person, texts.values())
        rows = self._engine.execute(
            f"SELECT DISTINCT {', '.join(texts.values())} FROM {self._relation.source} WHERE {present}"
        ).fetchall()
        return tuple(sorted(tuple(map(str, row)) for row in rows))

    def sums(self, plan: BoundingPlan, measures: Sequence[Measure]) -> list[dict[int, int]]:
        """Return number of the key -> its sum in units of 1/grain, one mapping a measure."""
        people, amounts = self._sizes(plan.person, plan.by, plan.keys, measures)
        places = [amounts.index(amount_of(measure)) for measure in measures]
        over = " OR ".join(f"s{place} > {measure.bound}" for place, measure in zip(places, measures, strict=True))
        self._engine.execute(
            "CREATE OR REPLACE TEMP TABLE heavy AS "
            f"SELECT *, (row_number() OVER ())::INTEGER AS n FROM {people} WHERE {over}"
        )
        list_keys(self._engine, self._relation, plan.by, plan.keys)
        source, keys = self._relation.source, joined_keys(self._relation, plan.by)
        who = self._relation.group(plan.person)
        added = ", ".join(f"{summed(self._relation, amounts[place])} AS a{place}" for place in dict.fromkeys(places))
        totals = self._grouped(f"SELECT g, {added} FROM {source} {keys} WHERE {who} IS NOT NULL GROUP BY g")
        cut = ", ".join(self._cut(measure, place) for place, measure in zip(places, measures, strict=True))
        heavy = self._grouped(
            f"SELECT g, {cut} FROM (SELECT g, n, {added} FROM {source} {keys} JOIN heavy ON {who} = heavy.p "
            f"GROUP BY g, n) JOIN heavy USING (n) GROUP BY g"
        )
        columns = list(dict.fromkeys(places))
        answers = [
            {int(row[0]): int(row[1 + columns.index(place)]) * measure.grain for row in totals}
            for place, measure in zip(places, measures, strict=True)
        ]
        for group, *pairs in heavy:
            for number, measure in enumerate(measures):
                whole, scaled = pairs[2 * number : 2 * number + 2]
                answers[number][int(group)] += int(scaled or 0) - int(whole or 0) * measure.grain
        return answers

    def _cut(self, measure: Measure, place: int) -> str:
        """Return, in SQL, what the heavy add to a group as they are, and scaled down."""
        column, over = f"a{place}", f"FILTER (s{place} > {measure.bound})"
        narrow = self._relation.rows * measure.reach * measure.sensitivity < 2**63
        # Who is heavy in another measure may have a size of 0 here: left out, but DuckDB may divide before it looks.
        cut = f"abs({column if narrow else f'{column}::HUGEINT'}) * {measure.sensitivity} // greatest(s{place}, 1)"
        return f"sum({column}) {over}, sum(CASE WHEN {column} < 0 THEN -({cut}) ELSE {cut} END) {over}"

    def _sizes(
        self, person: str, by: tuple[Group, ...], keys: tuple[Key, ...] | None, measures: Sequence[Measure]
    ) -> tuple[str, list[AmountTerms]]:
        """Return the table of everybody (p) and their size in each amount (s0, s1, ...), and the amounts."""
        wanted = [amount_of(measure) for measure in measures]
        made = self._people.get((person, by, keys))
        if made is not None and set(wanted) <= set(made[1]):
            return made
        amounts = list(dict.fromkeys([*wanted, *self._amounts]))
        joined, texts = "", [] if keys is not None else list(texts_of(self._relation, by).values())
        if keys is not None:
            list_keys(self._engine, self._relation, by, keys)
            joined = joined_keys(self._relation, by)
        sizes = ", ".join(f"{self._size(amount)} AS s{place}" for place, amount in enumerate(amounts))
        name, who = f"people{len(self._people)}", self._relation.group(person)
        self._grouped(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {who} AS p, {sizes} FROM {self._relation.source} {joined} "
            f"WHERE {self._present(person, texts)} GROUP BY p"
        )
        self._people[person, by, keys] = name, amounts
        return name, amounts

    def _size(self, amount: AmountTerms) -> str:
        fits = self._relation.rows * reach_of(amount) < 2**63
        return f"abs({summed(self._relation, amount)}){'::BIGINT' if fits else ''}"

    def _present(self, person: str, texts: Iterable[str]) -> str:
        return " AND ".join(f"{what} IS NOT NULL" for what in (self._relation.group(person), *texts))

    def _grouped(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement that groups, by arrays where the keys are small whole numbers and memory allows it."""
        import duckdb

        try:
            self._engine.execute(f"SET perfect_ht_threshold = {WIDE_TABLE}")
            return self._engine.execute(statement).fetchall()
        except duckdb.OutOfMemoryException:
            self._engine.execute(f"SET perfect_ht_threshold = {USUAL_TABLE}")
            return self._engine.execute(statement).fetchall()
