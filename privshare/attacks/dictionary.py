"""Dictionary attack: hash every identifier that could exist and look the observed values up.

Goal: the identifiers behind a list of values. View: the list. Background: the
format of identifiers and how the values were made, as far as that is public.
It needs no mathematics, only an identifier space that a laptop can enumerate;
"we hashed the ID numbers" has that property (the Article 29 Working Party
called such values pseudonyms, Opinion 05/2014, section 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.model.entropy import WorldGenerator
from privshare.model.surface import Surface

GOAL = "name the people behind the values that crossed the wire"
BACKGROUND = "the public format of the identifiers, and every public step of the protocol"


def unkeyed_hash(candidate: str) -> bytes:
    """Return SHA-256 of the identifier: what everybody can compute.

    >>> unkeyed_hash("HC01-1945-0000-A").hex()[:8]
    '6b881129'
    """
    return hashlib.sha256(candidate.encode()).digest()


def dictionary(
    observed: Collection[bytes], candidates: Iterable[str], values_of: Callable[[str], Iterable[bytes]]
) -> dict[bytes, str]:
    """Return observed value -> the identifier that the adversary names for it.

    values_of: every value the adversary can make of a candidate without a key; the first match counts.

    >>> dictionary([unkeyed_hash("b")], ["a", "b"], lambda text: [unkeyed_hash(text)]).popitem()[1]
    'b'
    """
    wanted = set(observed)
    named: dict[bytes, str] = {}
    for candidate in candidates:
        for value in values_of(candidate):
            if value in wanted:
                named.setdefault(value, candidate)
    return named


def adversary(view: str) -> Adversary:
    """Return the frame of this attack on one view."""
    return Adversary(GOAL, view, BACKGROUND)


def _guess(surface: Surface, targets: Targets, _chance: WorldGenerator) -> Guesses | NotApplicable:
    values = surface.values
    if values is None:
        return NotApplicable("nobody outside the circle of trust sees a value in the place of an identifier")
    if values.recipe is None or targets.space is None:
        # What is left is to pick an identifier of the format at random; the judge counts it as the baseline does.
        return (None,) * len(values.observed)
    named: dict[bytes, str] = {}
    wanted = _sorted_starts(values.observed)
    for candidates in targets.space():
        made = values.recipe(candidates)
        for place in np.flatnonzero(_among(made, wanted)):
            named.setdefault(made[place].tobytes(), candidates[place].tobytes().decode())
    return tuple(named.get(value) for value in values.observed)


def _sorted_starts(values: Collection[bytes]) -> NDArray[np.uint64]:
    """Return the first eight bytes of each value as a number, sorted: few candidates share them by chance."""
    return np.unique(np.frombuffer(b"".join(value[:8].ljust(8, b"\0") for value in values), "<u8"))


def _among(made: NDArray[np.uint8], wanted: NDArray[np.uint64]) -> NDArray[np.bool_]:
    if not len(wanted):
        return np.zeros(len(made), np.bool_)
    starts = np.zeros((len(made), 8), np.uint8)
    starts[:, : min(8, made.shape[1])] = made[:, :8]
    numbers = starts.view("<u8").ravel()
    places = np.minimum(np.searchsorted(wanted, numbers), len(wanted) - 1)
    return np.asarray(wanted[places] == numbers)


DICTIONARY = Attack(
    name="dictionary",
    title="dictionary on identifiers",
    goal=Goal.NAME,
    adversary=Adversary(GOAL, "the values that stand in the place of identifiers", BACKGROUND),
    knows=(),
    guess=_guess,
)
