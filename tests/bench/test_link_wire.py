"""The link of the benchmark: every byte arrives, in order, counted by direction, not before its time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from privshare.bench.link.wire import BUFFER_BYTES, THIN, Lane, Wire, relayed

FAST = Wire()


def echoing(size: int, answer: bytes) -> tuple[int, Callable[[], bytes]]:
    """Listen once: read `size` bytes, answer, end. Returns the port and what was read, when it is over."""
    door = socket.create_server(("127.0.0.1", 0))
    got = bytearray()

    def serve() -> None:
        near, _ = door.accept()
        with door, near:
            while len(got) < size:
                got.extend(near.recv(1 << 16))
            near.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()

    def read() -> bytes:
        thread.join()
        return bytes(got)

    return door.getsockname()[1], read


def everything(near: socket.socket) -> bytes:
    parts = []
    while part := near.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def test_bytes_come_through_in_order_and_are_counted_by_direction() -> None:
    sent, answer = bytes(range(256)) * 8_000, b"done"
    port, read = echoing(len(sent), answer)
    with relayed((port,), FAST) as (relays, lanes), socket.create_connection(("127.0.0.1", relays[0].port)) as near:
        near.sendall(sent)
        assert everything(near) == answer, "and the end of the stream comes through as well"
        assert read() == sent
        assert [lane.bytes for lane in lanes] == [len(sent), len(answer)]


def test_with_two_ports_a_lane_belongs_to_a_party_whoever_connects() -> None:
    first, read_first = echoing(5, b"")
    second, read_second = echoing(7, b"")
    with relayed((first, second), FAST) as (relays, lanes):
        for relay, text in ((relays[0], b"to--0"), (relays[1], b"to----1")):
            with socket.create_connection(("127.0.0.1", relay.port)) as near:
                near.sendall(text)
                assert everything(near) == b""
        assert (read_first(), read_second()) == (b"to--0", b"to----1")
        assert [lane.bytes for lane in lanes] == [7, 5], "party 0 wrote what party 1 read"


def test_a_lane_lets_a_byte_go_no_earlier_than_delay_and_rate_allow() -> None:
    lane = Lane(Wire(rate=8_000.0, delay=0.5))
    assert lane.departure(10.0, 1_000) == pytest.approx(11.5), "a second at this rate, then the delay"
    assert lane.departure(10.2, 500) == pytest.approx(12.0), "behind the first"
    assert lane.departure(20.0, 500) == pytest.approx(21.0), "the lane was free"
    assert lane.bytes == 2_000
    assert Lane(FAST).departure(3.0, 10**9) == 3.0
    assert Lane(THIN).room == BUFFER_BYTES + 250_000


def test_there_and_back_takes_both_delays() -> None:
    """Only the lower end is looked at: a busy machine may take longer, never less."""
    port, read = echoing(4, b"back")
    with relayed((port,), Wire(rate=None, delay=0.03)) as (relays, _):
        with socket.create_connection(("127.0.0.1", relays[0].port)) as near:
            began = time.monotonic()
            near.sendall(b"goes")
            assert everything(near) == b"back"
            assert time.monotonic() - began >= 0.06
        assert read() == b"goes"


def test_a_relay_waits_for_whoever_is_to_listen_and_closing_ends_its_connections() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with relayed((port,), FAST) as (relays, _):
        near = socket.create_connection(("127.0.0.1", relays[0].port))
        near.sendall(b"early")
        with socket.create_server(("127.0.0.1", port)) as door:
            late, _ = door.accept()
            with late:
                assert late.recv(5, socket.MSG_WAITALL) == b"early"
                relays[0].close()
                assert everything(near) == b""
        near.close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", relays[0].port))
