"""Inference: who knows some columns of a person learns another one from the release.

The guess is the secret of the released row nearest to the known columns; equally near rows are taken by chance.
A guessed category is right where it is the same, a guessed number where it is off by at most `tolerance` of the true
one. Guessing: the one value that is right most often, of the control where there is one and else of the original
itself, which is kinder to guessing. Targets whose secret is missing are left out; a release that has no value of the
secret leaves guessing only.
After the inference attack of Giomi et al. 2023 (see `risk.py`), whose guesser draws a random value instead.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.distance import coordinates, nearest
from privshare.attacks.tables.risk import Rate, Risk
from privshare.attacks.tables.rows import TARGETS_MIN, Background, Cells, Places, Rows, too_few
from privshare.model.entropy import WorldGenerator

NAME = "inference"
_CANDIDATES = 2_000
Values = np.ndarray[tuple[int], np.dtype[np.float64]]


def inference(rows: Rows, background: Background, chance: WorldGenerator) -> Risk:
    """Return how often `secret` is guessed from `known`. Raises InputRefused for too few targets that have a secret."""
    if background.secret is None:
        raise ValueError("an inference needs a secret column")
    secret = rows.place(background.secret)
    number = rows.columns[secret].number
    tolerance = background.tolerance if number else 0.0
    original, released, control = coordinates(rows, rows.places(background.known))
    told = rows.released[:, secret]
    common = _commonest((rows.original if rows.control is None else rows.control)[:, secret], tolerance)

    def inferred(table: Cells, known: Cells, chosen: Places) -> Rate:
        if np.isnan(told).all():
            return guessed(table, chosen)
        return _rate(told[nearest(known[chosen], released, 1, chance)[:, 0]], table[chosen, secret], tolerance)

    def guessed(table: Cells, chosen: Places) -> Rate:
        return _rate(np.full(len(chosen), common), table[chosen, secret], tolerance)

    def those(table: Cells, what: str) -> Places:
        return _targets(table[:, secret], background.attempts, chance, f"{what} with {background.secret} not missing")

    chosen = those(rows.original, "the original table")
    controls = None if rows.control is None else those(rows.control, "the control table")
    return Risk(
        attack=NAME,
        adversary=Adversary(
            f"learn {background.secret} of one person",
            "the released table",
            f"{', '.join(background.known)} of the person",
        ),
        main=inferred(rows.original, original, chosen),
        baseline=guessed(rows.original, chosen),
        control=None if rows.control is None or controls is None else inferred(rows.control, control, controls),
        notes=(f"A guess of {background.secret} is right within {tolerance:.0%} of the true number.",)
        if number
        else (),
    )


def right(guesses: Values, truth: Values, tolerance: float) -> np.ndarray:
    """Return which guesses are right; a missing guess never is. tolerance: a share of the true number.

    >>> right(np.array([104.0, 106.0, 0.0, -98.0]), np.array([100.0, 100.0, 0.0, -100.0]), 0.05).tolist()
    [True, False, True, True]
    """
    off = np.abs(guesses - truth)
    return np.asarray(off <= tolerance * np.abs(truth))


def _rate(guesses: Values, truth: Values, tolerance: float) -> Rate:
    return Rate(int(right(guesses, truth, tolerance).sum()), len(truth))


def _targets(secrets: Values, attempts: int, chance: WorldGenerator, what: str) -> Places:
    places = np.flatnonzero(~np.isnan(secrets))
    if len(places) < TARGETS_MIN:
        raise too_few(len(places), what)
    return chance.permutation(places)[:attempts]


def _commonest(values: Values, tolerance: float) -> float:
    """Return the value that is right for most of `values`; of many different ones, a regular choice is tried."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return float("nan")
    tried = np.unique(known)
    tried = tried[:: max(1, len(tried) // _CANDIDATES)]
    hits = [int(right(np.full_like(known, value), known, tolerance).sum()) for value in tried]
    return float(tried[int(np.argmax(hits))])
