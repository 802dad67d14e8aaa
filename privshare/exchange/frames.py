"""A frame: the header that stands before every body, and the running hash over the frames of one direction.

    "PSH1" | sender u8 | flags u8 (0) | depth u16 | number u32 | items u32 | body bytes u64 | kind (24, ASCII)

48 bytes, little-endian. sender is 0 for the side that leads and 1 for the
other; number counts the frames of one direction from 0; depth is the length of
the chain of frames that had to wait for each other, for the statement of rounds
only, and 0 where it is hashed; kind is the message's name in its protocol,
filled with NUL. A frame that is not the next one, comes from the wrong side or
claims more than is due is refused before its body is read.
Promises: two directions with the same chain had the same frames in the same
order. Leaves to others: carrying them (`channel.py`, `network.py`), and signing
the chains (`secure/psi/session.py`).
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from privshare.errors import ProtocolError

HEADER_BYTES = 48
KIND_BYTES = 24
ITEMS_LIMIT = 2**32
DEPTH_LIMIT = 2**16
BODY_MOST = 2**31
"""Largest body that a channel carries, bytes, where nothing smaller is agreed."""
_MAGIC = b"PSH1"
_LAYOUT = struct.Struct("<4sBBHIIQ24s")
_KIND = re.compile(rb"[a-z0-9][a-z0-9-]{0,23}\0*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before a body. sender: 0 or 1. number: of the frame in its direction. length: bytes of the body."""

    sender: int
    number: int
    kind: str
    items: int
    length: int
    depth: int = 0


def write_header(header: Header) -> bytes:
    """Return the 48 bytes of a header; raise ProtocolError for a number that does not fit."""
    if not 0 <= header.items < ITEMS_LIMIT or header.number >= ITEMS_LIMIT or header.length > BODY_MOST:
        raise ProtocolError("E_LENGTH", f"a frame of kind {header.kind} announced a size that no frame has")
    if not 0 <= header.depth < DEPTH_LIMIT:
        raise ProtocolError("E_PROTOCOL", "more frames waited for each other than any protocol has")
    kind = header.kind.encode("ascii")
    if len(kind) > KIND_BYTES:
        raise ProtocolError("E_PROTOCOL", f"a kind of message has at most {KIND_BYTES} letters")
    return _LAYOUT.pack(_MAGIC, header.sender, 0, header.depth, header.number, header.items, header.length, kind)


def read_header(data: bytes) -> Header:
    """Return a header; raise ProtocolError unless it is one of this version of the framing."""
    magic, sender, flags, depth, number, items, length, kind = _LAYOUT.unpack(data)
    if magic != _MAGIC:
        if magic[:3] == _MAGIC[:3]:
            raise ProtocolError("E_VERSION", "the other side frames its messages in another version of the protocol")
        raise ProtocolError("E_PROTOCOL", "what came is no frame")
    if flags or sender > 1 or _KIND.fullmatch(kind) is None:
        raise ProtocolError("E_PROTOCOL", "a frame's header is not as it has to be")
    return Header(sender, number, kind.rstrip(b"\0").decode("ascii"), items, length, depth)


class Chain:
    """The frames of one direction, hashed in order: digests[n] stands for the first n frames."""

    def __init__(self, sender: int) -> None:
        self.sender = sender
        self.digests = [hashlib.sha256(b"privshare/frames/1" + bytes([sender])).digest()]

    @property
    def count(self) -> int:
        """How many frames there were."""
        return len(self.digests) - 1

    def next(self, kind: str, items: int, length: int) -> Header:
        """Return the header that the next frame of this direction has."""
        return Header(self.sender, self.count, kind, items, length)

    def add(self, header: Header, body_digest: bytes) -> None:
        """Append a frame. body_digest: SHA-256 of its body."""
        self.digests.append(hashlib.sha256(self.digests[-1] + write_header(header) + body_digest).digest())
