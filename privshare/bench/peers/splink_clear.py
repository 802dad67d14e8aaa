"""splink: probabilistic linkage in the clear, with both tables in one place, trained on them without labels.

`splink_clear.py LEFT RIGHT OUT`. Comparisons, blocking and training are settings of ours, run once; pairs of match
probability 0.5 and more, best first, one to one. Nothing here was tuned on the truth.
"""

import csv
import sys
from pathlib import Path

from told import Clock

clock = Clock()

import pandas as pd
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

clock.imported()

left, right, out = sys.argv[1:]
tables = [pd.read_csv(path, dtype=str).rename(columns={"rec_id": "unique_id"}) for path in (left, right)]
columns = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode", "state", "date_of_birth"]
rules = [
    block_on("given_name", "surname"),
    block_on("date_of_birth"),
    block_on("given_name", "postcode"),
    block_on("surname", "postcode"),
    block_on("suburb", "street_number"),
    block_on("address_1"),
]
settings = SettingsCreator(
    link_type="link_only",
    blocking_rules_to_generate_predictions=rules,
    comparisons=[
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
        cl.ExactMatch("state"),
    ],
)
database = DuckDBAPI()
registered = [database.register(table[["unique_id", *columns]]) for table in tables]
linker = Linker(registered, settings, log_level=None)
linker.training.estimate_probability_two_random_records_match(
    [block_on("given_name", "surname", "date_of_birth"), block_on("surname", "postcode", "date_of_birth")], recall=0.8
)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
linker.training.estimate_parameters_using_expectation_maximisation(block_on("date_of_birth"))
linker.training.estimate_parameters_using_expectation_maximisation(block_on("postcode"))
found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
found = found.sort_values(["match_weight", "unique_id_l", "unique_id_r"], ascending=[False, True, True])
taken: set[str] = set()
pairs = []
for one, other in zip(found["unique_id_l"], found["unique_id_r"], strict=True):
    if one not in taken and other not in taken:
        taken |= {one, other}
        pairs.append((one, other) if one.endswith("-org") else (other, one))
with Path(out).open("w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows([("left", "right"), *pairs])
clock.done(("splink", "duckdb"), pairs=len(pairs))
