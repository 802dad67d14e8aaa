"""psi-oprf/1 against set intersection, and what each side refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.exchange.payload import Payload
from privshare.secure.psi import members
from privshare.secure.psi.identifiers import normalise
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.members import oprf
from tests.secure.psi import lies
from tests.secure.psi.playing import A, B, lying, members_roles, people, shared_roles, streams

# few letters, so that sets meet; forms that normalise to each other, blanks, missing
NAMES = st.lists(st.none() | st.text(st.sampled_from("abAＢ \u200b\u00e9e\u0301"), max_size=3), max_size=12)


@given(NAMES, NAMES)
@settings(max_examples=60)
def test_members_are_the_intersection(left: list[str | None], right: list[str | None]) -> None:
    a, b = items_of(left), items_of(right)
    results, _ = run_together(members_roles(a, b))
    found = results[A]
    assert found is not None
    theirs = {normalise(text) for text in right if text is not None}
    rows = sorted(row for index in found for row in a.rows_of(index))
    normal = [None if text is None else normalise(text) for text in left]
    wanted = [row for row, text in enumerate(normal) if text is not None and text in theirs]
    assert rows == wanted
    assert results[B].size == 0


@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 3), (3, 0), (1, 1), (40, 40), (5, 60)])
def test_sizes_that_need_no_special_case(left: int, right: int) -> None:
    a, b = people(range(left)), people(range(right))
    results, transcript = run_together(members_roles(a, b))
    assert sorted(results[A]) == [i for i, item in enumerate(a.items) if item in b.items]
    told = members.leakage(transcript, receiver=A, sender=B)
    assert told.public_sizes == (("items of a", max(1, left)), ("items of b", max(1, right)))
    assert told.rounds == transcript.rounds() == 6
    suite = {(m.sender, m.payload.kind): len(m.payload.body) for m in transcript.messages}
    assert suite[A, "blinded"] == suite[B, "evaluated"] == 32 * max(1, left)
    assert told.bytes_sent == transcript.bytes_sent()


@given(NAMES, NAMES)
@settings(max_examples=60)
def test_both_sides_number_the_same_matches_alike(left: list[str | None], right: list[str | None]) -> None:
    a, b = items_of(left), items_of(right)
    results, _ = run_together(shared_roles(a, b))
    numbered = [[items.items[index] for index in results[party]] for party, items in ((A, a), (B, b))]
    assert numbered[0] == numbered[1]
    assert sorted(numbered[0]) == sorted(set(a.items) & set(b.items))


def test_the_statement_of_the_form_that_tells_both() -> None:
    _, transcript = run_together(shared_roles(people(range(5)), people(range(2, 12))))
    told = members.leakage(transcript, receiver=A, sender=B)
    assert dict(told.learned)[B][0] == "which of its own items a has too: 3 of 10"
    assert told.rounds == 7
    assert "leaving out matches" in told.not_stopped[0]


def test_a_number_of_a_match_says_nothing_of_the_item() -> None:
    """Two sessions number the same 20 items in other orders; that both agree has a chance of 1 / 20! < 1e-18."""
    both = people(range(20))
    orders = [run_together(shared_roles(both, both, seed=seed))[0][A] for seed in (1, 2)]
    orders = [order.tolist() for order in orders]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(20))


def test_both_must_want_the_same_form() -> None:
    first, second = streams(1)
    roles = {
        A: oprf.receiver(people(range(3)), sender=B, told=True, entropy=first),
        B: oprf.sender(people(range(3)), receiver=A, told=False, entropy=second),
    }
    with pytest.raises(ProtocolError, match="E_PARAMETERS"):
        run_together(roles)


PLACE, PROOF = 4, 32  # bytes of a match that is told, and of the proof after all of them
BAD_MATCHES = {
    "out of range": ("E_RANGE", lambda body: body[: -PROOF - PLACE] + (4).to_bytes(4, "little") + body[-PROOF:]),
    "far out of range": ("E_RANGE", lambda body: b"\xff" * 4 + body[4:]),
    "repeated": ("E_ORDER", lambda body: body[PLACE : 2 * PLACE] + body[PLACE:]),
    "unsorted": ("E_ORDER", lambda body: body[PLACE : 2 * PLACE] + body[:PLACE] + body[2 * PLACE :]),
    "another proof": ("E_RECEIPT", lambda body: body[:-1] + bytes([body[-1] ^ 1])),
    "a byte short": ("E_LENGTH", lambda body: body[:-1]),
    "a match short": ("E_LENGTH", lambda body: body[PLACE:]),
    "empty": ("E_LENGTH", lambda body: b""),
}


@pytest.mark.parametrize(("code", "change"), BAD_MATCHES.values(), ids=BAD_MATCHES)
def test_bad_matches_stop_the_run(code: str, change: lies.Change) -> None:
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(shared_roles(people(range(4)), people(range(4))), A, "matches", change))


@pytest.mark.parametrize("change", lies.POINTS.values(), ids=lies.POINTS)
@pytest.mark.parametrize(("liar", "kind"), [(A, "blinded"), (B, "evaluated")])
def test_a_bad_element_stops_the_run(liar: str, kind: str, change: lies.Change) -> None:
    with pytest.raises(ProtocolError, match=lies.POINT_CODES):
        run_together(lying(members_roles(people(range(4)), people(range(4))), liar, kind, change))


@pytest.mark.parametrize("change", lies.TAGS.values(), ids=lies.TAGS)
def test_bad_tags_stop_the_run(change: lies.Change) -> None:
    with pytest.raises(ProtocolError, match=lies.TAG_CODES):
        run_together(lying(members_roles(people(range(4)), people(range(4))), B, "tags", change))


@pytest.mark.parametrize("announced", [0, 3, -1, 2**24 + 1])
def test_another_number_of_items_than_announced_stops_the_run(announced: int) -> None:
    roles = members_roles(people(range(4)), people(range(4)))

    def sender(endpoint):
        class Announcing:
            party, setting = endpoint.party, endpoint.setting
            receive = staticmethod(endpoint.receive)

            def send(self, receiver, payload):
                items = announced if payload.kind == "tags" else payload.items
                endpoint.send(receiver, Payload(payload.kind, payload.body, items))

        return roles[B](Announcing())

    with pytest.raises(ProtocolError, match="E_LENGTH"):
        run_together({**roles, B: sender})


def test_the_order_of_tags_says_nothing() -> None:
    """The sender's items are sorted by hash, its tags by tag: two sessions put the same items in other orders."""
    orders = []
    for seed in (1, 2):
        _, transcript = run_together(members_roles(people(range(3)), people(range(20)), seed=seed))
        tags = next(m.payload for m in transcript.messages if m.payload.kind == "tags")
        width = len(tags.body) // tags.items
        orders.append([tags.body[at : at + width] for at in range(0, len(tags.body), width)])
    assert all(order == sorted(order) for order in orders)
    assert not set(orders[0]) & set(orders[1])  # a fresh key: tags of two sessions cannot be compared
