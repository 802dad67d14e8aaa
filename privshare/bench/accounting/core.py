"""Our accountant as a program: `python -m privshare.bench.accounting.core [imports]`; ends with one line of JSON."""

from __future__ import annotations

import json
import sys
import time

DRAWS, EPSILON, DELTA_E15 = 1000, "0.1", 10**9
"""1,000 questions with Laplace noise at epsilon 0.1 each, asked for at delta 1e-6."""


def main() -> None:
    """Import, account from the draws as releases carry them, tell."""
    began = time.perf_counter()
    from importlib.metadata import version

    from privshare.model.loss import PrivacyLoss, micro_epsilon
    from privshare.model.party import PartyId
    from privshare.model.release import ONE_HOLDER, NoisePart
    from privshare.secure.psi.noise_part import TWO_SIDED
    from privshare.use.release.batches import batch_of, told

    imported = time.perf_counter()
    seconds = {"imports": imported - began}
    if sys.argv[1:] == ["imports"]:
        print(json.dumps({"seconds": seconds}))
        return
    loss, scale = PrivacyLoss(micro_epsilon(EPSILON)), "10.0"
    parts = [NoisePart(f"q{n}", TWO_SIDED, PartyId("holder"), 1, scale, loss, EPSILON) for n in range(DRAWS)]
    batch = batch_of([((part,), ONE_HOLDER, 1) for part in parts])
    epsilon = told(batch, DELTA_E15)[0]
    seconds["work"] = time.perf_counter() - imported
    answer = {
        "seconds": seconds,
        "versions": {name: version(name) for name in ("privshare", "numpy")},
        "epsilon": float(epsilon),
        "basic": float(batch.basic[0]),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
