"""`privshare bench ledger`: durable spends of several writers, beside a bare loop of SQLite commits.

Both sides count commits that returned, under the same settings of SQLite: the ledger's with their anchor, cap, chain
entry and checks; the bare loop's with one row each. Each pair runs one after the other, in an order that alternates,
so a busy moment of the machine meets both. The interval is of the median of the pairs' ratios, from the sign test.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from privshare.bench.environments import with_ours
from privshare.bench.ledger.writer import prepare
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import check_runs, check_whole
from privshare.bench.process import Series
from privshare.errors import InputRefused, ParameterRefused

TARGET = 0.8
"""Commits of the ledger for one of the bare loop, at least."""
WRITERS_MAX, SECONDS_MAX = 64, 60.0


@dataclass(frozen=True, slots=True)
class Spends:
    """What was measured. bare, ledger: commits a second, one figure a pair. load_after: 1-minute average."""

    machine: Machine
    load_after: float
    writers: int
    seconds: float
    bare: Series
    ledger: Series

    @property
    def ratios(self) -> Series:
        """The ledger's commits for one of the bare loop's, pair by pair."""
        pairs = zip(self.ledger.values, self.bare.values, strict=True)
        return Series(tuple(ours / theirs if theirs else math.inf for ours, theirs in pairs))

    @property
    def met(self) -> bool:
        """Whether the median ratio reaches the target."""
        return self.ratios.median >= TARGET


def compare_spends(
    *, runs: int, writers: int, seconds: float, folder: Path | None, notice: Callable[[str], None] = lambda _: None
) -> Spends:
    """Measure `runs` pairs and return the rates.

    folder: on the disk that is measured; None for the system's folder for temporary files. Raises ParameterRefused or
    InputRefused before anything is run.
    """
    check_runs(runs)
    check_whole("--writers", writers, 1, WRITERS_MAX)
    if not 0 < seconds <= SECONDS_MAX:
        raise ParameterRefused("--seconds", seconds, f"seconds above 0, at most {SECONDS_MAX:g}")
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise InputRefused(f"--data {folder} is no folder that can be written; name one on the disk to measure.")
    before = this_machine()
    rates: dict[str, list[float]] = {"bare": [], "spend": []}
    with tempfile.TemporaryDirectory(prefix="privshare-bench-", dir=folder and folder.resolve()) as room:
        for pair in range(runs):
            for verb in ("bare", "spend") if pair % 2 == 0 else ("spend", "bare"):
                notice(f"Pair {pair + 1} of {runs}, {'the ledger' if verb == 'spend' else 'the bare loop'}")
                rates[verb].append(_rate(verb, Path(room) / f"{verb}-{pair}", writers, seconds))
    bare, ours = (Series(tuple(rates[verb])) for verb in ("bare", "spend"))
    return Spends(before, os.getloadavg()[0], writers, seconds, bare, ours)


def _rate(verb: str, place: Path, writers: int, seconds: float) -> float:
    """Return durable commits a second of so many writers on one new file."""
    prepare(verb, place)
    with ExitStack() as held:
        started = [held.enter_context(_writer(verb, place, number, seconds)) for number in range(writers)]
        held.callback(_stop, started)
        for process in started:
            _line(process)
        clock = time.perf_counter()
        for process in started:
            word = cast(IO[str], process.stdin)
            word.write("go\n")
            word.flush()
        commits = sum(int(_line(process)) for process in started)
        return commits / (time.perf_counter() - clock)


def _writer(verb: str, place: Path, number: int, seconds: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "privshare.bench.ledger.writer", verb, str(place), str(number), str(seconds)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=with_ours())


def _stop(started: Sequence[subprocess.Popen[str]]) -> None:
    for process in started:
        if process.poll() is None:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    """Return the next line of a writer; raise InputRefused with its last words when it has none."""
    if line := cast(IO[str], process.stdout).readline():
        return line
    words = cast(IO[str], process.stderr).read().strip().splitlines()
    raise InputRefused(f"a writer ended before its time: {words[-1] if words else 'it said nothing'}.")


def sign_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return an interval of the median and its confidence: the narrowest of order statistics that keeps 95 %.

    With fewer than six values none does, and the interval is of all of them.

    >>> low, high, sure = sign_interval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    >>> low, high, round(sure, 3)
    (2, 10, 0.988)
    """
    ordered, n = sorted(values), len(values)
    tail, cut = 0.5**n, 0
    while cut + 1 < n // 2 and 2 * (tail + math.comb(n, cut + 1) * 0.5**n) <= 0.05:
        cut += 1
        tail += math.comb(n, cut) * 0.5**n
    return ordered[cut], ordered[n - 1 - cut], max(0.0, 1 - 2 * tail)
