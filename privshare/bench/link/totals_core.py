"""Totals over shared people as a program.

`python -m privshare.bench.link.totals_core make FOLDER [ROWS]`, or `run FOLDER`.
`make` writes two CSV files with simulated people, half of them in both, and the exact table beside them. `run` is the
whole path in one process: both files read and checked, the gate asked, the ledger debited, `totals-3/1` between three
parties, the release signed and logged; no run folder is written. It ends with one line of JSON: seconds, bytes by
sender, rounds, and whether each noised number is as near the exact one as its noise allows.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROWS, GROUPS, VALUE_MAX, EPSILON = 1_000_000, 30, 100, "1"
KEYS = tuple(f"district {number:02}" for number in range(GROUPS))
ALLOWED = 35
"""Scales of noise; 60 cells of two draws are all within so many but with a chance below 1e-12."""


def make(folder: Path, rows: int = ROWS) -> None:
    """Write groups.csv, values.csv and exact.csv: rows people each, every second one in both, in no order."""
    folder.mkdir(parents=True, exist_ok=True)
    shared = rows // 2
    # Primes that divide no number of rows asked for here put the people out of order, the same way every time.
    first = (number * 7919 % rows for number in range(rows))
    second = (shared + number * 7907 % rows for number in range(rows))
    _write(folder / "groups.csv", "person,district", (f"P-{who:09},{_district(who)}" for who in first))
    _write(folder / "values.csv", "person,amount", (f"P-{who:09},{_amount(who)}" for who in second))
    cells = {key: [0, 0] for key in KEYS}
    for who in range(shared, rows):
        cell = cells[_district(who)]
        cell[0] += 1
        cell[1] += _amount(who)
    _write(folder / "exact.csv", "district,people,total", (f"{key},{n},{total}" for key, (n, total) in cells.items()))


def _district(who: int) -> str:
    return KEYS[who % GROUPS]


def _amount(who: int) -> int:
    return who * 31 % (VALUE_MAX + 1)


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    path.write_text("\n".join((header, *lines)) + "\n", "utf-8")


def run(folder: Path) -> dict[str, Any]:
    """Return what one run took and how near it came."""
    began = time.perf_counter()
    from privshare.scenario.adhoc.totals import TotalsRequest, totals_scenario
    from privshare.scenario.run import run_scenario

    imported = time.perf_counter()
    asked = TotalsRequest(
        groups=folder / "groups.csv",
        values=folder / "values.csv",
        person="person",
        by="district",
        keys=KEYS,
        column="amount",
        value_max=VALUE_MAX,
        epsilon=EPSILON,
    )
    scenario = totals_scenario(asked)
    read = time.perf_counter()
    played, _ = run_scenario(scenario)
    done = time.perf_counter()
    (protocol,), (published,) = played.protocols, played.releases
    release = published.release
    with (folder / "exact.csv").open(newline="") as file:
        exact = {row["district"]: (int(row["people"]), int(row["total"])) for row in csv.DictReader(file)}
    allowed = [sum(ALLOWED * float(scale) for scale in scales) for _, scales in release.public_noise]
    errors = [
        [abs((told or 0) - true) for told, true in zip(cell.values, exact[cell.key[0]], strict=True)]
        for cell in release.cells
    ]
    own, used = resource.getrusage(resource.RUSAGE_SELF), protocol.leakage
    return {
        "seconds": {"imports": imported - began, "read": read - imported, "run": done - read},
        "protocol_seconds": protocol.seconds,
        "cpu_seconds": own.ru_utime + own.ru_stime,
        "peak_mb": own.ru_maxrss / 1024,
        "versions": {name: version(name) for name in ("privshare", "numpy", "numba", "pandas")},
        "suite": used.suite,
        "epsilon": release.loss.epsilon,
        "bytes_sent": dict(used.bytes_sent),
        "rounds": used.rounds,
        "public_sizes": dict(used.public_sizes),
        "farthest": [max(column) for column in zip(*errors, strict=True)],
        "as_near_as_noise_allows": all(
            error <= most for row in errors for error, most in zip(row, allowed, strict=True)
        ),
    }


def main() -> None:
    """Make the files, or run on them and tell."""
    match sys.argv[1:]:
        case ["make", folder, *rows]:
            make(Path(folder), *map(int, rows))
        case ["run", folder]:
            print(json.dumps(run(Path(folder))))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
