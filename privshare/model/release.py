"""A release: published numbers with everything needed to judge them. Whole numbers and texts only."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId

NEIGHBOURING = "add or remove one person, over all rows of the table"


@dataclass(frozen=True, slots=True)
class NoisePart:
    """One draw of noise inside a release.

    measure: which numbers it went into ("" for dummies that no number shows). mechanism: its name in the
    literature. drawn_by: who added it. sensitivity: L1, whole number. scale: decimal text. loss: what it is
    debited for. map_epsilon: what OpenDP's map reports for (mechanism, sensitivity), decimal text, never
    above the loss.
    """

    measure: str
    mechanism: str
    drawn_by: PartyId
    sensitivity: int
    scale: str
    loss: PrivacyLoss
    map_epsilon: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One published row: the group's key and one value a measure; None where the group was too small to print."""

    key: tuple[str, ...]
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """What the public gets.

    id: the question's id. request: request id in the ledger, hex. by: names of the key columns. measures:
    names of the value columns. loss: total per person at each holder. public_noise: for each measure the
    decimal scales of every two-sided discrete Laplace term in its published value. clauses: policy clauses
    and licences that allowed it. bounds: (what, value) pairs of contribution bounds and clamps.
    """

    id: str
    request: str
    sentence: str
    purpose: PurposeId
    holders: tuple[PartyId, ...]
    by: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]
    parts: tuple[NoisePart, ...]
    public_noise: tuple[tuple[str, tuple[str, ...]], ...]
    loss: PrivacyLoss
    bounds: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    minimum_group: int
    suite: str
    neighbouring: str = NEIGHBOURING
