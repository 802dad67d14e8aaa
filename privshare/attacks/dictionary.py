"""Dictionary attack: hash every identifier that could exist and look the observed values up.

Goal: the identifiers behind a list of values. View: the list. Background: the
format of identifiers and how the values were made, as far as that is public.
It needs no mathematics, only an identifier space that a laptop can enumerate;
"we hashed the ID numbers" has that property (the Article 29 Working Party
called such values pseudonyms, Opinion 05/2014, section 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from privshare.attacks.adversary import Adversary
from privshare.attacks.attack import Attack, Goal, Guesses, NotApplicable, Targets
from privshare.attacks.enumeration import Prints, Recipe, Rows, fingerprints, named_among, wanted
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
    made = _values(targets.space, values.recipe)
    sought = wanted(values.observed, made.width)
    named: dict[bytes, str] = {}
    for candidates, prints in zip(_candidates(targets.space), made.prints, strict=True):
        named |= named_among(candidates, prints, values.recipe, sought)
    return tuple(named.get(value) for value in values.observed)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Values:
    """What a recipe makes of all candidates. width: bytes of each. prints: block by block."""

    width: int
    prints: tuple[Prints, ...]


# An adversary writes its dictionary once; one format and two recipes of it take some 150 MB.
@lru_cache(maxsize=1)
def _candidates(space: Callable[[], Iterator[Rows]]) -> tuple[Rows, ...]:
    return tuple(space())


@lru_cache(maxsize=2)
def _values(space: Callable[[], Iterator[Rows]], recipe: Recipe) -> _Values:
    blocks = _candidates(space)
    return _Values(recipe(blocks[0][:1]).shape[1], tuple(fingerprints(recipe(block)) for block in blocks))


DICTIONARY = Attack(
    name="dictionary",
    title="dictionary on identifiers",
    goal=Goal.NAME,
    adversary=Adversary(GOAL, "the values that stand in the place of identifiers", BACKGROUND),
    knows=(),
    guess=_guess,
)
