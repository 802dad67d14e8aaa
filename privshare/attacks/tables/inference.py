"""Inference: who knows some columns of a person learns another one from the release.

The guess is the secret of the released row nearest to the known columns; of equally near rows one is taken by chance.
Guessing: for everybody the one value that is right most often in the population. A release that has no value of the
secret leaves guessing only.
After the inference attack of Giomi et al. 2023 (see `risk.py`), whose guesser draws a random value instead.
"""

from __future__ import annotations

import numpy as np

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables.attack import Background, Kind, TableAttack, Targets
from privshare.attacks.tables.distance import coordinates, nearest
from privshare.attacks.tables.released import Marks, ReleasedTable, Values
from privshare.model.entropy import WorldGenerator

_CANDIDATES = 2_000


def infer(release: ReleasedTable, background: Background, targets: Targets, chance: WorldGenerator) -> Values:
    """Return the secret of the released row nearest to each target; NaN where it is missing there."""
    told = release.cells[:, _secret(release, background)]
    if np.isnan(told).all():
        return guess_commonest(release, background, targets, chance)
    places = release.places(background.known)
    seen = coordinates(release, places, release.cells[:, places])
    near = nearest(coordinates(release, places, targets.known), seen, 1, chance)
    return np.asarray(told[near[:, 0]])


def guess_commonest(release: ReleasedTable, background: Background, targets: Targets, _: WorldGenerator) -> Values:
    """Return for every target the value that is right for most people; of many values a regular choice is tried."""
    secret = _secret(release, background)
    people = release.people[secret]
    if not len(people):
        return np.full(len(targets), np.nan)
    tolerance = background.tolerance if release.columns[secret].number else 0.0
    tried = np.unique(people)
    tried = tried[:: max(1, len(tried) // _CANDIDATES)]
    hits = [int(right(np.full_like(people, value), people, tolerance).sum()) for value in tried]
    return np.full(len(targets), tried[int(np.argmax(hits))])


def right(guesses: Values, truth: Values, tolerance: float) -> Marks:
    """Return which guesses are right; a missing guess never is. tolerance: a share of the true number.

    >>> right(np.array([104.0, 106.0, 0.0, -98.0]), np.array([100.0, 100.0, 0.0, -100.0]), 0.05).tolist()
    [True, False, True, True]
    """
    return np.asarray(np.abs(guesses - truth) <= tolerance * np.abs(truth))


def _secret(release: ReleasedTable, background: Background) -> int:
    if background.secret is None:
        raise ValueError("an inference needs a secret column")
    return release.place(background.secret)


def _frame(background: Background) -> Adversary:
    return Adversary(
        f"learn {background.secret} of one person",
        "the released table",
        f"{', '.join(background.known)} of the person",
    )


INFERENCE = TableAttack(
    "inference", Kind.VALUES, _frame, infer, guess_commonest, needs=("secret",), takes=("known", "secret")
)
