"""Making a connection between two parties: one listens, the other calls, and both look who is there.

Promises: an endpoint is returned only when both sides believe each other's
certificate and it names the party that was meant; everything else is a
NoConnection that says what was wrong, the same words everywhere. A listener
can go on after a caller that was not the peer, or died as it came in, and a
caller goes on while a listener has others to look at. Leaves to others: what
is said over the connection (`network.py`); a port that strangers call without
end, which only a firewall can keep from them.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from privshare.errors import FileFaults, NoConnection, ProtocolError
from privshare.exchange.network import PATIENCE_SECONDS, NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.setting import Setting
from privshare.exchange.tls import UNKNOWN_NAME, Credentials, binding_of, context_for, named_by, told_of
from privshare.model.party import PartyId

STRANGER_SECONDS = 3.0
"""A listener's longest wait for a TLS greeting, as a whole: while it lasts, nobody else is answered."""
GREETING_SECONDS = 10.0
"""A caller's, before it calls anew: the listener may have strangers to look at first."""
_WELCOME = "welcome"
_ANOTHER = "with --port (in totals with --at)"
_UNHEARD = {
    errno.EADDRINUSE: f"the port is in use by another program; name another {_ANOTHER}, or 0 for a free one",
    errno.EACCES: f"this user may not listen on that port; name one above 1023 {_ANOTHER}",
    errno.EADDRNOTAVAIL: "this machine has no such address; name one that it has, or 0.0.0.0 for all of them",
    socket.EAI_NONAME: UNKNOWN_NAME,
    socket.EAI_AGAIN: UNKNOWN_NAME,
}
"""Why nobody can listen somewhere, by what the system says."""


