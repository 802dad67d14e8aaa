"""shared_members: what is checked before anything runs, and whose rows come out."""

from __future__ import annotations

import pytest

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.entropy import Entropy, SeededEntropy, SystemEntropy
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.members import OPRF, suite_of
from privshare.use.linkage.members import shared_members
from tests.secure.psi.playing import A, B
from tests.use.linkage.permits import permit_for


def run(permit: Permit, *, entropy: Entropy | None = None, second: PartyId = B):
    return shared_members(
        permit,
        receiver=(A, items_of(["ann", "bob", None, "ANN", "cy"])),
        sender=(second, items_of(["dan", "Ann", "cy", "cy"])),
        suite=suite_of(OPRF),
        entropy=entropy or SystemEntropy(),
    )


def test_each_party_gets_all_of_its_own_rows_by_match() -> None:
    (one, other), transcript, leakage = run(permit_for(NO_LOSS, A, B))
    assert sorted((one.of(n), other.of(n)) for n in range(2)) == [((0, 3), (1,)), ((4,), (2, 3))]
    assert len(one) == len(other) == 2
    assert leakage.suite == "psi-oprf/1"
    assert leakage.bytes_sent == transcript.bytes_sent()
    assert [message.payload.kind for message in transcript.messages][-3] == "matches"  # then both sign


def test_a_permit_for_another_price_or_another_holder_runs_nothing() -> None:
    with pytest.raises(NoiseRefused):
        run(permit_for(PrivacyLoss(1), A, B))
    with pytest.raises(NoiseRefused):
        run(permit_for(NO_LOSS, A, B), second=PartyId("c"))


def test_keys_that_can_be_made_again_are_refused() -> None:
    with pytest.raises(ParameterRefused, match="replayed"):
        run(permit_for(NO_LOSS, A, B), entropy=SeededEntropy(1))
