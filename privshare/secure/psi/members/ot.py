"""Suites `psi-ot-sh/1` and `psi-ot-mr/1`: a table of the receiver's items, transferred obliviously, marks both sides.

    receiver   encodes its items into a table D (`okvs`), each with a value that the session gives it
    both       base transfer and its extension give the receiver a row of T, the sender a row of
               Q = T ^ (C(D) & delta) for every row of D; delta are secret bits of the sender
    receiver   reads T at its items: a row an item
    sender     reads Q at its items and takes C(value) & delta off: the same row if the item is in D,
               else one that differs in at least 128 unknown bits
    marks      SHA-256(row || item || 03): its first bytes are the tag, its last 16 the receipt

`sh` is for a receiver that follows the protocol. `mr` has a wider code, and
before it sends a tag its sender checks that the columns hold code words; what
a receiver that deviates can then gain is bounded in `excess.py`.
Promises: a challenge is drawn only after the last column is in; no tag leaves
before the receiver's columns are signed for (and checked, in mr); a table that
cannot be made ends the session and is not tried again.
Leaves to others: as in `oprf.py`. Not constant-time on the owner's machine.
Pinkas, Rosulek, Trieu and Yanai, "PSI from PaXoS" (EUROCRYPT 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.psi.item_set import ItemSet
from privshare.secure.psi.kernels.sha256 import sha256_rows
from privshare.secure.psi.members.handles import Choosing
from privshare.secure.psi.members.marks import (
    TAG_BYTES_MAX,
    Learned,
    Marks,
    learn,
    offer,
    receipts_of,
    tags_of,
)
from privshare.secure.psi.members.terms import NOTHING, Terms, own_items
from privshare.secure.psi.ristretto import ELEMENT_BYTES
from privshare.secure.psi.session import Session, exactly
from privshare.secure.psi.tags import tag_length
from privshare.secure.psi.transfer import base, check, okvs
from privshare.secure.psi.transfer.code import MR, SH, Code, encode_group
from privshare.secure.psi.transfer.extension import Form, Reader, Writer, packed

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
_VALUE, _MARK, _PAD = b"\x02", b"\x03", b"\x05"
_BLOCK = 2**13  # rows hashed at once, so that they stay in the cache


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two suites. checked: whether the sender checks the receiver's columns."""

    suite: str
    code: Code
    checked: bool

    @property
    def extra(self) -> int:
        """Rows of a table after those that are read."""
        return check.EXTRA_ROWS if self.checked else 0

    def tag_bytes(self, receiver: int, sender: int) -> int:
        """Return the length of a tag for sets of these sizes."""
        return TAG_BYTES_MAX if self.checked else tag_length(receiver, sender)


SEMI_HONEST = Kind("psi-ot-sh/1", SH, checked=False)
MALICIOUS_RECEIVER = Kind("psi-ot-mr/1", MR, checked=True)


def receiver(
    kind: Kind,
    items: ItemSet,
    *,
    sender: PartyId,
    told: bool,
    entropy: Entropy,
    choosing: Choosing | None = None,
    agreed: Mapping[str, object] = NOTHING,
) -> Callable[[Endpoint], Learned]:
    """Return the receiver's role; see `oprf.receiver`."""
    own = own_items(items, entropy)
    terms = Terms(kind.suite, told, choosing is not None, agreed)

    def role(endpoint: Endpoint) -> Learned:
        session = terms.open_receiver(endpoint, sender, items=len(own), entropy=entropy)
        rows = _rows_of_receiver(session, kind, own, entropy)
        session.check_seal()
        length = kind.tag_bytes(len(own), session.peer_items)
        marks = _marks(rows, own, length, choosing is not None)
        del rows  # the largest thing there is; what follows needs its room
        return learn(session, marks, told=told, choosing=choosing)

    return role


def sender(
    kind: Kind,
    items: ItemSet,
    *,
    receiver: PartyId,
    told: bool,
    entropy: Entropy,
    handles: NDArray[np.uint64] | None = None,
    agreed: Mapping[str, object] = NOTHING,
) -> Callable[[Endpoint], NDArray[np.int64]]:
    """Return the sender's role; see `oprf.sender`."""
    own = own_items(items, entropy)
    shown = handles if handles is None or len(items) else np.zeros(len(own), np.uint64)
    terms = Terms(kind.suite, told, handles is not None, agreed)

    def role(endpoint: Endpoint) -> NDArray[np.int64]:
        session = terms.open_sender(endpoint, receiver, items=len(own), entropy=entropy)
        rows = _rows_of_sender(session, kind, own, entropy)
        session.seal()
        length = kind.tag_bytes(session.peer_items, len(own))
        marks = _marks(rows, own, length, handles is not None)
        del rows
        return offer(session, marks, told=told, handles=shown)

    return role


