"""What both sides of a suite of members agree on first, and with which items they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.psi.identifiers import ITEM_BYTES, NORMALISER
from privshare.secure.psi.item_set import ItemSet
from privshare.secure.psi.session import ITEMS_MAX, Session, check_size, open_session

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Terms:
    """suite: its id. told: whether the sender learns too. handled: whether handles are sent. agreed: anything else."""

    suite: str
    told: bool
    handled: bool
    agreed: Mapping[str, object]

    def open_receiver(self, endpoint: Endpoint, sender: PartyId, *, items: int, entropy: Entropy) -> Session:
        """Greet the sender as the receiver."""
        return self._open(endpoint, sender, (endpoint.party, sender), leads=True, items=items, entropy=entropy)

    def open_sender(self, endpoint: Endpoint, receiver: PartyId, *, items: int, entropy: Entropy) -> Session:
        """Greet the receiver as the sender."""
        return self._open(endpoint, receiver, (receiver, endpoint.party), leads=False, items=items, entropy=entropy)

    def _open(
        self,
        endpoint: Endpoint,
        peer: PartyId,
        roles: tuple[PartyId, PartyId],
        *,
        leads: bool,
        items: int,
        entropy: Entropy,
    ) -> Session:
        parameters: dict[str, object] = {
            "suite": self.suite,
            "receiver": roles[0],
            "sender": roles[1],
            "normaliser": NORMALISER,
            "items_max": ITEMS_MAX,
        }
        if self.told:
            parameters["learns"] = "both"
        if self.handled:
            parameters["handles"] = True
        parameters.update(self.agreed)
        session = open_session(endpoint, peer=peer, leads=leads, parameters=parameters, items=items, entropy=entropy)
        if session.peer_items < 1:
            raise ProtocolError("E_CAP", f"{peer} announced no items; an empty set comes with one, at random")
        return session


def own_items(items: ItemSet, entropy: Entropy) -> NDArray[np.uint8]:
    """Return the item hashes, (n, 32); an empty set comes with one random item, which matches nothing.

    Raises ParameterRefused for more items than any run accepts.
    """
    check_size(len(items))
    if len(items):
        return items.hashes
    return np.frombuffer(entropy.token(ITEM_BYTES), np.uint8).reshape(1, ITEM_BYTES)
