"""Statements of the suites with noise: whose list is how long, and who sent how much, counted again in the bodies."""

from __future__ import annotations

from collections import Counter

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.leakage import LeakageStatement
from privshare.secure.psi import size, totals
from tests.secure.psi.playing import SIZE, A, B, U, item, people, play_size, totals_roles, totals_terms

POINT, LABELLED, MASKED = 32, 17, 24  # bytes of an element of each list


def length_of(transcript: Transcript, kind: str, sender: str, width: int) -> int:
    (body,) = (m.payload.body for m in transcript.messages if (m.payload.kind, m.sender) == (kind, sender))
    assert len(body) % width == 0
    return len(body) // width


def lengths_told(statement: LeakageStatement, party: str) -> list[str]:
    return [sentence.split(":")[0] for sentence in dict(statement.learned)[party] if sentence.startswith("the length")]


def bytes_of(transcript: Transcript) -> dict[str, int]:
    sent: Counter[str] = Counter()
    for message in transcript.messages:
        sent[message.sender] += len(message.payload.body)
    return dict(sent)


def test_size_tells_each_holder_the_length_of_the_other_list() -> None:
    _, transcript = play_size(people(range(5)), people(range(60)))
    told = size.leakage(SIZE, transcript, a=A, b=B)
    one, other = (length_of(transcript, "points", party, POINT) for party in (A, B))
    assert one < other  # whatever is drawn
    assert lengths_told(told, A) == [f"the length of {B}'s list, {other:,}"]
    assert lengths_told(told, B) == [f"the length of {A}'s list, {one:,}"]
    assert told.public_sizes == ((f"points of {A}", one), (f"points of {B}", other))
    assert dict(told.bytes_sent) == bytes_of(transcript)


def test_totals_tell_each_party_the_lengths_that_it_saw() -> None:
    terms, groups = totals_terms(2), {item(number): number % 2 for number in range(5)}
    _, transcript = run_together(totals_roles(groups, {item(number): 1 for number in range(80)}, terms))
    told = totals.leakage(terms, transcript, grouping_holder=A, value_holder=B, unit=U)
    grouped = length_of(transcript, "labelled-pseudonyms", A, LABELLED)
    valued = length_of(transcript, "masked-values", B, MASKED)
    assert grouped < valued
    assert lengths_told(told, A) == [f"the length of {B}'s list, {valued:,}"]
    assert lengths_told(told, B) == [f"the length of {A}'s list, {grouped:,}"]
    (both,) = lengths_told(told, U)
    assert both.startswith(f"the lengths of both lists, {grouped:,} and {valued:,}, ")
    assert told.public_sizes[:2] == ((f"records of {A}", grouped), (f"records of {B}", valued))
    assert dict(told.bytes_sent) == bytes_of(transcript)
