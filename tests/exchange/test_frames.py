"""The 48 bytes before a body: what is read back, and every header that is not one of this framing."""

from __future__ import annotations

import pytest

from privshare.errors import ProtocolError
from privshare.exchange.frames import HEADER_BYTES, Header, read_header, write_header

GOOD = write_header(Header(1, 7, "points", 3, 96, depth=5))
BAD: dict[str, tuple[str, int, bytes]] = {
    "no frame": ("E_PROTOCOL", 0, b"GET "),
    "another version": ("E_VERSION", 3, b"2"),
    "a third sender": ("E_PROTOCOL", 4, b"\x02"),
    "a flag": ("E_PROTOCOL", 5, b"\x01"),
    "a kind in capitals": ("E_PROTOCOL", 24, b"P"),
    "no kind": ("E_PROTOCOL", 24, bytes(6)),
    "something after the kind": ("E_PROTOCOL", 47, b"x"),
}


def test_a_header_is_read_as_it_was_written() -> None:
    assert len(GOOD) == HEADER_BYTES
    assert read_header(GOOD) == Header(1, 7, "points", 3, 96, depth=5)


@pytest.mark.parametrize(("code", "at", "other"), BAD.values(), ids=BAD)
def test_a_header_that_is_not_as_it_has_to_be_is_refused(code: str, at: int, other: bytes) -> None:
    with pytest.raises(ProtocolError, match=code):
        read_header(GOOD[:at] + other + GOOD[at + len(other) :])
