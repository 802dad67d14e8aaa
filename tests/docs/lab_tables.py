"""What the pages about attacks on a released table show: the four attacks on five releases of the same people.

Everybody is simulated, so original and control may be opened here. The same
seed gives the same figures; a test plays all of it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from privshare.attacks.tables import TABLE_ATTACKS
from privshare.attacks.tables.attack import Background
from privshare.attacks.tables.released import Cells, Column
from privshare.attacks.tables.risk import Risk
from privshare.comparison.tables.judged import judged
from privshare.comparison.tables.rows import Rows
from privshare.holders.people import DAYS, people_of
from privshare.holders.population import credit_city
from privshare.model.entropy import seeded_generator
from tests.docs.lab_picture import Bar, picture

COLUMNS = (
    Column("birth", number=True),
    Column("sex", number=False),
    Column("block", number=False),
    Column("band", number=False),
    Column("defaulted", number=False),
)
PEOPLE = 2_000
"""Rows of the original, of the control, and of each release."""
ATTEMPTS = 1_000
BACKGROUNDS = {
    "singling-out": Background(tuple(column.name for column in COLUMNS), ATTEMPTS),
    "singling-out-univariate": Background(tuple(column.name for column in COLUMNS), ATTEMPTS),
    "linkability": Background(("birth", "sex"), ATTEMPTS, other=("block", "band", "defaulted")),
    "inference": Background(("birth", "sex", "block"), ATTEMPTS, secret="band"),
}
_STREAM = 0xD0C5


@dataclass(frozen=True, slots=True)
class Tried:
    """One attack on one release. release: what it is, in words."""

    release: str
    risk: Risk


@cache
def tried(attack: str, seed: int) -> tuple[Tried, ...]:
    """Return what an attack finds in each release; the same for the same seed."""
    people = _people(seed)
    original, control = people[:PEOPLE], people[PEOPLE : 2 * PEOPLE]
    found = []
    for number, (release, cells) in enumerate(_releases(original, seed).items()):
        rows = Rows(COLUMNS, original, cells, control)
        chance = seeded_generator(seed + (_STREAM + number << 32))
        found.append(Tried(release, judged(TABLE_ATTACKS[attack], rows, BACKGROUNDS[attack], chance)))
    return tuple(found)


def block(name: str, seed: int) -> str:
    """Return the figures of an attack on a pair of tables; the same for the same seed."""
    found = tried(name, seed)
    lines = [f"![{name} on five releases: the table below as a picture]({name}.svg)", ""]
    lines += ["| release | main | of | control | guessing | risk | 95 % interval of the risk |", "|" + " --- |" * 7]
    for one in found:
        risk = one.risk
        control = 0.0 if risk.control is None else risk.control.share
        low, high = risk.interval
        lines.append(
            f"| {one.release} | {risk.main.share:.3f} | {risk.main.attempts:,} | {control:.3f} | "
            f"{risk.baseline.share:.3f} | {risk.value:.3f} | {low:.3f} to {high:.3f} |"
        )
    notes = [f"{one.release}: {note}" for one in found for note in one.risk.notes if not note.startswith("Only")]
    frame = found[0].risk.adversary
    lines += ["", f"The adversary sees {frame.view} and knows: {frame.background}. {PEOPLE:,} simulated people in the "]
    lines[-1] += (
        f"original and as many in the control, at most {ATTEMPTS:,} attempts, seed {seed}; the same seed gives "
    )
    lines[-1] += "the same figures."
    return "\n".join([*lines, *([""] if notes else []), *(f"- {note}" for note in notes)])


def drawn(name: str, seed: int) -> str:
    """Return the picture of an attack on a pair of tables."""
    bars = [
        Bar(
            one.release, one.risk.main.share, *one.risk.main.interval,
            0.0 if one.risk.control is None else one.risk.control.share, None, f"risk {one.risk.value:.2f}",
        )
        for one in tried(name, seed)
    ]  # fmt: skip
    return picture(bars, id="lab", title=f"{name} on five releases", mark="control")


def _releases(original: Cells, seed: int) -> dict[str, Cells]:
    """Return five releases. A year is told as the number of its middle day; what is not copied is of new people."""
    chance = seeded_generator(seed + (_STREAM - 1 << 32))
    new, copied = _people(seed + 1), round(0.3 * PEOPLE)
    years = original.copy()
    years[:, 0] = years[:, 0] // DAYS * DAYS + DAYS // 2
    return {
        "a copy": original,
        "year of birth in place of the date": years,
        "three rows in ten copied": np.concatenate([original[:copied], new[copied:PEOPLE]]),
        "each column shuffled by itself": np.column_stack([chance.permutation(column) for column in original.T]),
        "new people of the same population": new[:PEOPLE],
    }


@cache
def _people(seed: int) -> Cells:
    people = people_of(credit_city(2 * PEOPLE, seed).truth, seed)
    codes = [people.codes[column.name] for column in COLUMNS[:-1]]
    return np.stack([*codes, people.secret], axis=1).astype(np.float64)
