"""`privshare bench accounting`: the epsilon of 1,000 Laplace questions together, by us and by dp-accounting.

Whole processes in turns, as in `release.py`. Both account for the same discrete mechanism at the same delta, and only
the figure and the time are compared; neither reads data.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privshare.bench.contestants import Peer
from privshare.bench.environments import Program, with_ours
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import NOBODY, Others, check_runs
from privshare.bench.process import Series, Taken, measured
from privshare.errors import ParameterRefused

OURS = "privshare"
TARGET_SECONDS, TARGET_DIFFERENCE = 0.5, 0.002
ACCOUNTANT = Peer("dp-accounting", "dp_accounting_losses.py", ("dp-accounting==0.6.0",), "none: it reads no data")


@dataclass(frozen=True, slots=True)
class AccountingRow:
    """One accountant's figures. work: seconds after import. basic: sum of the epsilons, where it was told."""

    name: str
    whole: Series | None = None
    imports: Series | None = None
    work: Series | None = None
    epsilon: float | None = None
    basic: float | None = None
    versions: tuple[tuple[str, str], ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class AccountingComparison:
    """A run of the benchmark. Ours is the first row."""

    machine: Machine
    load_after: float
    runs: int
    rows: tuple[AccountingRow, ...]

    @property
    def difference(self) -> float | None:
        """Our epsilon less the other's, relative to it; None where one of them gave none."""
        told = [row.epsilon for row in self.rows]
        if len(told) < 2 or told[0] is None or told[1] is None:
            return None
        return told[0] / told[1] - 1


@dataclass(slots=True)
class _Contestant(Program):
    imports: list[float] = field(default_factory=list)
    taken: list[tuple[Taken, dict[str, Any]]] = field(default_factory=list)


def compare_accounting(
    *, runs: int = 5, others: Others = NOBODY, notice: Callable[[str], None] = lambda _: None
) -> AccountingComparison:
    """Run everybody `runs` times and return the figures. others: nobody, or dp-accounting.

    Raises ParameterRefused or InputRefused before anything is run.
    """
    check_runs(runs)
    if others.peers.strip() not in ("", "all", ACCOUNTANT.name):
        raise ParameterRefused("--peers", others.peers, f"all or {ACCOUNTANT.name}; accounting has no other peer")
    asked = others.chosen({ACCOUNTANT.name: ACCOUNTANT})
    contestants = [_Contestant(OURS, [sys.executable, "-m", "privshare.bench.accounting.core"], with_ours())]
    contestants += [_Contestant.of(others.prepared(peer, notice=notice)) for peer in asked]
    before = this_machine()
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as room:
        for number in range(runs + 1):
            for one in contestants:
                if not one.fault:
                    notice(f"Round {number} of {runs}: {one.name}")
                    _play(one, Path(room), counted=number > 0)
    return AccountingComparison(before, os.getloadavg()[0], runs, tuple(map(_row, contestants)))


def _play(one: _Contestant, room: Path, *, counted: bool) -> None:
    """Run a contestant's imports and its work once; the first round fills caches and is not counted."""
    only = measured([*one.command, "imports"], folder=room, environment=one.environment)
    took = measured(one.command, folder=room, environment=one.environment)
    one.fault = only.fault or took.fault
    if one.fault or not counted:
        return
    try:
        answer = took.told
        float(answer["epsilon"]), float(answer["seconds"]["work"])
    except (LookupError, ValueError, TypeError):
        one.fault = "its answer could not be read"
        return
    one.imports.append(only.wall)
    one.taken.append((took, answer))


def _row(one: _Contestant) -> AccountingRow:
    if one.fault or not one.taken:
        return AccountingRow(one.name, fault=one.fault or "it gave no figures")
    last = one.taken[-1][1]
    return AccountingRow(
        name=one.name,
        whole=Series(tuple(took.wall for took, _ in one.taken)),
        imports=Series(tuple(one.imports)),
        work=Series(tuple(float(answer["seconds"]["work"]) for _, answer in one.taken)),
        epsilon=float(last["epsilon"]),
        basic=last.get("basic"),
        versions=tuple((name, str(number)) for name, number in last["versions"].items()),
    )
