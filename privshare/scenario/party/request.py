"""What a holder asks for when it links its table with another party's, as text where it is to be read exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privshare.secure.psi.fuzzy import Rule


QUESTION = "party-link"
"""Id of the question that a run puts to its own gate."""


@dataclass(frozen=True, slots=True)
class FuzzyTerms:
    """How records pair; both sides must say the same.

    rules: of the columns of the key, in their order; None for the one that the name stands for. keys: which columns
    together are a key, by the own names; None for every three, or with a policy for those that it allows.
    weight_min: keys on which a pair must agree; None for 1, or with a policy for the least that it allows.
    records_max: different records that a side may bring; None for as many as fit.
    """

    rules: tuple[Rule | None, ...]
    keys: tuple[tuple[str, ...], ...] | None = None
    weight_min: int | None = None
    records_max: int | None = None


@dataclass(frozen=True, slots=True)
class PartyRequest:
    """One run at one holder.

    table, key: the holder's own file, and the columns that together are the key. keys: the folder of this party.
    peer: name of the other party. reveal: a verb (`registry.py`). suite: a suite of members, if it is not to be
    chosen by the sizes. epsilon, delta: price of a noised size. ledger: where it is counted. policy, purpose: the
    holder's policy file and what the run is for; without a file the request itself is the policy. fuzzy: with the
    verb of that name only. items_max: that either side may bring, dummies included.
    """

    table: Path
    key: tuple[str, ...]
    keys: Path
    peer: str
    reveal: str = "members"
    suite: str | None = None
    epsilon: str | None = None
    delta: str | None = None
    ledger: Path | None = None
    policy: Path | None = None
    purpose: str | None = None
    fuzzy: FuzzyTerms | None = None
    items_max: int = 2**24
