"""Two small tables that `fuzzy/1` pairs, with one of each that may happen, and their roles over any suite of members.

Two keys; Ann agrees on both, Bob on one, Cid with two people of the other side on one each, which is a tie, and on
either side somebody agrees with nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from privshare.exchange.channel import Endpoint
from privshare.model.entropy import SeededEntropy
from privshare.model.party import PartyId
from privshare.secure.psi import fuzzy, members
from tests.secure.psi.fuzzy.test_records import FOUR, keyed
from tests.secure.psi.playing import A, B

FUZZY = {f"{fuzzy.SUITE} over {below}": below for below in members.SUITES}
PLAN = fuzzy.plan_of(
    [(field.name, field.rule) for field in FOUR.fields], keys=[("first", "last", "born"), ("last", "born", "town")]
)
ONE = keyed([
    ("Ann", "Lee", "1990-01-01", "Hull"),
    ("Bob", "Poe", "1980-01-01", "Rye"),
    ("Cid", "Ray", "1970-01-01", "Bath"),
    ("Dot", "Fox", "1960-01-01", "Deal"),
], PLAN)  # fmt: skip
OTHER = keyed([
    ("Ann", "Lee", "1990-01-01", "Hull"),
    ("Bob", "Poe", "1980-01-01", "York"),
    ("Cid", "Ray", "1970-01-01", "York"),
    ("Zed", "Ray", "1970-01-01", "Bath"),
    ("Eve", "Gil", "1950-01-01", "Ware"),
], PLAN)  # fmt: skip


def fuzzy_roles(
    suite: str, *, receiver: PartyId = A, sender: PartyId = B, seed: int = 1
) -> dict[PartyId, Callable[[Endpoint], Any]]:
    """Return both roles of `fuzzy/1 over SUITE`. Each side has a stream of its own."""
    below = members.suite_of(FUZZY[suite])
    first, second = SeededEntropy(2 * seed), SeededEntropy(2 * seed + 1)
    return {
        receiver: fuzzy.receiver(ONE, PLAN, suite=below, sender=sender, entropy=first),
        sender: fuzzy.sender(OTHER, PLAN, suite=below, receiver=receiver, entropy=second),
    }


def shown(output: Any) -> Any:
    """Return an output of any suite as plain values that can be compared."""
    if isinstance(output, fuzzy.Pairs):
        left = output.open
        told = (output.entities, output.weight, left.entities, left.weight, left.candidates)
        return tuple(numbers.tolist() for numbers in told)
    return np.asarray(output).tolist()
