"""Large numbers in statements are written as everywhere else for people, as 2,500; of made-up transcripts."""

from __future__ import annotations

import json
import re

import pytest

from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Message, Transcript
from privshare.model.leakage import LeakageStatement
from privshare.model.party import PartyId
from privshare.secure.psi import fuzzy, members, size, totals
from tests.secure.psi.fuzzy.test_records import FOUR
from tests.secure.psi.playing import SIZE, A, B, U, totals_terms


def said(sender: PartyId, receiver: PartyId, kind: str, count: int, **greeting: object) -> Message:
    return Message(sender, receiver, Payload(kind, json.dumps(greeting).encode(), count), 1)


def greeted(suite: str) -> Transcript:
    return Transcript((
        said(A, B, "hello", 1, suite=suite, items=2_500),
        said(B, A, "hello", 1, suite=suite, items=1_048_576),
        said(A, B, "matches", 1_234),
    ))  # fmt: skip


def sentences(told: LeakageStatement) -> str:
    return " ".join([*(line for _, lines in told.learned for line in lines), *told.not_stopped])


def check(told: LeakageStatement, *figures: str) -> None:
    text = sentences(told)
    assert [figure for figure in figures if figure not in text] == []
    assert re.findall(r"(?<![\d,.])\d{4,}", text) == []


@pytest.mark.parametrize("suite", members.SUITES)
def test_members_and_fuzzy(suite: str) -> None:
    transcript = greeted(suite)
    below = members.leakage(transcript, receiver=A, sender=B)
    check(below, "its own 2,500 items", "exactly: 1,048,576", "too: 1,234 of 1,048,576")
    assert dict(below.public_sizes) == {"items of a": 2_500, "items of b": 1_048_576}, "numbers stay numbers"
    told = fuzzy.leakage(below, transcript, FOUR, receiver=A, sender=B)
    check(told, "exactly: 2,500", "exactly: 1,048,576", "1,234 pairs", f"up to {FOUR.items_max:,} keys")


def test_size_and_totals() -> None:
    points = Transcript((said(A, B, "points", 2_500), said(B, A, "points", 1_048_576)))
    check(size.leakage(SIZE, points, a=A, b=B), "list, 2,500:", "list, 1,048,576:")
    lists = Transcript((said(A, U, "labelled-pseudonyms", 2_500), said(B, U, "masked-values", 1_048_576)))
    told = totals.leakage(totals_terms(2), lists, grouping_holder=A, value_holder=B, unit=U)
    check(told, "list, 2,500:", "list, 1,048,576:", "both lists, 2,500 and 1,048,576,")
