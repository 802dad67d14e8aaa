"""Suite `psi-oprf/1`: a receiver learns which of its own items a sender has too; the sender learns nothing of them.

The sender's key for one session makes an oblivious pseudorandom function. The
receiver has it evaluated on its items, the sender sends the sorted, shortened
values of its own, the receiver compares (Jarecki and Liu 2009; RFC 9497 for
the function). One evaluation an item, so the receiver can test exactly as many
identifiers as it declared.
Promises: every list is read and checked whole before the first multiplication.
Leaves to others: whether members may be revealed at all, and to whom. The
sizes of both sets are public here; nothing is noised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.exchange.payload import Payload
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import Entropy
from privshare.model.leakage import LeakageStatement
from privshare.model.party import PartyId
from privshare.secure.psi import oprf, ristretto
from privshare.secure.psi.identifiers import NORMALISER, ItemSet
from privshare.secure.psi.session import ITEMS_MAX, agree, check_size
from privshare.secure.psi.tags import read_tags, tag_length

SUITE = "psi-oprf/1"


def receiver(items: ItemSet, *, sender: PartyId, entropy: Entropy) -> Callable[[Endpoint], tuple[int, ...]]:
    """Return the receiver's role; run, it returns the indices in `items.items` that the sender has too, ascending.

    An empty set takes part with one random item that matches nothing.
    """
    own = items.items or (entropy.token(ristretto.ELEMENT_BYTES),)
    count = check_size(len(own))

    def role(endpoint: Endpoint) -> tuple[int, ...]:
        agree(endpoint, peer=sender, leads=True, parameters=_parameters(endpoint.party, sender), entropy=entropy)
        blinded = [oprf.blind(item, entropy) for item in own]
        endpoint.send(sender, Payload("blinded", b"".join(element for _, element in blinded), count))
        evaluated = _elements(endpoint.receive(sender, "evaluated"), count)
        values = [
            oprf.finalize(item, scalar, element)
            for item, (scalar, _), element in zip(own, blinded, evaluated, strict=True)
        ]
        answer = endpoint.receive(sender, "tags")
        if not 1 <= answer.items <= ITEMS_MAX:
            raise ProtocolError("E_LENGTH", f"{sender} announced {answer.items} tags")
        length = tag_length(count, answer.items)
        theirs = frozenset(read_tags(answer.body, count=answer.items, length=length))
        return tuple(i for i, value in enumerate(values) if value[:length] in theirs)

    return role


def sender(items: ItemSet, *, receiver: PartyId, entropy: Entropy) -> Callable[[Endpoint], None]:
    """Return the sender's role; its key is fresh for the session, and it learns the size of the receiver's set only."""
    own = items.items or (entropy.token(ristretto.ELEMENT_BYTES),)
    count = check_size(len(own))

    def role(endpoint: Endpoint) -> None:
        agree(endpoint, peer=receiver, leads=False, parameters=_parameters(receiver, endpoint.party), entropy=entropy)
        key = ristretto.random_scalar(entropy)
        request = endpoint.receive(receiver, "blinded")
        blinded = _elements(request, request.items)
        answer = ristretto.multiply_all(key, blinded)
        endpoint.send(receiver, Payload("evaluated", b"".join(answer), len(answer)))
        length = tag_length(len(blinded), count)
        tags = sorted(oprf.evaluate(key, item)[:length] for item in own)
        endpoint.send(receiver, Payload("tags", b"".join(tags), count))

    return role


def leakage(transcript: Transcript, *, receiver: PartyId, sender: PartyId) -> LeakageStatement:
    """Return what a finished run told each party; sizes, bytes and rounds are read off its transcript."""
    sizes = {message.payload.kind: message.payload.items for message in transcript.messages}
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
            (
                sender,
                (
                    f"how many items {receiver} has, exactly: {sizes['blinded']} (none shows as 1)",
                    f"nothing about which items {receiver} has, nor how many match",
                ),
            ),
        ),
        public_sizes=((f"items of {receiver}", sizes["blinded"]), (f"items of {sender}", sizes["tags"])),
        bytes_sent=transcript.bytes_sent(),
        rounds=transcript.rounds(),
        broken_by=(),
    )


def _parameters(receiver: PartyId, sender: PartyId) -> Mapping[str, object]:
    return {"suite": SUITE, "receiver": receiver, "sender": sender, "normaliser": NORMALISER, "items_max": ITEMS_MAX}


def _elements(payload: Payload, count: int) -> tuple[bytes, ...]:
    if not 1 <= count <= ITEMS_MAX or len(payload.body) != count * ristretto.ELEMENT_BYTES:
        raise ProtocolError("E_LENGTH", f"{payload.kind} was to hold {count} elements, not {len(payload.body)} bytes")
    return ristretto.decode_list(payload.body)
