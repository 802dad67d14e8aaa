"""How both sides of a suite end: sorted tags one way, and, if that is agreed, places of matches the other way.

Whatever a suite does, it leaves either side with marks of its own items, which
the other side can make only of an item that it has too. The sender sends its
tags in ascending order, which shuffles them, since they are pseudorandom. The
receiver compares, and tells the places of its matches with one hash over the
receipts of all of them, which is a proof that it could make every one: so it
may leave out a match and cannot make one up. Both number the matches by
the order of the tags, which says nothing. A sender may put a handle beside
each tag, under a pad that is one of the marks: unreadable without a match.
Promises: a list is checked whole before anything of it is used; nothing is
returned before both sides have signed for all frames.
Leaves to others: making the marks, and the length of a tag.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.exchange.payload import Payload
from privshare.secure.psi.members.handles import HANDLE_BYTES, Choosing
from privshare.secure.psi.session import Session

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Indices = NDArray[np.int64]
Learned = Indices | tuple[Indices, Words]
"""What a receiver's role returns: own indices, or, if it chooses, these and the sender's handles."""

TAG_BYTES_MAX = 16
MATCH_BYTES = 4
PROOF_BYTES = 32
_PROOF = b"privshare/matches/1"
_FEW = 4096
"""Up to so many tags are looked up in a dict; more are worth a compiled search."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Marks:
    """Marks of n items, secret to who lacks the item, in arrays (n,) of one word each.

    tags: the first 16 bytes as two big-endian numbers, zero beyond the first `length` bytes. receipts: the last 16
    bytes, as they lie. pads: None where no handles are sent.
    """

    tags: tuple[Words, Words]
    receipts: tuple[Words, Words]
    length: int
    pads: Words | None = None


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Found:
    """Matches in the order of the tags. places: of the tags. indices: of the own items. handles: the sender's."""

    places: Indices
    indices: Indices
    handles: Words | None


def offer(session: Session, marks: Marks, *, told: bool, handles: Words | None) -> Indices:
    """Send the sender's tags, be told if that is agreed, and finish; return the own indices of what was told."""
    order, keys = _ascending(*marks.tags)
    body = keys.astype(">u8").view(np.uint8)[:, : marks.length]
    if handles is not None and marks.pads is not None:
        hidden = (handles ^ marks.pads)[order].astype("<u8", copy=False)
        body = np.hstack([body, hidden.view(np.uint8).reshape(-1, HANDLE_BYTES)])
    session.send("tags", body.tobytes(), len(body))
    indices = np.empty(0, np.int64)
    if told:
        most = min(len(order), session.peer_items) * MATCH_BYTES + PROOF_BYTES
        indices = _named(session.receive("matches", most=most), marks, order, session.sid)
    session.finish()
    return indices


