"""A question, as the gate reads it: purpose, columns with the form asked for, and price.

The gate needs no more than this, so a new kind of question needs no new gate.
What the kind itself needs (bounds, keys, protocol parameters) stands in
`parameters` and is bound into the request id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId

KEY_VALUES_MIN = 2**20
"""How many values a linkage key must have at least in public: who can try every value learns what the other holds."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column in the form asked for: AFTER_LINK as a linkage key, AFTER_DP as group or value, OPEN in clear."""

    holder: PartyId
    column: ColumnName
    form: RungKind


@dataclass(frozen=True, slots=True)
class PairingAsked:
    """How records are to pair that have no identifier in common.

    columns: of each holder, one a field. rules: with their domains, one a field. domains: how many values each rule
    claims. keys: which fields together are a key, by their number from 0. weight_min: keys on which a pair must agree.
    """

    columns: Mapping[PartyId, tuple[ColumnName, ...]]
    rules: tuple[str, ...]
    domains: tuple[int, ...]
    keys: tuple[tuple[int, ...], ...]
    weight_min: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, for what, at which price.

    loss: the total debited at every holder in `uses`. parameters: everything else that fixes the answer's
    distribution, as (name, text) pairs in a fixed order. pairing: where the columns that link are no key as they are.
    """

    id: str
    sentence: str
    purpose: PurposeId
    uses: tuple[ColumnUse, ...]
    loss: PrivacyLoss
    parameters: tuple[tuple[str, str], ...] = ()
    pairing: PairingAsked | None = None

    @property
    def holders(self) -> tuple[PartyId, ...]:
        """Holders asked, each once, in the order of their first use."""
        return tuple(dict.fromkeys(use.holder for use in self.uses))


@dataclass(frozen=True, slots=True)
class Permit:
    """The gate's yes. Nothing below the gate runs without one.

    clauses: ids of the clauses and licences that allow it. minimum_group: the largest among the licences.
    """

    question: Question
    clauses: tuple[str, ...]
    minimum_group: int
