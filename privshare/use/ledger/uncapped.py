"""Spends from accounts that limit nothing, as those of commands whose policy is their own flags.

Promises: nothing is refused for want of budget, and all of it is counted, however many commands spend at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privshare.errors import BudgetExhausted
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger.ledger import Ledger
from privshare.use.ledger.request import Spend


def reserve_uncapped(ledger: Ledger, spends: Sequence[Spend], *, question_ids: Mapping[str, str]) -> None:
    """Reserve all spends as `Ledger.reserve` does, and raise the caps of their accounts by what is new among them."""
    needed: dict[tuple[PartyId, PurposeId], PrivacyLoss] = {}
    for spend in spends:
        if ledger.state(spend.request) is None:
            account = (spend.holder, spend.purpose)
            needed[account] = needed.get(account, NO_LOSS) + spend.loss
    while True:
        for (holder, purpose), loss in needed.items():
            ledger.make_room(holder, purpose, loss)
        try:
            ledger.reserve(spends, question_ids=question_ids)
        except BudgetExhausted:
            continue  # another command has spent the room meanwhile
        return
