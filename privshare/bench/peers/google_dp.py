"""python-dp (Google's C++ library): epsilon 0.5 for the counts of all groups together, and 0.5 for the sums.

The library bounds no person, so pandas keeps at most so many rows of each, chosen at random. Each group's algorithm
is told that one person may add all of them to it; since the rows over all groups are no more than that, the noise of
all groups together costs what that of one does.
"""

from told import Clock, Work

clock = Clock()

import pandas as pd
from pydp.algorithms.laplacian import BoundedSum, Count

clock.imported()


def release(work: Work) -> dict[str, tuple[float, float]]:
    """Return key -> count and sum."""
    frame = pd.read_parquet(work.table).sample(frac=1)
    frame = frame[frame.groupby("uid").cumcount() < work.total]
    values = {str(key): part.tolist() for key, part in frame.groupby("key")["val"]}
    answer = {}
    for key in work.keys:
        count = Count(epsilon=0.5, l0_sensitivity=1, linf_sensitivity=work.total, dtype="int")
        total = BoundedSum(
            epsilon=0.5, lower_bound=0, upper_bound=100, l0_sensitivity=1, linf_sensitivity=work.total, dtype="int"
        )
        answer[key] = (count.quick_result(values[key]), total.quick_result(values[key]))
    return answer


clock.tell(release, ("python-dp", "pandas"))
