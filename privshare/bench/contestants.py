"""Who takes part: other packages, each with its environment, its program, its bound, and where it cannot take part.

A new one is a program in `peers/`, written as its own documentation would have it, and an entry here. Its program is
run by its own interpreter and is never imported by us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from privshare.errors import ParameterRefused

PROGRAMS = Path(__file__).with_name("peers")
NO_LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one person may add in all: rows, or rows in each of so many groups, for a table of this shape.

    total: rows over all groups. groups, rows_a_group: for libraries that know no bound over all groups.
    """

    total: int
    groups: int
    rows_a_group: int


@dataclass(frozen=True, slots=True)
class Peer:
    """Another package.

    requires: what pip installs into its environment; nothing where our own interpreter has it. bound: a sentence
    with {total}, {groups} and {rows_a_group}. program: file in `peers/`. java: needs a JDK. rows_max: above this it
    is left out, with `why_not`. noise: False for a program that shows what an engine costs and is no release.
    """

    name: str
    program: str
    requires: tuple[str, ...]
    bound: str
    java: bool = False
    rows_max: int = NO_LIMIT
    why_not: str = ""
    noise: bool = True


Some = TypeVar("Some", bound=Peer)
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


def chosen(text: str) -> tuple[Peer, ...]:
    """Return the peers of a release that a list of names stands for, as in `named`."""
    return named(text, PEERS)


def named(text: str, peers: Mapping[str, Some]) -> tuple[Some, ...]:
    """Return the peers that a list of names stands for: none, `all`, or names separated by commas.

    Raises ParameterRefused for an unknown name, with the nearest one.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(peers.values())
    for name in names:
        if name not in peers:
            near = get_close_matches(name, peers, n=1, cutoff=0.4)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise ParameterRefused("--peers", name, f"all, or one or more of {', '.join(peers)}{hint}")
    return tuple(peers[name] for name in dict.fromkeys(names))
