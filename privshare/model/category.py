"""Categories of columns and rungs of the disclosure ladder.

Category names follow NIST SP 800-188 and ISO/IEC 20889 usage. The ladder says
in which form a column may leave its holder; it widens the column control list
of SCQL (plaintext, after join, after compare, after aggregate, encrypted only)
by rungs for differential privacy, for threshold proofs and for open data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """What a column says about a person."""

    DIRECT_IDENTIFIER = "direct-identifier"
    QUASI_IDENTIFIER = "quasi-identifier"
    SENSITIVE_ATTRIBUTE = "sensitive-attribute"
    INSENSITIVE = "insensitive"


class RungKind(StrEnum):
    """The form in which a column may leave its holder."""

    NEVER = "never"
    AFTER_LINK = "after-link"
    AFTER_COMPARE = "after-compare"
    AFTER_AGGREGATE = "after-aggregate"
    AFTER_DP = "after-dp"
    AFTER_PROOF = "after-proof"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: a form and, where the form has one, its limit.

    limit: for AFTER_DP the largest micro-epsilon of one release; for AFTER_PROOF the threshold; else None.
    """

    kind: RungKind
    limit: int | None = None

    def __str__(self) -> str:
        if self.kind is RungKind.AFTER_DP and self.limit is not None:
            return f"after-dp(epsilon<={f'{self.limit / 1e6:.6f}'.rstrip('0').rstrip('.')})"
        if self.kind is RungKind.AFTER_PROOF:
            return f"after-proof(>={self.limit})"
        return self.kind.value
