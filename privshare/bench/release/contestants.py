"""Who takes part in a release beside us: other packages, and the bounds that they are given."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.bench.contestants import Peer


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one person may add in all: rows, or rows in each of so many groups, for a table of this shape.

    total: rows over all groups. groups, rows_a_group: for libraries that know no bound over all groups.
    """

    total: int
    groups: int
    rows_a_group: int


_IN_ALL = "{total} rows in all, chosen by the library"
_BEFORE = "{total} rows in all, chosen in pandas, since the library bounds nobody"
_MEMORY = "it keeps every row in memory, several GB for each 10 million"
PEERS = {
    peer.name: peer
    for peer in (
        Peer("opendp-polars", "opendp_polars.py", ("opendp[polars]==0.16.0",), _IN_ALL),
        Peer(
            "smartnoise", "smartnoise.py", ("smartnoise-sql==1.0.10", "pyarrow"), _IN_ALL,
            rows_max=20_000_000, why_not=_MEMORY,
        ),
        Peer(
            "tumult", "tumult.py", ("tmlt.analytics==0.21.0",), _IN_ALL, java=True,
            rows_max=20_000_000, why_not="it takes minutes for 10 million rows",
        ),
        Peer(
            "pipeline-dp", "pipelinedp_local.py", ("pipeline-dp==0.3.1", "pandas", "pyarrow"),
            "{groups} groups with {rows_a_group} rows each, chosen by the library",
            rows_max=20_000_000, why_not=_MEMORY,
        ),
        Peer(
            "python-dp", "google_dp.py", ("python-dp==1.1.5", "pandas", "pyarrow"), _BEFORE,
            rows_max=20_000_000, why_not=_MEMORY,
        ),
        Peer(
            "diffprivlib", "diffprivlib_pandas.py", ("diffprivlib==0.6.6", "scikit-learn<1.7", "pandas", "pyarrow"),
            _BEFORE, rows_max=20_000_000, why_not=_MEMORY,
        ),
        Peer(
            "duckdb", "duckdb_by_hand.py", (),
            "{total} rows in all, scaled down by hand with 4 GB; no noise", noise=False,
        ),
        Peer(
            "pyspark", "pyspark_by_hand.py", ("pyspark", "pyarrow"),
            "{total} rows in all, scaled down by hand; no noise", java=True, noise=False,
        ),
    )
}  # fmt: skip


def bounds_for(rows: int, people: int) -> Bounds:
    """Return the bounds that peers are given: a guess that somebody who knows the mean, and no more, might make.

    >>> bounds_for(1_000_000, 100_000)
    Bounds(total=50, groups=5, rows_a_group=10)
    """
    mean = rows / people
    if mean <= 10:
        return Bounds(50, 5, 10)
    return Bounds(100, 10, 10) if mean <= 20 else Bounds(400, 20, 20)
