"""smartnoise-sql over a pandas frame: epsilon 0.5 for each of two columns, rows of one person bounded in all."""

from told import Clock, Work

clock = Clock()

import pandas as pd
import snsql

clock.imported()


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    frame = pd.read_parquet(work.table)
    columns = {
        "max_ids": work.total,
        "rows": len(frame),
        "censor_dims": False,
        "clamp_columns": True,
        "uid": {"type": "int", "private_id": True},
        "key": {"type": "string"},
        "val": {"type": "int", "lower": 0, "upper": 100},
    }
    privacy = snsql.Privacy(epsilon=0.5, delta=1e-7)
    reader = snsql.from_df(frame, privacy=privacy, metadata={"": {"visits": {"table": columns}}})
    answer = reader.execute("SELECT key, COUNT(*) AS n, SUM(val) AS s FROM visits.table GROUP BY key")
    return {str(key): (n or 0, s or 0) for key, n, s in answer[1:]}


clock.tell(release, ("smartnoise-sql", "opendp", "pandas"))
