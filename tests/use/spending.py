"""Short words for what the ledger's tests do over and over."""

from __future__ import annotations

from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId
from privshare.use.ledger import Ledger, Spend

BANK, CITY = PartyId("bank"), PartyId("city")
RESEARCH, AUDIT = PurposeId("research"), PurposeId("audit")
CAP = PrivacyLoss(1_000_000, 10**6)


def rid(number: int) -> str:
    return f"{number:064x}"


def spend(number: int, micro: int = 100_000, *, holder: PartyId = BANK, delta: int = 0) -> Spend:
    return Spend(rid(number), holder, RESEARCH, PrivacyLoss(micro, delta))


def reserve(ledger: Ledger, *spends: Spend) -> None:
    ledger.reserve(spends, question_ids={each.request: f"q{int(each.request, 16)}" for each in spends})


def release(ledger: Ledger, number: int, document: bytes = b"{}", micro: int = 100_000) -> None:
    reserve(ledger, spend(number, micro))
    ledger.begin(rid(number))
    ledger.complete(rid(number), document)
