"""What detection says: a suggestion a column, and the risk of small groups a set of quasi-identifiers.

Facts only, without a value from a row. A person decides; nothing here permits
any use.
"""

from __future__ import annotations

from dataclasses import dataclass

from privshare.model.category import Category, Rung

SURE, LIKELY = 0.9, 0.65
"""Certainties from which a suggestion is called sure or likely; below it is unsure."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts behind a suggestion.

    rows: of the table. missing: rows without a value. distinct: different values. sampled: different values
    looked at. fitting: of those, how many have the form that the reason names; 0 when the name alone decided.
    """

    rows: int
    missing: int
    distinct: int
    sampled: int
    fitting: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a column seems to be.

    concept: what its values are, in words. category, grade: as in a policy; grade by GB/T 43697. rung: the form
    in which it may leave its holder, for the purpose at hand. safer: the category a draft writes, stricter than
    `category` when unsure. certainty: in [0, 1]; rules of thumb, not a probability. confidence: the same in one
    word, "sure", "likely" or "unsure". gdpr9, pipl28, dpv: as in a policy's clause.
    """

    column: str
    concept: str
    category: Category
    safer: Category
    grade: str
    rung: Rung
    reason: str
    certainty: float
    evidence: Evidence
    gdpr9: bool = False
    pipl28: bool = False
    dpv: str = ""

    @property
    def confidence(self) -> str:
        """The certainty in one word."""
        return "sure" if self.certainty >= SURE else "likely" if self.certainty >= LIKELY else "unsure"


@dataclass(frozen=True, slots=True)
class GroupRisk:
    """How a set of columns singles out, over all rows.

    unique: rows that no other row equals in these columns. small: rows in groups of fewer than `limit` rows,
    unique ones included. groups: different combinations.
    """

    columns: tuple[str, ...]
    rows: int
    groups: int
    unique: int
    small: int
    limit: int


@dataclass(frozen=True, slots=True)
class Examination:
    """A table looked at. people: whether its rows seem to be about natural persons; None when nothing says so."""

    suggestions: tuple[Suggestion, ...]
    risks: tuple[GroupRisk, ...]
    people: bool | None
