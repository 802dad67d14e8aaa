"""What a ledger already counts for requests whose policy was their own flags, and how their accounts are opened."""

from __future__ import annotations

from pathlib import Path

from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.policy import Policy
from privshare.scenario.adhoc.flags import OWNER, PURPOSE, states_no_cap
from privshare.use.ledger import Ledger, open_existing_ledger


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


def open_accounts(ledger: Ledger, policy: Policy) -> None:
    """Declare a policy's licences; those of flags only where there is no account yet, and then without lowering one."""
    known = {(line.holder, line.purpose) for line in ledger.statement().accounts} if states_no_cap(policy) else set()
    for account, licence in policy.licences.items():
        if not states_no_cap(policy):
            ledger.declare(*account, licence.cap)
        elif account not in known:
            ledger.make_room(*account, licence.cap)
