"""diffprivlib: Laplace noise on numbers that pandas has grouped, since the library bounds no person and groups nothing.

pandas keeps at most so many rows of each person, chosen at random; one person then moves all counts together by at
most that many, and all sums by 100 times that.
"""

from told import Clock, Work

clock = Clock()

import pandas as pd
from diffprivlib.mechanisms import GeometricTruncated, Laplace

clock.imported()


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    frame = pd.read_parquet(work.table).sample(frac=1)
    frame = frame[frame.groupby("uid").cumcount() < work.total]
    frame["val"] = frame["val"].clip(0, 100)
    exact = frame.groupby("key")["val"].agg(["size", "sum"]).reindex(list(work.keys), fill_value=0)
    counts = GeometricTruncated(epsilon=0.5, sensitivity=work.total, lower=-(10**12), upper=10**12)
    sums = Laplace(epsilon=0.5, sensitivity=work.total * 100)
    return {
        str(key): (counts.randomise(int(count)), sums.randomise(float(total)))
        for key, count, total in exact.itertuples()
    }


clock.tell(release, ("diffprivlib", "scikit-learn", "pandas"))
