"""What one party saw: the input of reports and of attacks."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.exchange.transcript import Message, Transcript
from privshare.model.party import PartyId


@dataclass(frozen=True, slots=True)
class View:
    """The messages that reached one party, in order."""

    party: PartyId
    received: tuple[Message, ...]


def view_of(transcript: Transcript, party: PartyId) -> View:
    """Return what `party` received."""
    return View(party, tuple(message for message in transcript.messages if message.receiver == party))
