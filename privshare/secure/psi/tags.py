"""Short tags that two parties compare, always sorted, so that their order tells nothing.

A tag is a truncated hash of a secret both parties could compute for a common
item only. Promises: with the length given by `tag_length`, the chance that two
different items of a run get the same tag anywhere is at most 2^-40; sorting is
a shuffle, since tags are pseudorandom. Leaves to others: what is hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import pairwise

from privshare.errors import ProtocolError

FALSE_MATCH_BITS = 40


def tag_length(left: int, right: int) -> int:
    """Return the bytes of a tag for lists of these sizes: 40 bits and as many as there are pairs, in whole bytes.

    >>> tag_length(2**20, 2**20), tag_length(1, 1)
    (10, 5)
    """
    return (FALSE_MATCH_BITS + (max(1, left) * max(1, right) - 1).bit_length() + 7) // 8


def tags_of(secrets: Iterable[bytes], domain: bytes, length: int) -> list[bytes]:
    """Return the first `length` bytes of SHA-256(secret || domain), in the order given."""
    sha256 = hashlib.sha256
    return [sha256(secret + domain).digest()[:length] for secret in secrets]


def read_tags(body: bytes, *, count: int, length: int) -> tuple[bytes, ...]:
    """Return the tags of a message body; refuse another size, another order than ascending, or equal tags.

    Raises ProtocolError. An honest sender has equal tags with a chance of about 2^-41 times the ratio of the
    list sizes, and the run then stops without an output.
    """
    if len(body) != count * length:
        raise ProtocolError("E_LENGTH", f"{count} tags of {length} bytes were due, not {len(body)} bytes")
    tags = tuple(body[at : at + length] for at in range(0, len(body), length))
    if any(left >= right for left, right in pairwise(tags)):
        raise ProtocolError("E_ORDER", "a list of tags was not sorted, or held the same tag twice")
    return tags
