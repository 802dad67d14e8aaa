"""What the two holders of `totals-3/1` share and the unit must not have: two keys, and the pools made with them.

Each holder contributes 32 random bytes over the channel between them, and
HKDF-SHA-256 makes both keys under the session id. Promises: neither holder
fixes a key alone; a new session has new keys, so uploads of two sessions
cannot be joined. Leaves to others: that the channel between the holders can be
read by neither the unit nor anybody else. In one process it is a queue that
the unit's endpoint does not reach; between machines it is TLS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.model.entropy import Entropy
from privshare.secure.keys import derive
from privshare.secure.psi.pseudonyms import KEY_BYTES, PSEUDONYM_BYTES, hashed, pseudonyms_of
from privshare.secure.psi.session import Session, exactly

CONTRIBUTION_BYTES = 32


def share_keys(session: Session, *, leads: bool, entropy: Entropy) -> tuple[bytes, bytes]:
    """Exchange contributions with the other holder; return (pseudonym key, mask key), 16 bytes each.

    leads: True for the grouping holder, whose contribution comes first. Raises ProtocolError for a bad length.
    """
    own = entropy.token(CONTRIBUTION_BYTES)
    session.send("key-share", own, 1)
    other = exactly(session.receive("key-share", most=CONTRIBUTION_BYTES), CONTRIBUTION_BYTES)
    return keys_from(own + other if leads else other + own, sid=session.sid)


def keys_from(contributions: bytes, *, sid: bytes) -> tuple[bytes, bytes]:
    """Return (pseudonym key, mask key) of a session. contributions: both, the grouping holder's first."""
    both = derive(contributions, info=sid, length=2 * KEY_BYTES)
    return both[:KEY_BYTES], both[KEY_BYTES:]


def pools(key: bytes, sid: bytes, *, groups: int, count: int) -> NDArray[np.uint8]:
    """Return the pseudonyms of every group's dummies, (groups, count, 16).

    Both holders can make them, and the unit cannot recognise them.
    """
    numbers = np.stack(np.divmod(np.arange(groups * count), count), axis=1).astype("<u4")
    items = hashed(b"pool" + sid, numbers.view(np.uint8))
    return pseudonyms_of(key, items).reshape(groups, count, PSEUDONYM_BYTES)


def junk(count: int, entropy: Entropy) -> NDArray[np.uint8]:
    """Return random pseudonyms, (count, 16), which match nothing but with a chance of 2^-128 a pair."""
    return np.frombuffer(entropy.token(count * PSEUDONYM_BYTES), dtype=np.uint8).reshape(count, PSEUDONYM_BYTES)
