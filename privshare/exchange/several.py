"""One party's connections to several others, as one end of the corridor: for a protocol of three machines.

A role sees one Endpoint and names whom it talks to; here each name has its own
connection (`network.py`), bound to its own pair of certificates.
Promises: when one connection fails, or one peer stops, every other peer is told
that this side stops; the price of a run is told once, before the first greeting
that tells a number of items; `settle` returns only when every peer has finished
all of its own sessions. Leaves to others: what each connection promises, and
what two peers tell each other, which no message here shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from privshare.errors import ProtocolAborted, ProtocolError
from privshare.exchange.frames import BODY_MOST
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.setting import Setting
from privshare.exchange.transcript import Message, Transcript
from privshare.model.party import PartyId

_SETTLED = "settled"


class SeveralEndpoints:
    """One end towards several peers; a context manager that closes all connections, or says on all why it stops.

    messages: every message that this party sent or got, without bodies, in its own order. sessions: the facts of each
    session that finished.
    """

    def __init__(self, lines: Sequence[NetworkEndpoint]) -> None:
        self._lines = {line.peer: line for line in lines}
        for line in lines:
            line.waited(0)
        self._own = lines[0].party
        self._items, self._told = 0, False
        self.messages: list[Message] = []
        self.sessions: list[Mapping[str, object]] = []
        self._setting = self._joined({}, None, _nothing)

    @property
    def party(self) -> PartyId:
        """Whose end this is."""
        return self._own

    @property
    def peers(self) -> tuple[PartyId, ...]:
        """Whom the connections lead to."""
        return tuple(self._lines)

    @property
    def setting(self) -> Setting:
        """What this party knows of the channels besides their messages."""
        return self._setting

    @property
    def transcript(self) -> Transcript:
        """What this party sent and got so far, without bodies."""
        return Transcript(tuple(self.messages))

    def line(self, peer: PartyId) -> NetworkEndpoint:
        """Return the connection to a peer; raise ProtocolError where there is none."""
        if peer not in self._lines:
            raise ProtocolError("E_PROTOCOL", f"no connection leads to {peer}")
        return self._lines[peer]

    def agree_on(
        self, agreed: Mapping[str, object], *, items_max: int | None, telling: Callable[[], None] | None
    ) -> None:
        """Say what all sessions that follow are bound to. telling: called once, before a greeting tells any number.

        What was said on single connections before, proposals, is counted among the messages.
        """
        self.messages = [message for line in self._lines.values() for message in line.messages]
        self._setting = self._joined(agreed, items_max, telling or _nothing)

    def send(self, receiver: PartyId, payload: Payload) -> None:
        """Send a payload to one of the peers."""
        line = self.line(receiver)
        line.send(receiver, payload)
        self.messages.append(line.messages[-1])

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        """Wait for the next payload of one of the peers; raise ProtocolError unless it is of that kind."""
        line = self.line(sender)
        payload = line.receive(sender, kind, most=most)
        self.messages.append(line.messages[-1])
        for other in self._lines.values():
            other.waited(self.messages[-1].depth)
        return payload

    def settle(self) -> None:
        """Say to every peer that all own sessions have finished, and wait until each has said so."""
        for peer, line in self._lines.items():
            line.send(peer, Payload(_SETTLED, b"", 0))
        for peer, line in self._lines.items():
            if line.receive(peer, _SETTLED, most=0).items:
                raise ProtocolError("E_LENGTH", f"{peer} announced items where there are none")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for line in self._lines.values():
            if error is None:
                line.close()
            else:
                line.abort(_told_on(line, error))

    def _joined(self, agreed: Mapping[str, object], items_max: int | None, telling: Callable[[], None]) -> Setting:
        settings = {peer: line.setting for peer, line in self._lines.items()}

        def tell(_items: int) -> None:
            if not self._told:
                telling()
                self._told = True

        def pace(items: int) -> None:
            # What one peer sends may wait for another, so all are waited for as long as the larger number explains.
            self._items = max(self._items, items)
            for setting in settings.values():
                setting.paced(self._items)

        return Setting(
            identity_seed=next(iter(settings.values())).identity_seed,
            peers={peer: key for setting in settings.values() for peer, key in setting.peers.items()},
            agreed=agreed,
            items_max=items_max,
            telling=tell,
            paced=pace,
            noted=self.sessions.append,
            bindings={peer: setting.binding for peer, setting in settings.items()},
        )


def _told_on(line: NetworkEndpoint, error: BaseException) -> BaseException:
    """Return what one peer is told: that another one stopped is, for this one, that this side stops."""
    if isinstance(error, ProtocolAborted) and error.party != line.peer:
        return ProtocolError("E_INTERNAL_ABORT", f"{error.party} stopped the run")
    return error


def _nothing() -> None:
    return None
