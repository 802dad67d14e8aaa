"""The corridor between machines: what arrives, who is let in, and that nothing not due is read or waited for."""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import socket
import ssl
import struct
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509

from privshare.errors import (
    FileFaults,
    NoConnection,
    ParameterRefused,
    ProtocolAborted,
    ProtocolError,
    UnprotectedPayload,
)
from privshare.exchange import connecting, network
from privshare.exchange.channel import run_together
from privshare.exchange.connecting import Listener, connect
from privshare.exchange.frames import Header, write_header
from privshare.exchange.network import NetworkEndpoint
from privshare.exchange.payload import Payload
from privshare.exchange.setting import Setting
from privshare.exchange.tls import Credentials, context_for, dates_of
from privshare.model.entropy import SeededEntropy
from privshare.model.party import PartyId
from privshare.scenario.party import keys as party_keys
from privshare.scenario.party.keys import load_keys, make_keys
from privshare.secure.psi import members, size
from tests.exchange.project import BANK, HOST, OFFICE, Side, joined, over_network, project
from tests.secure.psi.playing import SIZE, people

Keys = dict[PartyId, Credentials]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return project(tmp_path_factory.mktemp("project") / "keys")


def role_pair(suite: str) -> dict[PartyId, Callable[..., Any]]:
    chosen, sets = members.suite_of(suite), (people(range(5)), people(range(3, 9)))
    return {
        OFFICE: chosen.receiver(sets[0], sender=BANK, told=True, entropy=SeededEntropy(1)),
        BANK: chosen.sender(sets[1], receiver=OFFICE, told=True, entropy=SeededEntropy(2)),
    }


@pytest.mark.parametrize("suite", members.SUITES)
def test_the_same_roles_run_over_both_kinds_of_channel(keys: Keys, suite: str) -> None:
    inside, transcript = run_together(role_pair(suite))
    outputs, faults, ends = over_network(keys, role_pair(suite))
    assert not faults
    items = {OFFICE: people(range(5)), BANK: people(range(3, 9))}
    for results in (inside, outputs):
        shared = [{items[party].items[at] for at in results[party].tolist()} for party in (OFFICE, BANK)]
        assert shared[0] == shared[1] == set(items[OFFICE].items) & set(items[BANK].items)
    for end in ends.values():
        assert dict(end.transcript.bytes_sent()) == dict(transcript.bytes_sent())
        assert end.transcript.rounds() == transcript.rounds()
        told = members.leakage(end.transcript, receiver=OFFICE, sender=BANK)
        assert told.learned == members.leakage(transcript, receiver=OFFICE, sender=BANK).learned
        assert [m.payload.digest for m in end.messages if m.payload.kind == "commit"]  # kept without its body


def test_a_noised_size_over_the_network(keys: Keys) -> None:
    a, b = people(range(30)), people(range(10, 40))
    roles = {
        OFFICE: size.holder_a(a, SIZE, peer=BANK, entropy=SeededEntropy(1)),
        BANK: size.holder_b(b, SIZE, peer=OFFICE, entropy=SeededEntropy(2)),
    }
    outputs, faults, ends = over_network(keys, roles)
    assert not faults
    assert outputs[OFFICE] == outputs[BANK]
    assert ends[BANK].sessions[0]["sid"] == ends[OFFICE].sessions[0]["sid"]


def test_a_large_body_arrives_whole_and_a_raw_thing_never_leaves(keys: Keys) -> None:
    body = bytes(range(256)) * 20_000
    bank, office = joined(keys)
    with bank, office:
        sending = Side(lambda: office.send(BANK, Payload("columns", memoryview(body), 64)))  # type: ignore[arg-type]
        received = bank.receive(OFFICE, "columns", most=len(body))
        sending.result()
        assert (received.body, received.items) == (body, 64)
        assert office.messages[0].payload.size == bank.messages[0].payload.size == len(body)
        assert office.messages[0].payload.body == b""  # not kept
        with pytest.raises(UnprotectedPayload):
            office.send(BANK, b"raw")  # type: ignore[arg-type]
        with pytest.raises(ProtocolError, match="leads to bank"):
            office.send(PartyId("other"), Payload("x", b"", 0))


def refused(keys: Keys, caller: Callable[[int], Any], *, patience: float = 5.0) -> tuple[BaseException | None, Any]:
    """Let somebody call a listener of the bank; return what the bank refused with, and what the caller got."""
    with Listener(HOST, 0) as listener:
        bank = Side(lambda: listener.accept(keys[BANK], peer=OFFICE, within=10, patience=patience))
        try:
            got = caller(listener.port)
        except NoConnection as fault:
            got = fault
        try:
            bank.result().close()
        except NoConnection as fault:
            return fault, got
        return None, got


