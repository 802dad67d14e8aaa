"""A simulated table of eight mixed columns, three releases of it that leak all, a part and nothing, and a control.

The columns depend on each other as credit data do (scores fall with age and debt, a low score means more defaults), so
that an attack has something to find which holds of everybody: that is what a control is for.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from privshare.model.entropy import WorldGenerator, seeded_generator

HEADER = ("age", "income", "district", "occupation", "score", "children", "debt", "defaulted")
COPIED = 0.3
RELEASES = {
    "copy": "every row copied",
    "leak": f"{COPIED:.0%} of the rows copied, the others drawn anew",
    "independent": "every row drawn anew",
}
PLAN = "plan.json"
_DISTRICTS = ("Harbour", "Mill Lane", "Station", "Hill", "Dock")


@dataclass(frozen=True, slots=True)
class Asked:
    """One attack, as both programs read it from PLAN. number: whether the secret is a number."""

    name: str
    known: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    secret: str | None = None
    number: bool = False

    @property
    def title(self) -> str:
        """Its name, with what it is after."""
        return self.name if self.secret is None else f"{self.name} of {self.secret}"


ATTACKS = (
    Asked("singling-out"),
    Asked("singling-out-univariate"),
    Asked("linkability", HEADER[:4], HEADER[4:]),
    Asked("inference", tuple(name for name in HEADER if name != "score"), (), "score", number=True),
    Asked("inference", ("age", "district", "occupation", "children"), (), "defaulted"),
)


def write_tables(folder: Path, *, rows: int, seed: int, attempts: int) -> None:
    """Write original.csv, control.csv, a file a release, and PLAN; all tables of `rows` rows."""
    chance = seeded_generator(seed)
    original, control, fresh = (_people(rows, chance) for _ in range(3))
    copied = int(COPIED * rows)
    tables = {
        "original": original,
        "control": control,
        "copy": original,
        "leak": original[:copied] + _people(rows - copied, chance),
        "independent": fresh,
    }
    for name, table in tables.items():
        mixed = [table[place] for place in chance.permutation(len(table))]  # else a row's place would tell
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(mixed)
    plan = {"attempts": attempts, "releases": list(RELEASES), "attacks": [asdict(attack) for attack in ATTACKS]}
    (folder / PLAN).write_text(json.dumps(plan), encoding="utf-8")


def _people(rows: int, chance: WorldGenerator) -> list[tuple[object, ...]]:
    age = chance.integers(18, 95, rows)
    income = np.round(chance.lognormal(10, 0.7, rows) + 50 * age).astype(int)
    district = chance.choice(_DISTRICTS, rows, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    occupation = chance.choice([f"occupation {number:02d}" for number in range(30)], rows)
    score = np.clip(np.round(650 - age + income / 1000 + chance.normal(0, 60, rows)), 300, 850).astype(int)
    children = chance.integers(0, 5, rows)
    debt = np.round(chance.exponential(2000, rows), 2)
    defaulted = np.where(chance.random(rows) < 0.05 + 0.1 * (score < 550), "yes", "no")
    columns = (age, income, district, occupation, score, children, debt, defaulted)
    return list(zip(*(column.tolist() for column in columns), strict=True))
