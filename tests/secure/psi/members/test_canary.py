"""Ten thousand planted identifiers: no message of any suite of members holds a trace of one.

A trace is an identifier in clear, its unkeyed hash, its item, or what a
session makes of the item: where it lies in the table (q1) and which value it
has there (q2, v), which anyone could compute who knows the session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.secure.psi import members
from privshare.secure.psi.identifiers import item_hash, normalise
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.members import terms
from tests.secure.psi.playing import members_roles

PLANTED = [f"Canary {number:05d}" for number in range(10_000)]
WINDOW = 8
V_BYTES = 10  # whole bytes of a value in the narrower code


def traces(identifier: str, sid: bytes) -> Iterator[bytes]:
    normal = normalise(identifier) or ""
    item = item_hash(normal)
    yield from (identifier.encode(), normal.encode(), hashlib.sha256(normal.encode()).digest()[:16], item[:16])
    yield hashlib.sha256(b"\x01" + sid[:16] + item).digest()[:16]
    yield hashlib.sha256(b"\x01" + sid[:16] + item).digest()[20 : 20 + V_BYTES]
    yield hashlib.sha256(b"\x02" + sid[:16] + item).digest()[:V_BYTES]


def found(bodies: Iterable[bytes], planted: Iterable[str], sid: bytes) -> list[bytes]:
    """The traces that a body holds: looked for by their first 8 bytes, then whole."""
    needles: dict[int, list[bytes]] = {}
    for identifier in planted:
        for trace in traces(identifier, sid):
            needles.setdefault(int.from_bytes(trace[:WINDOW], "little"), []).append(trace)
    sought, seen = np.array(sorted(needles), np.uint64), []
    for body in bodies:
        for shift in range(WINDOW):
            whole = np.frombuffer(body, np.uint8)[shift:]
            windows = whole[: len(whole) // WINDOW * WINDOW].view("<u8")
            for hit in np.flatnonzero(np.isin(windows, sought)):
                at = shift + WINDOW * int(hit)
                seen += [trace for trace in needles[int(windows[hit])] if body[at : at + len(trace)] == trace]
    return seen


def played(suite: str, mine: list[str], theirs: list[str], patch: pytest.MonkeyPatch) -> tuple[Transcript, bytes]:
    sids = []
    opened = terms.open_session

    def open_session(*given, **named):
        session = opened(*given, **named)
        sids.append(session.sid)
        return session

    patch.setattr(terms, "open_session", open_session)
    _, transcript = run_together(members_roles(items_of(mine), items_of(theirs), suite=suite, told=True))
    return transcript, sids[0]


@pytest.mark.parametrize("suite", members.SUITES)
def test_no_message_holds_a_trace_of_an_identifier(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A false alarm needs 10 given bytes in some 3 MB by chance: 10,000 of them with a probability below 1e-13."""
    transcript, sid = played(suite, PLANTED[:6_667], PLANTED[3_333:], monkeypatch)
    bodies = [message.payload.body for message in transcript.messages]
    assert found(bodies, PLANTED, sid) == []


def test_a_naive_protocol_is_caught() -> None:
    """Teeth: whichever trace a message holds, at whatever place, it is found."""
    sid = bytes(range(32))
    for number in range(7):
        chosen = [list(traces(identifier, sid))[number] for identifier in PLANTED[:50]]
        body = b"\x00\x01\x02" + b"|".join(chosen)
        assert set(found([body], PLANTED, sid)) >= set(chosen)
