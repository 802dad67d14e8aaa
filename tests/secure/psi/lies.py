"""Ways in which a list can be wrong, as changes of its body: each must be refused wherever a list is read.

A change that only the signature over all frames finds is not refused where it is read: so tests name the code.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.vectors.test_rfc9496 import INVALID

Change = Callable[[bytes], bytes]


def last_element_becomes(bad: bytes) -> Change:
    return lambda body: body[:-32] + bad


def repeat_first(body: bytes) -> bytes:
    return body[:32] + body[:-32]


POINTS: dict[str, Change] = {
    "identity": last_element_becomes(bytes(32)),
    **{f"invalid {encoding[:8]}": last_element_becomes(bytes.fromhex(encoding)) for encoding in INVALID},
    "all ones": last_element_becomes(b"\xff" * 32),
    "equal elements": repeat_first,
    "a byte short": lambda body: body[:-1],
    "a byte long": lambda body: body + b"\x00",
    "empty": lambda body: b"",
}
POINT_CODES, TAG_CODES = r"E_POINT|E_LENGTH", r"E_ORDER|E_LENGTH"
"""What refuses them, which is not the signature."""
WIDTH = 6  # bytes of a tag in the small runs of these tests
TAGS: dict[str, Change] = {
    "a byte short": lambda body: body[:-1],
    "a byte long": lambda body: body + b"\x00",
    "empty": lambda body: b"",
    "last tag first": lambda body: body[-WIDTH:] + body[:-WIDTH],
    "all equal": lambda body: body[:WIDTH] * (len(body) // WIDTH),
}
