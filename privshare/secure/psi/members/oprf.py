"""Suite `psi-oprf/1`: a receiver learns which of its items a sender has too, and tells it if that is agreed.

The sender's key for one session makes an oblivious pseudorandom function. The
receiver has it evaluated on its items, the sender sends the sorted, shortened
values of its own, the receiver compares (Jarecki and Liu 2009; RFC 9497 for
the function). One evaluation an item, so the receiver can test exactly as many
identifiers as it declared.
Whether the sender is told is part of what both agree on first. Then the
receiver names the places of the matched tags, each with a receipt: the end of
the function's value, which only one who had it evaluated on that item knows.
Both number the matches by the order of the tags, which says nothing.
Promises: every list is read and checked whole before the first multiplication.
Leaves to others: whether members may be revealed at all, and to whom. The
sizes of both sets are public here; nothing is noised.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.leakage import NO_SUITE_STOPS, LeakageStatement
from privshare.model.party import PartyId
from privshare.secure.psi import oprf, ristretto
from privshare.secure.psi.identifiers import NORMALISER, ItemSet
from privshare.secure.psi.session import ITEMS_MAX, Session, check_size, exactly, open_session
from privshare.secure.psi.tags import read_tags, tag_length

SUITE = "psi-oprf/1"
RUNS_AGAIN = "a party that runs again with a changed set: a list of members has no price, so no ledger counts it"
RECEIPT_BYTES = 16
_PLACE_BYTES = 4
_MATCH_BYTES = _PLACE_BYTES + RECEIPT_BYTES


@dataclass(frozen=True, slots=True)
class _Match:
    """place: of the tag in the sorted list. index: of the own item. value: of the function, 64 bytes."""

    place: int
    index: int
    value: bytes


def receiver(items: ItemSet, *, sender: PartyId, entropy: Entropy) -> Callable[[Endpoint], tuple[int, ...]]:
    """Return the receiver's role; run, it returns the indices in `items.items` that the sender has too, ascending.

    An empty set takes part with one random item that matches nothing.
    """
    compare = _comparing(items, sender=sender, told=False, entropy=entropy)

    def role(endpoint: Endpoint) -> tuple[int, ...]:
        session, matches = compare(endpoint)
        session.finish()
        return tuple(sorted(match.index for match in matches))

    return role


def sender(items: ItemSet, *, receiver: PartyId, entropy: Entropy) -> Callable[[Endpoint], None]:
    """Return the sender's role; its key is fresh for the session, and it learns the size of the receiver's set only."""
    serve = _serving(items, receiver=receiver, told=False, entropy=entropy)

    def role(endpoint: Endpoint) -> None:
        session, _ = serve(endpoint)
        session.finish()

    return role


def telling_receiver(items: ItemSet, *, sender: PartyId, entropy: Entropy) -> Callable[[Endpoint], tuple[int, ...]]:
    """Return the role of a receiver that tells the sender too; run, it returns the indices of its matched items.

    They stand in the order of the tags, so that match number n is the same item on both sides.
    """
    compare = _comparing(items, sender=sender, told=True, entropy=entropy)

    def role(endpoint: Endpoint) -> tuple[int, ...]:
        session, matches = compare(endpoint)
        body = b"".join(
            match.place.to_bytes(_PLACE_BYTES, "little") + match.value[-RECEIPT_BYTES:] for match in matches
        )
        session.send("matches", body, len(matches))
        session.finish()
        return tuple(match.index for match in matches)

    return role


def told_sender(items: ItemSet, *, receiver: PartyId, entropy: Entropy) -> Callable[[Endpoint], tuple[int, ...]]:
    """Return the role of a sender that is told; run, it returns the indices of its matched items, in order of the tags.

    It refuses a place out of range, repeated or out of order, and a receipt that is not that item's.
    """
    serve = _serving(items, receiver=receiver, told=True, entropy=entropy)

    def role(endpoint: Endpoint) -> tuple[int, ...]:
        session, tagged = serve(endpoint)
        told = session.receive("matches", most=min(len(tagged), session.peer_items) * _MATCH_BYTES)
        places = _places(told, tagged)
        session.finish()
        return tuple(tagged[place][1] for place in places)

    return role


def leakage(transcript: Transcript, *, receiver: PartyId, sender: PartyId) -> LeakageStatement:
    """Return what a finished run told each party, in either form; every number is read off its transcript."""
    sizes = {message.payload.kind: message.payload.items for message in transcript.messages}
    its_size = f"how many items {receiver} has, exactly: {sizes['blinded']} (none shows as 1)"
    to_sender: tuple[str, ...] = (its_size, f"nothing about which items {receiver} has, nor how many match")
    not_stopped: tuple[str, ...] = (*(what for what in NO_SUITE_STOPS if "ledger" not in what), RUNS_AGAIN)
    if "matches" in sizes:
        to_sender = (
            f"which of its own items {receiver} has too: {sizes['matches']} of {sizes['tags']}",
            its_size,
            "nothing else about items that it does not have itself",
        )
        not_stopped = (f"{receiver} leaving out matches when it tells {sender}; it cannot make one up", *not_stopped)
    return LeakageStatement(
        suite=SUITE,
        adversary=(
            "a receiver that deviates in any way (one-more gap Diffie-Hellman in ristretto255), a sender that follows "
            "the protocol; SHA-256 and SHA-512 as random oracles"
        ),
        learned=(
            (
                receiver,
                (
                    f"which of its own {sizes['blinded']} items {sender} has too",
                    f"how many items {sender} has, exactly: {sizes['tags']} (none shows as 1)",
                    "nothing else about items that it does not have itself",
                ),
            ),
            (sender, to_sender),
        ),
        public_sizes=((f"items of {receiver}", sizes["blinded"]), (f"items of {sender}", sizes["tags"])),
        bytes_sent=transcript.bytes_sent(),
        rounds=transcript.rounds(),
        broken_by=(),
        not_stopped=not_stopped,
    )


def _comparing(
    items: ItemSet, *, sender: PartyId, told: bool, entropy: Entropy
) -> Callable[[Endpoint], tuple[Session, tuple[_Match, ...]]]:
    """Return the receiver's part up to its matches, which come in the order of the tags."""
    own = items.items or (entropy.token(ristretto.ELEMENT_BYTES),)
    count = check_size(len(own))

    def compare(endpoint: Endpoint) -> tuple[Session, tuple[_Match, ...]]:
        agreed = _parameters(endpoint.party, sender, told)
        session = open_session(endpoint, peer=sender, leads=True, parameters=agreed, items=count, entropy=entropy)
        blinded = [oprf.blind(item, entropy) for item in own]
        session.send("blinded", b"".join(element for _, element in blinded), count)
        session.seal()
        evaluated = _elements(session, "evaluated", count)
        values = [
            oprf.finalize(item, scalar, element)
            for item, (scalar, _), element in zip(own, blinded, evaluated, strict=True)
        ]
        session.check_seal()
        length = tag_length(count, session.peer_items)
        answer = session.receive("tags", most=session.peer_items * length)
        tags = read_tags(answer.body, count=session.peer_items, length=length)
        place = {tag: number for number, tag in enumerate(tags)}
        matches = [
            _Match(place[value[:length]], index, value) for index, value in enumerate(values) if value[:length] in place
        ]
        return session, tuple(sorted(matches, key=lambda match: match.place))

    return compare


