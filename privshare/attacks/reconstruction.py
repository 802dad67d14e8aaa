"""Reconstruction: rebuild everybody's row from tables that each look harmless.

Goal: the rows of whole blocks, or one named person's sensitive value. View:
six tables a block, none by all attributes together: people, people by sex and
year of birth, by year and band, by sex and band; defaults by year, and by sex
and band. Background: none for the rows; for a secret the person's block, sex,
year and band, which is what a neighbour knows.
Each number is an equation in the unknown numbers of people of a kind; there
are more equations than freedom (Dinur and Nissim 2003; Garfinkel, Abowd and
Martindale 2019; Dick, Dwork, Kearns, Liu, Roth, Vietri and Wu 2023,
"Confidence-ranked reconstruction of census microdata from published
statistics", from memory). What the solver does is in `decoding`; numbers that
a publisher withholds are equations less.
Against differential privacy no ceiling is known to us for the share of rows:
a row is more than one bit, and many follow from what is usual. For the secret
of one person there is one, and the second attack is held to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import ROW, Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.decoding import Numbers, Sums, decoded, whole_rows
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Surface

TABLES = (
    ((), "people"),
    (("sex", "year"), "people"),
    (("year", "band"), "people"),
    (("sex", "band"), "people"),
    (("year",), "secret"),
    (("sex", "band"), "secret"),
)
"""What is asked for each block, and of whom; each for the same share of the budget, where there is one."""
BLOCKS_FOR_SECRETS = 16
"""Blocks that the attack on secrets rebuilds: those in which most of its targets live."""
_CELL = ROW[1:]
_VIEW = "six tables about each block, none of them by all attributes"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rebuilt:
    """One block. numbers: of people by sex, year, band and secret, not whole where tables contradict each other.

    people: how many live there as the publisher says, None where it does not say.
    """

    numbers: Numbers
    people: int | None


def rebuilt(surface: Surface, blocks: Sequence[int]) -> list[Rebuilt] | NotApplicable:
    """Return each block as it fits its published tables, or nearly fits where they are noised."""
    if surface.tables is None:
        return NotApplicable("no tables are published from which rows could be rebuilt")
    series = surface.tables()
    if not set(ROW[:-1]) <= set(series.domains):
        return NotApplicable("the published tables do not go down to blocks")
    shape = (*(series.domains[name] for name in _CELL[:-1]), 2)
    answers = [series.ask(("block", *by), of, share=1 / len(TABLES), blocks=tuple(blocks)) for by, of in TABLES]
    if not any(answers):
        return NotApplicable("the publisher answers nothing about blocks")

    def block(place: int) -> Rebuilt:
        sums = [
            Sums(tuple(map(_CELL.index, by)), table.counts[place], table.shown[place], {3: 1} if of == "secret" else {})
            for (by, of), table in zip(TABLES, answers, strict=True)
            if table is not None
        ]
        total = answers[0]
        people = int(total.counts[place]) if total is not None and total.shown[place] else None
        return Rebuilt(decoded(shape, sums), people)

    with ThreadPoolExecutor(2) as pool:  # the solver runs without the interpreter's lock
        return list(pool.map(block, range(len(blocks))))


def _guess_rows(surface: Surface, targets: Targets, _chance: WorldGenerator) -> Guesses | NotApplicable:
    """Rebuild the blocks that the targets live in."""
    blocks = np.unique(targets.known["block"]).tolist() if targets.known else []
    found = rebuilt(surface, blocks)
    if isinstance(found, NotApplicable):
        return found
    rows = [np.zeros((0, len(ROW)), np.int64)]
    for block, fit in zip(blocks, found, strict=True):
        cells = whole_rows(fit.numbers, fit.people)
        rows.append(np.column_stack([np.full(len(cells), block), cells]))
    return np.concatenate(rows)


def _guess_secrets(surface: Surface, targets: Targets, chance: WorldGenerator) -> Guesses | NotApplicable:
    """Rebuild the blocks where most targets live, and read off what people like each target have there."""
    where = targets.known.get("block", np.zeros(0, np.int64))
    there, how_many = np.unique(where, return_counts=True)
    blocks = np.sort(there[np.argsort(-how_many, kind="stable")[:BLOCKS_FOR_SECRETS]]).tolist()
    found = rebuilt(surface, blocks)
    if isinstance(found, NotApplicable):
        return found
    guesses = np.full(len(targets), -1)
    coins = chance.integers(2, size=len(targets))
    for block, fit in zip(blocks, found, strict=True):
        for target in np.flatnonzero(where == block):
            sex, year, band = (int(targets.known[name][target]) for name in _CELL[:-1])
            alike = (fit.numbers[sex, year, band], fit.numbers[:, year].sum(axis=(0, 1)))
            guesses[target] = next((int(yes > no) for no, yes in alike if yes != no), coins[target])
    return guesses


RECONSTRUCTION = Attack(
    name="reconstruction",
    title="reconstruction of rows",
    goal=Goal.ROWS,
    adversary=Adversary(
        "rebuild the row of everybody in a block", _VIEW, "which tables are published, and nothing else"
    ),
    knows=("block",),
    guess=_guess_rows,
)
RECONSTRUCTION_OF_A_SECRET = Attack(
    name="reconstruction-of-a-secret",
    title="reconstruction of one secret",
    goal=Goal.SECRET,
    adversary=Adversary(
        "learn whether one named person defaulted", _VIEW, "the person's block, sex, year of birth and score band"
    ),
    knows=("block", "sex", "year", "band"),
    guess=_guess_secrets,
)
