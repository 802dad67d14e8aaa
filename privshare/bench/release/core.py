"""Our own path without the report, as a program.

`python -m privshare.bench.release.core TABLE KEYS`, or `imports` alone.
Ends with the same line of JSON as the programs in `peers/`. The file is taken in and checked, the gate asked, the
ledger debited, the bounds chosen, the noise drawn, the release signed and logged; no run folder is written.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

Answer = dict[str, tuple[float, float]]


def ours_core(table: Path, keys: Path) -> Answer:
    """Return key -> noised count and sum, for epsilon 1 in all, both bounds chosen privately.

    This alone says what "our core path" is: point it at another engine or door here.
    """
    from privshare.scenario.adhoc.release import ReleaseRequest, release_scenario
    from privshare.scenario.run import run_scenario

    asked = ReleaseRequest(
        table=table, by=("key",), person="uid", epsilon="1", count=True, total="val", bounds=(0, 100), keys=keys
    )
    played, _ = run_scenario(release_scenario(asked))
    release = played.releases[0].release
    return {cell.key[0]: (cell.values[0] or 0, cell.values[1] or 0) for cell in release.cells}


def main() -> None:
    """Import, release, tell."""
    began = time.perf_counter()
    import duckdb  # noqa: F401 - imported for its time, as a release does with its first file
    import pandas  # noqa: F401

    import privshare.scenario.adhoc.release
    import privshare.scenario.run  # noqa: F401
    from privshare.model.loss import MICRO, PrivacyLoss
    from privshare.secure.noise import laplace_mechanism

    # The noise door imports its library with the first mechanism.
    laplace_mechanism(sensitivity=1, loss=PrivacyLoss(MICRO))
    imported = time.perf_counter()
    seconds = {"imports": imported - began}
    if sys.argv[1:] == ["imports"]:
        print(json.dumps(seconds))
        return
    answer = ours_core(Path(sys.argv[1]), Path(sys.argv[2]))
    seconds["work"] = time.perf_counter() - imported
    told = {
        "seconds": seconds,
        "versions": {name: version(name) for name in ("privshare", "duckdb", "opendp")},
        "counts": {key: count for key, (count, _) in answer.items()},
        "sums": {key: total for key, (_, total) in answer.items()},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
