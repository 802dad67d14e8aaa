"""DuckDB by hand: the bounded numbers that a release needs, in two GROUP BYs and a join, and no noise at all.

No release: it shows what the engine alone costs somebody who writes the SQL, with nothing of privacy around it.
"""

import tempfile

from told import Clock, Work

clock = Clock()

import duckdb

clock.imported()

GRAIN = 1000
# Tables and not common table expressions: those the engine would keep in memory, which 100 million rows do not fit.
CELLS = """
CREATE TEMP TABLE cells AS
SELECT uid, key, count(*) AS n, sum(least(greatest(val, 0), 100))::BIGINT AS s FROM read_parquet('{table}') GROUP BY ALL
"""
PEOPLE = """
CREATE TEMP TABLE people AS SELECT uid, sum(n)::BIGINT AS all_n, sum(s)::BIGINT AS all_s FROM cells GROUP BY uid
"""
RESCALED = """
SELECT key,
       sum(CASE WHEN all_n <= {total} THEN n * {grain} ELSE n * {total} * {grain} // all_n END),
       sum(CASE WHEN all_s <= {total} * 50 THEN s * {grain} ELSE s * {total} * 50 * {grain} // all_s END)
FROM cells JOIN people USING (uid) GROUP BY key
"""


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    room = tempfile.TemporaryDirectory()
    limits = {"memory_limit": "4GB", "preserve_insertion_order": "false", "temp_directory": room.name}
    with room, duckdb.connect(config=limits) as engine:
        engine.execute(CELLS.format(table=work.table.replace("'", "''")))
        engine.execute(PEOPLE)
        rows = engine.execute(RESCALED.format(total=work.total, grain=GRAIN)).fetchall()
    return {str(key): (n / GRAIN, s / GRAIN) for key, n, s in rows}


clock.tell(release, ("duckdb",))