def calling(keys: Keys, party: PartyId = OFFICE) -> Callable[[int], Any]:
    return lambda port: connect(HOST, port, keys[party], peer=BANK, within=5, patience=5).close()


def test_a_certificate_of_another_authority_is_refused_by_both(keys: Keys, tmp_path: Path) -> None:
    other = project(tmp_path / "other", seed=2)
    told, got = refused(keys, calling(other))
    assert "authority" in str(got)
    assert told is not None
    # a caller that does not look at the listener's certificate is refused all the same
    told, _ = refused(keys, lambda port: unverified(port, other[OFFICE]))
    assert "not of this project's authority" in str(told)
    told, _ = refused(keys, lambda port: unverified(port, None))
    assert "showed no certificate" in str(told)


def unverified(port: int, own: Credentials | None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, version
    if own is not None:
        context.load_cert_chain(own.certificate, own.tls_key)
    with socket.create_connection((HOST, port)) as plain:
        try:
            with context.wrap_socket(plain) as line:
                line.recv(1)
        except OSError:
            pass


def test_an_expired_certificate_is_refused(monkeypatch: pytest.MonkeyPatch, keys: Keys, tmp_path: Path) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) - timedelta(days=400)

    monkeypatch.setattr(party_keys, "datetime", Earlier)
    old = project(tmp_path / "old")
    monkeypatch.undo()
    told, got = refused(old, calling(old))
    assert str(got).endswith(": its certificate has expired.")
    assert str(told) == "caller 127.0.0.1: it says that this side's certificate has expired."


def test_a_caller_that_failed_is_not_one_that_did_not_call(keys: Keys, tmp_path: Path) -> None:
    """The wait is told whole, not what was left of it when the last stranger had gone."""
    other, heard = project(tmp_path / "other", seed=2), list[str]()
    with Listener(HOST, 0) as listener:
        bank = Side(lambda: listener.accept_peer(keys[BANK], peer=OFFICE, within=2.0, refused=heard.append))
        with pytest.raises(NoConnection, match="authority"):
            calling(other)(listener.port)
        with pytest.raises(NoConnection) as told:
            bank.result()
    why = "it does not believe this side's certificate, which another authority has signed"
    assert heard == [f"caller 127.0.0.1: {why}."]
    assert str(told.value).endswith(f"nobody who called within 2 seconds was office; the last: {heard[0]}")


@pytest.mark.parametrize("days", [1, 825])
def test_the_dates_of_a_certificate_are_those_that_a_library_reads(tmp_path: Path, days: int) -> None:
    make_keys(tmp_path / "p", ("bank", "office"), days=days, entropy=SeededEntropy(5))
    for file in (tmp_path / "p" / "authority.pem", tmp_path / "p" / "bank" / "certificate.pem"):
        known = x509.load_pem_x509_certificate(file.read_bytes())
        assert dates_of(file) == (known.not_valid_before_utc, known.not_valid_after_utc)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-400, "certificate.pem: the certificate of bank has expired on "),
        (400, "certificate.pem: the certificate of bank is in force from "),
    ],
)
def test_an_own_certificate_out_of_force_is_told_before_anybody_is_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int, told: str
) -> None:
    class Another(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=days)

    monkeypatch.setattr(party_keys, "datetime", Another)
    make_keys(tmp_path / "p", ("bank", "office"), days=1, entropy=SeededEntropy(5))
    monkeypatch.undo()
    with pytest.raises(FileFaults) as refused:
        load_keys(tmp_path / "p" / "bank")
    assert told in str(refused.value)
    assert ("keys for all parties anew" in str(refused.value)) == (days < 0)


def test_a_folder_that_is_no_party_s_is_told_with_those_that_are(tmp_path: Path) -> None:
    make_keys(tmp_path / "p", ("bank", "office"), days=1, entropy=SeededEntropy(5))
    with pytest.raises(ParameterRefused) as refused:
        load_keys(tmp_path / "p")
    assert refused.value.accepted == f"{tmp_path / 'p' / 'bank'}, {tmp_path / 'p' / 'office'}"
    with pytest.raises(ParameterRefused, match="accepted is a party's folder made by"):
        load_keys(tmp_path / "none")
    (tmp_path / "p" / "bank" / "party.json").unlink()
    with pytest.raises(FileFaults, match=r"has one fault: party.json: does not name the party"):
        load_keys(tmp_path / "p" / "bank")


