"""The corridor between two machines: frames over TCP with mutual TLS 1.3.

One connection joins two parties for one run. Both show a certificate of the
same project authority that names the party and its Ed25519 identity; the
channel is bound to both certificates (Python's `ssl` has no exporter), and the
session on top signs every frame with those identities.
Promises: what a header announces is refused before its body is read, unless it
is the frame that is due, from the other side, no longer than agreed; nothing is
waited for longer than public sizes explain; whoever stops says why in one byte
(`aborts.py`). Leaves to others: who is let in (`connecting.py`, `tls.py`), what
is said (`secure/psi`), and who reads the machines' own memory and disks.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from types import TracebackType
from typing import Self

from privshare.errors import ProtocolAborted, ProtocolError
from privshare.exchange.aborts import KIND as ABORT
from privshare.exchange.aborts import REASONS, reason_of
from privshare.exchange.channel import check_protected
from privshare.exchange.frames import BODY_MOST, HEADER_BYTES, Header, read_header, write_header
from privshare.exchange.payload import Payload
from privshare.exchange.setting import Setting
from privshare.exchange.tls import told_of
from privshare.exchange.transcript import Message, Transcript
from privshare.model.party import PartyId

PATIENCE_SECONDS = 60.0
"""How long a party waits for a message that takes no work; work and transport are added to it."""
SECONDS_AN_ITEM = 5e-4
"""Work of the other side for one item of either set, more than the slowest suite needs."""
BYTES_A_SECOND = 125_000
"""Slowest transport that is waited for: 1 Mbit/s."""
ABORT_SECONDS, DRAIN_SECONDS = 5.0, 0.5
_RECORD = 2**14  # one TLS record; larger reads return no more than this
_PORTION = 2**20
_EARLY_MOST = 2**16  # more than a peer has to say before everybody is there


class NetworkEndpoint:
    """One end of a connection to one peer, made by `Listener.accept` or `connect`; a context manager that closes it.

    messages: every message of both directions, without bodies. sessions: the facts of each session that finished.
    """

    def __init__(
        self, line: ssl.SSLSocket, *, own: PartyId, peer: PartyId, connects: bool, setting: Setting, patience: float
    ) -> None:
        self._line, self._own, self.peer = line, own, peer
        self._side, self._numbers = 0 if connects else 1, [0, 0]  # frames sent and received
        self._patience, self._items = patience, 0
        self._depth, self._deepest = 0, 0  # of what came, and of what went
        self._others = False  # whether a frame may have waited for one of a third party
        self._early = bytearray()  # what came while others were waited for, and is not yet due
        self.messages: list[Message] = []
        self.sessions: list[Mapping[str, object]] = []
        self._setting = replace(setting, paced=self._pace, noted=self.sessions.append)
        self._when_agreed: Callable[[int], None] = _nothing
        self._watching: Callable[[int], None] | None = None
        self._passed = 0

    @property
    def party(self) -> PartyId:
        """Whose end this is."""
        return self._own

    @property
    def setting(self) -> Setting:
        """What this party knows of the channel besides its messages."""
        return self._setting

    @property
    def transcript(self) -> Transcript:
        """What passed so far, without bodies."""
        return Transcript(tuple(self.messages))

    def agree_on(
        self,
        agreed: Mapping[str, object],
        *,
        items_max: int | None = None,
        telling: Callable[[int], None] | None = None,
        then: Callable[[int], None] | None = None,
    ) -> None:
        """Say what both sides are to have agreed on outside of any suite; the session that follows is bound to it.

        items_max, telling: as in `Setting`. then: told how many items both bring, when the greetings fit and before a
        key of the session is made; what it raises ends the run.
        """
        self._setting = replace(self._setting, agreed=agreed, items_max=items_max, telling=telling or _nothing)
        self._when_agreed = then or _nothing

    def fileno(self) -> int:
        """Return what `selectors` wait on."""
        return self._line.fileno()

    def check_there(self) -> None:
        """Raise ProtocolError if the peer has hung up while others are waited for; what it said is kept for later."""
        self._line.settimeout(0)
        try:
            while part := self._line.recv(_RECORD):
                self._early += part
                if len(self._early) > _EARLY_MOST:
                    raise ProtocolError("E_LENGTH", f"{self.peer} says more than is due before everybody is there")
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError as fault:
            raise self._closed(fault) from None
        raise ProtocolError("E_CLOSED", f"{self.peer} hung up before everybody was there")

    def opened(self) -> None:
        """Forget what was said so far: it belonged to the channel, and to no protocol."""
        self.messages.clear()
        self._depth, self._deepest = 0, 0

    def waited(self, depth: int) -> None:
        """Count what came from a third party as waited for; from then on the peer may have waited for others, too."""
        self._others, self._depth = True, max(self._depth, depth)

    def watch(self, watching: Callable[[int], None]) -> None:
        """Have somebody told, now and then, how many bytes have passed both ways."""
        self._watching = watching

    def send(self, receiver: PartyId, payload: Payload) -> None:
        """Write one frame; return when the system has taken all of it."""
        check_protected(payload, sender=self._own, receiver=receiver)
        self._check_peer(receiver)
        self._write(payload, self._depth + 1)
        self._deepest = self._depth + 1
        self.messages.append(Message(self._own, receiver, payload.without_body(), self._depth + 1))

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        """Return the next message of the peer, or raise ProtocolError: another kind, too long, too late, or none."""
        self._check_peer(sender)
        header = read_header(self._read(HEADER_BYTES, self._patience + self._items * SECONDS_AN_ITEM))
        if header.sender == self._side or header.number != self._numbers[1]:
            raise ProtocolError("E_PROTOCOL", f"a frame of {sender} came twice, out of turn, or from this side itself")
        self._numbers[1] += 1
        if header.kind == ABORT and header.length == 1:
            told = self._read(1, self._patience)[0]
            raise ProtocolAborted(sender, REASONS.get(told, REASONS[7]))
        if header.kind != kind:
            raise ProtocolError("E_PROTOCOL", f"expected {kind} from {sender}, got {header.kind}")
        if header.length > most:
            raise ProtocolError("E_LENGTH", f"{sender} announced more of {kind} than {most} bytes")
        if header.depth > self._deepest + 1 and not self._others:  # what it waited for is one of our own frames
            raise ProtocolError("E_PROTOCOL", f"a frame of {sender} claims to have waited for more than it was sent")
        body = self._read(header.length, self._patience + header.length / BYTES_A_SECOND)
        payload = Payload(kind, body, header.items)
        self._depth = max(self._depth, header.depth)
        self.messages.append(Message(sender, self._own, payload.without_body(), header.depth))
        return payload

    def abort(self, fault: BaseException) -> None:
        """Tell the peer that this side stops, and for which of seven reasons; then close. Raises nothing."""
        with contextlib.suppress(OSError, ValueError, ProtocolError):
            if not isinstance(fault, ProtocolAborted):
                self._patience, self._items = min(self._patience, ABORT_SECONDS), 0
                self._write(Payload(ABORT, bytes([reason_of(fault)]), 1), self._depth + 1)
                self._drain()
        self.close()

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError, ValueError):
            self._line.shutdown(socket.SHUT_WR)
        self._line.close()

    def _drain(self) -> None:
        """Let the peer finish what it is sending: closing on unread bytes would take back what was just said to it."""
        until = time.monotonic() + DRAIN_SECONDS
        self._line.shutdown(socket.SHUT_WR)
        while time.monotonic() < until:
            self._line.settimeout(_left(until))
            if not self._line.recv(_PORTION):
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self.abort(error)

    def _pace(self, items: int) -> None:
        self._items = items
        self._when_agreed(items)

    def _pass(self, count: int) -> None:
        self._passed += count
        if self._watching is not None:
            self._watching(self._passed)

    def _check_peer(self, party: PartyId) -> None:
        if party != self.peer:
            raise ProtocolError("E_PROTOCOL", f"this connection leads to {self.peer} and not to {party}")

    def _write(self, payload: Payload, depth: int) -> None:
        header = Header(self._side, self._numbers[0], payload.kind, payload.items, len(payload.body), depth)
        self._numbers[0] += 1
        work = self._patience + self._items * SECONDS_AN_ITEM  # the peer may still be busy with what came before
        until = time.monotonic() + work + header.length / BYTES_A_SECOND
        body = memoryview(payload.body).cast("B")
        try:
            self._put(write_header(header) + bytes(body[:_RECORD]), until)
            for start in range(_RECORD, len(body), _PORTION):
                self._put(body[start : start + _PORTION], until)
        except TimeoutError:
            raise ProtocolError("E_TIMEOUT", f"{self.peer} took nothing of {payload.kind} in time") from None
        except OSError as fault:
            raise self._closed(fault) from None

    def _put(self, portion: bytes | memoryview, until: float) -> None:
        left = memoryview(portion)
        while left:  # and not `sendall`, which waits that long for each record
            self._line.settimeout(_left(until))
            left = left[self._line.send(left) :]
        self._pass(len(portion))

    def _read(self, count: int, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        body = BytesIO()  # not an object for each record: a peer may send records of one byte
        left = count - body.write(self._early[:count])
        del self._early[:count]
        try:
            while left:
                self._line.settimeout(_left(until))
                part = self._line.recv(min(left, _RECORD))
                if not part:
                    raise ProtocolError("E_CLOSED", f"{self.peer} hung up in the middle of the run")
                left -= body.write(part)
        except TimeoutError:
            told = f"{self.peer} sent nothing for {seconds:.0f} seconds, or too slowly"
            raise ProtocolError("E_TIMEOUT", told) from None
        except OSError as fault:
            raise self._closed(fault) from None
        self._pass(count)
        return body.getvalue()

    def _closed(self, fault: OSError) -> ProtocolError:
        if isinstance(fault, ssl.SSLError):
            return ProtocolError("E_CLOSED", f"the connection to {self.peer} failed: {told_of(fault)}")
        return ProtocolError("E_CLOSED", f"{self.peer} hung up in the middle of the run")


def _nothing(_items: int) -> None:
    return None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
