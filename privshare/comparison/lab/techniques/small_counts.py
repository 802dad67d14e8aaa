"""Small-count suppression: a curator with both files publishes tables, without the numbers below 10.

Two entries of the registry: numbers below the threshold withheld and nothing
else, as a rule of thumb has it; and with complementary suppression, as an
office does it, so that a total less the other numbers does not give one back
(`secure/suppression.py`, with its sources). The threshold is public.
Each table is protected by itself, every time it is asked: what two tables tell together is not looked at, which
differencing uses. There is no budget: who asks gets an answer.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from privshare.comparison.lab.techniques.curator import BYTES_A_CELL, bytes_to_curator, joined_pairs
from privshare.comparison.lab.techniques.series import OpenSeries
from privshare.comparison.lab.techniques.technique import QUESTION, Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.model.surface import CountTable, Surface
from privshare.secure.suppression import complemented, large_enough

THRESHOLD = 10


def suppressed(exact: CountTable, *, complementary: bool = False) -> CountTable:
    """Return the table less what is withheld of it, the same for the same table."""
    shown = large_enough(exact.counts, THRESHOLD)
    if complementary:
        shown = complemented(exact.counts, shown)
    return CountTable(exact.by, np.where(shown, exact.counts, 0), shown)


def _protect(world: LabWorld, setting: Setting, *, complementary: bool) -> Protected:
    del setting
    series = OpenSeries(world, partial(suppressed, complementary=complementary))
    people, secret = series.ask(QUESTION, "people"), series.ask(QUESTION, "secret")
    return Protected(
        Surface(tables=lambda: series),
        people=people,
        secret=secret,
        linked=joined_pairs(world),
        bytes_sent=bytes_to_curator(world) + BYTES_A_CELL * int(people.shown.sum() + secret.shown.sum()),
    )


SMALL_COUNTS = Technique(
    name="small-count-suppression",
    title="tables without small counts",
    trust="one curator, with both files",
    promise=f"no number below {THRESHOLD} is printed; nothing against who subtracts",
    budgeted=False,
    protect=partial(_protect, complementary=False),
)

COMPLEMENTED = Technique(
    name="complementary-suppression",
    title="tables without small counts and what gives them back",
    trust="one curator, with both files",
    promise=f"no number below {THRESHOLD} is printed or is what a total of its own table leaves; "
    "nothing against who subtracts two tables",
    budgeted=False,
    protect=partial(_protect, complementary=True),
)
