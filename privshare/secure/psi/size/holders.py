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
from privshare.exchange.payload import Payload
from privshare.model.entropy import Entropy, permutation
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi import ristretto
from privshare.secure.psi.identifiers import ITEM_BYTES, ItemSet
from privshare.secure.psi.padding import draw_dummies, dummy_noise
from privshare.secure.psi.session import agree, check_size, exactly
from privshare.secure.psi.size.terms import SizeTerms, parameters, result_noise
from privshare.secure.psi.tags import read_tags, tag_length, tags_of

GROUP_DST = b"privshare/size/1"
RESULT_BYTES = 8
_TAG_DOMAIN = b"\x06"


def holder_a(items: ItemSet, terms: SizeTerms, *, peer: PartyId, entropy: Entropy) -> Callable[[Endpoint], int]:
    """Return the role of the holder that counts; run, it returns the noised size, which may be below zero.

    Raises NoiseRefused here, before anything runs, if the terms ask for noise that cannot be drawn.
    """
    padding = dummy_noise(terms.pad_micro, terms.delta_e15)
    s = dummy_noise(terms.count_micro, terms.delta_e15).radius
    mechanism = result_noise(terms)

    def role(endpoint: Endpoint) -> int:
        agreed = parameters(terms, a=endpoint.party, b=peer)
        sid = agree(endpoint, peer=peer, leads=True, parameters=agreed, entropy=entropy)
        key = ristretto.random_scalar(entropy)
        pad = draw_dummies(padding, 1)[0]
        own = [*items.items, *_pool(sid, 2 * s), *_random_items(pad, entropy)]
        check_size(len(own))
        points = _masked(key, own)
        endpoint.send(peer, Payload("points", b"".join(points), len(points)))
        theirs = _receive_points(endpoint, peer, at_least=2 * s)
        length = tag_length(len(own), len(theirs))
        matchable = frozenset(tags_of(ristretto.multiply_all(key, theirs), _TAG_DOMAIN, length))
        tags = read_tags(endpoint.receive(peer, "tags").body, count=len(own), length=length)
        matches = sum(tag in matchable for tag in tags)
        (size,) = noise.add_laplace((matches - s,), mechanism)
        endpoint.send(peer, Payload("result", size.to_bytes(RESULT_BYTES, "little", signed=True), 1))
        return size

    return role


def holder_b(items: ItemSet, terms: SizeTerms, *, peer: PartyId, entropy: Entropy) -> Callable[[Endpoint], int]:
    """Return the role of the holder that shuffles; run, it returns the same noised size as the other.

    Raises NoiseRefused here, before anything runs, if the terms ask for noise that cannot be drawn.
    """
    padding = dummy_noise(terms.pad_micro, terms.delta_e15)
    counted = dummy_noise(terms.count_micro, terms.delta_e15)
    s = counted.radius

    def role(endpoint: Endpoint) -> int:
        agreed = parameters(terms, a=peer, b=endpoint.party)
        sid = agree(endpoint, peer=peer, leads=False, parameters=agreed, entropy=entropy)
        key = ristretto.random_scalar(entropy)
        (pad,), (k,) = draw_dummies(padding, 1), draw_dummies(counted, 1)
        pool = _pool(sid, 2 * s)
        chosen = [pool[at] for at in permutation(entropy, 2 * s)[:k]]
        own = [*items.items, *chosen, *_random_items(2 * s - k + pad, entropy)]
        check_size(len(own))
        points = _masked(key, own)  # before waiting, so that it costs no time
        theirs = _receive_points(endpoint, peer, at_least=2 * s)
        endpoint.send(peer, Payload("points", b"".join(points), len(points)))
        length = tag_length(len(theirs), len(own))
        tags = sorted(tags_of(ristretto.multiply_all(key, theirs), _TAG_DOMAIN, length))
        endpoint.send(peer, Payload("tags", b"".join(tags), len(tags)))
        size = int.from_bytes(exactly(endpoint.receive(peer, "result"), RESULT_BYTES), "little", signed=True)
        if abs(size) > noise.VALUE_MAX:
            raise ProtocolError("E_RANGE", f"{peer} announced a size beyond 2^53")
        return size

    return role


def _pool(sid: bytes, count: int) -> list[bytes]:
    """Return dummies that both sides can make and nobody else's identifier hashes to."""
    return [hashlib.sha256(b"pool" + sid + number.to_bytes(4, "little")).digest() for number in range(count)]


def _random_items(count: int, entropy: Entropy) -> list[bytes]:
    return [entropy.token(ITEM_BYTES) for _ in range(count)]


def _masked(key: bytes, items: Iterable[bytes]) -> list[bytes]:
    return sorted(ristretto.multiply_all(key, (ristretto.hash_to_group(item, GROUP_DST) for item in items)))


def _receive_points(endpoint: Endpoint, peer: PartyId, *, at_least: int) -> tuple[bytes, ...]:
    points = ristretto.decode_list(endpoint.receive(peer, "points").body, ascending=True)
    if len(points) < at_least:
        raise ProtocolError("E_LENGTH", f"{peer} sent {len(points)} points, fewer than {at_least} dummies")
    return points
