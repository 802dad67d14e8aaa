"""Suite `psi-oprf/1`: a receiver has a function evaluated on its items, whose key only the sender has.

The sender's key for one session makes an oblivious pseudorandom function. The
receiver has it evaluated on its items, the sender sends the sorted, shortened
values of its own, the receiver compares (Jarecki and Liu 2009; RFC 9497 for
the function). One evaluation an item, so the receiver can test exactly as many
identifiers as it declared, whatever it does.
Of a value of 64 bytes the beginning is the tag, the last 16 are the receipt,
and 8 in the middle hide a handle (`marks.py`).
Promises: every list is read and checked whole before the first multiplication.
Leaves to others: whether members may be revealed at all, and to whom. The
sizes of both sets are public here; nothing is noised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.psi import oprf, ristretto
from privshare.secure.psi.item_set import ItemSet
from privshare.secure.psi.members.handles import Choosing
from privshare.secure.psi.members.marks import Learned, Marks, learn, offer, receipts_of, tags_of
from privshare.secure.psi.members.terms import NOTHING, Terms, own_items
from privshare.secure.psi.session import Session, exactly
from privshare.secure.psi.tags import tag_length

SUITE = "psi-oprf/1"
_PAD = slice(32, 40)


def receiver(
    items: ItemSet,
    *,
    sender: PartyId,
    told: bool,
    entropy: Entropy,
    choosing: Choosing | None = None,
    agreed: Mapping[str, object] = NOTHING,
) -> Callable[[Endpoint], Learned]:
    """Return the receiver's role; run, it returns the indices of its items that the sender has too.

    They stand in the order of the tags, so that match number n is the same item on both sides. told: whether the
    sender is told too. choosing, agreed: see `handles.py`. An empty set takes part with one random item.
    """
    own = own_items(items, entropy)
    terms = Terms(SUITE, told, choosing is not None, agreed)

    def role(endpoint: Endpoint) -> Learned:
        session = terms.open_receiver(endpoint, sender, items=len(own), entropy=entropy)
        inputs = [item.tobytes() for item in own]
        blinded = [oprf.blind(item, entropy) for item in inputs]
        session.send("blinded", b"".join(element for _, element in blinded), len(own))
        session.seal()
        evaluated = _elements(session, "evaluated", len(own))
        values = [
            oprf.finalize(item, scalar, element)
            for item, (scalar, _), element in zip(inputs, blinded, evaluated, strict=True)
        ]
        session.check_seal()
        length = tag_length(len(own), session.peer_items)
        return learn(session, _marks(values, length), told=told, choosing=choosing)

    return role


def sender(
    items: ItemSet,
    *,
    receiver: PartyId,
    told: bool,
    entropy: Entropy,
    handles: NDArray[np.uint64] | None = None,
    agreed: Mapping[str, object] = NOTHING,
) -> Callable[[Endpoint], NDArray[np.int64]]:
    """Return the sender's role; run, it returns the indices of its items that it was told of, in order of the tags.

    Its key is fresh for the session. It refuses a place out of range, repeated or out of order, and a receipt that
    is not that item's. handles: one an item.
    """
    own = own_items(items, entropy)
    shown = handles if handles is None or len(items) else np.zeros(len(own), np.uint64)
    terms = Terms(SUITE, told, handles is not None, agreed)

    def role(endpoint: Endpoint) -> NDArray[np.int64]:
        session = terms.open_sender(endpoint, receiver, items=len(own), entropy=entropy)
        key = ristretto.random_scalar(entropy)
        blinded = _elements(session, "blinded", session.peer_items)
        session.check_seal()
        answer = ristretto.multiply_all(key, blinded)
        session.send("evaluated", b"".join(answer), len(answer))
        session.seal()
        values = [oprf.evaluate(key, item.tobytes()) for item in own]
        length = tag_length(len(blinded), len(own))
        return offer(session, _marks(values, length), told=told, handles=shown)

    return role


def _marks(values: list[bytes], length: int) -> Marks:
    bytes_of = np.frombuffer(b"".join(values), np.uint8).reshape(len(values), oprf.OUTPUT_BYTES)
    pads = np.ascontiguousarray(bytes_of[:, _PAD]).view("<u8").reshape(-1)
    return Marks(tags_of(bytes_of, length), receipts_of(bytes_of), length, pads)


def _elements(session: Session, kind: str, count: int) -> tuple[bytes, ...]:
    size = count * ristretto.ELEMENT_BYTES
    return ristretto.decode_list(exactly(session.receive(kind, most=size), size, items=count))
