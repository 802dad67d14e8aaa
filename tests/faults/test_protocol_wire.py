"""Every message of every suite meets every fault: a typed abort, nobody left waiting, no output, no key used twice."""

from __future__ import annotations

from typing import Any

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.secure.psi.fuzzy import roles as pairing_roles
from privshare.secure.psi.fuzzy.assignment import edges_of
from tests.faults import wire
from tests.faults.pairing import FUZZY, shown
from tests.faults.wire import FAULTS, SUITES, cheap_base_transfer, faulty_run, honest_run, messages_of
from tests.secure.psi.playing import A, lying, silence

MANY = range(2, 102)
BASE = ("base-receiver", "base-sender")
PAIRING = ("hello", "tags", "matches", "done")


def meet(suite: str, name: str, seed: int, *, kinds: tuple[str, ...] = ()) -> int:
    """Play one fault at every message, or at those of some kinds; return how many there were."""
    fault = getattr(wire, name)
    others = messages_of(honest_run(suite, seed + 1_000)[1])
    at = {(sender, number): message for sender, number, message in others}
    met = 0
    right, transcript = honest_run(suite, seed)
    for sender, number, message in messages_of(transcript):
        if kinds and message.payload.kind not in kinds:
            continue
        other = at[sender, number]
        if name == "cross_session" and other.payload == message.payload:
            continue  # without noise two runs may publish the same
        where = f"{suite}, seed {seed}: {name} at {sender}'s message {number} ({message.payload.kind})"
        ended = faulty_run(suite, sender, number, fault, other, seed=seed)
        met += 1
        if name == "delay" or (name == "duplicate" and message.payload.kind == "done"):  # after all is signed for
            assert ended.fault is None, where
            continue
        assert isinstance(ended.fault, ProtocolError), f"{where}: {ended.fault!r}"
        reached = sender if name == "reflect" else message.receiver
        assert reached not in ended.outputs, where
        signed = {m.sender for m in ended.passed if m.payload.kind == "done" and m.receiver in ended.outputs}
        assert not ended.outputs or reached in signed, where
        assert all(shown(output) == shown(right[party]) for party, output in ended.outputs.items()), where
    return met


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite not in FUZZY])
def test_a_fault_at_any_message_ends_the_run(monkeypatch: pytest.MonkeyPatch, suite: str, fault: object) -> None:
    cheap_base_transfer(monkeypatch)
    silence(monkeypatch)
    assert meet(suite, fault.__name__, 1) >= 12  # type: ignore[attr-defined]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("suite", FUZZY)
def test_a_fault_at_what_fuzzy_adds_to_a_suite_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, suite: str, fault: object
) -> None:
    """The plan is in the greeting, handles are beside the tags, pairs are told; the rest is met in the slow form."""
    cheap_base_transfer(monkeypatch)
    assert meet(suite, fault.__name__, 1, kinds=PAIRING) == 6  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["bad_point", "cross_session"])
@pytest.mark.parametrize("suite", ["psi-ot-sh/1", "psi-ot-mr/1"])
def test_a_fault_in_a_real_base_transfer_ends_the_run(suite: str, name: str) -> None:
    assert meet(suite, name, 1, kinds=BASE) == 2


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("suite", SUITES)
def test_a_fault_at_any_message_ends_the_run_over_a_hundred_seeds(
    monkeypatch: pytest.MonkeyPatch, suite: str, fault: object
) -> None:
    cheap_base_transfer(monkeypatch)
    silence(monkeypatch)
    for seed in MANY:
        meet(suite, fault.__name__, seed)  # type: ignore[attr-defined]


@pytest.mark.parametrize("suite", SUITES)
def test_no_key_serves_twice_after_an_abort(monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    """The same roles, run again after a fault, send no body of 16 bytes or more again, and finish.

    Small numbers under no key (a result, the labels of places) may be the same twice by chance, and are left out.
    """
    cheap_base_transfer(monkeypatch)
    roles = SUITES[suite](5)
    sent: list[list[bytes]] = [[], []]

    def noting(attempt: int, party, role, fault=None):
        def watching(endpoint):
            class Noting:
                setting, receive = endpoint.setting, staticmethod(endpoint.receive)
                party = endpoint.party
                numbers = iter(range(100))

                def send(self, receiver, payload):
                    if payload.kind not in {"result", "positions"}:
                        sent[attempt].append(bytes(payload.body))
                    if fault is None or next(self.numbers) != fault:
                        endpoint.send(receiver, payload)

            return role(Noting())

        return watching

    late = max(number for sender, number, _ in messages_of(honest_run(suite, 5)[1]) if sender == "a") - 1
    with pytest.raises(ProtocolError):
        run_together({p: noting(0, p, role, late if p == "a" else None) for p, role in roles.items()})
    results, _ = run_together({party: noting(1, party, role) for party, role in roles.items()})
    assert set(results) == set(roles)
    first, again = ({body for body in bodies if len(body) >= 16} for bodies in sent)
    assert first
    assert not first & again
    assert len(again) == len([body for body in sent[1] if len(body) >= 16]) - repeated(sent[1])


def repeated(bodies: list[bytes]) -> int:
    """Bodies that one session sends to two parties: the unit and the other holder may get the same."""
    long = [body for body in bodies if len(body) >= 16]
    return len(long) - len(set(long))


@pytest.mark.parametrize("suite", FUZZY)
def test_a_record_has_another_handle_after_an_abort(monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    """Else a receiver that breaks off and comes again with other records could join what it saw of one in both runs."""
    cheap_base_transfer(monkeypatch)
    read: list[set[int]] = []

    def noting(own: Any, other: Any, ranks: Any) -> Any:
        read.append(set(other.tolist()))
        return edges_of(own, other, ranks)

    monkeypatch.setattr(pairing_roles, "edges_of", noting)
    roles = SUITES[suite](5)
    with pytest.raises(ProtocolError):
        run_together(lying(roles, A, "matches", lambda body: body[:-1]))
    run_together(roles)
    assert [len(handles) for handles in read] == [4, 4]
    assert not read[0] & read[1]
