"""Every message of a protocol run, in the order of sending."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from privshare.exchange.payload import Payload
from privshare.model.party import PartyId


@dataclass(frozen=True, slots=True)
class Message:
    """One payload on its way. depth: 1 + the largest depth its sender had received before sending it."""

    sender: PartyId
    receiver: PartyId
    payload: Payload
    depth: int

    @property
    def digest(self) -> str:
        """SHA-256 of the body, hex."""
        return self.payload.digest.hex()


@dataclass(frozen=True, slots=True)
class Transcript:
    """All messages of one run."""

    messages: tuple[Message, ...]

    def bytes_sent(self) -> tuple[tuple[PartyId, int], ...]:
        """Body bytes by sender, in order of first message."""
        total: Counter[PartyId] = Counter()
        for message in self.messages:
            total[message.sender] += message.payload.size
        return tuple(total.items())

    def rounds(self) -> int:
        """Length of the longest chain of messages in which each had to wait for the one before."""
        return max((message.depth for message in self.messages), default=0)
