"""A wire that fails: one message of one party is dropped, doubled, moved, changed or answered by itself.

`FAULTS` are eleven ways, and a mirror. A fault sits at the sender's end of a corridor in one process, where a run
that would wait for ever is found out without a clock. What every one of them must end in: a ProtocolError, nobody
left waiting, no output at the side that the fault reached. The other side may have one only if the side that was
reached had signed for everything before: whoever signs last cannot know that it arrived.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.frames import BODY_MOST
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Message, Transcript
from privshare.model.entropy import SeededEntropy, below
from privshare.model.party import PartyId
from privshare.secure.psi import members
from tests.faults.pairing import FUZZY, fuzzy_roles
from tests.secure.psi.playing import Passing, item, members_roles, people, size_roles, totals_roles, totals_terms

Role = Callable[[Endpoint], Any]
Roles = Mapping[PartyId, Role]
PATIENCE_SECONDS = 60  # reached only when parties wait for ever

SUITES: dict[str, Callable[[int], dict[PartyId, Role]]] = {
    members.OPRF: lambda seed: members_roles(people(range(4)), people(range(2, 7)), told=True, seed=seed),
    members.SEMI_HONEST: lambda seed: members_roles(
        people(range(4)), people(range(2, 7)), suite=members.SEMI_HONEST, told=True, seed=seed
    ),
    members.MALICIOUS_RECEIVER: lambda seed: members_roles(
        people(range(4)), people(range(2, 7)), suite=members.MALICIOUS_RECEIVER, told=True, seed=seed
    ),
    "size/1": lambda seed: dict(size_roles(people(range(4)), people(range(2, 7)), seed=seed)),
    "totals-3/1": lambda seed: dict(totals_roles(
        {item(n): n % 2 for n in range(4)}, {item(n): n for n in range(2, 7)}, totals_terms(2), seed=seed
    )),
    **{suite: lambda seed, suite=suite: fuzzy_roles(suite, seed=seed) for suite in FUZZY},  # type: ignore[misc]
}  # fmt: skip


@dataclass
class Noting(Passing):
    """An endpoint that writes down what goes out."""

    passed: list[Message]

    def send(self, receiver: PartyId, payload: Payload) -> None:
        self.passed.append(Message(self.party, receiver, payload, 0))
        super().send(receiver, payload)


@dataclass
class Wire(Passing):
    """One endpoint whose message number `at` meets a fault. other: the same message of another session."""

    at: int
    fault: Callable[[Wire, PartyId, Payload], None]
    other: Payload
    chance: SeededEntropy
    sent: list[tuple[PartyId, Payload]] = field(default_factory=list)
    held: list[tuple[PartyId, Payload]] = field(default_factory=list)
    mirrored: list[Payload] = field(default_factory=list)
    deaf: bool = False

    def send(self, receiver: PartyId, payload: Payload) -> None:
        payload, number = payload.settled(), len(self.sent)  # its buffer may be used again
        self.sent.append((receiver, payload))
        if number == self.at:
            self.fault(self, receiver, payload)
        elif not self.deaf:
            if self.fault is delay:
                self.flush()
            self.honest.send(receiver, payload)
            if self.held and self.held[0][0] == receiver:
                self.flush()

    def flush(self) -> None:
        """Let what was held back go."""
        for late in self.held:
            self.honest.send(*late)
        self.held.clear()

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        if self.fault is delay:
            self.flush()
        if self.mirrored:
            payload = self.mirrored.pop()
            if payload.kind != kind:
                raise ProtocolError("E_PROTOCOL", f"expected {kind}, got {payload.kind}")
            if len(payload.body) > most:
                raise ProtocolError("E_LENGTH", f"more of {kind} than {most} bytes")
            return payload
        return super().receive(sender, kind, most=most)


def drop(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """The message is lost."""


def duplicate(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    wire.honest.send(receiver, payload)
    wire.honest.send(receiver, payload)


def reorder(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """It arrives after the next one, if there is a next one."""
    wire.held.append((receiver, payload))


def truncate(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    wire.honest.send(receiver, Payload(payload.kind, bytes(payload.body)[:-1], payload.items))


def flip(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """One bit anywhere is another."""
    body = bytearray(payload.body)
    place = below(wire.chance, 8 * len(body))
    body[place // 8] ^= 1 << place % 8
    wire.honest.send(receiver, Payload(payload.kind, bytes(body), payload.items))


def replay(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """The message before it to the same receiver comes again instead; the first one comes twice."""
    before = [payload for to, payload in wire.sent if to == receiver]
    if len(before) == 1:
        wire.honest.send(receiver, payload)
    wire.honest.send(receiver, before[max(0, len(before) - 2)])


def cross_session(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """The same message of another session between the same two comes instead."""
    wire.honest.send(receiver, wire.other)


def oversize(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    wire.honest.send(receiver, Payload(payload.kind, bytes(payload.body) + bytes(5000), payload.items))


def delay(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """It arrives when this side already waits for an answer. In order, so it must do no harm."""
    wire.held.append((receiver, payload))


def half_close(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """From here on nothing arrives that this side sends; it still hears."""
    wire.deaf = True


def bad_point(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """The last 32 bytes are the identity, where there are so many."""
    wire.honest.send(receiver, Payload(payload.kind, bytes(payload.body)[:-32] + bytes(32), payload.items))


def reflect(wire: Wire, receiver: PartyId, payload: Payload) -> None:
    """It comes back to its sender, as if the other side had sent it."""
    wire.mirrored.append(payload)


FAULTS = (
    drop, duplicate, reorder, truncate, flip, replay, cross_session, oversize, delay, half_close, bad_point, reflect,
)  # fmt: skip


def honest_run(suite: str, seed: int) -> tuple[dict[PartyId, Any], Transcript]:
    return run_together(SUITES[suite](seed))


def messages_of(transcript: Transcript) -> list[tuple[PartyId, int, Message]]:
    """Every message as (sender, number among the sender's, message)."""
    counted: dict[PartyId, int] = {}
    numbered = []
    for message in transcript.messages:
        number = counted.get(message.sender, 0)
        counted[message.sender] = number + 1
        numbered.append((message.sender, number, message))
    return numbered


@dataclass
class Outcome:
    """What became of a run: who has an output, the error that surfaced, and what was sent at all."""

    outputs: dict[PartyId, Any]
    fault: BaseException | None
    passed: list[Message]


def faulty_run(
    suite: str, sender: PartyId, at: int, fault: Callable[[Wire, PartyId, Payload], None], other: Message, *, seed: int
) -> Outcome:
    """Run a suite with one fault, on a thread with a bounded join."""
    roles = SUITES[suite](seed)
    outcome = Outcome({}, None, [])

    def watched(party: PartyId, role: Role) -> Role:
        def watching(endpoint: Endpoint) -> None:
            end: Endpoint = Noting(endpoint, outcome.passed)
            if party == sender:
                end = Wire(end, at, fault, other.payload, SeededEntropy(seed))
            outcome.outputs[party] = role(end)

        return watching

    def run() -> None:
        try:
            run_together({party: watched(party, role) for party, role in roles.items()})
        except BaseException as raised:
            outcome.fault = raised

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), f"{suite}: {fault.__name__} of {sender}'s message {at} leaves somebody waiting"
    return outcome


