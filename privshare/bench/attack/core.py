"""Our attacks as a program: `python -m privshare.bench.attack.core FOLDER SEED`; ends with one line of JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Import, attack every release of the plan in FOLDER, tell."""
    began = time.perf_counter()
    from importlib.metadata import version

    from privshare.bench.attack.data import PLAN
    from privshare.comparison.tables import TableRequest, attack_tables

    seconds = {"imports": time.perf_counter() - began}
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    plan = json.loads((folder / PLAN).read_text("utf-8"))
    told = []
    for release in plan["releases"]:
        for attack in plan["attacks"]:
            asked = TableRequest(
                attack["name"], folder / "original.csv", folder / f"{release}.csv", folder / "control.csv",
                tuple(attack["known"]), tuple(attack["other"]), attack["secret"],
                attempts=plan["attempts"], seed=seed, declared=True,
            )  # fmt: skip
            started = time.process_time()
            risk = attack_tables(asked).risk
            told.append(
                {
                    "risk": [risk.value, *risk.interval],
                    "main": risk.main.share,
                    "control": risk.control.share if risk.control else None,
                    "seconds": time.process_time() - started,
                }
            )
    versions = {name: version(name) for name in ("privshare", "numpy", "pandas")}
    print(json.dumps({"seconds": seconds, "versions": versions, "risks": told}))


if __name__ == "__main__":
    main()
