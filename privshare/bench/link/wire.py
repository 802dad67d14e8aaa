"""A link between two processes of one machine: it counts what crosses it and, if asked, delays and slows it down.

A relay on the loopback interface: whoever connects to its port is connected to the port behind it. Promises: a byte
leaves no earlier than `delay` after it came in and no faster than `rate`, each direction by itself, over all
connections together; what is under way is bounded, as in a router's buffer, so a sender is held back; bytes are
those that the two programs wrote (TLS and their own framing included, TCP and IP headers not).
Does not imitate: loss, TCP's slow start over that delay, or a link shared with others; a real one is slower.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

CHUNK = 1 << 16
BUFFER_BYTES = 1 << 20
"""What may wait in the link in each direction, beside what its delay holds."""
CONNECT_SECONDS = 60.0
PORTS = (20_000, 32_000)


@dataclass(frozen=True, slots=True)
class Wire:
    """rate: bits a second each way; None as fast as the machine. delay: seconds one way."""

    rate: float | None = None
    delay: float = 0.0

    @property
    def sentence(self) -> str:
        """The link in words.

        >>> Wire(1e8, 0.02).sentence
        '100 Mbit/s each way, 40 ms there and back'
        """
        rate = "as fast as the machine" if self.rate is None else f"{self.rate / 1e6:g} Mbit/s each way"
        return f"{rate}, {2000 * self.delay:g} ms there and back"


THIN = Wire(100e6, 0.020)


class Lane:
    """One direction of a link, shared by all its connections. bytes: that have crossed it."""

    def __init__(self, wire: Wire) -> None:
        self.bytes = 0
        self._wire = wire
        self._free = 0.0
        self._lock = threading.Lock()

    @property
    def room(self) -> int:
        """Bytes of one connection that may be under way."""
        held = 0.0 if self._wire.rate is None else self._wire.rate / 8 * self._wire.delay
        return BUFFER_BYTES + int(held)

    def departure(self, arrived: float, size: int) -> float:
        """Return when a chunk that arrived then has crossed, and count it."""
        with self._lock:
            self.bytes += size
            if self._wire.rate is not None:
                self._free = max(self._free, arrived) + 8 * size / self._wire.rate
                return self._free + self._wire.delay
            return arrived + self._wire.delay


class Relay:
    """The relay of one link. port: where to connect in place of the port behind it."""

    def __init__(self, behind: int, there: Lane, back: Lane) -> None:
        self._behind, self._lanes = behind, (there, back)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._open: list[socket.socket] = []
        self._closed = threading.Event()
        threading.Thread(target=self._admit, daemon=True).start()

    def close(self) -> None:
        """End every connection; nothing more is admitted."""
        self._closed.set()
        for each in (self._door, *self._open):
            # Closing alone does not wake a thread that waits in accept or recv.
            _quietly(each, socket.SHUT_RDWR)
            each.close()

    def _admit(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            self._open.append(near)
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        """Connect to what is behind, waiting until it listens, and carry both ways."""
        until = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                far = socket.create_connection(("127.0.0.1", self._behind))
                break
            except OSError:
                if time.monotonic() > until or self._closed.wait(0.01):
                    near.close()
                    return
        self._open.append(far)
        for source, target, lane in ((near, far, self._lanes[0]), (far, near, self._lanes[1])):
            with suppress(OSError):  # closed in the meantime; reading finds the end
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting: _Waiting = _Waiting(lane.room)
            threading.Thread(target=_take, args=(source, waiting, lane), daemon=True).start()
            threading.Thread(target=_give, args=(target, waiting), daemon=True).start()


class _Waiting:
    """Chunks under way on one connection, in order, each with the moment at which it has crossed."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._size = 0
        self._changed = threading.Condition()

    def put(self, at: float, chunk: bytes) -> None:
        with self._changed:
            while self._size >= self._room:
                self._changed.wait()
            self._chunks.append((at, chunk))
            self._size += len(chunk)
            self._changed.notify_all()

    def take(self) -> tuple[float, bytes]:
        with self._changed:
            while not self._chunks:
                self._changed.wait()
            return self._chunks[0]

    def drop(self) -> None:
        with self._changed:
            self._size -= len(self._chunks.popleft()[1])
            self._changed.notify_all()


def _take(source: socket.socket, waiting: _Waiting, lane: Lane) -> None:
    """Read until the end; an empty chunk says that it has come."""
    chunk = b"?"
    while chunk:
        try:
            chunk = source.recv(CHUNK)
        except OSError:
            chunk = b""
        waiting.put(lane.departure(time.monotonic(), len(chunk)), chunk)


def _give(target: socket.socket, waiting: _Waiting) -> None:
    """Write each chunk once it has crossed; after a failed write, drop the rest, so that the reader can end."""
    broken = False
    while True:
        at, chunk = waiting.take()
        if not broken and (left := at - time.monotonic()) > 0:
            time.sleep(left)
        waiting.drop()
        if not chunk:
            _quietly(target, socket.SHUT_WR)
            return
        try:
            if not broken:
                target.sendall(chunk)
        except OSError:
            broken = True


def _quietly(end: socket.socket, how: int) -> None:
    try:
        end.shutdown(how)
    except OSError:  # it is closed already
        return


@contextmanager
def relayed(ports: tuple[int, ...], wire: Wire) -> Iterator[tuple[tuple[Relay, ...], tuple[Lane, Lane]]]:
    """Put a link before each port of the two parties, and yield the relays and its two lanes.

    One port: whoever connects to it writes on the first lane, whoever listens on the second. Two ports, of parties
    that connect to each other: the first lane is what the first party writes, whichever of them connected.
    """
    lanes = Lane(wire), Lane(wire)
    # Behind port 0 sits party 0, so what comes in there was written by party 1.
    made = [Relay(ports[0], *(lanes if len(ports) == 1 else lanes[::-1]))]
    made += [Relay(port, *lanes) for port in ports[1:]]
    try:
        yield tuple(made), lanes
    finally:
        for each in made:
            each.close()


def loopback_bytes() -> int:
    """Return how many bytes the loopback interface has carried, TCP and IP headers and other programs' included."""
    lines = Path("/proc/net/dev").read_text("ascii").splitlines()
    return next(int(line.split(":")[1].split()[0]) for line in lines if line.strip().startswith("lo:"))


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses at this moment, another one each time.

    Below those that the system gives to whoever connects: a program that tries again and again to reach a port among
    them is one day given that very port, and is connected to itself.
    """
    while True:
        port = PORTS[0] + (os.getpid() * 131 + next(_taken)) % (PORTS[1] - PORTS[0])
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


_taken = count()
