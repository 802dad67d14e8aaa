"""A protocol role talks through an Endpoint; here the parties are threads of one process.

A role is a function of an Endpoint. It sends payloads and receives them by
sender and kind; it cannot tell which kind of channel carries them. The group
arithmetic releases the interpreter lock, so two parties do use two cores.
Promises: what is not a Payload is refused (UnprotectedPayload); a message of
another kind than expected is refused (ProtocolError); when one role raises,
every other role stops and the first error is the one that surfaces.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from privshare.errors import ProtocolAborted, ProtocolError, UnprotectedPayload
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Message, Transcript
from privshare.model.party import PartyId

Result = TypeVar("Result")


class Endpoint(Protocol):
    """One party's end of the corridor."""

    @property
    def party(self) -> PartyId:
        """Whose end this is."""
        ...

    def send(self, receiver: PartyId, payload: Payload) -> None:
        """Send a payload, or raise UnprotectedPayload."""
        ...

    def receive(self, sender: PartyId, kind: str) -> Payload:
        """Wait for the next payload of `sender`; raise ProtocolError unless it is of that kind."""
        ...



class _Corridor:
    """Shared by the endpoints of one run: one queue a direction, one list of messages."""

    def __init__(self, parties: tuple[PartyId, ...]) -> None:
        self.queues: dict[tuple[PartyId, PartyId], queue.SimpleQueue[Message | ProtocolAborted]] = {
            (a, b): queue.SimpleQueue() for a in parties for b in parties if a != b
        }
        self.messages: list[Message] = []
        self.lock = threading.Lock()

    def abort(self, party: PartyId) -> None:
        for (sender, _), waiting in self.queues.items():
            if sender == party:
                waiting.put(ProtocolAborted(party))


class _InProcessEndpoint:
    def __init__(self, party: PartyId, corridor: _Corridor) -> None:
        self._party = party
        self._corridor = corridor
        self._depth = 0

    @property
    def party(self) -> PartyId:
        return self._party

    def send(self, receiver: PartyId, payload: Payload) -> None:
        if not isinstance(payload, Payload):
            raise UnprotectedPayload(sender=self._party, receiver=receiver, kind=type(payload).__name__)
        message = Message(self._party, receiver, payload, self._depth + 1)
        with self._corridor.lock:
            self._corridor.messages.append(message)
        self._corridor.queues[self._party, receiver].put(message)

    def receive(self, sender: PartyId, kind: str) -> Payload:
        message = self._corridor.queues[sender, self._party].get()
        if isinstance(message, ProtocolAborted):
            raise message
        if message.payload.kind != kind:
            raise ProtocolError("E_PROTOCOL", f"expected {kind} from {sender}, got {message.payload.kind}")
        self._depth = max(self._depth, message.depth)
        return message.payload


def run_together(
    roles: Mapping[PartyId, Callable[[Endpoint], Result]],
) -> tuple[dict[PartyId, Result], Transcript]:
    """Run every role on a thread of its own; return each role's result and the transcript.

    Raises the first error that a role raised itself; ProtocolAborted only follows from one.
    """
    corridor = _Corridor(tuple(roles))
    results: dict[PartyId, Result] = {}
    faults: list[BaseException] = []

    def play(party: PartyId, role: Callable[[Endpoint], Result]) -> None:
        try:
            results[party] = role(_InProcessEndpoint(party, corridor))
        except BaseException as fault:  # carried to the caller's thread, where it is raised again
            with corridor.lock:
                faults.append(fault)
            corridor.abort(party)

    threads = [threading.Thread(target=play, args=item, name=item[0]) for item in roles.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise next((fault for fault in faults if not isinstance(fault, ProtocolAborted)), faults[0])
    return results, Transcript(tuple(corridor.messages))