def _serving(
    items: ItemSet, *, receiver: PartyId, told: bool, entropy: Entropy
) -> Callable[[Endpoint], tuple[Session, list[tuple[bytes, int]]]]:
    """Return the sender's part up to its tags; run, it returns (value of the function, own index) in their order."""
    own = items.items or (entropy.token(ristretto.ELEMENT_BYTES),)
    count = check_size(len(own))

    def serve(endpoint: Endpoint) -> tuple[Session, list[tuple[bytes, int]]]:
        agreed = _parameters(receiver, endpoint.party, told)
        session = open_session(endpoint, peer=receiver, leads=False, parameters=agreed, items=count, entropy=entropy)
        key = ristretto.random_scalar(entropy)
        blinded = _elements(session, "blinded", session.peer_items)
        session.check_seal()
        answer = ristretto.multiply_all(key, blinded)
        session.send("evaluated", b"".join(answer), len(answer))
        session.seal()
        length = tag_length(len(blinded), count)
        tagged = sorted((oprf.evaluate(key, item), index) for index, item in enumerate(own))
        session.send("tags", b"".join(value[:length] for value, _ in tagged), count)
        return session, tagged

    return serve


def _places(told: Payload, tagged: list[tuple[bytes, int]]) -> tuple[int, ...]:
    """Return the places that a receiver names, once the whole list is known to be good."""
    if len(told.body) != told.items * _MATCH_BYTES:
        raise ProtocolError("E_LENGTH", f"{told.items} matches were to be {told.items * _MATCH_BYTES} bytes")
    records = [told.body[at : at + _MATCH_BYTES] for at in range(0, len(told.body), _MATCH_BYTES)]
    places = tuple(int.from_bytes(record[:_PLACE_BYTES], "little") for record in records)
    if any(place >= len(tagged) for place in places):
        raise ProtocolError("E_RANGE", "a match names a tag that there is not")
    if any(left >= right for left, right in pairwise(places)):
        raise ProtocolError("E_ORDER", "the matches were not sorted, or held the same tag twice")
    for place, record in zip(places, records, strict=True):
        if not hmac.compare_digest(record[_PLACE_BYTES:], tagged[place][0][-RECEIPT_BYTES:]):
            raise ProtocolError("E_RECEIPT", "a match came without the value that only an owner of the item has")
    return places


def _parameters(receiver: PartyId, sender: PartyId, told: bool) -> Mapping[str, object]:
    agreed = {"suite": SUITE, "receiver": receiver, "sender": sender, "normaliser": NORMALISER, "items_max": ITEMS_MAX}
    return {**agreed, "learns": "both"} if told else agreed


def _elements(session: Session, kind: str, count: int) -> tuple[bytes, ...]:
    size = count * ristretto.ELEMENT_BYTES
    return ristretto.decode_list(exactly(session.receive(kind, most=size), size))
