"""The finding in words, for the page and for the terminal alike."""

from __future__ import annotations

from collections import Counter

from privshare.model.release import Release
from privshare.report.answer import Direction, Finding
from privshare.report.figures import count, decimal, label, listing, shown
from privshare.report.sentences import Sentences
from privshare.scenario.outcome import Run

SIZE = "size/"
"""Suites that publish how many people two holders share begin so."""


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


def sizes_sentences(run: Run, say: Sentences) -> list[str]:
    """Return what the run found of how many people two holders share, a sentence for each size that was published."""
    sizes = [published.release for published in run.releases if published.release.suite.startswith(SIZE)]
    return [_size(release, run, say) for release in sizes if release.cells[0].values != (None,)]


def _size(release: Release, run: Run, say: Sentences) -> str:
    from privshare.use.release.accounting import interval  # only a noised size loads it

    names = {party.id: party.name for party in run.parties}
    one, other = (names.get(holder, holder) for holder in release.holders)
    half = interval(release.public_noise[0][1], 0.95)
    number = shown(release.cells[0].values[0])
    return say.say("answer.sized", one=one, other=other, number=number, half=count(half))
