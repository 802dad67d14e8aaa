"""clkhash and anonlink: Bloom filters of each record (CLKs), compared bit by bit by whoever holds both lists.

`clk_anonlink.py LEFT RIGHT OUT THRESHOLD`. Eight fields as bigrams in 1,024 bits, 88 bits a field, which fills half of
them; Dice similarity at least THRESHOLD, solved greedily, one to one. Such filters keep similarity, and with it what
re-identifies people.
"""

import csv
import sys
from pathlib import Path

from told import Clock

clock = Clock()

import anonlink
from clkhash import clk
from clkhash.comparators import NgramComparison
from clkhash.field_formats import BitsPerFeatureStrategy, FieldHashingProperties, Ignore, MissingValueSpec, StringSpec
from clkhash.schema import Schema

clock.imported()

left, right, out, threshold = sys.argv[1:]
FIELDS = ("given_name", "surname", "street_number", "address_1", "suburb", "postcode", "state", "date_of_birth")


def filters(path: str) -> tuple[list[str], list[object]]:
    """Return the ids and the filters of a table."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
        file.seek(0)
        ids = [row["rec_id"] for row in csv.DictReader(file)]
        file.seek(0)
        fields = [
            StringSpec(
                column,
                FieldHashingProperties(
                    comparator=NgramComparison(2),
                    strategy=BitsPerFeatureStrategy(88),
                    missing_value=MissingValueSpec(sentinel=""),
                ),
            )
            if column in FIELDS
            else Ignore(column)
            for column in columns
        ]
        made = clk.generate_clk_from_csv(
            file, "a secret of both", Schema(fields, 1024), validate=False, progress_bar=False, max_workers=1
        )
    return ids, made


(left_ids, left_filters), (right_ids, right_filters) = filters(left), filters(right)
candidates = anonlink.candidate_generation.find_candidate_pairs(
    [left_filters, right_filters], anonlink.similarities.dice_coefficient_accelerated, float(threshold)
)
groups = anonlink.solving.greedy_solve(candidates)
with Path(out).open("w", encoding="utf-8", newline="") as file:
    rows = []
    for group in groups:
        found = dict(group)
        if len(found) == 2:
            rows.append((left_ids[found[0]], right_ids[found[1]]))
    csv.writer(file).writerows([("left", "right"), *rows])
clock.done(("clkhash", "anonlink"), pairs=len(rows))
