"""What may cross the corridor. A raw table is not among it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Payload:
    """A protected message body.

    kind: its name in the protocol, e.g. "points". body: exact bytes on the wire. items: how many elements
    it carries; public to both ends.
    """

    kind: str
    body: bytes
    items: int

    def __repr__(self) -> str:
        return f"<payload {self.kind}: {self.items} items, {len(self.body)} bytes, not shown>"