def learn(session: Session, marks: Marks, *, told: bool, choosing: Choosing | None) -> Learned:
    """Compare the sender's tags, tell it what is agreed, and finish; return the matches in the order of the tags."""
    count = session.peer_items
    width = marks.length + (HANDLE_BYTES if choosing else 0)
    found = _compared(session.receive("tags", most=count * width), count, width, marks)
    telling = choosing(found.indices, found.handles) if choosing and found.handles is not None else slice(None)
    if told:
        places = found.places[telling].astype("<u4").tobytes()
        proof = _proof(session.sid, places, marks, found.indices[telling])
        session.send("matches", places + proof, len(places) // MATCH_BYTES)
    session.finish()
    return found.indices if found.handles is None else (found.indices, found.handles)


def _compared(payload: Payload, count: int, width: int, marks: Marks) -> Found:
    """Return the matches among the tags of a message, once the whole list is known to be good."""
    if payload.items != count or len(payload.body) != count * width:
        raise ProtocolError("E_LENGTH", f"{count} tags of {width} bytes were due, not {len(payload.body)} bytes")
    body = np.frombuffer(payload.body, np.uint8).reshape(count, width)
    first, second = tags_of(_widened(body[:, : marks.length]), marks.length)
    rising = (first[1:] > first[:-1]) | ((first[1:] == first[:-1]) & (second[1:] > second[:-1]))
    if not rising.all():
        raise ProtocolError("E_ORDER", "a list of tags was not sorted, or held the same tag twice")
    places, indices = _shared(np.stack([first, second], axis=1), marks)
    if marks.pads is None or width == marks.length:
        return Found(places, indices, None)
    hidden = np.ascontiguousarray(body[places, marks.length :]).view("<u8").reshape(-1).astype(np.uint64, copy=False)
    return Found(places, indices, hidden ^ marks.pads[indices])


def _named(told: Payload, marks: Marks, order: Indices, sid: bytes) -> Indices:
    """Return the own indices of the matches that a receiver names, once the whole list is known to be good."""
    due = told.items * MATCH_BYTES + PROOF_BYTES
    if len(told.body) != due:
        raise ProtocolError("E_LENGTH", f"{told.items} matches were to be {due} bytes, not {len(told.body)}")
    named, proof = told.body[:-PROOF_BYTES], told.body[-PROOF_BYTES:]
    places = np.frombuffer(named, "<u4").astype(np.int64)
    if (places >= len(order)).any():
        raise ProtocolError("E_RANGE", "a match names a tag that there is not")
    if (places[1:] <= places[:-1]).any():
        raise ProtocolError("E_ORDER", "the matches were not sorted, or held the same tag twice")
    indices = order[places]
    if not hmac.compare_digest(_proof(sid, named, marks, indices), proof):
        raise ProtocolError("E_RECEIPT", "a match was named without the value that only an owner of the item has")
    return indices


def _proof(sid: bytes, places: bytes, marks: Marks, indices: Indices) -> bytes:
    """Return the proof that whoever names these places has the receipts of all of them."""
    receipts = np.stack([words[indices] for words in marks.receipts], axis=1)
    return hashlib.sha256(_PROOF + sid + places + receipts.tobytes()).digest()


def _widened(tags: Bytes) -> Bytes:
    whole = np.zeros((len(tags), TAG_BYTES_MAX), np.uint8)
    whole[:, : tags.shape[1]] = tags
    return whole


def tags_of(values: Bytes, length: int) -> tuple[Words, Words]:
    """Return the tags that values, (n, 16 or more), begin with as two big-endian words, which compare as bytes do."""
    kept = ((1 << 8 * length) - 1) << 8 * (TAG_BYTES_MAX - length)
    words, masks = values.view(">u8"), (np.uint64(kept >> 64), np.uint64(kept & (2**64 - 1)))
    first, second = (np.bitwise_and(words[:, place], mask, dtype=np.uint64) for place, mask in enumerate(masks))
    return first, second


def receipts_of(values: Bytes) -> tuple[Words, Words]:
    """Return the receipts that values, (n, 16 or more), end with."""
    words = values.view(np.uint64)
    return words[:, -2], words[:, -1]


def _ascending(first: Words, second: Words) -> tuple[Indices, Words]:
    """Return the places of the keys in ascending order, and the keys in that order, (n, 2)."""
    if len(first) <= _FEW:
        order = np.lexsort((second, first)).astype(np.int64, copy=False)
        return order, np.stack([first[order], second[order]], axis=1)
    from privshare.secure.psi.kernels.search import sort_keys

    bits = len(first).bit_length() - 1
    order, sorted_keys = np.empty(len(first), np.int64), np.empty((len(first), 2), np.uint64)
    sort_keys(first, second, 64 - bits, np.zeros((1 << bits) + 1, np.int64), order, sorted_keys)
    return order, sorted_keys


def _shared(keys: Words, marks: Marks) -> tuple[Indices, Indices]:
    """Return the places of the keys, (m, 2), which ascend, that are among the own tags, and which own tag each is."""
    order, own = _ascending(*marks.tags)
    if len(keys) + len(own) <= _FEW:
        place = {key: number for number, key in enumerate(map(bytes, own))}
        found = [(number, place[key]) for number, key in enumerate(map(bytes, keys)) if key in place]
        places, mine = np.array(found, np.int64).reshape(-1, 2).T
        return places, order[mine]
    from privshare.secure.psi.kernels.search import shared_places

    places, mine = (np.empty(min(len(keys), len(own)) + 1, np.int64) for _ in range(2))
    count = shared_places(keys, own, places, mine)
    return places[:count], order[mine[:count]]
