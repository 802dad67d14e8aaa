"""DuckDB by hand: the bounded numbers that a release needs, in two GROUP BYs and a join, and no noise at all.

No release: it shows what the engine alone costs somebody who writes the SQL, with nothing of privacy around it.
"""

from told import Clock, Work

clock = Clock()

import duckdb

clock.imported()

GRAIN = 1000
RESCALED = """
WITH cells AS (
    SELECT uid, key, count(*) AS n, sum(least(greatest(val, 0), 100)) AS s FROM read_parquet('{table}') GROUP BY ALL
), people AS (
    SELECT uid, sum(n) AS all_n, sum(s) AS all_s FROM cells GROUP BY uid
)
SELECT key,
       sum(CASE WHEN all_n <= {total} THEN n * {grain} ELSE n * {total} * {grain} // all_n END),
       sum(CASE WHEN all_s <= {total} * 50 THEN s * {grain} ELSE s * {total} * 50 * {grain} // all_s END)
FROM cells JOIN people USING (uid) GROUP BY key
"""


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    with duckdb.connect(config={"memory_limit": "1GB"}) as engine:
        asked = RESCALED.format(table=work.table.replace("'", "''"), total=work.total, grain=GRAIN)
        rows = engine.execute(asked).fetchall()
    return {str(key): (n / GRAIN, s / GRAIN) for key, n, s in rows}


clock.tell(release, ("duckdb",))
