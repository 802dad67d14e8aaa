"""What a ledger already counts for requests whose policy was their own flags."""

from __future__ import annotations

from pathlib import Path

from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.scenario.adhoc.flags import OWNER, PURPOSE
from privshare.use.ledger import open_existing_ledger


def spent_for_flags(ledger: Path | None, holder: PartyId = OWNER) -> PrivacyLoss:
    """Return the loss spent so far at a holder by requests without a policy file; nothing where there is no ledger yet.

    Flags state no budget, so their policy is what was spent plus what is asked: the ledger then counts and
    shows the sum, and refuses nothing. Whoever wants a cap writes a policy file.
    """
    if ledger is None or not ledger.exists():
        return NO_LOSS
    with open_existing_ledger(ledger) as opened:
        accounts = opened.statement().accounts
    return next((line.spent for line in accounts if (line.holder, line.purpose) == (holder, PURPOSE)), NO_LOSS)
