"""A ready-made permit for tests of matches."""

from __future__ import annotations

from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question


def permit_for(loss: PrivacyLoss, *holders: PartyId, minimum_group: int = 0) -> Permit:
    uses = tuple(ColumnUse(holder, ColumnName("person"), RungKind.AFTER_LINK) for holder in holders)
    question = Question("q", "How many do both know?", PurposeId("research"), uses, loss)
    return Permit(question, ("a.person", "b.person", "licence 1"), minimum_group)
