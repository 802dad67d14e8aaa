"""How far published numbers are from the raw truth, and how near any bound could have brought them.

The benchmark's people are simulated and its truth is its own; nothing here is shown for a table that somebody brought.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

LADDER = (10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000)


def relative_error(told: Mapping[str, float], truth: Mapping[str, float]) -> float:
    """Return the median over groups of |told - true| / true; a group that was not told counts as told 0.

    Groups whose true number is 0 have no relative error and are left out.

    >>> relative_error({"a": 11.0, "b": 60.0}, {"a": 10, "b": 50, "c": 100, "d": 0})
    0.2
    """
    errors = [abs(told.get(key, 0.0) - true) / true for key, true in truth.items() if true]
    return statistics.median(errors)


def best_in_hindsight(table: Path, truth: Mapping[str, float], *, epsilon: float) -> tuple[int, float]:
    """Return the bound of LADDER with the least expected relative error of the counts, and that error.

    Knows the truth, so it is no way to choose a bound: it says how good any choice could be. Expected error of a
    group under Laplace noise of scale s with bias b: |b| + s * exp(-|b| / s).
    """
    bounded = _bounded_counts(table, LADDER)
    found = []
    for place, bound in enumerate(LADDER):
        scale = bound / epsilon
        errors = []
        for key, true in truth.items():
            bias = abs(bounded[key][place] - true)
            errors.append((bias + scale * math.exp(-bias / scale)) / true)
        found.append((statistics.median(errors), bound))
    error, bound = min(found)
    return bound, error


def _bounded_counts(table: Path, ladder: Sequence[int]) -> dict[str, list[float]]:
    """Return key -> the count under each bound, everybody above it scaled down."""
    scaled = ", ".join(f"sum(n * least(1.0, {bound}.0 / all_n))" for bound in ladder)
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        rows = engine.execute(
            "WITH cells AS (SELECT uid, key, count(*) AS n FROM read_parquet(?) GROUP BY ALL), "
            "people AS (SELECT uid, sum(n) AS all_n FROM cells GROUP BY uid) "
            f"SELECT key, {scaled} FROM cells JOIN people USING (uid) GROUP BY key",
            [str(table)],
        ).fetchall()
    return {str(key): [float(count) for count in counts] for key, *counts in rows}
