"""Membership inference: is one named person in the data at all?

Goal: in or out, where being in tells something (having a loan). View: tables,
or rows. Background: the person's attributes, and how many others are in the
person's group.
The two worlds of a target differ in that person alone; the judge's fair coin
draws one of them, so in and out are as likely and the likelihood-ratio test
(Neyman and Pearson) is the best guess. From a table with symmetric noise it is
"the number minus the others is at least one half"; asked for with the whole
budget it reaches the ceiling of that loss. From rows, f that fit where l are
expected of others (independent columns, Poisson) it is f > l. A reader who
knows who sent each row knows the answer. So does who gets two exact totals,
with and without the person: a publisher that answers on after the whole budget
has none, and is asked for them.
Each target is asked about in a series of its own, as in averaging.
That aggregates can tell who is in them was shown by Homer et al. 2008
("Resolving Individuals Contributing Trace Amounts of DNA to Highly Complex
Mixtures", abstract read); the game of a fair coin is that of Yeom et al. 2018
("Privacy Risk in Machine Learning", from memory).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.fitting import known_columns, rows_that_fit
from privshare.attacks.groups import difference_of_totals
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, Records, Surface, TableSeries

BY = ("district", "band")
_Numbers = NDArray[np.float64]


def excess_over_others(series: TableSeries, cell: tuple[int, ...], others: int) -> float:
    """Return how many more people a table shows in the cell than the others; not a number where it is withheld."""
    table = series.ask(BY, "people")
    return float(table.counts[cell] - others) if table is not None and table.shown[cell] else float("nan")


def members_by_rows(records: Records, known: Mapping[str, Codes]) -> Codes:
    """Return 1 per target whom more rows fit than would be expected of others, else 0."""
    expected = np.full(len(next(iter(known.values()))), float(len(records)))
    for column in known_columns(records, known):
        expected *= rows_that_fit(records, {column: known[column]}).mean(axis=1) if len(records) else 0
    return np.asarray(rows_that_fit(records, known).sum(axis=1) > expected, np.int64)


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    """Believe totals that are exact, then rows, then tables."""
    records, known = surface.records, targets.known
    if records is not None and records.senders is not None:
        return np.isin(targets.handles, records.senders).astype(np.int64)
    excess, apart = (None, None) if surface.tables is None else _asked_of_each(surface.tables, targets)
    if apart is not None and _exact(apart):
        return (apart >= 1).astype(np.int64)
    if records is not None and known_columns(records, known):
        return members_by_rows(records, known)
    if excess is None:
        return NotApplicable("neither rows nor tables about people are published")
    weight = known.get("weight", np.ones(len(targets), np.int64))  # what a person adds who counts for more than one
    return np.where(np.isnan(excess), chance.integers(2, size=len(targets)), (excess >= weight / 2).astype(np.int64))


def _asked_of_each(tables: Callable[[], TableSeries], targets: Targets) -> tuple[_Numbers, _Numbers]:
    """Return per target the excess of its cell, for the whole budget, and the difference of totals without any."""
    excess, apart = np.full((2, len(targets)), np.nan)
    cells = zip(*(targets.known[name].tolist() for name in BY), strict=True)
    rest = targets.known["rest-people"].tolist()
    for number, (handle, cell, others) in enumerate(zip(targets.handles.tolist(), cells, rest, strict=True)):
        series = tables()
        excess[number] = excess_over_others(series, cell, others)
        difference = difference_of_totals(series, "people", handle)
        apart[number] = np.nan if difference is None else difference
    return excess, apart


def _exact(apart: _Numbers) -> bool:
    """Return whether totals are exact: nobody's leaving adds people, which noise soon does (or they are not there)."""
    return bool((apart >= 0).all())


MEMBERSHIP = Attack(
    name="membership",
    title="membership inference in paired worlds",
    goal=Goal.MEMBER,
    adversary=Adversary(
        "learn whether one named person is in the data",
        "a table of the person's group, totals with and without the person where there is no budget, or rows "
        "without names",
        "the person's date of birth, sex, district and score band, and how many others are in that group",
    ),
    knows=("birth", "sex", *BY, "rest-people"),
    guess=_guess,
)
