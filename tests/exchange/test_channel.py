"""The corridor: only payloads, only the expected kind, no role left waiting, the first error told.

Runs happen on a thread with a bounded join, so that a deadlock is a failure and not a hanging test run.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import PrivshareError, ProtocolAborted, ProtocolError, UnprotectedPayload
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Transcript
from privshare.exchange.view import view_of
from privshare.model.party import PartyId
from privshare.model.table import Table

A, B, C = PartyId("a"), PartyId("b"), PartyId("c")
PATIENCE_SECONDS = 20  # reached only when parties wait for ever


def bounded(roles: Mapping[PartyId, Callable[[Endpoint], Any]]) -> tuple[dict[PartyId, Any], Transcript]:
    """Run the roles; a run that does not end is an assertion error, and its threads are left behind as daemons."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(run_together(roles))
        except BaseException as fault:
            outcome.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert outcome, "the parties wait for each other for ever"
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]  # type: ignore[no-any-return]


def _payload(kind: str = "points", body: bytes = b"abc", items: int = 1) -> Payload:
    return Payload(kind, body, items)


def test_a_message_arrives_as_it_was_sent() -> None:
    results, transcript = bounded(
        {
            A: lambda end: end.send(B, _payload()),
            B: lambda end: end.receive(A, "points").body,
        }
    )
    assert results == {A: None, B: b"abc"}
    assert [(m.sender, m.receiver, m.payload.kind) for m in transcript.messages] == [(A, B, "points")]
    assert transcript.messages[0].digest == hashlib.sha256(b"abc").hexdigest()


def _raw() -> pd.DataFrame:
    return pd.DataFrame({"name": ["Ann Vault"]})


@pytest.mark.parametrize(
    "thing",
    [
        Table(A, "loans", None, _raw()),
        _raw(),
        b"bytes",
        "text",
        None,
        {"kind": "points", "body": b"x", "items": 1},
        Payload("points", _raw(), 1),  # type: ignore[arg-type]
        Payload("points", Table(A, "loans", None, _raw()), 1),  # type: ignore[arg-type]
        Payload("points", "text", 1),  # type: ignore[arg-type]
        Payload("points", [b"x"], 1),  # type: ignore[arg-type]
    ],
    ids=[
        "table",
        "frame",
        "bytes",
        "text",
        "none",
        "mapping",
        "frame inside",
        "table inside",
        "text inside",
        "list inside",
    ],
)
def test_what_is_no_payload_is_refused_and_not_shown(thing: Any) -> None:
    with pytest.raises(UnprotectedPayload) as refused:
        bounded({A: lambda end: end.send(B, thing), B: lambda end: end.receive(A, "points")})
    assert "Ann" not in str(refused.value)
    assert (refused.value.sender, refused.value.receiver) == (A, B)


def test_another_kind_than_expected_is_refused() -> None:
    with pytest.raises(ProtocolError, match="expected points from a, got tags") as refused:
        bounded({A: lambda end: end.send(B, _payload("tags")), B: lambda end: end.receive(A, "points")})
    assert refused.value.code == "E_PROTOCOL"


def test_a_failing_role_stops_all_others_and_its_error_is_told() -> None:
    def fails(end: Endpoint) -> None:
        raise ValueError("own fault")

    stopped: list[str] = []

    def waits(end: Endpoint) -> None:
        try:
            end.receive(A, "points")
        except ProtocolAborted as aborted:
            stopped.append(f"{end.party} saw {aborted.party}")
            raise

    with pytest.raises(ValueError, match="own fault"):
        bounded({B: waits, A: fails, C: waits})
    assert sorted(stopped) == ["b saw a", "c saw a"]


def test_stopping_travels_down_a_chain() -> None:
    """C waits for B only, and B stops because A did."""

    def fails(end: Endpoint) -> None:
        raise ProtocolError("E_TEST", "A cannot go on")

    with pytest.raises(ProtocolError, match="A cannot go on"):
        bounded({C: lambda end: end.receive(B, "x"), B: lambda end: end.receive(A, "x"), A: fails})


def test_the_first_own_error_surfaces_and_not_one_that_followed() -> None:
    first_raised = threading.Event()

    def first(end: Endpoint) -> None:
        try:
            raise ValueError("first")
        finally:
            first_raised.set()

    def second(end: Endpoint) -> None:
        try:
            end.receive(A, "x")
        except ProtocolAborted:
            raise KeyError("followed") from None

    with pytest.raises(ValueError, match="first"):
        bounded({A: first, B: second})


