"""A policy as frozen facts: purposes, one clause a column, one licence a holder and purpose, one pairing a purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from privshare.model.category import Category, Rung
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is used. dpv: IRI of the nearest purpose in the W3C Data Privacy Vocabulary."""

    id: PurposeId
    sentence: str
    dpv: str


@dataclass(frozen=True, slots=True)
class ColumnClause:
    """What the policy says of one column of one holder.

    id: "holder.column". grade: GB/T 43697 grade (core, important, general). reason: why, by a person.
    ladder: purpose -> rung; a purpose that is not named has the rung `never`. gdpr9, pipl28: whether the
    column falls under GDPR Art. 9 or PIPL Art. 28. dpv: IRI of the personal-data category. values_max: how many
    values the column can have at most, as everybody may know; None where the policy does not say.
    """

    id: str
    holder: PartyId
    column: ColumnName
    category: Category
    grade: str
    reason: str
    ladder: Mapping[PurposeId, Rung]
    gdpr9: bool
    pipl28: bool
    dpv: str
    values_max: int | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A holder's leave to use its data for one purpose.

    cap: total loss per person that all uses under it may add up to. minimum_group: noised counts below it
    are not printed. expires: last day in force (UTC).
    """

    id: str
    holder: PartyId
    purpose: PurposeId
    cap: PrivacyLoss
    minimum_group: int
    expires: date


@dataclass(frozen=True, slots=True)
class PairingField:
    """One field by which records without an identifier may pair.

    rule: what of it counts, as `secure/psi/fuzzy/fields.py` reads it. columns: holder -> its column.
    """

    name: str
    rule: str
    columns: Mapping[PartyId, ColumnName]


@dataclass(frozen=True, slots=True)
class PairingClause:
    """How records without an identifier may pair for one purpose.

    keys: which fields together may be a key, by name. weight_min: on how many keys a pair has to agree at least.
    """

    id: str
    purpose: PurposeId
    fields: tuple[PairingField, ...]
    keys: tuple[frozenset[str], ...]
    weight_min: int


@dataclass(frozen=True, slots=True)
class Policy:
    """All clauses. digest: SHA-256 of the policy file's bytes, hex."""

    title: str
    purposes: Mapping[PurposeId, Purpose]
    clauses: Mapping[tuple[PartyId, ColumnName], ColumnClause]
    licences: Mapping[tuple[PartyId, PurposeId], Licence]
    digest: str
    pairings: Mapping[PurposeId, PairingClause] = field(default_factory=dict)
