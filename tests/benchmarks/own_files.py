"""Whole-process figures of the verbs for own files: `python tests/benchmarks/own_files.py [--runs 3] [--rows 1000000]`.

Makes the tables (fictional people, from a fixed seed), then prints, for each
command, the median (and the range) of wall seconds, CPU seconds and peak memory over
several fresh processes after one that is not counted, beside the target and what is
missed. Never a test: a busy machine would make it fail for no fault of ours.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.journey import measured

# Four columns for a release; the other four are for categorize, with a check digit, a code, a date and a postcode.
WIDE = """
SELECT 'M' || lpad(((row * 7919) % 100000)::VARCHAR, 6, '0') AS member_id,
       'member' || ((row * 7919) % 100000) || '@example.org' AS email,
       (DATE '1940-01-01' + ((row * 104729) % 25000)::INTEGER)::VARCHAR AS date_of_birth,
       lpad(((row * 1299709) % 9000 + 1000)::VARCHAR, 5, '0') AS postcode,
       ['female', 'male', 'other'][1 + (row % 3)] AS sex,
       ['Harbour', 'Mill Lane', 'Old Town', 'Station', 'Airport'][1 + ((row * 31) % 5)] AS shop,
       ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][1 + ((row * 17) % 7)] AS weekday,
       ((row * 611953) % 120)::VARCHAR AS amount
FROM range({rows}) AS made(row)
"""
NARROW = "SELECT member_id, shop, weekday, amount FROM wide"


def make_tables(folder: Path, rows: int) -> dict[str, Path]:
    """Write wide.csv (8 columns), narrow.csv and narrow.parquet (4 columns); return their paths by file name."""
    made = {name: folder / name for name in ("wide.csv", "narrow.csv", "narrow.parquet")}
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE wide AS {WIDE.format(rows=rows)}")
        engine.execute(f"COPY wide TO '{made['wide.csv']}' (FORMAT csv, HEADER)")
        engine.execute(f"COPY ({NARROW}) TO '{made['narrow.csv']}' (FORMAT csv, HEADER)")
        engine.execute(f"COPY ({NARROW}) TO '{made['narrow.parquet']}' (FORMAT parquet)")
    return made


def release_arguments(table: Path) -> list[str]:
    """Return a count and a sum by two columns with groups and bounds found privately, the dearest way to ask."""
    asked = "--by shop,weekday --person member_id --count --sum amount --bounds 0,120 --epsilon 1"
    return ["release", str(table), *asked.split()]


def plain_arguments(table: Path, groups: Path) -> list[str]:
    """Return a count by one column with public groups and a stated bound, the cheapest way to ask."""
    asked = f"--by shop --keys {groups} --person member_id --count --count-bound 10 --epsilon 1"
    return ["release", str(table), *asked.split()]


def main() -> None:
    """Print one row a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {asked.runs} runs a row")
    print(f"{asked.rows:,} rows; load before: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    print(f"{'command':<24} {'wall s (min-max)':>22} {'CPU s':>8} {'peak MB':>8}   target s   missed by")
    with tempfile.TemporaryDirectory() as room:
        made = make_tables(Path(room), asked.rows)
        groups = Path(room) / "groups.csv"
        groups.write_text("shop\nHarbour\nMill Lane\nOld Town\nStation\nAirport\n", "utf-8")
        for name, arguments, target in (
            ("categorize, CSV", ["categorize", str(made["wide.csv"])], 5.0),
            ("release, CSV", release_arguments(made["narrow.csv"]), 3.0),
            ("release, Parquet", release_arguments(made["narrow.parquet"]), 3.0),
            ("release plainly, CSV", plain_arguments(made["narrow.csv"], groups), 3.0),
        ):
            taken = []
            for number in range(asked.runs + 1):
                out = ["--out", f"{room}/{name}-{number}"]
                taken.append(measured([*arguments, *out]))
            walls, cpus, peaks = zip(*taken[1:], strict=True)
            middle = statistics.median(walls)
            spread = f"{middle:.2f} ({min(walls):.2f}-{max(walls):.2f})"
            late = f"{middle - target:.2f} s" if middle > target else "met"
            row = f"{statistics.median(cpus):>8.2f} {statistics.median(peaks):>8.0f}   {target:>8.1f}   {late}"
            print(f"{name:<24} {spread:>22} {row}")
        sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.0f} MB" for path in made.values())
    print(f"load after: {', '.join(f'{load:.1f}' for load in os.getloadavg())}; {sizes}")


if __name__ == "__main__":
    main()
