"""The nouns of a comparison of releases: targets, a contestant's figures, all of them together."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.bench.machine import Machine
from privshare.bench.process import Series
from privshare.bench.release.data import Data, Shape

CORE, VERB = "privshare, no report", "privshare release"
"""What our own two rows are called."""


@dataclass(frozen=True, slots=True)
class Target:
    """What we set ourselves for our own path without the report: seconds after import, MiB, relative count error."""

    seconds: float
    peak_mb: float
    count_error: float | None


TARGETS = {
    1_000_000: Target(0.3, 350, 0.04),
    10_000_000: Target(0.8, 500, None),
    100_000_000: Target(15.0, 1_100, None),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant's figures; seconds, MiB and relative errors, each a series over runs.

    whole: the process from start to end. imports: a process of the same interpreter that only imports. work: after
    import (and after the start of a server, where `start` has one). peak: with every process that it started.
    error: why there are no figures; then the series are None. noise: False where no noise was added.
    """

    name: str
    bound: str
    versions: tuple[tuple[str, str], ...] = ()
    noise: bool = True
    whole: Series | None = None
    imports: Series | None = None
    start: Series | None = None
    work: Series | None = None
    cpu: Series | None = None
    peak: Series | None = None
    count_error: Series | None = None
    sum_error: Series | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run of the benchmark. hindsight: best bound for the counts and its expected error, or None."""

    data: Data
    shape: Shape
    machine: Machine
    load_after: float
    runs: int
    rows: tuple[Row, ...]
    hindsight: tuple[int, float] | None

    @property
    def target(self) -> Target | None:
        """The target for a table of this size, if there is one."""
        return TARGETS.get(self.data.rows)
