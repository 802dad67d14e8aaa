"""Record swapping: a curator joins both files, swaps the places of some people, and publishes exact tables and rows.

Who is alone with sex and year of birth in a block stands out, and is most of
the people, as in a census; some of them, 5 % of all people with their
partners, exchange district and block with somebody of the same sex and
five-year age group elsewhere (`secure/swapping.py`, with its sources). Rows
have no identifier, and tables are counted from the swapped rows, once for all
publications. The later release is the platform's, swapped by itself.
The share is public here; offices keep theirs secret, which is no promise.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privshare.comparison.lab.techniques.curator import BYTES_A_CELL, bytes_to_curator, joined_pairs
from privshare.comparison.lab.techniques.published import BYTES_A_CODE, later_people, rows_of, shuffled
from privshare.comparison.lab.techniques.series import OpenSeries
from privshare.comparison.lab.techniques.technique import IDENTIFYING, QUESTION, Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Surface
from privshare.secure.swapping import exchanged

SHARE = 0.05
AGE_GROUP = 5
PLACE = ("district", "block")


def swapped(world: LabWorld, handles: Codes, chance: WorldGenerator, *, share: float = SHARE) -> LabWorld:
    """Return the world in which some of these people stand at each other's place, all else as it was."""
    codes = world.people.codes
    year, sex, block = (codes[name][handles] for name in ("year", "sex", "block"))
    years = world.people.domains["year"]
    cell = (block * years + year) * 2 + sex
    _, which, size = np.unique(cell, return_inverse=True, return_counts=True)
    gets = exchanged(block, (year // AGE_GROUP) * 2 + sex, size[which] == 1, share=share, chance=chance)
    moved = {name: codes[name].copy() for name in PLACE}
    for name in PLACE:
        moved[name][handles] = codes[name][handles[gets]]
    return replace(world, people=replace(world.people, codes={**codes, **moved}))


def _protect(world: LabWorld, setting: Setting) -> Protected:
    owners, later_owners = shuffled(world, np.flatnonzero(world.joint), 0), later_people(world)
    mixed = swapped(world, owners, setting.chance)
    series = OpenSeries(mixed)
    people, secret = series.ask(QUESTION, "people"), series.ask(QUESTION, "secret")
    columns = (*IDENTIFYING, "band")
    return Protected(
        Surface(
            records=rows_of(mixed, owners, columns, names=None, secret=True),
            later=rows_of(swapped(world, later_owners, setting.chance), later_owners, IDENTIFYING, names=None),
            tables=lambda: series,
        ),
        people=people,
        secret=secret,
        owners=owners,
        later_owners=later_owners,
        linked=joined_pairs(world),
        bytes_sent=bytes_to_curator(world)
        + len(owners) * (len(columns) + 1) * BYTES_A_CODE
        + BYTES_A_CELL * (people.counts.size + secret.counts.size),
    )


SWAPPING = Technique(
    name="record-swapping",
    title="exact rows and tables after record swapping",
    trust="one curator, with both files and the list of who was swapped",
    promise=f"{SHARE:.0%} of people stand at the place of somebody of their sex and age group, and nobody is told who; "
    "no bound on what is learnt of one",
    budgeted=False,
    protect=_protect,
)
