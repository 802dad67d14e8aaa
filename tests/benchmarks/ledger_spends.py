"""Durable spends, eight writers: how near the ledger comes to a bare loop of SQLite commits with the same settings.

Run: `python tests/benchmarks/ledger_spends.py [--pairs N] [--writers N] [--seconds S] [--folder DIR]`. Never a test: its
figures belong to a machine and its disk (the folder must lie on a real one), and are kept in docs/reference/benchmarks.md.

A spend is three durable commits: reserve, begin, complete. Both sides count commits that returned: the ledger's with
their anchor, cap, chain entry and checks; the bare loop's with one row each, under the ledger's own settings. Each pair
runs one after the other, in an order that alternates; the interval is of the median of the pairs' ratios, from the sign
test, at 95 % or more.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Spend, open_ledger, schema

HOLDER, PURPOSE = PartyId("bank"), PurposeId("research")
COMMITS_A_SPEND = 3


def spend(place: Path, writer: int, seconds: float) -> int:
    """Spend until the time is over; return how many commits were durable."""
    with open_ledger(place) as ledger:
        end, number = begin_at(seconds), 0
        while time.perf_counter() < end:
            request = f"{writer:032x}{number:032x}"
            ledger.reserve([Spend(request, HOLDER, PURPOSE, PrivacyLoss(1))], question_ids={request: "q"})
            ledger.begin(request)
            ledger.complete(request, b"{}")
            number += 1
    return number * COMMITS_A_SPEND


def bare(place: Path, writer: int, seconds: float) -> int:
    """Commit one row after the other until the time is over; return how many."""
    connection = schema.connect(place, writable=True)
    end, number = begin_at(seconds), 0
    while time.perf_counter() < end:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO spend VALUES (?, ?)", (f"{writer:032x}{number:032x}", 1))
        connection.execute("COMMIT")
        number += 1
    connection.close()
    return number


def begin_at(seconds: float) -> float:
    """Say that this writer is ready, wait for the word, and return when to end."""
    print("ready", flush=True)
    sys.stdin.readline()
    return time.perf_counter() + seconds


def rate(verb: str, room: Path, writers: int, seconds: float) -> float:
    """Return durable commits a second of so many writers on one new file."""
    place = room / verb
    if verb == "spend":
        with open_ledger(place) as ledger:
            ledger.declare(HOLDER, PURPOSE, PrivacyLoss(10**9))
    else:
        connection = schema.connect(place, writable=True)
        connection.execute("CREATE TABLE spend (request TEXT NOT NULL PRIMARY KEY, micro INTEGER NOT NULL)")
        connection.close()
    started = [
        subprocess.Popen(
            [sys.executable, __file__, verb, str(place), str(number), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    told = [(process.stdin, process.stdout) for process in started]
    for _, out in told:
        assert out is not None
        out.readline()
    clock = time.perf_counter()
    for word, _ in told:
        assert word is not None
        word.write("go\n")
        word.flush()
    commits = sum(int(out.readline()) for _, out in told if out is not None)
    taken = time.perf_counter() - clock
    for process in started:
        process.communicate()
    for file in room.iterdir():
        file.unlink()
    return commits / taken


def sign_interval(values: list[float]) -> tuple[float, float, float]:
    """Return an interval of the median and its confidence: the widest order statistics cut that keeps 95 %."""
    ordered, n = sorted(values), len(values)
    tail, cut = 0.5**n, 0
    while cut + 1 < n // 2 and 2 * (tail + math.comb(n, cut + 1) * 0.5**n) <= 0.05:
        cut += 1
        tail += math.comb(n, cut) * 0.5**n
    return ordered[cut], ordered[n - 1 - cut], 1 - 2 * tail


def main() -> None:
    """Measure and print the pairs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    rates: dict[str, list[float]] = {"bare": [], "spend": []}
    with tempfile.TemporaryDirectory(dir=given.folder) as room:
        for pair in range(given.pairs):
            for verb in ("bare", "spend") if pair % 2 == 0 else ("spend", "bare"):
                rates[verb].append(rate(verb, Path(room), given.writers, given.seconds))
            print(f"pair {pair + 1}: bare {rates['bare'][-1]:.1f}/s, ledger {rates['spend'][-1]:.1f}/s", flush=True)
    ratios = [ours / bare for ours, bare in zip(rates["spend"], rates["bare"], strict=True)]
    low, high, sure = sign_interval(ratios)
    print(
        f"{given.writers} writers, {given.pairs} pairs of {given.seconds:g} s, load {os.getloadavg()[0]:.1f}: "
        f"bare {statistics.median(rates['bare']):.1f} commits/s, ledger {statistics.median(rates['spend']):.1f} commits/s "
        f"({statistics.median(rates['spend']) / COMMITS_A_SPEND:.1f} spends/s); per commit "
        f"{statistics.median(ratios):.2f} of the bare loop ({low:.2f} to {high:.2f}, {sure:.1%})"
    )


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] in ("spend", "bare"):
        work = spend if sys.argv[1] == "spend" else bare
        print(work(Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])), flush=True)
    else:
        main()