class Listener:
    """A port that waits for one peer; a context manager. port: the one the system gave, where 0 was asked for."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"{host}:{port}"
        if not host.strip():  # the system would take it for all addresses that this machine has
            raise NoConnection(self.address, "no address was named; name one of this machine's, such as 127.0.0.1")
        try:
            self._socket = socket.create_server((host, port), family=_family(host), backlog=4)
        except (OSError, OverflowError, ValueError) as fault:
            told = _UNHEARD.get(getattr(fault, "errno", None) or 0) or told_of(fault)
            raise NoConnection(self.address, f"nobody can listen there: {told}") from None
        self.port = int(self._socket.getsockname()[1])
        self.address = f"{host}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._socket.close()

    def accept(
        self, own: Credentials, *, peer: PartyId, within: float, patience: float = PATIENCE_SECONDS
    ) -> NetworkEndpoint:
        """Return the connection of the next caller; raise NoConnection if nobody calls, or if it is not the peer."""
        return self._accept(own, (peer,), within, patience)

    def accept_peer(
        self,
        own: Credentials,
        *,
        peer: PartyId,
        within: float,
        patience: float = PATIENCE_SECONDS,
        refused: Callable[[str], None],
    ) -> NetworkEndpoint:
        """Answer until it is the peer that calls; tell `refused` of every other caller. Raises as `accept`."""
        (line,) = self.accept_peers(own, peers=(peer,), within=within, patience=patience, refused=refused)
        return line

    def accept_peers(
        self,
        own: Credentials,
        *,
        peers: Sequence[PartyId],
        within: float,
        patience: float = PATIENCE_SECONDS,
        refused: Callable[[str], None],
    ) -> tuple[NetworkEndpoint, ...]:
        """Answer until each of several peers has called once, in any order; the connections are in the order of peers.

        Tells `refused` of every other caller. Raises as `accept`, and ProtocolError where one that has called hangs up
        before all have; who has called by then is hung up on.
        """
        until, lines, last = time.monotonic() + within, dict[PartyId, NetworkEndpoint](), ""
        try:
            while missing := tuple(peer for peer in peers if peer not in lines):
                if not self._called(until, tuple(lines.values())):
                    raise self._nobody(missing, within, last)
                try:
                    line = self._accept(own, missing, _left(until), patience)
                    lines[line.peer] = line
                except NoConnection as fault:
                    if time.monotonic() >= until:
                        raise
                    last = str(fault)
                    refused(last)
        except BaseException:
            for line in lines.values():
                line.close()
            raise
        return tuple(lines[peer] for peer in peers)

    def _called(self, until: float, here: Sequence[NetworkEndpoint]) -> bool:
        """Return whether somebody calls in time; raise ProtocolError if one of those here hangs up first."""
        with selectors.DefaultSelector() as watched:
            watched.register(self._socket, selectors.EVENT_READ)
            for line in here:
                line.check_there()  # which also empties what TLS keeps, so that from here on the system tells
                watched.register(line, selectors.EVENT_READ, line)
            while lines := [key.data for key, _ in watched.select(_left(until))]:
                for line in filter(None, lines):
                    line.check_there()
                if None in lines:
                    return True
        return False

    def _nobody(self, peers: Sequence[PartyId], within: float, last: str = "") -> NoConnection:
        """Return the end of a wait. last: the caller refused last, perhaps the peer with a fault of its own."""
        told = f"{_either(peers)} did not call within {within:.0f} seconds"
        if last:
            told = f"nobody who called within {within:.0f} seconds was {_either(peers)}; the last: {last.rstrip('.')}"
        return NoConnection(self.address, told)

    def _accept(self, own: Credentials, peers: Sequence[PartyId], within: float, patience: float) -> NetworkEndpoint:
        self._socket.settimeout(within)
        try:
            plain, (caller, *_) = self._socket.accept()
        except TimeoutError:
            raise self._nobody(peers, within) from None
        except ConnectionError as fault:
            raise NoConnection(self.address, told_of(fault)) from None
        told, seconds = f"caller {caller}", min(patience, STRANGER_SECONDS)
        try:
            endpoint = _joined(plain, own, peers, connects=False, told=told, patience=patience, seconds=seconds)
        except TimeoutError:
            raise NoConnection(told, f"no TLS greeting within {seconds:.0f} seconds") from None
        try:
            endpoint.send(endpoint.peer, Payload(_WELCOME, b"", 0))
        except ProtocolError as fault:
            endpoint.close()
            raise NoConnection(told, f"{endpoint.peer} hung up as it came in ({fault.code})") from None
        endpoint.opened()
        return endpoint


def connect(
    host: str,
    port: int,
    own: Credentials,
    *,
    peer: PartyId,
    within: float,
    patience: float = PATIENCE_SECONDS,
    here: Sequence[NetworkEndpoint] = (),
) -> NetworkEndpoint:
    """Call a listener until it answers; return the connection once both sides believe each other's certificate.

    within: seconds to go on calling where nobody listens yet, or nobody has time. here: connections without which
    there is no use in calling on. Raises NoConnection, and ProtocolError where one of those hangs up meanwhile, or
    where the listener says something else than it has to, which it is told before this side hangs up.
    """
    told, until, seconds = f"{host}:{port}", time.monotonic() + within, min(patience, GREETING_SECONDS)
    while True:
        for line in here:
            line.check_there()
        try:
            plain = socket.create_connection((host, port), timeout=seconds)
            endpoint = _joined(plain, own, (peer,), connects=True, told=told, patience=patience, seconds=seconds)
            break
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise NoConnection(told, f"nobody listens there; start `privshare party listen` at {peer}") from None
            time.sleep(0.05)
        except TimeoutError:
            if time.monotonic() > until:
                raise NoConnection(told, f"no TLS greeting within {max(within, seconds):.0f} seconds") from None
        except (OSError, OverflowError, ValueError) as fault:
            raise NoConnection(told, told_of(fault)) from None
    try:
        endpoint.receive(peer, _WELCOME, most=0)
    except ProtocolError as fault:
        endpoint.abort(fault)
        if fault.code != "E_CLOSED":
            raise
        raise NoConnection(told, f"the other side did not accept this side's certificate ({fault.code})") from None
    endpoint.opened()
    return endpoint


def _joined(
    plain: socket.socket,
    own: Credentials,
    peers: Sequence[PartyId],
    *,
    connects: bool,
    told: str,
    patience: float,
    seconds: float,
) -> NetworkEndpoint:
    """Shake hands on a fresh connection within some seconds, or raise TimeoutError.

    Raises NoConnection unless the other end is one of the peers, FileFaults for own files that cannot be shown.
    """
    try:
        plain.settimeout(seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = context_for(own, serves=not connects).wrap_socket(plain, server_side=not connects)
    except (TimeoutError, FileFaults):
        plain.close()
        raise
    except OSError as fault:
        plain.close()
        raise NoConnection(told, told_of(fault)) from None
    party, identity = named_by(line)
    if party is None or party not in peers:
        line.close()
        met = f"its certificate names {party or 'no party'!r}, and this run is with {_either(peers, quoted=True)}"
        raise NoConnection(told, met)
    binding = binding_of(line, own, serves=not connects)
    setting = Setting(binding=binding, identity_seed=own.identity_seed, peers={party: identity})
    return NetworkEndpoint(line, own=own.party, peer=party, connects=connects, setting=setting, patience=patience)


def _either(peers: Sequence[PartyId], *, quoted: bool = False) -> str:
    return " or ".join(repr(str(peer)) if quoted else peer for peer in peers)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())
