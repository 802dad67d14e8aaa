"""tmlt.analytics on Spark: epsilon 0.5 for each of two queries, rows of one person bounded in all. Needs a JDK."""

from told import Clock, Work

clock = Clock()

import os
import sys

from pyspark.sql import SparkSession
from tmlt.analytics import AddRowsWithID, KeySet, MaxRowsPerID, PureDPBudget, QueryBuilder, Session

clock.imported()


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    session = Session.from_dataframe(
        privacy_budget=PureDPBudget(1.0),
        source_id="visits",
        dataframe=spark.read.parquet(work.table),
        protected_change=AddRowsWithID(id_column="uid"),
    )
    keys = KeySet.from_dict({"key": list(work.keys)})
    bounded = QueryBuilder("visits").enforce(MaxRowsPerID(work.total)).groupby(keys)
    counts = session.evaluate(bounded.count(name="n"), PureDPBudget(0.5)).collect()
    sums = session.evaluate(bounded.sum("val", 0, 100, name="s"), PureDPBudget(0.5)).collect()
    totals = {row["key"]: row["s"] for row in sums}
    return {row["key"]: (row["n"], totals[row["key"]]) for row in counts}


os.environ["PYSPARK_PYTHON"] = sys.executable  # else its workers are another Python, without the library
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.driver.memory", "6g")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "8")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
clock.ready()
clock.tell(release, ("tmlt.analytics", "tmlt.core", "pyspark"))
spark.stop()
