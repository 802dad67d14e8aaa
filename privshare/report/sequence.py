"""The sequence picture: who sent what to whom, one arrow a message, drawn from the transcript.

Consecutive messages of one kind between the same two parties become one arrow
that says how many they were. The picture shows kinds, items and bytes; never a
body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from privshare.exchange.transcript import Message, Transcript
from privshare.model.party import PartyId
from privshare.report.figures import count, size
from privshare.report.sentences import Sentences
from privshare.report.svg import inline

if TYPE_CHECKING:
    from jinja2 import Environment

LANE, EDGE, HEAD, STEP, TAIL = 264, 122, 58, 64, 60


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow. start, end: x of the two lifelines. y: height. depth: round it belongs to."""

    start: int
    end: int
    y: int
    kind: str
    told: str
    depth: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One party's lifeline. sent: what it sent in all, as a sentence."""

    name: str
    x: int
    sent: str


def sequence_picture(
    transcript: Transcript, names: Mapping[PartyId, str], say: Sentences, templates: Environment, *, id: str
) -> Markup:
    """Return the picture as inline SVG. names: party id -> name for people, in the order of lifelines."""
    present = {party for message in transcript.messages for party in (message.sender, message.receiver)}
    order = [party for party in names if party in present] + sorted(present - names.keys())
    place = {party: EDGE + LANE * number for number, party in enumerate(order)}
    sent = dict(transcript.bytes_sent())
    arrows = _arrows(transcript, lambda party: place[party], say)
    bottom = HEAD + STEP * len(arrows)
    drawn = templates.get_template("sequence.svg.j2").render(
        lanes=[
            Lane(names.get(party, party), x, say.say("sequence.sent", size=size(sent.get(party, 0))))
            for party, x in place.items()
        ],
        arrows=arrows,
        top=HEAD,
        bottom=bottom,
        width=2 * EDGE + LANE * (len(order) - 1),
        height=bottom + TAIL,
    )
    return inline(drawn, id=id, title=say.say("sequence.title", parties=count(len(order)), messages=count(len(arrows))))


def _arrows(transcript: Transcript, place: Callable[[PartyId], int], say: Sentences) -> list[Arrow]:
    def same(message: Message) -> tuple[str, str, str, int]:
        return message.sender, message.receiver, message.payload.kind, message.depth

    arrows = []
    for number, (_, group) in enumerate(groupby(transcript.messages, same)):
        messages = list(group)
        first = messages[0]
        items = count(sum(message.payload.items for message in messages))
        weight = size(sum(len(message.payload.body) for message in messages))
        if len(messages) > 1:
            told = say.say("sequence.messages", number=count(len(messages)), items=items, size=weight)
        elif first.payload.items == 1:
            told = say.say("sequence.one_item", size=weight)
        else:
            told = say.say("sequence.message", items=items, size=weight)
        y = HEAD + STEP * number + 44
        arrows.append(Arrow(place(first.sender), place(first.receiver), y, first.payload.kind, told, first.depth))
    return arrows
