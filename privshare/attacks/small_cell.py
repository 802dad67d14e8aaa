"""Small cells: a table so fine that a cell is one person, or some people who are all alike.

Goal: one person's sensitive value. View: tables by place, sex, year of birth
and score band. Background: these of the person.
A cell of one shows the person's value; a cell where all or none have it shows
everybody's. Where a cell is withheld, margins help: the total of a line
without the cells that are shown is the number of people in those that are not
(why offices suppress a second cell, too: Willenborg and de Waal 2001, chapter
on tables, not checked again). Of all groups of the target that can be had, the
most telling one is believed (`groups.evidence`).
The finest useful table goes first, half of the budget for each of its two
numbers; where there is a budget, no other is answered.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.groups import TwoTables, Weights, ask_both, evidence
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Codes, CountTable, Surface, TableSeries

FIRST = ("block", "sex", "year")
PLACES = ("block", "district")
TRAITS = ("band", "sex", "year")


def questions(domains: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the attributes of every table to ask for: one place and any traits, the first one first.

    >>> questions(("district", "band"))
    [('district', 'band'), ('district',)]
    """
    asked = [
        (place, *traits)
        for place in PLACES
        for size in range(len(TRAITS), -1, -1)
        for traits in combinations(TRAITS, size)
        if place in domains and set(traits) <= set(domains)
    ]
    return sorted(asked, key=lambda by: by != FIRST)


def strongest_evidence(series: TableSeries, targets: Targets) -> Weights | None:
    """Return per target the evidence of its most telling group, 0 where none is shown; None: nothing is answered."""
    answered: dict[tuple[str, ...], TwoTables] = {}
    for by in questions(tuple(series.domains)):
        tables = ask_both(series, by)
        if tables is not None:
            answered[by] = tables
    if not answered:
        return None
    rate = next(reversed(answered.values())).rate  # of the coarsest table: there the least is withheld
    found = np.zeros(len(targets))
    for tables in answered.values():
        people, secret, shown = tables.at(targets.known)
        found = _stronger(found, np.where(shown, evidence(people, secret, rate), 0))
        if tables.shown.all():
            continue
        for axis in range(len(tables.by)):
            margin = answered.get((*tables.by[:axis], *tables.by[axis + 1 :]))
            if margin is not None:
                rest = what_is_withheld(tables, margin, axis)
                people, secret, known = rest.at(targets.known)
                found = _stronger(found, np.where(known & ~shown, evidence(people, secret, rate), 0))
    return found


def what_is_withheld(tables: TwoTables, margin: TwoTables, axis: int) -> TwoTables:
    """Return, by the attributes of the margin, the numbers of all cells along the axis that are not shown."""
    people = margin.people.counts - np.where(tables.shown, tables.people.counts, 0).sum(axis=axis)
    secret = margin.secret.counts - np.where(tables.shown, tables.secret.counts, 0).sum(axis=axis)
    return TwoTables(*(CountTable(margin.by, numbers, margin.shown) for numbers in (people, secret)))


def _stronger(one: Weights, other: Weights) -> Weights:
    return np.where(np.abs(other) > np.abs(one), other, one)


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    if surface.tables is None:
        return NotApplicable("no tables are published that could have small cells")
    found = strongest_evidence(surface.tables(), targets)
    if found is None:
        return NotApplicable("the publisher answers no table by what this adversary knows of a person")
    coins: Codes = chance.integers(2, size=len(targets))
    return np.where(found == 0, coins, (found > 0).astype(np.int64))


SMALL_CELL = Attack(
    name="small-cell",
    title="small cells of fine tables",
    goal=Goal.SECRET,
    adversary=Adversary(
        "learn whether one named person defaulted",
        "tables as fine as the publisher answers, with their margins",
        "the person's block or district, sex, year of birth and score band",
    ),
    knows=("district", "block", "sex", "year", "band"),
    guess=_guess,
)
