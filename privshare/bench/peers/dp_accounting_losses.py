"""dp-accounting (Google): 1,000 discrete Laplace draws of epsilon 0.1, at delta 1e-6, at its default grid of 1e-4.

Stands alone: `dp_accounting_losses.py [imports]`.
"""

import json
import sys
import time

began = time.perf_counter()

from importlib.metadata import version

from dp_accounting.pld import privacy_loss_distribution

imported = time.perf_counter()
seconds = {"imports": imported - began}
if sys.argv[1:] == ["imports"]:
    print(json.dumps({"seconds": seconds}))
    raise SystemExit(0)
one = privacy_loss_distribution.from_discrete_laplace_mechanism(0.1, sensitivity=1)
epsilon = one.self_compose(1000).get_epsilon_for_delta(1e-6)
seconds["work"] = time.perf_counter() - imported
versions = {name: version(name) for name in ("dp-accounting", "scipy", "numpy")}
print(json.dumps({"seconds": seconds, "versions": versions, "epsilon": float(epsilon)}))
