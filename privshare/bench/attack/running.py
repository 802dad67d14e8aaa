"""`privshare bench attack`: risks of a pair of tables by us and by anonymeter, on the same simulated tables.

Whole processes in turns, each run with another seed of the adversary on the same tables. What is compared is the
risk: two agree where their intervals at 95 % overlap.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privshare.bench.attack.data import ATTACKS, RELEASES, Asked, write_tables
from privshare.bench.contestants import Peer
from privshare.bench.environments import Program, with_ours
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import NOBODY, Others, check_runs, check_whole
from privshare.bench.process import Series, Taken, measured

OURS = "privshare"
ROWS, ROWS_MIN, ROWS_MAX, ATTEMPTS = 5_000, 300, 100_000, 2_000
ANONYMETER = Peer("anonymeter", "anonymeter_risks.py", ("anonymeter==1.1.0",), "none: it measures the same tables")


@dataclass(frozen=True, slots=True)
class Told:
    """One contestant's figures for one attack on one release in one run. main, control: success rates.

    seconds: of processor time, with reading the tables.
    """

    risk: float
    low: float
    high: float
    main: float
    control: float
    seconds: float

    def agrees(self, other: Told, *, closely: bool = False) -> bool:
        """Return whether both intervals overlap; closely: whether each risk lies in the interval of the other."""
        if closely:
            return self.low <= other.risk <= self.high and other.low <= self.risk <= other.high
        return self.low <= other.high and other.low <= self.high


@dataclass(slots=True)
class Contestant(Program):
    """Who takes part. told: of every run, a figure for each attack on each release, in the order of `CELLS`."""

    told: list[tuple[Told, ...]] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    imports: list[float] = field(default_factory=list)
    versions: tuple[tuple[str, str], ...] = ()

    def seconds(self, cell: int) -> Series:
        """Return what one attack took in each run."""
        return Series(tuple(run[cell].seconds for run in self.told))


CELLS: tuple[tuple[str, Asked], ...] = tuple((release, attack) for release in RELEASES for attack in ATTACKS)


@dataclass(frozen=True, slots=True)
class RisksComparison:
    """A run of the benchmark; ours is the first. rows: of each table. attempts: at most, of each attack."""

    machine: Machine
    load_after: float
    rows: int
    attempts: int
    seed: int
    runs: int
    contestants: tuple[Contestant, ...]

    def agreeing(self, cell: int, *, closely: bool = False) -> int | None:
        """Return in how many runs the first two contestants agree on a cell; None where one has no figures."""
        if len(self.contestants) < 2 or any(one.fault or not one.told for one in self.contestants):
            return None
        ours, theirs = (one.told for one in self.contestants[:2])
        return sum(mine[cell].agrees(other[cell], closely=closely) for mine, other in zip(ours, theirs, strict=True))


def compare_risks(
    *,
    rows: int = ROWS,
    runs: int = 3,
    others: Others = NOBODY,
    seed: int = 1,
    notice: Callable[[str], None] = lambda _: None,
) -> RisksComparison:
    """Make the tables, let everybody attack them `runs` times, and return the figures. others: nobody or anonymeter.

    Raises ParameterRefused or InputRefused before anything is run.
    """
    check_runs(runs)
    check_whole("--rows", rows, ROWS_MIN, ROWS_MAX)
    asked = others.chosen({ANONYMETER.name: ANONYMETER})
    contestants = [Contestant(OURS, [sys.executable, "-m", "privshare.bench.attack.core"], with_ours())]
    contestants += [Contestant.of(others.prepared(peer, rows=rows, notice=notice)) for peer in asked]
    before = this_machine()
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as made:
        room = Path(made)
        attempts = min(ATTEMPTS, rows)
        write_tables(room, rows=rows, seed=seed, attempts=attempts)
        for run in range(1, runs + 1):
            for one in contestants:
                if not one.fault:
                    notice(f"Run {run} of {runs}: {one.name}")
                    _play(one, room, run)
    return RisksComparison(before, os.getloadavg()[0], rows, attempts, seed, runs, tuple(contestants))


def _read(cell: dict[str, Any]) -> Told:
    risk, low, high = map(float, cell["risk"])
    return Told(risk, low, high, *(float(cell[name]) for name in ("main", "control", "seconds")))


def _play(one: Contestant, room: Path, run: int) -> None:
    took = measured([*one.command, str(room), str(run)], folder=room, environment=one.environment)
    one.fault = took.fault
    if one.fault:
        return
    try:
        answer = took.told
        told = tuple(map(_read, answer["risks"]))
        one.imports.append(float(answer["seconds"]["imports"]))
    except (LookupError, ValueError, TypeError):
        one.fault = "its answer could not be read"
        return
    if len(told) != len(CELLS):
        one.fault = f"it told {len(told)} figures of {len(CELLS)}"
        return
    one.told.append(told)
    one.taken.append(took)
    one.versions = tuple((name, str(number)) for name, number in answer["versions"].items())
