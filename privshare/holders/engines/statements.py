"""The plain SQL of a bounding plan, piece by piece: what a row adds, which group it is in. No engine runs here.

Promises: nothing that stands in a file becomes part of a statement; sums are written so wide that they cannot
overflow, which the row count and the clamps prove. Another engine that speaks SQL would run the same pieces.
"""

from __future__ import annotations

from privshare.holders.files.relation import Relation
from privshare.model.bounding import Amount, Bins, Group, Measure

EXACT = 2**126
"""What 128-bit integers keep, with a bit to spare."""
HALF = 2**64
"""Sums that could exceed that are kept as two: of the quotients by this and of the rests. Only Python reads them."""
AmountTerms = tuple[Amount, str | None, int, int, int]
"""What is added up, of which column, between which clamps, from which centre."""


def amount_of(measure: Measure) -> AmountTerms:
    """Return what tells two measures' cells apart."""
    return (measure.amount, measure.column, measure.lower, measure.upper, measure.centre)


def reach_of(amount: AmountTerms) -> int:
    """Return the largest magnitude that one row can add."""
    kind, _, lower, upper, centre = amount
    farthest = max(abs(lower - centre), abs(upper - centre))
    return farthest**2 if kind is Amount.SQUARES else farthest


def texts_of(relation: Relation, by: tuple[Group, ...]) -> dict[str, str]:
    """Return t0, t1, ... -> the text of each grouping, in SQL."""
    texts = {}
    for place, part in enumerate(by):
        if isinstance(part, Bins):
            labels = ", ".join(f"'{label}'" for label in part.labels)
            texts[f"t{place}"] = f"[{labels}][1 + {bin_of(relation.whole(part.column), part)}]"
        else:
            texts[f"t{place}"] = relation.text(part)
    return texts


def bin_of(whole: str, bins: Bins) -> str:
    """Return the number of the bin in SQL."""
    cases = " ".join(f"WHEN {whole} < {edge} THEN {place}" for place, edge in enumerate(bins.edges))
    return f"(CASE {cases} ELSE {len(bins.edges)} END)"


def summed(relation: Relation, amount: AmountTerms) -> str:
    """Return the sum of what a group of rows adds, in SQL."""
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
