"""A question, as the gate reads it: purpose, columns with the form asked for, and price.

The gate needs no more than this, so a new kind of question needs no new gate.
What the kind itself needs (bounds, keys, protocol parameters) stands in
`parameters` and is bound into the request id.
"""

from __future__ import annotations

from dataclasses import dataclass

from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column in the form asked for: AFTER_LINK as a linkage key, AFTER_DP as group or value, OPEN in clear."""

    holder: PartyId
    column: ColumnName
    form: RungKind


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, for what, at which price.

    loss: the total debited at every holder in `uses`. parameters: everything else that fixes the answer's
    distribution, as (name, text) pairs in a fixed order.
    """

    id: str
    sentence: str
    purpose: PurposeId
    uses: tuple[ColumnUse, ...]
    loss: PrivacyLoss
    parameters: tuple[tuple[str, str], ...] = ()

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