def test_what_was_sent_before_a_failure_still_arrives_first() -> None:
    """A role may use what reached it; the abort comes after it, in order."""
    seen: list[bytes] = []

    def fails(end: Endpoint) -> None:
        end.send(B, _payload(body=b"1"))
        raise ValueError("later")

    def reads(end: Endpoint) -> None:
        seen.append(end.receive(A, "points").body)
        end.receive(A, "points")

    with pytest.raises(ValueError, match="later"):
        bounded({A: fails, B: reads})
    assert seen == [b"1"]


def test_a_role_that_ends_early_leaves_nobody_waiting() -> None:
    with pytest.raises(PrivshareError):
        bounded({A: lambda end: None, B: lambda end: end.receive(A, "points")})


def test_roles_that_all_wait_are_stopped() -> None:
    with pytest.raises(PrivshareError):
        bounded({A: lambda end: end.receive(B, "x"), B: lambda end: end.receive(A, "x")})


def test_a_ring_of_waiting_roles_is_stopped_while_a_fourth_has_ended() -> None:
    def hands_on(sender: PartyId) -> Callable[[Endpoint], None]:
        return lambda end: end.send(A, end.receive(sender, "x"))

    with pytest.raises(PrivshareError):
        bounded({A: hands_on(B), B: hands_on(C), C: hands_on(A), PartyId("d"): lambda end: None})


def test_what_the_ended_role_sent_can_still_be_read() -> None:
    def sends(end: Endpoint) -> None:
        end.send(B, _payload(body=b"1"))
        end.send(B, _payload(body=b"2"))

    results, _ = bounded({A: sends, B: lambda end: [end.receive(A, "points").body for _ in range(2)]})
    assert results[B] == [b"1", b"2"]


def test_bytes_and_rounds_of_a_known_protocol() -> None:
    """A asks B, B asks C, C answers B, B answers A: four messages, each waiting for the one before."""

    def a(end: Endpoint) -> None:
        end.send(B, _payload(body=b"1" * 10))
        end.receive(B, "points")

    def b(end: Endpoint) -> None:
        end.receive(A, "points")
        end.send(C, _payload(body=b"2" * 20))
        end.receive(C, "points")
        end.send(A, _payload(body=b"3" * 5))

    def c(end: Endpoint) -> None:
        end.receive(B, "points")
        end.send(B, _payload(body=b""))

    _, transcript = bounded({A: a, B: b, C: c})
    assert transcript.bytes_sent() == ((A, 10), (B, 25), (C, 0))
    assert transcript.rounds() == 4
    assert [m.depth for m in transcript.messages] == [1, 2, 3, 4]
    assert [m.payload.body for m in view_of(transcript, B).received] == [b"1" * 10, b""]


def test_messages_that_cross_are_one_round() -> None:
    def crosses(other: PartyId) -> Callable[[Endpoint], bytes]:
        def role(end: Endpoint) -> bytes:
            end.send(other, _payload(body=end.party.encode()))
            return end.receive(other, "points").body

        return role

    results, transcript = bounded({A: crosses(B), B: crosses(A)})
    assert results == {A: b"b", B: b"a"}
    assert transcript.rounds() == 1
    assert Transcript(()).rounds() == 0
    assert Transcript(()).bytes_sent() == ()


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_every_body_arrives_in_order_and_is_counted(bodies: list[bytes]) -> None:
    def sends(end: Endpoint) -> None:
        for body in bodies:
            end.send(B, _payload(body=body))

    results, transcript = bounded({A: sends, B: lambda end: [end.receive(A, "points").body for _ in bodies]})
    assert results[B] == bodies
    assert dict(transcript.bytes_sent()).get(A, 0) == sum(map(len, bodies))
    assert transcript.rounds() == (1 if bodies else 0)
    everything = [m for party in (A, B) for m in view_of(transcript, party).received]
    assert sorted(map(id, everything)) == sorted(map(id, transcript.messages)), "each message is in one view"


def test_a_payload_shows_no_byte() -> None:
    shown = repr(Payload("points", b"very telling", 3))
    assert "telling" not in shown
    assert "12 bytes" in shown
