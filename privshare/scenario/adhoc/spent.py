"""What a ledger counts for requests whose policy was their own flags: what they spent, and what they are about to.

Promises: nothing is refused for want of budget, and all of it is counted, however many commands spend at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from privshare.errors import BudgetExhausted
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.model.policy import Policy
from privshare.scenario.adhoc.flags import OWNER, PURPOSE, states_no_cap
from privshare.use.ledger import Ledger, Spend, open_existing_ledger


def spent_for_flags(ledger: Path | None, holder: PartyId = OWNER) -> PrivacyLoss:
    """Return the loss spent so far at a holder by requests without a policy file; nothing where there is no ledger yet.

    Flags state no budget, so their policy is what was spent plus what is asked, as far as is known by then. Whoever
    wants a cap writes a policy file.
    """
    if ledger is None or not ledger.exists():
        return NO_LOSS
    with open_existing_ledger(ledger) as opened:
        accounts = opened.statement().accounts
    return next((line.spent for line in accounts if (line.holder, line.purpose) == (holder, PURPOSE)), NO_LOSS)


def reserve_for_flags(ledger: Ledger, spends: Sequence[Spend], *, question_ids: Mapping[str, str]) -> None:
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


def open_accounts(ledger: Ledger, policy: Policy) -> None:
    """Declare a policy's licences; those of flags only where there is no account yet, and then without lowering one."""
    known = {(line.holder, line.purpose) for line in ledger.statement().accounts} if states_no_cap(policy) else set()
    for account, licence in policy.licences.items():
        if not states_no_cap(policy):
            ledger.declare(*account, licence.cap)
        elif account not in known:
            ledger.make_room(*account, licence.cap)