def _rows_of_receiver(session: Session, kind: Kind, own: Bytes, entropy: Entropy) -> list[Words]:
    """Send the columns, answer the challenge if there is one; return T at the own items, (n,) a group."""
    code = kind.code
    shape = okvs.shape_for(len(own))
    places, values = _placed(code, own, session.sid, shape)
    table = okvs.encode(places, values, entropy, bits=code.dimension, extra=kind.extra)
    del values  # as large as the table, and the session is long

    size = code.length * base.PLACE_BYTES
    message = exactly(session.receive("base-receiver", most=size), size, items=code.length)
    keys = base.give(message, count=code.length, sid=session.sid, entropy=entropy)
    session.send("base-sender", keys.message, 1)

    form = Form(code, len(table))
    writer, rooms = Writer(form, keys, table), _rooms(form, kind)
    rows: list[Words] = []
    for group in range(form.groups):
        body = writer.block(group, rooms[group])
        session.send("columns", body, form.columns(group))
        if not kind.checked:
            rows.append(okvs.decode_group(places, rooms[group]))
    session.seal()
    if kind.checked:
        seed = exactly(session.receive("challenge", most=check.SEED_BYTES), check.SEED_BYTES)
        session.send("proof", check.prove(code, rooms, table, sid=session.sid, seed=seed), check.EXTRA_ROWS)
        rows = _read(places, rooms)
    return rows


def _rows_of_sender(session: Session, kind: Kind, own: Bytes, entropy: Entropy) -> list[Words]:
    """Read the columns and check them where the suite does; return Q ^ (C(value) & delta) at the own items."""
    code = kind.code
    bits = _bits(entropy.token(-(-code.length // 8)), code.length)
    choice = base.choose(bits, session.sid, entropy)
    session.send("base-receiver", choice.message, code.length)

    shape = okvs.shape_for(session.peer_items)
    places, values = _placed(code, own, session.sid, shape)
    answer = exactly(session.receive("base-sender", most=ELEMENT_BYTES), ELEMENT_BYTES)
    keys = base.take(choice, answer, sid=session.sid)

    form = Form(code, shape.table_rows + kind.extra)
    reader, rooms, delta = Reader(form, keys, bits), _rooms(form, kind), packed(bits)
    rows: list[Words] = []
    for group in range(form.groups):
        size = form.block_bytes(group)
        block = exactly(session.receive("columns", most=size), size, items=form.columns(group))
        reader.block(group, block, rooms[group])
        if not kind.checked:
            rows.append(okvs.decode_group(places, rooms[group]))
    session.check_seal()
    if kind.checked:
        seed = entropy.token(check.SEED_BYTES)  # drawn only now: a receiver that knew it could pass with any columns
        session.send("challenge", seed, 1)
        size = check.proof_bytes(code)
        proof = exactly(session.receive("proof", most=size), size, items=check.EXTRA_ROWS)
        check.verify(code, rooms, delta, proof, sid=session.sid, seed=seed, m=shape.table_rows)
        rows = _read(places, rooms)
    coded = np.empty(len(own), np.uint64)
    for group, words in enumerate(rows):
        words ^= encode_group(code, values, group, columns=delta[group], out=coded)
    return rows


def _rooms(form: Form, kind: Kind) -> Sequence[Words]:
    """Return room for the words of each group; the same room again, unless the check needs all of them."""
    return [form.room() for _ in range(form.groups)] if kind.checked else [form.room()] * form.groups


def _read(places: okvs.Places, rooms: Sequence[Words]) -> list[Words]:
    """Return what the n items read of each group, (n,) a group. What is read of one goes where the one before stood."""
    rows: list[Words] = []
    n, free = len(places.dense), np.empty(0, np.uint64)
    for room in rooms:
        rows.append(okvs.decode_group(places, room, free[:n] if len(free) >= n else None))
        free = room
    return rows


def _placed(code: Code, own: Bytes, sid: bytes, shape: okvs.Shape) -> tuple[okvs.Places, Words]:
    """Return where a session places each item in the table, and the value it gives it there, (n, words).

    A value that fits is what the places leave of their hash, else the low bits of SHA-256(02 || sid[:16] || item).
    """
    values = np.empty((len(own), code.value_words), np.uint64)
    if code.dimension <= okvs.SPARE:
        places = okvs.places_of(own, sid, shape, spare=values)
        values &= _low_bits(code)
        return places, values
    for start in range(0, len(own), _BLOCK):
        block = slice(start, start + _BLOCK)
        hashed = sha256_rows(_VALUE + sid[:16], own[block]).view("<u8")
        np.bitwise_and(hashed[:, : code.value_words], _low_bits(code), out=values[block])
    return okvs.places_of(own, sid, shape), values


def _low_bits(code: Code) -> Words:
    whole = (1 << code.dimension) - 1
    return np.array([whole >> (64 * word) & (2**64 - 1) for word in range(code.value_words)], np.uint64)


def _bits(drawn: bytes, count: int) -> tuple[int, ...]:
    number = int.from_bytes(drawn, "little")
    return tuple(number >> place & 1 for place in range(count))


def _marks(rows: Sequence[Words], own: Bytes, length: int, padded: bool) -> Marks:
    """Return the marks of the own items. rows: (n,) a group; the first four are written over with the marks."""
    first, second, third, fourth = rows[:4]
    pads = np.empty(len(own), np.uint64) if padded else None
    for start in range(0, len(own), _BLOCK):
        block = slice(start, start + _BLOCK)
        row = np.stack([words[block] for words in rows], axis=1).view(np.uint8)
        hashed = sha256_rows(b"", row, own[block], _MARK)
        first[block], second[block] = tags_of(hashed, length)
        third[block], fourth[block] = receipts_of(hashed)
        if pads is not None:
            pads[block] = sha256_rows(b"", row, own[block], _PAD).view("<u8")[:, 0]
    return Marks((first, second), (third, fourth), length, pads)
