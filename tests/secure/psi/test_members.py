"""psi-oprf/1 against set intersection, and what each side refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.exchange.payload import Payload
from privshare.secure.psi import members
from privshare.secure.psi.identifiers import items_of, normalise
from tests.secure.psi import lies
from tests.secure.psi.playing import A, B, lying, members_roles, people

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
    rows = sorted(row for index in found for row in a.rows[a.items[index]])
    normal = [None if text is None else normalise(text) for text in left]
    wanted = [row for row, text in enumerate(normal) if text is not None and text in theirs]
    assert rows == wanted
    assert results[B] is None


@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 3), (3, 0), (1, 1), (40, 40), (5, 60)])
def test_sizes_that_need_no_special_case(left: int, right: int) -> None:
    a, b = people(range(left)), people(range(right))
    results, transcript = run_together(members_roles(a, b))
    assert results[A] == tuple(i for i, item in enumerate(a.items) if item in b.items)
    told = members.leakage(transcript, receiver=A, sender=B)
    assert told.public_sizes == (("items of a", max(1, left)), ("items of b", max(1, right)))
    assert told.rounds == transcript.rounds() == 3
    assert dict(told.bytes_sent) == {A: 64 + 32 * max(1, left), B: 64 + 32 * max(1, left) + len(
        next(m.payload.body for m in transcript.messages if m.payload.kind == "tags")
    )}


@pytest.mark.parametrize("change", lies.POINTS.values(), ids=lies.POINTS)
@pytest.mark.parametrize(("liar", "kind"), [(A, "blinded"), (B, "evaluated")])
def test_a_bad_element_stops_the_run(liar: str, kind: str, change: lies.Change) -> None:
    with pytest.raises(ProtocolError):
        run_together(lying(members_roles(people(range(4)), people(range(4))), liar, kind, change))


@pytest.mark.parametrize("change", lies.TAGS.values(), ids=lies.TAGS)
def test_bad_tags_stop_the_run(change: lies.Change) -> None:
    with pytest.raises(ProtocolError):
        run_together(lying(members_roles(people(range(4)), people(range(4))), B, "tags", change))


@pytest.mark.parametrize("announced", [0, -1, 2**24 + 1])
def test_an_announced_number_of_items_out_of_range_stops_the_run(announced: int) -> None:
    roles = members_roles(people(range(4)), people(range(4)))

    def sender(endpoint):
        class Announcing:
            party, receive = endpoint.party, staticmethod(endpoint.receive)

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
