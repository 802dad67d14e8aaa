"""Linkage of two releases: the same person's rows in files that were published for different projects.

Goal: for a row of the first release the row of the second about the same
person, whoever that is; what one project was told is then joined to what the
other was. View: both releases. Background: none.
Where names of the two agree at all (the same identifiers, the same hash, the
same key), equal names are the answer. Where they do not (a key a project),
rows are compared by what else both show: boxes that meet in every shared
column, first those whose overlap fills most of the second row's box; where no
box meets, those that meet in all shared columns but one (`fitting`).
Linkability is one of the three risks of the Article 29 Working Party's Opinion
05/2014 (summaries of it read, not the opinion).
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.fitting import rows_that_nearly_fit
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Flags, Records, Surface


def linked_by_names(records: Records, later: Records, rows: Codes) -> Codes | None:
    """Return per row the later row of the same name or -1; None where the two releases have no name in common."""
    if records.names is None or later.names is None or set(records.names).isdisjoint(later.names):
        return None
    places = {name: place for place, name in enumerate(later.names)}
    return np.array([places.get(records.names[row], -1) for row in rows.tolist()], np.int64)


def linked_by_values(records: Records, later: Records, rows: Codes, chance: WorldGenerator) -> Codes | None:
    """Return per row a later row that shows the same or nearly so, or -1; None where no column is shared.

    Of several that are as good, one at random.
    """
    shared = [
        (records.columns.index(column), later.columns.index(column))
        for column in records.columns
        if column in later.columns
    ]
    if not shared:
        return None
    found = np.full(len(rows), -1)
    for number, row in enumerate(rows.tolist()):
        places, filled = np.arange(len(later)), np.ones(len(later))
        for mine, other in shared:  # every column leaves fewer rows to the next
            low, high = later.low[places, other], later.high[places, other]
            overlap = np.minimum(records.high[row, mine], high) - np.maximum(records.low[row, mine], low) + 1
            meets = overlap > 0
            places, filled = places[meets], (filled * overlap / (high - low + 1))[meets]
        best = places[filled == filled.max()] if len(places) else np.flatnonzero(_nearly(records, later, row))
        if len(best):
            found[number] = chance.choice(best)
    return found


def _nearly(records: Records, later: Records, row: int) -> Flags:
    """Return which later rows meet the row in all shared columns but one."""
    low, high = (dict(zip(records.columns, ends[row].tolist(), strict=True)) for ends in (records.low, records.high))
    return rows_that_nearly_fit(later, low, high)


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    records, later = surface.records, surface.later
    if records is None or later is None:
        return NotApplicable("there are no two releases of rows about persons")
    found = linked_by_names(records, later, targets.handles)
    if found is None:
        found = linked_by_values(records, later, targets.handles, chance)
    return NotApplicable("the two releases have neither names nor columns in common") if found is None else found


LINKAGE_OF_RELEASES = Attack(
    name="linkage-of-releases",
    title="linkage of two releases",
    goal=Goal.LINK,
    adversary=Adversary(
        "find the rows about the same person in two releases", "both releases", "nothing about any person"
    ),
    knows=(),
    guess=_guess,
)
