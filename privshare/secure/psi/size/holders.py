"""The two roles of `size/1`. A counts, B shuffles; both add noise that the other does not know.

    A -> B  points   a * H(x) for its items, a public pool of 2s dummies and padding, sorted
    B -> A  points   b * H(y) for its items, k of the pool, 2s - k junk and padding, sorted
    B -> A  tags     of b * P for every point P of A, sorted, so A cannot tell which of its items one belongs to
    A -> B  result   matches - s + noise of A

k = s + truncated noise of B. A sees (common + k) and knows only its own noise;
B sees the result and knows only k. B answers after it has read A's points, and
sends its own points first: the two then multiply at the same time.
Promises: a list is read and checked whole before anything in it is multiplied;
junk, padding and items go through the same code. Mechanisms are checked when a
role is made, before any item is used. Leaves to others: parties that deviate. A
holder that sends P and 2P makes one person count twice; equal points are
refused, related points cannot be seen. That is a known limit of this suite.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy, permutation
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi import ristretto
from privshare.secure.psi.identifiers import ITEM_BYTES
from privshare.secure.psi.item_set import ItemSet
from privshare.secure.psi.padding import draw_dummies
from privshare.secure.psi.session import Session, check_size, exactly, open_session
from privshare.secure.psi.size.terms import SizeTerms, matched_noise, padding_noise, parameters, result_noise
from privshare.secure.psi.tags import read_tags, tag_length, tags_of

GROUP_DST = b"privshare/size/1"
RESULT_BYTES = 8
_TAG_DOMAIN = b"\x06"


def holder_a(items: ItemSet, terms: SizeTerms, *, peer: PartyId, entropy: Entropy) -> Callable[[Endpoint], int]:
    """Return the role of the holder that counts; run, it returns the noised size, which may be below zero.

    Raises NoiseRefused here, before anything runs, if the terms ask for noise that cannot be drawn.
    """
    padding, s = padding_noise(terms), matched_noise(terms).radius
    mechanism = result_noise(terms)

    def role(endpoint: Endpoint) -> int:
        agreed = parameters(terms, a=endpoint.party, b=peer)
        (pad,) = draw_dummies(padding, 1)
        count = check_size(len(items) + 2 * s + pad)
        session = open_session(endpoint, peer=peer, leads=True, parameters=agreed, items=count, entropy=entropy)
        key = ristretto.random_scalar(entropy)
        own = [*items.items, *_pool(session.sid, 2 * s), *_random_items(pad, entropy)]
        points = _masked(key, own)
        session.send("points", b"".join(points), count)
        session.seal()
        theirs = _receive_points(session, at_least=2 * s)
        session.check_seal()
        length = tag_length(len(own), len(theirs))
        matchable = frozenset(tags_of(ristretto.multiply_all(key, theirs), _TAG_DOMAIN, length))
        answer = session.receive("tags", most=count * length)
        tags = read_tags(exactly(answer, count * length, items=count), count=count, length=length)
        matches = sum(tag in matchable for tag in tags)
        (size,) = noise.add_laplace((matches - s,), mechanism)
        session.send("result", size.to_bytes(RESULT_BYTES, "little", signed=True), 1)
        session.finish()
        return size

    return role


def holder_b(items: ItemSet, terms: SizeTerms, *, peer: PartyId, entropy: Entropy) -> Callable[[Endpoint], int]:
    """Return the role of the holder that shuffles; run, it returns the same noised size as the other.

    Raises NoiseRefused here, before anything runs, if the terms ask for noise that cannot be drawn.
    """
    padding, counted = padding_noise(terms), matched_noise(terms)
    s = counted.radius

    def role(endpoint: Endpoint) -> int:
        agreed = parameters(terms, a=peer, b=endpoint.party)
        (pad,), (k,) = draw_dummies(padding, 1), draw_dummies(counted, 1)
        count = check_size(len(items) + 2 * s + pad)
        session = open_session(endpoint, peer=peer, leads=False, parameters=agreed, items=count, entropy=entropy)
        key = ristretto.random_scalar(entropy)
        pool = _pool(session.sid, 2 * s)
        chosen = [pool[at] for at in permutation(entropy, 2 * s)[:k]]
        own = [*items.items, *chosen, *_random_items(2 * s - k + pad, entropy)]
        points = _masked(key, own)  # before waiting, so that it costs no time
        theirs = _receive_points(session, at_least=2 * s)
        session.check_seal()
        session.send("points", b"".join(points), count)
        session.seal()
        length = tag_length(len(theirs), len(own))
        tags = sorted(tags_of(ristretto.multiply_all(key, theirs), _TAG_DOMAIN, length))
        session.send("tags", b"".join(tags), len(tags))
        result = exactly(session.receive("result", most=RESULT_BYTES), RESULT_BYTES)
        size = int.from_bytes(result, "little", signed=True)
        if abs(size) > terms.largest(min(count, len(theirs))):
            raise ProtocolError("E_RANGE", f"{peer} announced a size that the lists and their noise exclude")
        session.finish()
        return size

    return role


def _pool(sid: bytes, count: int) -> list[bytes]:
    """Return dummies that both sides can make and nobody else's identifier hashes to."""
    return [hashlib.sha256(b"pool" + sid + number.to_bytes(4, "little")).digest() for number in range(count)]


def _random_items(count: int, entropy: Entropy) -> list[bytes]:
    return [entropy.token(ITEM_BYTES) for _ in range(count)]


def _masked(key: bytes, items: Iterable[bytes]) -> list[bytes]:
    return sorted(ristretto.multiply_all(key, (ristretto.hash_to_group(item, GROUP_DST) for item in items)))


def _receive_points(session: Session, *, at_least: int) -> tuple[bytes, ...]:
    """Return the points of the peer, read and checked whole; it announced how many, dummies included."""
    if session.peer_items < at_least:
        raise ProtocolError("E_LENGTH", f"{session.peer} has fewer points than the {at_least} dummies of its list")
    size = session.peer_items * ristretto.ELEMENT_BYTES
    sent = session.receive("points", most=size)
    return ristretto.decode_list(exactly(sent, size, items=session.peer_items), ascending=True)
