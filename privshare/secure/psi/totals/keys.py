"""What the two holders of `totals-3/1` share and the unit must not have: two keys, and the pools made with them.

Each holder contributes 32 random bytes over the channel between them, and
HKDF-SHA-256 makes both keys under the session id. Promises: neither holder
fixes a key alone; a new session has new keys, so uploads of two sessions
cannot be joined. Leaves to others: that the channel between the holders can be
read by neither the unit nor anybody else. In one process it is a queue that
the unit's endpoint does not reach; between processes it is to be TLS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from privshare.model.entropy import Entropy
from privshare.secure.keys import derive
from privshare.secure.pseudonyms import KEY_BYTES, PSEUDONYM_BYTES, pseudonym
from privshare.secure.psi.session import Session, exactly

CONTRIBUTION_BYTES = 32


def share_keys(session: Session, *, leads: bool, entropy: Entropy) -> tuple[bytes, bytes]:
    """Exchange contributions with the other holder; return (pseudonym key, mask key), 16 bytes each.

    leads: True for the grouping holder, whose contribution comes first. Raises ProtocolError for a bad length.
    """
    own = entropy.token(CONTRIBUTION_BYTES)
    session.send("key-share", own, 1)
    other = exactly(session.receive("key-share", most=CONTRIBUTION_BYTES), CONTRIBUTION_BYTES)
    both = derive(own + other if leads else other + own, info=session.sid, length=2 * KEY_BYTES)
    return both[:KEY_BYTES], both[KEY_BYTES:]


def pseudonyms_of(key: bytes, items: Iterable[bytes]) -> list[bytes]:
    """Return the pseudonym of every item, in order."""
    return [pseudonym(key, item) for item in items]


def pool(key: bytes, sid: bytes, group: int, count: int) -> list[bytes]:
    """Return the pseudonyms of a group's dummies, which both holders can make and the unit cannot recognise."""
    start = b"pool" + sid + group.to_bytes(4, "little")
    items = [hashlib.sha256(start + number.to_bytes(4, "little")).digest() for number in range(count)]
    return pseudonyms_of(key, items)


def junk(count: int, entropy: Entropy) -> list[bytes]:
    """Return random pseudonyms, which match nothing but with a chance of 2^-128 a pair."""
    drawn = entropy.token(count * PSEUDONYM_BYTES)
    return [drawn[at : at + PSEUDONYM_BYTES] for at in range(0, len(drawn), PSEUDONYM_BYTES)]
