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

from privshare.attacks.adversary import Adversary

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