def cheap_base_transfer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put hashes in the place of the curve in the base transfer: a hundredth of the time, and no secrecy at all."""
    import hashlib

    from privshare.secure.psi.transfer import base

    def key(message: bytes, answer: bytes, place: int, bit: int) -> bytes:
        return hashlib.sha256(message[64 * place : 64 * place + 64] + answer + bytes([bit])).digest()[:16]

    def choose(bits: Any, sid: bytes, entropy: Any) -> Any:
        return base.Choice(tuple(bits), (), entropy.token(64 * len(bits)))

    def give(message: bytes, *, count: int, sid: bytes, entropy: Any) -> Any:
        if len(message) != 64 * count:
            raise ProtocolError("E_LENGTH", "another number of places")
        answer = entropy.token(32)
        zeros, ones = (tuple(key(message, answer, place, bit) for place in range(count)) for bit in (0, 1))
        return base.KeyPairs(answer, zeros, ones)

    def take(choice: Any, answer: bytes, *, sid: bytes) -> Any:
        if len(answer) != 32:
            raise ProtocolError("E_LENGTH", "no answer")
        return tuple(key(choice.message, answer, place, bit) for place, bit in enumerate(choice.bits))

    monkeypatch.setattr(base, "choose", choose)
    monkeypatch.setattr(base, "give", give)
    monkeypatch.setattr(base, "take", take)
