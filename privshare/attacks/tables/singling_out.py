"""Singling out: a predicate, drawn from the release, that holds for exactly one person of the original.

The adversary keeps predicates that hold for one released row and bets that each holds for one original row. The same
predicates are counted on the control: where they single out as many there, they tell about the population and not
about the people whose records were used. Guessing: random predicates of who knows how each column is distributed.
Where the release has too few such predicates for a rate, guesses fill up; an empty release leaves guesses only.

How often a predicate holds for exactly one row depends on how many rows there are. A larger control is cut to the
size of the original, by chance. For a smaller one its successes are scaled: weights of the predicates (the share of
the population that one holds for) are taken as exponential with mean 1/r, which makes the success rate among n rows
proportional to n r / (r + n)^2; r is fitted to the control, its halves and its quarters. (Log-uniform weights before,
and one hit among r released rows, give just this.) Giomi et al. 2023 (see `risk.py`) correct in the same spirit with
another family; the fit is ours.
Definition of singling out: Article 29 Working Party, Opinion 05/2014; as predicates: Cohen and Nissim 2020.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.predicates import WIDTH, Predicate, guessed, multivariate, univariate
from privshare.attacks.tables.risk import Rate, Risk
from privshare.attacks.tables.rows import TARGETS_MIN, Background, Cells, Rows, too_few
from privshare.model.entropy import WorldGenerator

Values = np.ndarray[tuple[int], np.dtype[np.float64]]

NAME, UNIVARIATE = "singling-out", "singling-out-univariate"


def singling_out(rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    """Return how often a predicate over three columns singles out. Raises InputRefused for too few rows."""
    return _attacked(NAME, rows, background, chance)


def singling_out_univariate(rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    """Return how often a predicate over one column singles out. Raises InputRefused for too few rows."""
    return _attacked(UNIVARIATE, rows, background, chance)


def _attacked(name: str, rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    for table, what in ((rows.original, "the original table"), (rows.control, "the control table")):
        if table is not None and len(table) < TARGETS_MIN:
            raise too_few(len(table), what)
    wanted, places = background.attempts, rows.places(background.known)
    several = name == NAME
    drawn = (multivariate if several else univariate)(rows, places, wanted, chance)
    guesses = guessed(rows, places, WIDTH if several else 1, wanted, chance)
    bets = [*drawn, *guesses[: TARGETS_MIN - len(drawn)]] if 0 < len(drawn) < TARGETS_MIN else drawn or guesses
    original, notes = rows.original, []
    if not drawn:
        notes.append("No predicate that singles out a released row was found; every attempt is a guess.")
        if rows.control is not None:  # a guess knows no table, so both sides can be of one size and nothing is scaled
            original = original[chance.permutation(len(original))[: len(rows.control)]]
    elif len(drawn) < TARGETS_MIN:
        notes.append(f"Only {len(drawn)} predicates single out a released row; the other attempts are guesses.")
    elif len(drawn) < wanted:
        notes.append(f"Only {len(drawn):,} different predicates that single out a released row were found.")
    control = None
    if rows.control is not None:
        control, scaled = _control(bets, rows.control, len(original), chance)
        notes += [scaled] if scaled else []
    columns = ", ".join(background.known)
    return Risk(
        attack=name,
        adversary=Adversary(
            "find a description that fits one person of the original table only",
            "the released table",
            f"which columns there are ({columns}), and how each is distributed",
        ),
        main=_rate(bets, original),
        baseline=_rate(guesses, original),
        control=control,
        notes=tuple(notes),
    )


def _rate(bets: Sequence[Predicate], cells: Cells) -> Rate:
    return Rate(sum(_once(bets, cells)), len(bets))


def _once(bets: Sequence[Predicate], cells: Cells) -> list[bool]:
    columns = np.asfortranarray(cells)
    return [bet.matches(columns) == 1 for bet in bets]


def _control(bets: Sequence[Predicate], control: Cells, size: int, chance: WorldGenerator) -> tuple[Rate, str]:
    """Return the control's rate as it would be among `size` rows, and a sentence where it was scaled."""
    mixed = control[chance.permutation(len(control))]
    if len(mixed) >= size:
        return _rate(bets, mixed[:size]), ""
    found = _rate(bets, mixed)
    parts = [[mixed], np.array_split(mixed, 2), np.array_split(mixed, 4)]
    shares = [float(np.mean([_rate(bets, part).share for part in cut])) for cut in parts]
    factor = scale([len(mixed) / len(cut) for cut in parts], shares, size)
    expected = min(len(bets), round(found.successes * factor))
    return Rate(expected, len(bets)), (
        f"The control has fewer rows than the original: its {found.successes:,} successes were scaled by {factor:.2f} "
        "to the size of the original, by a fitted model whose own error is not in the interval."
    )


def scale(sizes: Sequence[float], shares: Sequence[float], size: float) -> float:
    """Return by which factor the first success rate changes when its rows, sizes[0], become `size`.

    >>> sizes, r = np.array([500.0, 250.0, 125.0]), 800.0
    >>> round(scale(sizes, sizes * r / (r + sizes) ** 2, 1000), 2)  # (1000 / 1800^2) / (500 / 1300^2)
    1.04
    """
    if not shares[0]:
        return 1.0
    rates = np.geomspace(sizes[-1] / 100, sizes[0] * 10_000, 2_000)
    curves = np.stack([_singled(rows, rates) for rows in sizes])
    # Each curve's height is free: predicates that hold for nobody at any size only lower all of them alike.
    told = np.array(shares)[:, None]
    height = (curves * told).sum(axis=0) / (curves**2).sum(axis=0)
    best = int(np.argmin(((height * curves - told) ** 2).sum(axis=0)))
    return float(_singled(size, rates)[best] / curves[0, best])


def _singled(rows: float, rates: Values) -> Values:
    return np.asarray(rows * rates / (rates + rows) ** 2)
