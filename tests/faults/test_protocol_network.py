"""Faults over TLS on the loopback: a typed abort at both ends, within the patience that was given, and no output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.exchange.payload import Payload
from privshare.exchange.tls import Credentials
from privshare.model.entropy import SeededEntropy
from privshare.model.party import PartyId
from privshare.secure.psi import members
from tests.exchange.project import BANK, OFFICE, over_network, project
from tests.faults import wire
from tests.faults.pairing import FUZZY, fuzzy_roles
from tests.faults.wire import Wire, cheap_base_transfer
from tests.secure.psi.playing import people

FEW = ("drop", "duplicate", "truncate", "flip", "oversize", "half_close", "bad_point")
PATIENCE = 0.3


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[PartyId, Credentials]:
    return project(tmp_path_factory.mktemp("project") / "keys")


def roles(suite: str, seed: int) -> dict[PartyId, Callable[[Endpoint], Any]]:
    if suite in FUZZY:
        return fuzzy_roles(suite, receiver=OFFICE, sender=BANK, seed=seed)
    chosen = members.suite_of(suite)
    return {
        OFFICE: chosen.receiver(people(range(4)), sender=BANK, told=True, entropy=SeededEntropy(2 * seed)),
        BANK: chosen.sender(people(range(2, 7)), receiver=OFFICE, told=True, entropy=SeededEntropy(2 * seed + 1)),
    }


def meet(keys: dict[PartyId, Credentials], suite: str, name: str, sender: PartyId, at: int, seed: int) -> None:
    def faulty(end: Endpoint) -> Endpoint:
        return Wire(end, at, getattr(wire, name), Payload("commit", bytes(32), 1), SeededEntropy(seed))

    where = f"{suite}, seed {seed}: {name} at {sender}'s message {at}"
    outputs, faults, _ = over_network(keys, roles(suite, seed), patience=PATIENCE, wrapped=faulty, wrap=sender)
    reached = BANK if sender == OFFICE else OFFICE
    assert reached not in outputs, where
    assert isinstance(faults[reached], ProtocolError), where
    assert all(isinstance(fault, ProtocolError) for fault in faults.values()), where


@pytest.mark.parametrize("name", FEW)
def test_a_fault_at_a_message_ends_the_run_at_both_ends(keys: dict[PartyId, Credentials], name: str) -> None:
    for sender, at in ((OFFICE, 0), (OFFICE, 3), (BANK, 2), (BANK, 5)):
        meet(keys, members.OPRF, name, sender, at, 1)
    for sender, at in ((BANK, 5), (OFFICE, 5)):  # tags with handles, and the pairs
        meet(keys, f"fuzzy/1 over {members.OPRF}", name, sender, at, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize("suite", [*members.SUITES, *FUZZY])
def test_a_fault_at_every_message_ends_the_run_at_both_ends(
    monkeypatch: pytest.MonkeyPatch, keys: dict[PartyId, Credentials], suite: str, name: str
) -> None:
    cheap_base_transfer(monkeypatch)
    _, faults, ends = over_network(keys, roles(suite, 1))
    assert not faults
    counted = {party: sum(m.sender == party for m in end.messages) for party, end in ends.items()}
    for sender, count in counted.items():
        for at in range(count - (name == "duplicate")):  # the last message twice: nobody reads it any more
            for seed in range(1, 4):
                meet(keys, suite, name, sender, at, seed)


def test_a_message_that_is_late_is_given_up(keys: dict[PartyId, Credentials]) -> None:
    """The office holds its points back until the bank has gone."""
    outputs, faults, _ = over_network(keys, {**roles(members.OPRF, 1), OFFICE: opens_and_waits}, patience=PATIENCE)
    assert not outputs
    assert "E_TIMEOUT" in str(faults[BANK])
    assert "waited too long" in str(faults[OFFICE])


def opens_and_waits(end: Endpoint) -> None:
    from privshare.secure.psi.members.terms import Terms

    terms = Terms(members.OPRF, True, False, {})
    session = terms.open_receiver(end, BANK, items=4, entropy=SeededEntropy(5))
    end._patience = 30  # type: ignore[attr-defined]
    session.receive("evaluated", most=10_000)
