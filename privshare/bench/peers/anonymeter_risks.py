"""anonymeter: the same attacks on the same tables, with its own settings but for the number of attempts.

Stands alone: `anonymeter_risks.py FOLDER SEED`. Its singling out takes the seed; its other attacks take none and draw
their targets anew every time. One process, as ours.
"""

import json
import sys
import time
import warnings
from pathlib import Path

began = time.perf_counter()

from importlib.metadata import version

import pandas as pd
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator

imported = time.perf_counter()
warnings.simplefilter("ignore")  # it warns where an attack is not better than guessing, which is a result here
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
plan = json.loads((folder / "plan.json").read_text("utf-8"))
original, control = (pd.read_csv(folder / f"{name}.csv") for name in ("original", "control"))


def evaluated(attack, released):
    """Return the evaluator of one attack, run."""
    tables = {"ori": original, "syn": released, "control": control, "n_attacks": plan["attempts"]}
    if attack["name"].startswith("singling-out"):
        mode = "univariate" if attack["name"].endswith("univariate") else "multivariate"
        return SinglingOutEvaluator(**tables, seed=seed).evaluate(mode=mode)
    if attack["name"] == "linkability":
        return LinkabilityEvaluator(**tables, aux_cols=(attack["known"], attack["other"])).evaluate(n_jobs=1)
    return InferenceEvaluator(
        **tables, aux_cols=attack["known"], secret=attack["secret"], regression=attack["number"]
    ).evaluate(n_jobs=1)


told = []
for release in plan["releases"]:
    for attack in plan["attacks"]:
        started = time.process_time()
        done = evaluated(attack, pd.read_csv(folder / f"{release}.csv"))
        risk, rates = done.risk(), done.results()
        told.append(
            {
                "risk": [float(risk.value), *map(float, risk.ci)],
                "main": float(rates.attack_rate.value),
                "control": float(rates.control_rate.value),
                "seconds": time.process_time() - started,
            }
        )
versions = {name: version(name) for name in ("anonymeter", "numpy", "pandas", "scikit-learn")}
print(json.dumps({"seconds": {"imports": imported - began}, "versions": versions, "risks": told}))
