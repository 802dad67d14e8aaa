"""A protocol role talks through an Endpoint; here the parties are threads of one process.

A role is a function of an Endpoint. It sends payloads and receives them by
sender and kind; it cannot tell which kind of channel carries them. The group
arithmetic releases the interpreter lock, so two parties do use two cores.
Promises: what is not a Payload of plain bytes is refused (UnprotectedPayload);
a message of another kind than expected is refused (ProtocolError); when one
role raises, every other role stops and the first error is the one that
surfaces; nobody waits for ever, neither for a role that has ended nor in a ring
of roles that wait for each other (ProtocolError).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from privshare.errors import ProtocolAborted, ProtocolError, UnprotectedPayload
from privshare.exchange.frames import BODY_MOST
from privshare.exchange.payload import Payload
from privshare.exchange.setting import Setting
from privshare.exchange.transcript import Message, Transcript
from privshare.model.party import PartyId

Result = TypeVar("Result")


class Endpoint(Protocol):
    """One party's end of the corridor."""

    @property
    def party(self) -> PartyId:
        """Whose end this is."""
        ...

    @property
    def setting(self) -> Setting:
        """What this party knows of the channel besides its messages."""
        ...

    def send(self, receiver: PartyId, payload: Payload) -> None:
        """Send a payload, or raise UnprotectedPayload.

        Its body may also be a memoryview, whose buffer is free again when this returns.
        """
        ...

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        """Wait for the next payload of `sender`; raise ProtocolError unless it is of that kind.

        most: bytes of its body at most; a longer one is refused, on a network before it is read.
        """
        ...


class _Corridor:
    """Shared by the endpoints of one run: one queue a direction, one list of messages, and who waits for whom."""

    def __init__(self, parties: tuple[PartyId, ...]) -> None:
        self.queues: dict[tuple[PartyId, PartyId], deque[Message]] = {
            (a, b): deque() for a in parties for b in parties if a != b
        }
        self.messages: list[Message] = []
        self.faults: list[BaseException] = []
        self.changed = threading.Condition()
        self.running = set(parties)
        self.failed: set[PartyId] = set()
        self.waiting: dict[PartyId, PartyId] = {}

    def end(self, party: PartyId, fault: BaseException | None) -> None:
        with self.changed:
            self.running.discard(party)
            if fault is not None:
                self.failed.add(party)
                self.faults.append(fault)
            self.changed.notify_all()

    def take(self, sender: PartyId, receiver: PartyId, kind: str) -> Message:
        arriving = self.queues[sender, receiver]
        with self.changed:
            self.waiting[receiver] = sender
            while not arriving:
                if sender in self.failed:
                    raise ProtocolAborted(sender)
                if sender not in self.running:
                    raise ProtocolError("E_PROTOCOL", f"expected {kind} from {sender}, which has ended")
                if all(party in self.waiting and not self._arrived(party) for party in self.running):
                    raise ProtocolError("E_PROTOCOL", f"expected {kind} from {sender}, but every party waits")
                self.changed.wait()
            del self.waiting[receiver]
            return arriving.popleft()

    def _arrived(self, party: PartyId) -> bool:
        return bool(self.queues[self.waiting[party], party])


class _InProcessEndpoint:
    def __init__(self, party: PartyId, corridor: _Corridor, setting: Setting) -> None:
        self._party = party
        self._setting = setting
        self._corridor = corridor
        self._depth = 0

    @property
    def party(self) -> PartyId:
        return self._party

    @property
    def setting(self) -> Setting:
        return self._setting

    def send(self, receiver: PartyId, payload: Payload) -> None:
        check_protected(payload, sender=self._party, receiver=receiver)
        if type(payload.body) is not bytes:
            payload = payload.settled()
        message = Message(self._party, receiver, payload, self._depth + 1)
        with self._corridor.changed:
            self._corridor.queues[self._party, receiver].append(message)
            self._corridor.messages.append(message)
            self._corridor.changed.notify_all()

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        message = self._corridor.take(sender, self._party, kind)
        if message.payload.kind != kind:
            raise ProtocolError("E_PROTOCOL", f"expected {kind} from {sender}, got {message.payload.kind}")
        if len(message.payload.body) > most:
            raise ProtocolError("E_LENGTH", f"{sender} sent more of {kind} than {most} bytes")
        self._depth = max(self._depth, message.depth)
        return message.payload


def check_protected(payload: Payload, *, sender: PartyId, receiver: PartyId) -> None:
    """Raise UnprotectedPayload unless this is a Payload of plain bytes."""
    if type(payload) is not Payload:
        raise UnprotectedPayload(sender=sender, receiver=receiver, kind=type(payload).__name__)
    if not isinstance(payload.body, (bytes, memoryview)):
        kind = f"payload around a {type(payload.body).__name__}"
        raise UnprotectedPayload(sender=sender, receiver=receiver, kind=kind)


def run_together(
    roles: Mapping[PartyId, Callable[[Endpoint], Result]], *, setting: Setting | None = None
) -> tuple[dict[PartyId, Result], Transcript]:
    """Run every role on a thread of its own; return each role's result and the transcript.

    setting: what every party knows of this channel; without it, what holds in one process. Raises the first error
    that a role raised itself; ProtocolAborted only follows from one.
    """
    corridor = _Corridor(tuple(roles))
    results: dict[PartyId, Result] = {}

    def play(party: PartyId, role: Callable[[Endpoint], Result]) -> None:
        fault: BaseException | None = None
        try:
            results[party] = role(_InProcessEndpoint(party, corridor, setting or Setting()))
        except BaseException as raised:  # carried to the caller's thread, where it is raised again
            fault = raised
        corridor.end(party, fault)

    threads = [threading.Thread(target=play, args=item, name=item[0]) for item in roles.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if corridor.faults:
        raise next((fault for fault in corridor.faults if not isinstance(fault, ProtocolAborted)), corridor.faults[0])
    return results, Transcript(tuple(corridor.messages))
