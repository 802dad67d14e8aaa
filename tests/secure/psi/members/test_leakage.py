"""The statement of each suite against the transcript it speaks of: bytes, sizes and rounds are counted again here."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.transcript import Transcript
from privshare.model.leakage import NO_SUITE_STOPS
from privshare.secure.psi import members
from privshare.secure.psi.members import terms
from privshare.secure.psi.session import Session
from tests.secure.psi.members.standing_in import stand_in
from tests.secure.psi.playing import A, B, members_roles, people

SUITES = pytest.mark.parametrize("suite", members.SUITES)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)


def played(suite: str, *, told: bool, left: int = 25, right: int = 40) -> Transcript:
    return run_together(members_roles(people(range(left)), people(range(10, 10 + right)), suite=suite, told=told))[1]


def counted(transcript: Transcript, suite: str) -> tuple[int, int]:
    """The sizes of both sets, from the lengths of messages."""
    bodies: dict[str, int] = Counter()
    for message in transcript.messages:
        bodies[message.payload.kind] += len(message.payload.body)
    if suite == members.OPRF:
        return bodies["blinded"] // 32, bodies["tags"] // 7  # (40 + log2(25 * 40)) / 8 in whole bytes
    width = 16 if suite == members.MALICIOUS_RECEIVER else 7
    return json.loads(next(m.payload.body for m in transcript.messages if m.payload.kind == "hello"))["items"], bodies[
        "tags"
    ] // width


@SUITES
@pytest.mark.parametrize("told", [False, True])
def test_sizes_bytes_and_rounds_are_those_of_the_transcript(suite: str, told: bool) -> None:
    transcript = played(suite, told=told)
    statement = members.leakage(transcript, receiver=A, sender=B)
    sent: Counter[str] = Counter()
    for message in transcript.messages:
        sent[message.sender] += len(message.payload.body)
    assert dict(statement.bytes_sent) == dict(sent)
    assert statement.rounds == max(message.depth for message in transcript.messages)
    assert statement.suite == suite
    sizes = dict(statement.public_sizes)
    assert sizes == {"items of a": 25, "items of b": 40}
    assert counted(transcript, suite)[1] == 40
    assert sum(m.payload.items for m in transcript.messages if m.payload.kind == "matches") == (15 if told else 0)


@SUITES
def test_what_each_party_learned_depends_on_who_was_told(suite: str) -> None:
    alone, both = (dict(members.leakage(played(suite, told=told), receiver=A, sender=B).learned) for told in (0, 1))
    assert alone[A] == both[A]
    assert both[A][0] == "which of its own 25 items b has too"
    assert alone[B][-1] == "nothing about which items a has, nor how many match"
    assert both[B][0] == "which of its own items a has too: 15 of 40"


@SUITES
def test_what_no_suite_stops_is_always_said(suite: str) -> None:
    statement = members.leakage(played(suite, told=True), receiver=A, sender=B)
    always = [what for what in NO_SUITE_STOPS if "ledger" not in what]
    assert set(always) < set(statement.not_stopped)
    assert any("runs again" in what for what in statement.not_stopped)
    assert "leaving out matches" in statement.not_stopped[0]


def test_a_size_is_hidden_by_nothing_and_shown_exactly() -> None:
    for suite in members.SUITES:
        statement = members.leakage(played(suite, told=False, left=0, right=0), receiver=A, sender=B)
        assert dict(statement.public_sizes) == {"items of a": 1, "items of b": 1}


def test_each_suite_names_its_adversary() -> None:
    told = {suite: members.leakage(played(suite, told=True), receiver=A, sender=B) for suite in members.SUITES}
    assert "semi-honest" in told[members.SEMI_HONEST].adversary
    assert "only bounded" in told[members.MALICIOUS_RECEIVER].adversary
    assert "deviates in any way" in told[members.OPRF].adversary
    assert "tests any number of identifiers" in " ".join(told[members.SEMI_HONEST].not_stopped)
    assert "2^-c" in " ".join(told[members.MALICIOUS_RECEIVER].not_stopped)


@SUITES
@pytest.mark.parametrize("liar", [A, B])
def test_a_peer_that_announces_no_items_is_refused(suite: str, liar: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty set comes with one item, so nobody honest says 0; a statement about 0 items would divide by it."""
    honest = terms.open_session

    def announcing(endpoint: Endpoint, **named: Any) -> Session:
        return honest(endpoint, **{**named, "items": 0 if endpoint.party == liar else named["items"]})

    monkeypatch.setattr(terms, "open_session", announcing)
    with pytest.raises(ProtocolError, match="announced no items"):
        played(suite, told=True)
