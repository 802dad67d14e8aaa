"""A party's own ledger while two of its runs are under way: neither refuses the other, and both are counted."""

from __future__ import annotations

from pathlib import Path

from privshare.model.entropy import SystemEntropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.scenario.party.holder import allowed
from privshare.scenario.party.request import PartyRequest
from privshare.use.ledger import open_existing_ledger

ASKED, BANK = PrivacyLoss(600_000, 10**9), PartyId("bank")


def test_runs_of_one_party_without_a_policy_file_do_not_refuse_one_another(tmp_path: Path) -> None:
    """Each looks at the ledger, and opens its account, before the other pays."""
    asked = PartyRequest(tmp_path / "t.csv", ("id",), tmp_path, "clinic", reveal="size", ledger=tmp_path / "l")
    with (
        allowed(asked, BANK, ASKED, SystemEntropy(), policy=None) as one,
        allowed(asked, BANK, ASKED, SystemEntropy(), policy=None) as two,
    ):
        one.debit()
        with allowed(asked, BANK, ASKED, SystemEntropy(), policy=None) as three:
            two.debit()
            three.debit()
    with open_existing_ledger(tmp_path / "l") as ledger:
        (line,) = ledger.statement().accounts
    assert (line.spent, line.left) == (PrivacyLoss(1_800_000, 3 * 10**9), NO_LOSS)
