"""Re-identification: find a person's row by what anybody may know of the person.

Goal: which published row is about one named person. View: rows without names.
Background: date of birth, sex and district, as in a voter list. A row that
alone fits is named; of several that fit one is named at random. Where none
fits, the rows that agree in all columns but one (`fitting`) take their place,
which finds people whose district was swapped and now and then names a stranger
(the control tells how often); where there is none, nothing is claimed.

How large the risk is follows from how many people share an area. Sweeney 2000
("Simple Demographics Often Identify People Uniquely", abstract read) found
87 % of the US population of 1990 likely unique by date of birth, gender and
5-digit ZIP code, 53 % with place and 18 % with county in its place; Golle 2006
("Revisiting the Uniqueness of Simple Demographics in the US Population",
abstract read) found 63 % with the ZIP code in the census of 2000.
`expected_unique` is the classical occupancy argument for such figures; that
Golle counts in just this way was not checked in the paper.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.fitting import known_columns, one_of, rows_that_fit, rows_that_nearly_fit
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Surface


def expected_unique(people: int, cells: int) -> float:
    """Return the expected share of people who are alone in their cell; people spread evenly over equal cells.

    For date of birth and sex in one district: cells = 2 * 365 * years. A US ZIP code of 10,000 people of 80
    years of birth is near the published figures, an area of twenty thousand below them:

    >>> [round(expected_unique(people, 2 * 365 * 80), 2) for people in (10_000, 20_000)]
    [0.84, 0.71]
    """
    return (1 - 1 / cells) ** (people - 1) if people else 0.0


def expected_named(people: int, cells: int) -> float:
    """Return the expected share who are named rightly if one of those in the same cell is named at random.

    That is one person a cell that is not empty.

    >>> round(expected_named(10_000, 2 * 365 * 80), 2)
    0.92
    """
    return cells / people * (1 - (1 - 1 / cells) ** people) if people else 0.0


def _guess(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    records = surface.records
    if records is None:
        return NotApplicable("no rows about persons are published")
    if records.senders is not None:
        return NotApplicable("who reads these rows knows already who sent which, so there is no row to find")
    if not known_columns(records, targets.known):
        return NotApplicable("the rows show nothing that this adversary knows of a person")
    fit = rows_that_fit(records, targets.known)
    for number in np.flatnonzero(~fit.any(axis=1)).tolist():
        person = {column: int(codes[number]) for column, codes in targets.known.items()}
        fit[number] = rows_that_nearly_fit(records, person, person)
    return one_of(fit, chance)


REIDENTIFICATION = Attack(
    name="re-identification",
    title="re-identification by date of birth, sex and district",
    goal=Goal.RECORD,
    adversary=Adversary(
        "find the row about one named person", "rows without names", "the person's date of birth, sex and district"
    ),
    knows=("birth", "sex", "district"),
    guess=_guess,
)
