"""PySpark by hand: the same SQL as DuckDB by hand, and no noise at all. Needs a JDK."""

from told import Clock, Work

clock = Clock()

import os
import sys

from pyspark.sql import SparkSession

clock.imported()

GRAIN = 1000
RESCALED = """
WITH cells AS (
    SELECT uid, key, count(*) AS n, sum(least(greatest(val, 0), 100)) AS s FROM visits GROUP BY uid, key
), people AS (
    SELECT uid, sum(n) AS all_n, sum(s) AS all_s FROM cells GROUP BY uid
)
SELECT key,
       sum(CASE WHEN all_n <= {total} THEN n * {grain} ELSE n * {total} * {grain} div all_n END) AS n,
       sum(CASE WHEN all_s <= {total} * 50 THEN s * {grain} ELSE s * {total} * 50 * {grain} div all_s END) AS s
FROM cells JOIN people USING (uid) GROUP BY key
"""


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    spark.read.parquet(work.table).createOrReplaceTempView("visits")
    rows = spark.sql(RESCALED.format(total=work.total, grain=GRAIN)).collect()
    return {row["key"]: (row["n"] / GRAIN, row["s"] / GRAIN) for row in rows}


os.environ["PYSPARK_PYTHON"] = sys.executable
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.driver.memory", "6g")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "8")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
clock.ready()
clock.tell(release, ("pyspark",))
spark.stop()