def test_an_authority_that_comes_with_others_and_a_word_before_it_is_dated_all_the_same(tmp_path: Path) -> None:
    for name, days in (("old", 1), ("p", 9)):
        make_keys(tmp_path / name, ("bank", "office"), days=days, entropy=SeededEntropy(5))
    own = tmp_path / "p" / "bank" / "authority.pem"
    ends = dates_of(own)[1]
    own.write_text("Zürich\n" + (tmp_path / "old" / "bank" / "authority.pem").read_text() + own.read_text())
    assert dates_of(own)[1] == ends
    assert load_keys(tmp_path / "p" / "bank").party == "bank"


def test_a_folder_that_cannot_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(_path: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", shut)
    with pytest.raises(FileFaults, match="cannot be entered by this user"):
        load_keys(tmp_path)


@pytest.mark.parametrize("spoilt", ["", "x", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_told(tmp_path: Path, spoilt: str) -> None:
    make_keys(tmp_path / "p", ("bank", "office"), days=1, entropy=SeededEntropy(5))
    (tmp_path / "p" / "bank" / "certificate.pem").write_text(spoilt)
    with pytest.raises(FileFaults, match=r"certificate.pem: is no certificate; accepted is one made by"):
        load_keys(tmp_path / "p" / "bank")


def test_another_party_of_the_same_project_is_refused(tmp_path: Path) -> None:
    three = project(tmp_path / "three", names=(BANK, OFFICE, "bureau"))
    told, got = refused(three, calling(three, PartyId("bureau")))
    assert "names 'bureau', and this run is with 'office'" in str(told)
    assert "did not accept" in str(got)


def test_plain_text_on_the_port_is_refused(keys: Keys) -> None:
    def talk(port: int) -> None:
        with socket.create_connection((HOST, port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(100))
            with contextlib.suppress(ConnectionResetError):
                plain.recv(1)

    told, _ = refused(keys, talk)
    assert "plain text is refused" in str(told)


def test_a_caller_that_hangs_up_in_its_greeting_is_told(keys: Keys) -> None:
    def half(port: int) -> None:
        with socket.create_connection((HOST, port)) as plain:
            plain.sendall(b"\x16\x03\x01\x02\x00\x01")

    told, _ = refused(keys, half)
    assert str(told) == "caller 127.0.0.1: the other side hung up."


def test_an_older_tls_is_refused(keys: Keys) -> None:
    told, _ = refused(keys, lambda port: unverified(port, keys[OFFICE], ssl.TLSVersion.TLSv1_2))
    assert "no TLS 1.3" in str(told)


def test_a_caller_that_says_nothing_is_let_go(keys: Keys) -> None:
    def silent(port: int) -> socket.socket:
        return socket.create_connection((HOST, port))

    told, plain = refused(keys, silent, patience=0.2)
    plain.close()
    assert "no TLS greeting" in str(told)


def test_a_listener_goes_on_after_a_wrong_caller(keys: Keys, tmp_path: Path) -> None:
    other, heard = project(tmp_path / "other", seed=3), []
    with Listener(HOST, 0) as listener:
        bank = Side(
            lambda: listener.accept_peer(keys[BANK], peer=OFFICE, within=20, patience=5, refused=heard.append)
        )
        with pytest.raises(NoConnection):
            calling(other)(listener.port)
        calling(keys)(listener.port)
        bank.result().close()
    assert len(heard) == 1


def test_a_caller_gets_in_although_others_hold_the_line(monkeypatch: pytest.MonkeyPatch, keys: Keys) -> None:
    """Two strangers came first and say nothing; each has its time, which is longer than a caller's one greeting."""
    heard: list[str] = []
    monkeypatch.setattr(connecting, "STRANGER_SECONDS", 0.5)
    monkeypatch.setattr(connecting, "GREETING_SECONDS", 0.2)
    with Listener(HOST, 0) as listener, contextlib.ExitStack() as idle:
        for _ in range(2):
            idle.enter_context(socket.create_connection((HOST, listener.port)))
        bank = Side(lambda: listener.accept_peer(keys[BANK], peer=OFFICE, within=20, refused=heard.append))
        with connect(HOST, listener.port, keys[OFFICE], peer=BANK, within=20), bank.result():
            assert ["no TLS greeting" in told for told in heard[:2]] == [True, True]


def test_a_listener_goes_on_after_a_peer_that_dies_as_it_comes_in(monkeypatch: pytest.MonkeyPatch, keys: Keys) -> None:
    heard: list[str] = []
    dying: queue.SimpleQueue[ssl.SSLSocket] = queue.SimpleQueue()
    real = connecting.binding_of

    def binding_of(line: ssl.SSLSocket, own: Credentials, *, serves: bool) -> bytes:
        if serves and not heard:  # hands are shaken, and nothing is said yet
            dying.get(timeout=20).close()
        return real(line, own, serves=serves)

    monkeypatch.setattr(connecting, "binding_of", binding_of)
    with Listener(HOST, 0) as listener:
        bank = Side(lambda: listener.accept_peer(keys[BANK], peer=OFFICE, within=20, refused=heard.append))
        plain = socket.create_connection((HOST, listener.port))
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # like a dead one
        dying.put(context_for(keys[OFFICE], serves=False).wrap_socket(plain))
        calling(keys)(listener.port)
        bank.result().close()
    assert len(heard) == 1
    assert "office hung up as it came in" in heard[0]


def test_nobody_there_a_port_in_use_and_an_address_that_is_none(keys: Keys) -> None:
    with Listener(HOST, 0) as listener:
        with pytest.raises(NoConnection, match=r"listen there: the port is in use by another program; name another wi"):
            Listener(HOST, listener.port)
        with pytest.raises(NoConnection, match="did not call"):
            listener.accept(keys[BANK], peer=OFFICE, within=0.05)
        port = listener.port
    with pytest.raises(NoConnection, match="nobody listens there"):
        connect(HOST, port, keys[OFFICE], peer=BANK, within=0)
    unknown = "no address is known for that name; check its spelling, or write the address in numbers"
    for host in ("300.0.0.1", "no such host.invalid"):
        with pytest.raises(NoConnection, match=f"nobody can listen there: {unknown}"):
            Listener(host, 0)
        with pytest.raises(NoConnection, match=f"1: {unknown}"):
            connect(host, 1, keys[OFFICE], peer=BANK, within=0)
    with pytest.raises(NoConnection, match="1: the address is no host and port"):
        connect("x" * 64, 1, keys[OFFICE], peer=BANK, within=0)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EADDRINUSE, "the port is in use by another program; name another with --port"),
        (errno.EACCES, "this user may not listen on that port; name one above 1023 with --port"),
        (errno.EADDRNOTAVAIL, "this machine has no such address; name one that it has"),
        (socket.EAI_AGAIN, "no address is known for that name"),
        (errno.ENOBUFS, "No buffer space available"),
    ],
)
def test_why_nobody_can_listen_is_told_without_the_words_of_the_system(
    monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def create_server(*_args: Any, **_more: Any) -> socket.socket:
        words = os.strerror(number) if number > 0 else "Temporary failure in name resolution"
        raise OSError(number, f"{words} (while attempting to bind on address ('{HOST}', 80))")

    monkeypatch.setattr(socket, "create_server", create_server)
    with pytest.raises(NoConnection) as refused:
        Listener(HOST, 80)
    assert refused.value.reason.startswith(f"nobody can listen there: {told}")
    assert "(while attempting" not in str(refused.value)


def test_a_listener_that_never_shakes_hands_is_let_go(keys: Keys) -> None:
    with socket.create_server((HOST, 0)) as mute, pytest.raises(NoConnection, match="no TLS greeting"):
        connect(HOST, mute.getsockname()[1], keys[OFFICE], peer=BANK, within=0, patience=0.2)


def raw(end: NetworkEndpoint, header: Header, body: bytes = b"") -> None:
    end._line.sendall(write_header(header) + body)


WRONG_FRAMES: dict[str, tuple[str, bytes]] = {
    "another kind": ("E_PROTOCOL", write_header(Header(0, 0, "tags", 1, 1)) + b"x"),
    "more than is due, with no body sent": ("E_LENGTH", write_header(Header(0, 0, "points", 1, 5))),
    "an abort of more than a reason": ("E_PROTOCOL", write_header(Header(0, 0, "abort", 1, 2)) + b"\1x"),
    "out of turn": ("E_PROTOCOL", write_header(Header(0, 1, "points", 1, 1)) + b"x"),
    "from this side itself": ("E_PROTOCOL", write_header(Header(1, 0, "points", 1, 1)) + b"x"),
    "another version": ("E_VERSION", b"PSH2" + write_header(Header(0, 0, "points", 1, 1))[4:] + b"x"),
    "no frame": ("E_PROTOCOL", b"GET /" + bytes(60)),
    "a depth that nothing explains": ("E_PROTOCOL", write_header(Header(0, 0, "points", 1, 1, 65535)) + b"x"),
    "a flag": ("E_PROTOCOL", write_header(Header(0, 0, "points", 1, 1))[:5] + b"\1" + bytes(50)),
}


@pytest.mark.parametrize(("code", "data"), WRONG_FRAMES.values(), ids=WRONG_FRAMES)
def test_a_frame_that_is_not_due_is_refused_before_its_body(keys: Keys, code: str, data: bytes) -> None:
    bank, office = joined(keys, patience=5)
    with office:
        office._line.sendall(data)
        with pytest.raises(ProtocolError, match=code), bank:
            bank.receive(OFFICE, "points", most=4)
        with pytest.raises(ProtocolAborted):
            office.receive(BANK, "points", most=4)


@pytest.mark.parametrize("host", ["", " "])
def test_nobody_listens_at_all_addresses_by_naming_none(host: str) -> None:
    with pytest.raises(NoConnection, match="no address was named"):
        Listener(host, 0)


def test_a_listener_of_another_framing_is_named_as_such_on_both_sides(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_welcome(header: Header) -> bytes:
        return (b"PSH2" if header.kind == "welcome" else b"PSH1") + write_header(header)[4:]

    monkeypatch.setattr(network, "write_header", other_welcome)
    with Listener(HOST, 0) as listener:
        bank = Side(lambda: listener.accept(keys[BANK], peer=OFFICE, within=5, patience=5))
        with pytest.raises(ProtocolError, match="E_VERSION"):
            connect(HOST, listener.port, keys[OFFICE], peer=BANK, within=5, patience=5)
    with bank.result() as end, pytest.raises(ProtocolAborted, match="did not agree on what to do"):
        end.receive(OFFICE, "points", most=4)


def test_a_frame_sent_twice_is_refused(keys: Keys) -> None:
    bank, office = joined(keys)
    with bank, office:
        frame = write_header(Header(0, 0, "points", 1, 1)) + b"x"
        office._line.sendall(frame + frame)
        assert bank.receive(OFFICE, "points", most=1).body == b"x"
        with pytest.raises(ProtocolError, match="twice"):
            bank.receive(OFFICE, "points", most=1)


def test_a_peer_that_never_answers_is_waited_for_no_longer_than_public_sizes_explain(keys: Keys) -> None:
    bank, office = joined(keys, patience=0.2)
    with bank, office:
        with pytest.raises(ProtocolError, match="E_TIMEOUT"):
            bank.receive(OFFICE, "points", most=1)
        raw(office, Header(0, 0, "points", 1, 1000), b"not all of it")
        with pytest.raises(ProtocolError, match="E_TIMEOUT"):
            bank.receive(OFFICE, "points", most=1000)
    assert network.PATIENCE_SECONDS + 2**20 * network.SECONDS_AN_ITEM < 600


class Trickle:
    """A connection to a peer that gives, or takes, one byte every 1.5 seconds; its clock is the only one there is."""

    def __init__(self) -> None:
        self.now = self.timeout = 0.0
        self.monotonic = lambda: self.now

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def send(self, portion: memoryview) -> int:
        self.now += min(1.5, self.timeout)
        if self.timeout < 1.5:
            raise TimeoutError
        return len(portion[:1])

    def sendall(self, portion: memoryview) -> None:
        while portion:
            portion = portion[self.send(portion) :]

    def recv(self, most: int) -> bytes:
        return bytes(self.send(memoryview(bytes(most))))


@pytest.mark.parametrize("reads", [True, False])
def test_a_peer_that_trickles_is_waited_for_no_longer_than_one_that_is_silent(
    monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    line = Trickle()
    monkeypatch.setattr(network, "time", line)
    end = NetworkEndpoint(
        cast("Any", line), own=BANK, peer=OFFICE, connects=False, setting=Setting(), patience=2
    )  # fmt: skip
    with pytest.raises(ProtocolError, match="E_TIMEOUT"):
        end.receive(OFFICE, "points", most=1) if reads else end.send(OFFICE, Payload("points", b"", 0))
    assert line.now == 2


def test_a_body_in_records_of_one_byte_takes_no_more_memory_than_its_length(keys: Keys) -> None:
    bank, office = joined(keys)
    body = bytes(range(250)) * 80

    def drip() -> None:
        raw(office, Header(0, 0, "points", 1, len(body)))
        for at in range(len(body)):
            office._line.send(body[at : at + 1])

    with bank, office:
        sending = Side(drip)
        tracemalloc.start()
        try:
            assert bank.receive(OFFICE, "points", most=len(body)).body == body
            assert tracemalloc.get_traced_memory()[1] < 10 * len(body)  # an object for each byte is 50 times
        finally:
            tracemalloc.stop()
        sending.result()


def test_a_peer_that_takes_nothing_is_let_go(keys: Keys) -> None:
    bank, office = joined(keys, patience=0.2)

    def flood() -> None:
        for _ in range(200):
            office.send(BANK, Payload("columns", bytes(2**17), 1))

    with bank, office, pytest.raises(ProtocolError, match=r"E_TIMEOUT|E_CLOSED"):
        flood()


@pytest.mark.parametrize("half", [True, False])
def test_a_peer_that_hangs_up_is_noticed(keys: Keys, half: bool) -> None:
    bank, office = joined(keys)
    raw(office, Header(0, 0, "points", 1, 10), b"half")
    if half:
        office._line.shutdown(socket.SHUT_WR)
    else:
        office._line.close()
    with bank, pytest.raises(ProtocolError, match="E_CLOSED"):
        bank.receive(OFFICE, "points", most=10)
    office.close()


@pytest.mark.parametrize(("fault", "why"), [
    (ProtocolError("E_SUITE", "x"), "did not agree"),
    (ProtocolError("E_RECEIPT", "row 17"), "a message was refused"),
    (ProtocolError("E_POINT", "row 18"), "a message was refused"),
    (ProtocolError("E_TIMEOUT", "x"), "waited too long"),
    (ProtocolError("E_INTERNAL_RANK", "x"), "a reason of its own"),
    (KeyboardInterrupt(), "a reason of its own"),
])
def test_whoever_stops_tells_one_of_seven_reasons_and_no_word_of_its_error(
    keys: Keys, fault: BaseException, why: str
) -> None:
    bank, office = joined(keys)
    with pytest.raises(type(fault)), bank:
        raise fault
    with office, pytest.raises(ProtocolAborted, match=why) as told:
        office.receive(BANK, "points", most=1)
    assert "row" not in str(told.value)


def test_a_changed_byte_on_the_wire_ends_the_connection(keys: Keys) -> None:
    """Somebody between the two changes the last byte of what the office sends; TLS notices, and nothing arrives."""
    with Listener(HOST, 0) as listener, socket.create_server((HOST, 0)) as between:
        bank = Side(lambda: listener.accept(keys[BANK], peer=OFFICE, within=20))
        relay = Relay(between, listener.port)
        with connect(HOST, between.getsockname()[1], keys[OFFICE], peer=BANK, within=5) as office, bank.result() as end:
            office.send(BANK, Payload("points", b"as it is", 1))
            assert end.receive(OFFICE, "points", most=8).body == b"as it is"
            relay.tampers = True
            office.send(BANK, Payload("points", b"as it was", 1))
            with pytest.raises(ProtocolError, match="E_CLOSED"):
                end.receive(OFFICE, "points", most=9)
        relay.result()


class Relay:
    """Somebody who carries a connection from one port to another."""

    def __init__(self, server: socket.socket, port: int) -> None:
        self.tampers = False
        self._side = Side(lambda: self._carry(server, port))
        self.result = self._side.result

    def _carry(self, server: socket.socket, port: int) -> None:
        caller, _ = server.accept()
        with caller, socket.create_connection((HOST, port)) as listener:
            back = Side(lambda: self._pump(listener, caller))
            self._pump(caller, listener, changes=True)
            back.result()

    def _pump(self, source: socket.socket, target: socket.socket, *, changes: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(2**16):
                target.sendall(data[:-1] + bytes([data[-1] ^ 1]) if changes and self.tampers else data)
            target.shutdown(socket.SHUT_WR)


def test_two_connections_have_two_bindings_only_if_their_certificates_differ(keys: Keys, tmp_path: Path) -> None:
    other = project(tmp_path / "other", seed=4)
    bindings = []
    for held in (keys, keys, other):
        bank, office = joined(held)
        with bank, office:
            assert bank.setting.binding == office.setting.binding
            bindings.append(bank.setting.binding)
            assert set(bank.setting.peers) == {OFFICE}
    assert bindings[0] == bindings[1] != bindings[2]
