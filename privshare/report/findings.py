"""The finding in words, for the page and for the terminal alike."""

from __future__ import annotations

from collections import Counter

from privshare.report.answer import Direction, Finding
from privshare.report.figures import count, decimal, label, listing
from privshare.report.sentences import Sentences


def answer_sentence(found: Finding, say: Sentences) -> str:
    """Return how the rate moves from the first group to the last."""
    first, last = found.bands[0], found.bands[-1]
    values = {
        "along": label(found.along),
        "first": first.key[0],
        "last": last.key[0],
        "from_rate": decimal(first.rate),
        "to_rate": decimal(last.rate),
        "total": label(found.total),
        "people": label(found.people),
    }
    if found.direction is Direction.FALLS:
        return say.say("answer.falls", **values)
    if found.direction is Direction.RISES:
        return say.say("answer.rises", **values)
    return say.say("answer.unclear", **values)


def districts_sentence(found: Finding, say: Sentences) -> list[str]:
    """Return in how many groups of the first key the rate falls or rises, and where neither; nothing with one key."""
    if not found.across:
        return []
    moves = Counter(direction for _, direction in found.directions)
    told = [
        say.say(
            "answer.districts",
            across=label(found.across),
            all=count(len(found.directions)),
            falls=count(moves[Direction.FALLS]),
            rises=count(moves[Direction.RISES]),
        )
    ]
    unclear = [value for value, direction in found.directions if direction is Direction.UNCLEAR]
    if unclear:
        told.append(say.say("answer.no_move", names=listing(unclear)))
    return told
