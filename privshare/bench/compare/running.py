"""`privshare bench compare`: the whole matrix of the demo's people, and a dictionary over all eight-digit numbers.

Whole processes, imports, growth and report inside, as somebody at a desk waits for them. There is no other package to
put beside it: what it is compared with is a target.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from privshare.bench.environments import with_ours
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import check_runs
from privshare.bench.process import Series, Taken, measured
from privshare.bench.targets import Verdict
from privshare.errors import InputRefused

SIZES = {2_000: 20.0, 20_000: 180.0}
"""People, and how many seconds of wall time the matrix may take."""
WARMING = 1_000
"""People of the run that is not counted; of fewer, too few would be targets."""
DIGITS, PLANTED = 8, 100_000
DICTIONARY_SECONDS, DICTIONARY_SHARE = 30.0, 0.99


@dataclass(frozen=True, slots=True)
class Part:
    """One program's figures, one a run. size: people, or numbers tried. found: of the last run, in words."""

    what: str
    size: int
    wall: Series
    cpu: Series
    peak: Series
    found: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class LabTimes:
    """What was measured."""

    machine: Machine
    load_after: float
    parts: tuple[Part, ...]


def measure_lab(*, runs: int = 3, notice: Callable[[str], None] = lambda _: None) -> LabTimes:
    """Run the matrix of both sizes and the dictionary `runs` times each, after a small run that is not counted.

    Raises ParameterRefused before anything is run, and InputRefused where a run fails.
    """
    check_runs(runs)
    before = this_machine()
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as made:
        room = Path(made)
        notice("One small run, so that kernels are compiled")
        _matrix(room, WARMING, room / "warm")
        parts = [_matrices(room, people, runs, notice) for people in SIZES]
        parts.append(_dictionary(room, runs, notice))
    return LabTimes(before, os.getloadavg()[0], tuple(parts))


def _matrix(room: Path, people: int, out: Path) -> Taken:
    words = ["-m", "privshare", "compare", "demo", "--people", str(people), "--out", str(out), "--json"]
    return _done(measured([sys.executable, *words], folder=room, environment=with_ours()))


def _matrices(room: Path, people: int, runs: int, notice: Callable[[str], None]) -> Part:
    taken = []
    for run in range(1, runs + 1):
        notice(f"{people:,} people, run {run} of {runs}")
        taken.append(_matrix(room, people, room / f"{people}-{run}"))
    cells = json.loads(taken[-1].out)["cells"]
    applying = [cell for cell in cells if cell["success"] != "n/a"]
    passed = sum(cell["ceiling"] is not None for cell in applying)
    wall = _series(taken, "wall")
    return Part(
        "compare demo", people, wall, _series(taken, "cpu"), _series(taken, "tree_mb"),
        f"{len(cells)} cells, {len(applying)} of them with something to attack, {passed} under a ceiling",
        (Verdict(f"matrix of {people:,} people: wall", "s", SIZES[people], wall.median),),
    )  # fmt: skip


def _dictionary(room: Path, runs: int, notice: Callable[[str], None]) -> Part:
    program = [sys.executable, "-m", "privshare.bench.compare.dictionary", str(DIGITS), str(PLANTED)]
    taken = []
    for run in range(1, runs + 1):
        notice(f"Dictionary, run {run} of {runs}")
        taken.append(_done(measured(program, folder=room, environment=with_ours())))
    told = json.loads(taken[-1].out)
    wall = _series(taken, "wall")
    share = told["named"] / told["planted"]
    return Part(
        f"dictionary on {DIGITS} digits", 10**DIGITS, wall, _series(taken, "cpu"), _series(taken, "tree_mb"),
        f"{told['named']:,} of {told['planted']:,} hashes named",
        (
            Verdict("dictionary: wall", "s", DICTIONARY_SECONDS, wall.median),
            Verdict("dictionary: share of hashes named", "", DICTIONARY_SHARE, share, least=True),
        ),
    )  # fmt: skip


def _series(taken: list[Taken], name: str) -> Series:
    return Series(tuple(getattr(took, name) for took in taken))


def _done(took: Taken) -> Taken:
    if took.fault:
        raise InputRefused(f"the lab could not be measured: {took.fault.rstrip('.')}.")
    return took
