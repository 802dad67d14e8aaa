"""A suite of members that shows everything, in the place of a real one: fast, and not for anything but tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from privshare.exchange.channel import Endpoint
from privshare.model.entropy import Entropy
from privshare.model.party import PartyId
from privshare.secure.psi.identifiers import NORMALISER
from privshare.secure.psi.item_set import ItemSet
from privshare.secure.psi.members.handles import Choosing
from privshare.secure.psi.session import Session, open_session

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class OpenSuite:
    """The contract of a suite of members, with item hashes sent as they are."""

    id: str = "open/1"

    def _session(
        self, endpoint: Endpoint, peer: PartyId, leads: bool, items: int, more: Any, entropy: Entropy
    ) -> Session:
        parameters = {"suite": self.id, "normaliser": NORMALISER, **more}
        return open_session(endpoint, peer=peer, leads=leads, parameters=parameters, items=items, entropy=entropy)

    def receiver(
        self, items: ItemSet, *, sender: PartyId, told: bool, entropy: Entropy, choosing: Choosing,
        agreed: Mapping[str, object],
    ) -> Callable[[Endpoint], tuple[Indices, NDArray[np.uint64]]]:  # fmt: skip
        def role(endpoint: Endpoint) -> tuple[Indices, NDArray[np.uint64]]:
            session = self._session(endpoint, sender, True, max(1, len(items)), agreed, entropy)
            body = session.receive("tags", most=2**30).body
            records = [body[at : at + 40] for at in range(0, len(body), 40)]
            place = {record[:32]: number for number, record in enumerate(records)}
            matched = [(place[item], index) for index, item in enumerate(items.items) if item in place]
            places = sorted(matched)
            indices = np.array([index for _, index in places], dtype=np.int64)
            handles = np.array([int.from_bytes(records[at][32:], "little") for at, _ in places], dtype=np.uint64)
            chosen = choosing(indices, handles)
            told_places = np.array([at for at, _ in places], dtype="<u4")[chosen]
            session.send("matches", told_places.tobytes(), len(chosen))
            session.finish()
            return indices, handles

        return role

    def sender(
        self, items: ItemSet, *, receiver: PartyId, told: bool, entropy: Entropy, handles: NDArray[np.uint64],
        agreed: Mapping[str, object],
    ) -> Callable[[Endpoint], Indices]:  # fmt: skip
        def role(endpoint: Endpoint) -> Indices:
            session = self._session(endpoint, receiver, False, max(1, len(items)), agreed, entropy)
            records = [
                item + int(handle).to_bytes(8, "little") for item, handle in zip(items.items, handles, strict=True)
            ]
            session.send("tags", b"".join(records), len(records))
            told = np.frombuffer(session.receive("matches", most=2**30).body, "<u4").astype(np.int64)
            session.finish()
            return told

        return role
