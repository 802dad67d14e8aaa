"""Three machines: a connection a pair, who may call, a stop that reaches everybody, and all through or nobody."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from privshare.errors import NoConnection, ProtocolAborted, ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.connecting import Listener, connect
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.several import SeveralEndpoints
from privshare.exchange.tls import Credentials
from privshare.model.party import PartyId
from tests.exchange.project import HOST, Side, project
from tests.secure.psi.playing import item, totals_roles, totals_terms

Keys = dict[PartyId, Credentials]


def roles() -> dict[PartyId, Any]:
    grouped, valued = {item(n): n % 2 for n in range(9)}, {item(n): n for n in range(4, 12)}
    return dict(totals_roles(grouped, valued, totals_terms(2), seed=4))


A, B, C = roles()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return project(tmp_path_factory.mktemp("three") / "keys", names=(A, B, C))


def calling(keys: Keys, port: int, own: PartyId, peer: PartyId) -> NetworkEndpoint:
    return connect(HOST, port, keys[own], peer=peer, within=20, patience=20)


def triangle(keys: Keys) -> dict[PartyId, SeveralEndpoints]:
    """A calls B and C, B calls C."""
    with Listener(HOST, 0) as at_b, Listener(HOST, 0) as at_c:
        c = Side(lambda: at_c.accept_peers(keys[C], peers=(A, B), within=20, patience=20, refused=pytest.fail))
        b = Side(lambda: at_b.accept(keys[B], peer=A, within=20, patience=20))
        lines = {A: [calling(keys, at_b.port, A, B)]}
        lines[B] = [b.result(), calling(keys, at_c.port, B, C)]  # B is the first to call C
        lines[A].append(calling(keys, at_c.port, A, C))
        lines[C] = list(c.result())
    return {party: SeveralEndpoints(its) for party, its in lines.items()}


def played(ends: dict[PartyId, SeveralEndpoints], parts: dict[PartyId, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    outputs: dict[PartyId, Any] = {}
    faults: dict[PartyId, BaseException] = {}

    def play(party: PartyId) -> None:
        try:
            with ends[party] as end:
                found = parts[party](end)
                end.settle()
                outputs[party] = found
        except BaseException as raised:
            faults[party] = raised

    for side in [Side(lambda party=party: play(party)) for party in ends]:
        side.result()
    return outputs, faults


def test_the_roles_of_one_process_run_between_three_machines(keys: Keys) -> None:
    ends = triangle(keys)
    assert ends[C].peers == (A, B), "in the order asked for, not of calling"
    outputs, faults = played(ends, roles())
    assert not faults
    _, inside = run_together(roles())
    assert len({tuple(cells) for cells in outputs.values()}) == 1
    assert max(end.transcript.rounds() for end in ends.values()) == inside.rounds()
    seen = [(m.sender, m.receiver, m.payload.kind) for end in ends.values() for m in end.transcript.messages]
    assert sorted(seen) == sorted([(m.sender, m.receiver, m.payload.kind) for m in inside.messages] * 2)
    ids = [[session["sid"] for session in end.sessions] for end in ends.values()]
    assert [len(its) for its in ids] == [2, 2, 2]
    assert len({sid for its in ids for sid in its}) == 3


def test_a_session_is_bound_to_the_connection_it_runs_over(keys: Keys) -> None:
    """Three bindings, each alike at both of its ends; a session across a wrong one would have two ids and no seal."""
    ends = triangle(keys)
    bindings = {(party, peer): end.setting.binding_with(peer) for party, end in ends.items() for peer in end.peers}
    crossed = ends[A].setting
    object.__setattr__(
        crossed, "bindings", dict(zip(crossed.bindings, [*crossed.bindings.values()][::-1], strict=True))
    )
    outputs, faults = played(ends, roles())
    assert not outputs
    assert "E_SEAL" in {getattr(fault, "code", "") for fault in faults.values()}
    assert all(bindings[pair] == bindings[pair[::-1]] for pair in bindings)
    assert len(set(bindings.values())) == 3


def test_a_party_that_stops_tells_everybody(keys: Keys) -> None:
    def stops(_end: Endpoint) -> None:
        raise ProtocolError("E_REPEATED", "the third item stood there twice")

    outputs, faults = played(triangle(keys), {**roles(), C: stops})
    assert not outputs
    assert isinstance(faults[A], ProtocolAborted)
    assert isinstance(faults[B], ProtocolAborted)
    assert "third item" not in f"{faults[A]}{faults[B]}"


def test_that_another_party_stopped_is_told_on(keys: Keys) -> None:
    """C stops for A only; B, which still waits for A, hears from A that A stops too."""

    def waits(end: Endpoint) -> None:
        end.receive(A, "key-share")

    def asks(end: Endpoint) -> None:
        end.receive(C, "key-share")

    def leaves(end: Endpoint) -> None:
        assert isinstance(end, SeveralEndpoints)
        end.line(A).abort(ProtocolError("E_TIMEOUT", "enough"))
        end.receive(B, "key-share")

    _, faults = played(triangle(keys), {A: asks, B: waits, C: leaves})
    assert "because it waited too long" in str(faults[A])
    assert f"{A} stopped the run, because it stopped for a reason of its own" in str(faults[B])


def test_nobody_is_through_before_all_are(keys: Keys) -> None:
    def breaks(end: Endpoint) -> None:
        for peer in (A, B):
            end.receive(peer, "settled")
        raise ProtocolError("E_TIMEOUT", "this one is not through")

    def nothing(_end: Endpoint) -> str:
        return "an output"

    outputs, faults = played(triangle(keys), {A: nothing, B: nothing, C: breaks})
    assert not outputs
    assert len(faults) == 3


def test_a_last_word_says_nothing_else(keys: Keys) -> None:
    def counts(end: Endpoint) -> None:
        for peer in (A, B):
            end.send(peer, Payload("settled", b"", 1))

    outputs, faults = played(triangle(keys), {A: lambda _: "an output", B: lambda _: "an output", C: counts})
    assert not {A, B} & outputs.keys()
    assert "announced items where there are none" in f"{faults[A]}{faults[B]}"


def test_a_peer_that_is_none_and_what_a_run_costs(keys: Keys) -> None:
    ends, paid = triangle(keys), []
    with ends[A] as end, ends[B], ends[C]:
        with pytest.raises(ProtocolError, match="no connection leads to nobody"):
            end.send(PartyId("nobody"), Payload("key-share", b"", 0))
        end.agree_on({}, items_max=None, telling=lambda: paid.append("once"))
        for _ in range(2):
            end.setting.telling(5)
        assert paid == ["once"]


def test_a_listener_for_two_refuses_a_third_and_a_second_call(keys: Keys, tmp_path: Path) -> None:
    others, heard = project(tmp_path / "other", seed=3, names=(A, B, C)), []
    with Listener(HOST, 0) as listener:
        side = Side(lambda: listener.accept_peers(keys[C], peers=(A, B), within=20, patience=5, refused=heard.append))
        first = calling(keys, listener.port, A, C)
        for caller in (keys[A], others[B]):
            with pytest.raises(NoConnection):
                connect(HOST, listener.port, caller, peer=C, within=5, patience=5)
        second = calling(keys, listener.port, B, C)
        lines = side.result()
        for line in (first, second, *lines):
            line.close()
    assert [line.peer for line in lines] == [A, B]
    assert f"this run is with '{B}'" in heard[0]
    assert len(heard) == 2


def test_who_has_called_is_hung_up_on_when_the_other_never_calls(keys: Keys) -> None:
    with Listener(HOST, 0) as listener:
        side = Side(lambda: listener.accept_peers(keys[C], peers=(A, B), within=0.5, patience=5, refused=pytest.fail))
        early = calling(keys, listener.port, A, C)
        with pytest.raises(NoConnection, match=f"{B} did not call"):
            side.result()
        with early, pytest.raises(ProtocolError, match="hung up"):
            early.receive(C, "key-share")


@pytest.mark.parametrize("says", [b"", b"a proposal"])
def test_a_listener_for_two_ends_when_one_hangs_up_before_the_other_calls(keys: Keys, says: bytes) -> None:
    with Listener(HOST, 0) as listener:
        side = Side(lambda: listener.accept_peers(keys[C], peers=(A, B), within=20, patience=5, refused=pytest.fail))
        with calling(keys, listener.port, A, C) as early:
            if says:
                early.send(C, Payload("propose", says, 1))
        with pytest.raises(ProtocolError, match=f"{A} hung up before everybody was there"):
            side.result()


def test_a_caller_of_two_ends_when_the_first_hangs_up_before_the_second_listens(keys: Keys) -> None:
    with Listener(HOST, 0) as at_b, Listener(HOST, 0) as free:
        b = Side(lambda: at_b.accept(keys[B], peer=A, within=20, patience=20))
        to_b = calling(keys, at_b.port, A, B)
        nobody = free.port
    side = Side(lambda: connect(HOST, nobody, keys[A], peer=C, within=20, patience=20, here=(to_b,)))
    b.result().close()
    with to_b, pytest.raises(ProtocolError, match=f"{B} hung up before everybody was there"):
        side.result()


def test_what_one_says_before_the_other_has_called_is_kept_but_not_without_end(keys: Keys) -> None:
    with Listener(HOST, 0) as listener:

        def two() -> Side:
            return Side(
                lambda: listener.accept_peers(keys[C], peers=(A, B), within=20, patience=5, refused=pytest.fail)
            )

        side = two()
        first = calling(keys, listener.port, A, C)
        first.send(C, Payload("propose", b"a proposal", 1))
        second = calling(keys, listener.port, B, C)
        first.send(C, Payload("items", b"and more", 2))
        lines = side.result()
        assert [lines[0].receive(A, kind).body for kind in ("propose", "items")] == [b"a proposal", b"and more"]
        for line in (first, second, *lines):
            line.close()

        side = two()
        with calling(keys, listener.port, A, C) as first, suppress(ProtocolError):
            for _ in range(64):  # the last of which may find nobody
                first.send(C, Payload("propose", bytes(2**14), 1))
        with pytest.raises(ProtocolError, match="says more than is due"):
            side.result()
