"""What may cross the corridor. A raw table is not among it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

KEPT_MOST = 4096
"""Largest body, bytes, that a transcript without bodies keeps."""


@dataclass(frozen=True, slots=True, repr=False)
class Payload:
    """A protected message body.

    kind: its name in the protocol, e.g. "points". body: exact bytes on the wire. items: how many elements
    it carries; public to both ends.
    """

    kind: str
    body: bytes
    items: int
    _hashed: list[bytes] = field(default_factory=list, init=False, compare=False)
    _dropped: int | None = field(default=None, compare=False)

    @property
    def size(self) -> int:
        """Bytes of the body, also of one that was not kept."""
        return len(self.body) if self._dropped is None else self._dropped

    @property
    def digest(self) -> bytes:
        """SHA-256 of the body, 32 bytes; worked out once, since a body of 100 MB takes its time."""
        if not self._hashed:
            self._hashed.append(hashlib.sha256(self.body).digest())
        return self._hashed[0]

    def settled(self) -> Payload:
        """Return this payload with a body of its own, where it was a view into somebody's buffer."""
        copy = Payload(self.kind, bytes(self.body), self.items)
        copy._hashed.append(self.digest)
        return copy

    def without_body(self) -> Payload:
        """Return what is left to say of this payload once its body is on its way: kind, items, size and digest.

        A small body, a greeting for one, is kept.
        """
        kept = bytes(self.body) if len(self.body) <= KEPT_MOST else b""
        trace = Payload(self.kind, kept, self.items, len(self.body))
        trace._hashed.append(self.digest)
        return trace

    def __repr__(self) -> str:
        return f"<payload {self.kind}: {self.items} items, {self.size} bytes, not shown>"
