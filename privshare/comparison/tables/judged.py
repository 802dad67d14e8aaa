"""What an attack on a released table was worth: guesses about people of the original and of the control are scored.

The adversary's targets are drawn here, each at most once; it gets the columns that its background names and the
release, and returns guesses. Predicates are right that hold for exactly one row; links where both sources met; values
that are the same, or within the tolerance for numbers (targets whose secret is missing are left out, and a missing
guess is wrong). Where a release has too few predicates for a rate, guesses without it fill up.

How often a predicate holds for exactly one row depends on how many rows there are. A larger control is cut to the
size of the original, by chance. For a smaller one its successes are scaled: weights of the predicates (the share of
the population that one holds for) are taken as exponential with mean 1/r, which makes the success rate among n rows
proportional to n r / (r + n)^2; r is fitted to the control, its halves and its quarters. (Log-uniform weights before,
and one hit among r released rows, give just this.) The fit is our own; others correct for sizes in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from privshare.attacks.tables.attack import Background, Guess, Kind, TableAttack, Targets
from privshare.attacks.tables.inference import right
from privshare.attacks.tables.predicates import Predicate
from privshare.attacks.tables.released import Cells, Marks, Values
from privshare.attacks.tables.risk import Rate, Risk
from privshare.comparison.confidence import TARGETS_MIN
from privshare.comparison.tables.rows import Rows
from privshare.errors import InputRefused
from privshare.model.entropy import WorldGenerator

ORIGINAL, CONTROL = "the original table", "the control table"


def judged(attack: TableAttack, rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    """Return the risk that the attack finds. Raises InputRefused for fewer than TARGETS_MIN people to attack."""
    if attack.kind is Kind.PREDICATES:
        return _predicates(attack, rows, background, chance)
    release = rows.release
    secret = None if background.secret is None else release.place(background.secret)
    number = secret is not None and release.columns[secret].number
    tables = [(ORIGINAL, rows.original), *([] if rows.control is None else [(CONTROL, rows.control)])]
    chosen = [_chosen(table, secret, background, chance, what) for what, table in tables]

    def rate(guess: Guess, table: Cells) -> Rate:
        known, other = (table[:, release.places(names)] for names in (background.known, background.other))
        guesses = guess(release, background, Targets(known, other), chance)
        if secret is None:
            return Rate(int(np.count_nonzero(cast(Marks, guesses))), len(table))
        hits = right(cast(Values, guesses), table[:, secret], background.tolerance if number else 0.0)
        return Rate(int(hits.sum()), len(table))

    told = f"A guess of {background.secret} is right within {background.tolerance:.0%} of the true number."
    return Risk(
        attack=attack.name,
        adversary=attack.frame(background),
        main=rate(attack.guess, chosen[0]),
        baseline=rate(attack.blind, chosen[0]),
        control=rate(attack.guess, chosen[1]) if len(chosen) > 1 else None,
        notes=(told,) if number else (),
    )


def _chosen(table: Cells, secret: int | None, background: Background, chance: WorldGenerator, what: str) -> Cells:
    """Return the targets of one table, in random order."""
    if secret is not None:
        table = table[~np.isnan(table[:, secret])]
        what = f"{what} with {background.secret} not missing"
    if len(table) < TARGETS_MIN:
        raise too_few(len(table), what)
    return table[chance.permutation(len(table))[: background.attempts]]


def _predicates(attack: TableAttack, rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    for what, table in ((ORIGINAL, rows.original), (CONTROL, rows.control)):
        if table is not None and len(table) < TARGETS_MIN:
            raise too_few(len(table), what)
    release, nobody = rows.release, Targets(rows.original[:0], rows.original[:0])
    drawn, guesses = (
        list(cast(Sequence[Predicate], guess(release, background, nobody, chance)))
        for guess in (attack.guess, attack.blind)
    )
    bets = [*drawn, *guesses[: TARGETS_MIN - len(drawn)]] if 0 < len(drawn) < TARGETS_MIN else drawn or guesses
    original, notes = rows.original, []
    if not drawn:
        notes.append("No predicate that singles out a released row was found; every attempt is a guess.")
        if rows.control is not None:  # a guess knows no table, so both sides can be of one size and nothing is scaled
            original = original[chance.permutation(len(original))[: len(rows.control)]]
    elif len(drawn) < TARGETS_MIN:
        notes.append(f"Only {len(drawn)} predicates single out a released row; the other attempts are guesses.")
    elif len(drawn) < background.attempts:
        notes.append(f"Only {len(drawn):,} different predicates that single out a released row were found.")
    control = None
    if rows.control is not None:
        control, scaled = control_rate(bets, rows.control, len(original), chance)
        notes += [scaled] if scaled else []
    return Risk(
        attack=attack.name,
        adversary=attack.frame(background),
        main=rate_of(bets, original),
        baseline=rate_of(guesses, original),
        control=control,
        notes=tuple(notes),
    )


def rate_of(bets: Sequence[Predicate], cells: Cells) -> Rate:
    """Return how many predicates hold for exactly one of these rows."""
    columns = np.asfortranarray(cells)
    return Rate(sum(bet.matches(columns) == 1 for bet in bets), len(bets))


def control_rate(bets: Sequence[Predicate], control: Cells, size: int, chance: WorldGenerator) -> tuple[Rate, str]:
    """Return the control's rate as it would be among `size` rows, and a sentence where it was scaled."""
    mixed = control[chance.permutation(len(control))]
    if len(mixed) >= size:
        return rate_of(bets, mixed[:size]), ""
    found = rate_of(bets, mixed)
    parts = [[mixed], np.array_split(mixed, 2), np.array_split(mixed, 4)]
    shares = [float(np.mean([rate_of(bets, part).share for part in cut])) for cut in parts]
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


def too_few(found: int, what: str) -> InputRefused:
    """Return the refusal of a rate over too few targets."""
    return InputRefused(
        f"{what} has {found} rows to attack; accepted are at least {TARGETS_MIN}, since a rate over fewer says little."
    )


def _singled(rows: float, rates: Values) -> Values:
    return np.asarray(rows * rates / (rates + rows) ** 2)
