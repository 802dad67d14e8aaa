"""One explained decision a column: what the policy says of each column that a holder really has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from privshare.model.category import Category, Rung, RungKind
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.policy import Policy

UNCLASSIFIED = "no clause names this column, so nothing may use it"


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """What may happen to one column.

    clause: clause id, or "" for an unclassified column. category, grade: None and "" when unclassified.
    rungs: one (purpose, rung) for every purpose of the policy, `never` where the clause is silent.
    """

    holder: PartyId
    column: ColumnName
    clause: str
    category: Category | None
    grade: str
    reason: str
    rungs: tuple[tuple[PurposeId, Rung], ...]
    gdpr9: bool
    pipl28: bool
    dpv: str


def decide(policy: Policy, columns: Iterable[tuple[PartyId, ColumnName]]) -> tuple[ColumnDecision, ...]:
    """Return one decision a column, in the order given. Unclassified means refused for every purpose."""
    never = Rung(RungKind.NEVER)
    decisions = []
    for holder, column in columns:
        clause = policy.clauses.get((holder, column))
        ladder = clause.ladder if clause else {}
        decisions.append(
            ColumnDecision(
                holder=holder,
                column=column,
                clause=clause.id if clause else "",
                category=clause.category if clause else None,
                grade=clause.grade if clause else "",
                reason=clause.reason if clause else UNCLASSIFIED,
                rungs=tuple((purpose, ladder.get(purpose, never)) for purpose in policy.purposes),
                gdpr9=bool(clause and clause.gdpr9),
                pipl28=bool(clause and clause.pipl28),
                dpv=clause.dpv if clause else "",
            )
        )
    return tuple(decisions)
