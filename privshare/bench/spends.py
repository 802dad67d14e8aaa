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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from privshare.bench.entrants import with_ours
from privshare.bench.machine import Machine, this_machine
from privshare.bench.process import Series
from privshare.bench.spender import COMMITS_A_SPEND, prepare
from privshare.errors import InputRefused, ParameterRefused

TARGET = 0.8
"""Commits of the ledger for one of the bare loop, at least."""
PAIRS_MAX, WRITERS_MAX, SECONDS_MAX = 100, 64, 60.0


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
    for name, given, most in (("--runs", runs, PAIRS_MAX), ("--writers", writers, WRITERS_MAX)):
        if not 1 <= given <= most:
            raise ParameterRefused(name, given, f"a whole number from 1 to {most}")
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
        started = [
            held.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "privshare.bench.spender", verb, str(place), str(number), str(seconds)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=with_ours(),
                )
            )
            for number in range(writers)
        ]  # fmt: skip
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


def spends_lines(found: Spends) -> list[str]:
    """Return the comparison as lines of plain text."""
    machine, ratios = found.machine, found.ratios
    low, high, sure = sign_interval(ratios.values)
    writers = "1 writer" if found.writers == 1 else f"{found.writers} writers"
    pairs = "1 pair" if len(ratios.values) == 1 else f"{len(ratios.values)} pairs"
    verdict = "met" if found.met else "MISSED"
    return [
        f"Durable spends of {writers} on one ledger beside a bare loop of SQLite commits, same settings: {pairs} of "
        f"{found.seconds:g} s each, median (min to max).",
        f"Measured {machine.sentence}; load {machine.load:.1f} before, {found.load_after:.1f} after.",
        "",
        f"bare loop  {_ranged(found.bare)} commits/s",
        f"ledger     {_ranged(found.ledger)} commits/s, {found.ledger.median / COMMITS_A_SPEND:,.0f} spends/s",
        f"ratio      {ratios.median:.2f} ({ratios.low:.2f} to {ratios.high:.2f}); "
        f"median within {low:.2f} to {high:.2f} ({sure:.1%}, sign test)",
        "",
        f"{verdict}: {ratios.median:.2f} commits of the ledger for one of the bare loop, target at least {TARGET}",
        f"a spend is {COMMITS_A_SPEND} commits: reserve, begin, complete",
        "the bare loop waits for a lock in SQLite's sleeps of up to 0.1 s; the ledger looks every 25 ms to begin and",
        "tries every 0.5 ms to commit",
    ]


def spends_markdown(found: Spends) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    writers = "1 writer" if found.writers == 1 else f"{found.writers} writers"
    return [f"## Durable spends, {writers}", "", *(f"- {line}" for line in spends_lines(found) if line)]


def spends_document(found: Spends) -> dict[str, Any]:
    """Return the comparison as plain values, every pair's figure in it."""
    low, high, sure = sign_interval(found.ratios.values)
    return {
        "benchmark": "ledger",
        "machine": asdict(found.machine),
        "load_after": found.load_after,
        "writers": found.writers,
        "seconds": found.seconds,
        "commits_a_spend": COMMITS_A_SPEND,
        "bare": list(found.bare.values),
        "ledger": list(found.ledger.values),
        "interval": {"low": low, "high": high, "confidence": sure},
        "targets": [{"what": "ratio", "target": TARGET, "measured": found.ratios.median, "met": found.met}],
    }


def _ranged(series: Series) -> str:
    return f"{series.median:,.0f} ({series.low:,.0f} to {series.high:,.0f})"
