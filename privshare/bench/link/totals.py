"""`privshare bench link --task totals`: sums over the people in both of two tables, `totals-3/1`, in one process.

Three parties are threads of one process (`totals_core.py`); its whole time counts, from start to end. No package that
pip installs does the same: what it is compared with is a target.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from privshare.bench.environments import with_ours
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import check_runs, check_whole
from privshare.bench.page import counted, measured_on, plain, ranged, section
from privshare.bench.process import Series, Taken, measured
from privshare.bench.targets import Verdict
from privshare.errors import InputRefused

ROWS_MIN, ROWS_MAX = 1_000, 4_000_000
TARGET_ROWS, TARGET_SECONDS = 1_000_000, 10.0
HEAD = ("rows a side", "wall s", "CPU s", "of which protocol, wall s", "MB sent", "peak MiB", "within its noise")


@dataclass(frozen=True, slots=True)
class Totals:
    """What was measured; a figure a run. protocol: seconds of the suite alone. bytes: of all parties, as counted.

    near: whether every number of every run was as near the exact one as its noise allows. suite, versions: as told.
    """

    machine: Machine
    load_after: float
    rows: int
    wall: Series
    cpu: Series
    peak: Series
    protocol: Series
    bytes: int
    near: bool
    suite: str
    versions: tuple[tuple[str, str], ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """The target, where this size has one."""
        if self.rows != TARGET_ROWS:
            return []
        return [Verdict(f"{self.suite}: wall", "s", TARGET_SECONDS, self.wall.median)]


def measure_totals(*, rows: int = TARGET_ROWS, runs: int = 5, notice: Callable[[str], None] = lambda _: None) -> Totals:
    """Make the tables, run `runs` times after one that is not counted, and return the figures.

    Raises ParameterRefused before anything is run, and InputRefused where a run fails.
    """
    check_runs(runs)
    check_whole("--rows", rows, ROWS_MIN, ROWS_MAX)
    program = [sys.executable, "-m", "privshare.bench.link.totals_core"]
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as made:
        room = Path(made)
        notice("Making the tables")
        _done(measured([*program, "make", str(room / "data"), str(rows)], folder=room, environment=with_ours()))
        before = this_machine()
        taken = []
        for number in range(runs + 1):
            notice(f"Round {number} of {runs}")
            taken.append(_done(measured([*program, "run", str(room / "data")], folder=room, environment=with_ours())))
        after = os.getloadavg()[0]
    told = [took.told for took in taken[1:]]
    return Totals(
        machine=before,
        load_after=after,
        rows=rows,
        wall=Series(tuple(took.wall for took in taken[1:])),
        cpu=Series(tuple(took.cpu for took in taken[1:])),
        peak=Series(tuple(took.peak_mb for took in taken[1:])),
        protocol=Series(tuple(float(answer["protocol_seconds"]) for answer in told)),
        bytes=sum(told[-1]["bytes_sent"].values()),
        near=all(answer["as_near_as_noise_allows"] for answer in told),
        suite=str(told[-1]["suite"]),
        versions=tuple(told[-1]["versions"].items()),
    )


def totals_lines(found: Totals) -> list[str]:
    """Return the figures as lines of plain text."""
    return plain(_opening(found), [HEAD, _cells(found)], _told(found))


def totals_markdown(found: Totals) -> list[str]:
    """Return the figures as a section of a Markdown page."""
    heading = f"### Totals, {found.rows:,} rows a side"
    return section(heading, _opening(found), [HEAD, _cells(found)], _told(found))


def totals_document(found: Totals) -> dict[str, Any]:
    """Return the figures as plain values, every run's in it."""
    return {
        "benchmark": "link totals", "rows": found.rows, "machine": asdict(found.machine),
        "load_after": found.load_after, "suite": found.suite, "versions": dict(found.versions),
        "wall": list(found.wall.values), "cpu": list(found.cpu.values), "peak": list(found.peak.values),
        "protocol": list(found.protocol.values), "bytes": found.bytes, "within_its_noise": found.near,
        "targets": [verdict.document for verdict in found.verdicts],
    }  # fmt: skip


def _done(took: Taken) -> Taken:
    if took.fault:
        raise InputRefused(f"totals could not be measured: {took.fault}.")
    return took


def _opening(found: Totals) -> list[str]:
    runs = counted(len(found.wall.values))
    return [
        f"Two CSV files of {found.rows:,} people each, half of them in both; count and sum by 30 groups, "
        f"`{found.suite}` between three parties in one process, whole process.",
        f"{measured_on(found.machine, found.load_after)}; {runs} after one that is not counted; median (min to max).",
    ]


def _cells(found: Totals) -> tuple[str, ...]:
    return (
        f"{found.rows:,}", ranged(found.wall), ranged(found.cpu), ranged(found.protocol), f"{found.bytes / 1e6:,.1f}",
        ranged(found.peak, 0), "yes" if found.near else "NO",
    )  # fmt: skip


def _told(found: Totals) -> list[str]:
    versions = ", ".join(f"{name} {number}" for name, number in found.versions)
    return [
        *(verdict.sentence for verdict in found.verdicts),
        f"MB sent: message bodies of all three parties, as the suite counts them; versions: {versions}",
        "within its noise: every count and sum was compared with the exact one of the raw tables",
    ]
