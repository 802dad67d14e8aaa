"""What a party knows of the channel it talks through, besides the messages.

A role is the same on every channel. What differs is handed to it here: what the
channel is bound to, which long-lived identity a party proves, whom it expects,
and what both have agreed on outside of the suite (the purpose, the licences).
In one process there is nothing to prove, so every field has a default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from privshare.model.party import PartyId

IN_PROCESS = hashlib.sha256(b"privshare/in-process/one" + b"privshare/in-process/other").digest()


def _nothing(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Setting:
    """One party's side of a channel.

    binding: what makes this channel another one than every other, 32 bytes, equal on both sides. bindings: the same
    by peer, where a party talks to several over a channel each. identity_seed: the seed of the party's Ed25519 key;
    None for a key of this run. peers: the public key that each peer must prove; a peer that is not listed may have
    any. agreed: what both must have agreed on, as canonical JSON can hold it. items_max: that either side may bring;
    None for what the suite accepts. telling: called when the own greeting is about to leave, with the number of items
    that it tells; what it raises ends the run. paced: told how many items both sides bring, once that is known, so
    that a channel that waits for no more than a time can work it out. noted: given the facts of a session that has
    finished.
    """

    binding: bytes = IN_PROCESS
    identity_seed: bytes | None = field(default=None, repr=False)
    peers: Mapping[PartyId, bytes] = field(default_factory=dict)
    agreed: Mapping[str, object] = field(default_factory=dict)
    items_max: int | None = None
    telling: Callable[[int], None] = _nothing
    paced: Callable[[int], None] = _nothing
    noted: Callable[[Mapping[str, object]], None] = _nothing
    bindings: Mapping[PartyId, bytes] = field(default_factory=dict)

    def binding_with(self, peer: PartyId) -> bytes:
        """Return what the channel to a peer is bound to."""
        return self.bindings.get(peer, self.binding)
