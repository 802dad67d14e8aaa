"""Whole-process figures of the journey: `python tests/benchmarks/journey.py [--runs 5]`.

Prints, for each command, the median (and the range) of wall seconds, CPU
seconds and peak memory over several runs after one that is not counted, beside the
target. Never a test: a busy machine would make it fail for no fault of ours.
Every run is a fresh process; imports and writing the report are inside.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS: list[tuple[str, list[str], str]] = [
    ("privshare --help", ["--help"], "under 0.3 s"),
    ("privshare demo", ["demo"], "under 10 s, 600 MB"),
    ("privshare verify", ["verify"], "-"),
]


def measured(arguments: list[str]) -> tuple[float, float, float]:
    """Run privshare once; return wall seconds, CPU seconds and peak memory of the process in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "privshare", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"privshare {' '.join(arguments)} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print one row a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {runs} runs a row")
    print(f"{'command':<20} {'wall s (min-max)':>22} {'CPU s':>8} {'peak MB':>8}   target")
    with tempfile.TemporaryDirectory() as folder:
        measured(["demo", "--out", f"{folder}/seen"])
        for name, arguments, target in COMMANDS:
            taken = []
            for number in range(runs + 1):
                extra = {"demo": ["--out", f"{folder}/{number}"], "verify": [f"{folder}/seen"]}
                taken.append(measured([*arguments, *extra.get(arguments[0], [])]))
            walls, cpus, peaks = zip(*taken[1:], strict=True)
            spread = f"{statistics.median(walls):.2f} ({min(walls):.2f}-{max(walls):.2f})"
            row = f"{statistics.median(cpus):>8.2f} {statistics.median(peaks):>8.0f}   {target}"
            print(f"{name:<20} {spread:>22} {row}")
        size = sum(file.stat().st_size for file in Path(folder, "seen").rglob("*") if file.is_file())
        print(f"run folder: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
