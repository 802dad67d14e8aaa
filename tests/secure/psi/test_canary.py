"""Planted identifiers: no message of any suite holds one in clear, as an unkeyed hash, or as an item."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.secure.psi.identifiers import item_hash, normalise
from privshare.secure.psi.item_set import items_of
from tests.secure.psi.members import test_canary as many
from tests.secure.psi.playing import members_roles, size_roles, totals_roles, totals_terms

PLANTED = tuple(f"Canary {number:05d}" for number in range(150))


def traces(identifier: str) -> tuple[bytes, ...]:
    """Every form in which an identifier would be recognised without a key."""
    normal = normalise(identifier)
    assert normal is not None
    hashed = [digest(text).digest() for text in (normal.encode(), identifier.encode()) for digest in (
        hashlib.sha256, hashlib.sha512, hashlib.md5, hashlib.sha1)]
    return (identifier.encode(), normal.encode(), item_hash(normal), *hashed, *(h.hex().encode() for h in hashed))


def found(bodies: Iterable[bytes]) -> set[str]:
    """The planted identifiers of which a body holds a trace, or the first 8 bytes of one."""
    everything = b"|".join(bodies)
    return {text for text in PLANTED if any(trace[:8] in everything for trace in traces(text)[2:])} | {
        text for text in PLANTED if any(trace in everything for trace in traces(text)[:2])
    }


def bodies(transcript: Transcript) -> list[bytes]:
    return [message.payload.body for message in transcript.messages]


def test_no_message_holds_a_trace_of_an_identifier() -> None:
    """Chance alone puts 8 given bytes into 100 kB with a probability below 1e-10 for all 150 together."""
    a, b = items_of(PLANTED[:100]), items_of(PLANTED[50:])
    for roles in (members_roles(a, b), size_roles(a, b)):
        assert found(bodies(run_together(roles)[1])) == set()
    groups, values = dict.fromkeys(a.items, 0), dict.fromkeys(b.items, 1)
    assert found(bodies(run_together(totals_roles(groups, values, totals_terms(1)))[1])) == set()


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_planted_identifiers_in_the_suites_with_noise(count: int) -> None:
    """A third of them common. A false alarm needs 8 given bytes by chance, and then 8 more: below 1e-13."""
    planted = many.PLANTED[:count]
    a, b = items_of(planted[: 2 * count // 3]), items_of(planted[count // 3 :])
    _, counted = run_together(size_roles(a, b))
    groups, values = {item: at % 40 for at, item in enumerate(a.items)}, dict.fromkeys(b.items, 1)
    _, added = run_together(totals_roles(groups, values, totals_terms(40)))
    sid = next(m.payload.body for m in added.messages if m.payload.kind == "session")
    for transcript in (counted, added):
        assert many.found(bodies(transcript), planted, sid) == []
    assert many.found([*bodies(added), b"|" + a.items[7] + b"|"], planted, sid) != []


def test_a_naive_protocol_is_caught() -> None:
    """Teeth: lists of unkeyed hashes, in whatever encoding or truncated to tags, do hold traces."""
    for naive in (
        [hashlib.sha256(text.lower().encode()).digest() for text in PLANTED],
        [hashlib.md5(text.lower().encode()).hexdigest().encode() for text in PLANTED],
        [item_hash(text.lower())[:10] for text in PLANTED],
        [text.encode() for text in PLANTED],
    ):
        assert found([b"".join(naive)]) == set(PLANTED)
