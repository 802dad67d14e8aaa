"""Sessions: one id on both sides, new every time; every difference named before a key is used; every frame signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.setting import IN_PROCESS, Setting
from privshare.model.entropy import SeededEntropy
from privshare.model.party import PartyId
from privshare.secure.canonical import canonical
from privshare.secure.psi.hello import PROTOCOL
from privshare.secure.psi.session import ITEMS_MAX, Session, check_size, open_session
from privshare.secure.signing import new_signing_key, verify
from tests.secure.psi.playing import A, B, Changing, lying

Role = Callable[[Endpoint], Any]
AGREED: Mapping[str, Any] = {"suite": "x/1", "normaliser": "norm/1/14.0.0", "items_max": 100, "n": 1}


def opening(
    one: Mapping[str, Any] = AGREED,
    other: Mapping[str, Any] = AGREED,
    *,
    seeds: tuple[int, int] = (1, 2),
    items: tuple[int, int] = (3, 4),
    then: Callable[[Session], Any] = lambda session: session.sid,
) -> dict[PartyId, Role]:
    def role(peer: PartyId, leads: bool, parameters: Mapping[str, Any], at: int) -> Role:
        return lambda end: then(
            open_session(
                end, peer=peer, leads=leads, parameters=parameters, items=items[at], entropy=SeededEntropy(seeds[at])
            )
        )

    return {A: role(B, True, one, 0), B: role(A, False, other, 1)}


def test_both_sides_get_the_session_id_of_its_definition() -> None:
    results, transcript = run_together(opening())
    hellos = {m.sender: json.loads(m.payload.body) for m in transcript.messages if m.payload.kind == "hello"}
    streams = [SeededEntropy(seed) for seed in (1, 2)]
    drawn = {A: (streams[0].token(32), new_signing_key(streams[0]).public)}
    drawn[B] = (streams[1].token(32), new_signing_key(streams[1]).public)
    for party, (nonce, public) in drawn.items():
        assert (hellos[party]["nonce"], hellos[party]["identity"]) == (nonce.hex(), public.hex())
    ordered = sorted(drawn.values(), key=lambda pair: pair[1])
    params = {"protocol": PROTOCOL, "parameters": AGREED, "agreed": {}, "items": [3, 4]}
    expected = hashlib.sha256(
        b"privshare/sid/1" + b"".join(nonce for nonce, _ in ordered) + hashlib.sha256(canonical(params)).digest()
        + b"".join(public for _, public in ordered) + IN_PROCESS
    ).digest()
    assert results == {A: expected, B: expected}
    assert transcript.rounds() == 3
    assert [m.payload.kind for m in transcript.messages if m.sender == A] == ["commit", "hello", "seal"]
    commits = {m.sender: m.payload.body for m in transcript.messages if m.payload.kind == "commit"}
    assert commits[A] == hashlib.sha256(b"privshare/commit/1" + canonical(hellos[A])).digest()


def test_nonce_parameters_items_purpose_and_channel_change_it() -> None:
    ids = {
        run_together(opening(parameters, parameters, seeds=seeds, items=items), setting=setting)[0][A]
        for parameters, seeds, items, setting in (
            (AGREED, (1, 2), (3, 4), Setting()),
            (AGREED, (1, 3), (3, 4), Setting()),
            (AGREED, (3, 2), (3, 4), Setting()),
            ({**AGREED, "n": 2}, (1, 2), (3, 4), Setting()),
            (AGREED, (1, 2), (4, 4), Setting()),
            (AGREED, (1, 2), (3, 4), Setting(agreed={"purpose": "p"})),
            (AGREED, (1, 2), (3, 4), Setting(binding=bytes(32))),
        )
    }
    assert len(ids) == 7


@pytest.mark.parametrize(("other", "code"), [
    ({**AGREED, "suite": "x/2"}, "E_SUITE"),
    ({**AGREED, "normaliser": "norm/1/15.0.0"}, "E_NORMALISER"),
    ({**AGREED, "items_max": 99}, "E_CAP"),
    ({**AGREED, "n": 2}, "E_PARAMETERS"),
    ({**AGREED, "more": 1}, "E_PARAMETERS"),
])
def test_a_difference_ends_the_run_and_is_named(other: Mapping[str, Any], code: str) -> None:
    with pytest.raises(ProtocolError, match=code):
        run_together(opening(AGREED, other))


def test_a_set_larger_than_agreed_and_another_purpose_end_the_run() -> None:
    with pytest.raises(ProtocolError, match="E_CAP"):
        run_together(opening(items=(101, 4)))
    roles = opening()
    elsewhere = {**roles, B: lambda end: roles[B](With(end, Setting(agreed={"purpose": "other"})))}
    with pytest.raises(ProtocolError, match="E_PURPOSE"):
        run_together(elsewhere)


class With(Changing):
    """An endpoint with another setting than its channel's."""

    def __init__(self, honest: Endpoint, setting: Setting) -> None:
        super().__init__(honest, "", lambda body: body)
        object.__setattr__(self, "other", setting)

    @property
    def setting(self) -> Setting:
        return self.other  # type: ignore[attr-defined, no-any-return]


def test_a_peer_must_be_the_one_it_is_known_as() -> None:
    keys = [new_signing_key(SeededEntropy(number)) for number in (7, 8, 9)]

    def role(peer: PartyId, leads: bool, at: int, known: bytes) -> Role:
        setting = Setting(identity_seed=SeededEntropy((7, 8)[at]).token(32), peers={peer: known})
        return lambda end: open_session(
            With(end, setting), peer=peer, leads=leads, parameters=AGREED, items=1, entropy=SeededEntropy(at)
        ).sid

    roles = {A: role(B, True, 0, keys[1].public), B: role(A, False, 1, keys[0].public)}
    assert len(set(run_together(roles)[0].values())) == 1
    with pytest.raises(ProtocolError, match="E_IDENTITY"):
        run_together({**roles, B: role(A, False, 1, keys[2].public)})


def replaced(**fields: Any) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        document = {**json.loads(body), **fields}
        return canonical({name: value for name, value in document.items() if value is not None})

    return change


BAD_HELLOS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "unknown field": ("E_PROTOCOL", replaced(extra=1)),
    "field missing": ("E_PROTOCOL", replaced(purpose=None)),
    "other version": ("E_VERSION", replaced(protocol="privshare/session/2", extra=1)),
    "not canonical": ("E_PROTOCOL", lambda body: body + b" "),
    "no JSON": ("E_PROTOCOL", lambda body: b"\xff\xfe"),
    "a list": ("E_PROTOCOL", lambda body: b"[]"),
    "key of low order": ("E_IDENTITY", replaced(identity=bytes(32).hex())),
    "key in capitals": ("E_PROTOCOL", replaced(identity="AB" * 32)),
    "nonce of another type": ("E_PROTOCOL", replaced(nonce=5)),
    "nonce that it was sent": ("E_REFLECTED", replaced(nonce=SeededEntropy(1).token(32).hex())),
    "suite with a line feed": ("E_PROTOCOL", replaced(suite="x/1\n")),
    "half an item": ("E_CAP", replaced(items=0.5)),
    "an item that is true": ("E_CAP", replaced(items=True)),
    "too many items": ("E_CAP", replaced(items=ITEMS_MAX + 1)),
    "no items": ("E_CAP", replaced(items=-1)),
    "too long": ("E_LENGTH", lambda body: body + bytes(4096)),
}


@pytest.mark.parametrize(("code", "change"), BAD_HELLOS.values(), ids=BAD_HELLOS)
def test_a_bad_greeting_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, code: str, change: Callable[[bytes], bytes]
) -> None:
    """Under the commitment that belongs to it; without one, any other greeting is E_COMMIT."""
    from privshare.secure.psi import session

    with pytest.raises(ProtocolError, match="E_COMMIT" if code != "E_LENGTH" else "E_LENGTH"):
        run_together(lying(opening(), B, "hello", change))
    monkeypatch.setattr(session.hmac, "compare_digest", lambda one, other: True)
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(opening(), B, "hello", change))


def test_a_nonce_chosen_after_the_other_was_read_is_refused() -> None:
    """B commits, reads A's greeting, and then looks for a nonce that makes the session id begin with zeros."""
    with pytest.raises(ProtocolError, match="E_COMMIT"):
        run_together(lying(opening(), B, "hello", replaced(nonce=bytes(32).hex())))


def test_a_mirror_is_refused() -> None:
    with pytest.raises(ProtocolError, match="E_REFLECTED"):
        run_together(opening(seeds=(1, 1), items=(3, 3)))  # what comes back is what was sent


@pytest.mark.parametrize("kind", ["commit", "hello", "seal", "done", "data"])
@pytest.mark.parametrize("liar", [A, B])
def test_a_flipped_bit_of_any_frame_ends_the_run(kind: str, liar: PartyId) -> None:
    def talk(session: Session) -> None:
        session.send("data", b"abc", 1)
        session.receive("data", most=3)
        session.finish()

    def flip(body: bytes) -> bytes:
        return body[:-1] + bytes([body[-1] ^ 1])

    with pytest.raises(ProtocolError):
        run_together(lying(opening(then=talk), liar, kind, flip))


def test_an_announced_number_of_items_is_signed_too() -> None:
    def talk(session: Session) -> None:
        session.send("data", b"abc", 3)
        session.receive("data", most=3)
        session.finish()

    class Recounted(Changing):
        def send(self, receiver: PartyId, payload: Any) -> None:
            if payload.kind == "data":
                payload = type(payload)("data", payload.body, 2)
            self.honest.send(receiver, payload)

    roles = opening(then=talk)
    with pytest.raises(ProtocolError, match="E_SEAL"):
        run_together({**roles, A: lambda end: roles[A](Recounted(end, "", lambda body: body))})


def test_more_than_is_due_is_refused() -> None:
    def talk(session: Session) -> None:
        session.send("data", bytes(5), 1)
        session.receive("data", most=4)

    with pytest.raises(ProtocolError, match="E_LENGTH"):
        run_together(opening(then=talk))


def test_a_seal_names_the_frames_it_covers() -> None:
    """Both directions run at once: A signs before it has read B's message, and B takes the signature after it."""
    def one(session: Session) -> None:
        session.seal()
        session.receive("data", most=1)
        session.finish()

    def other(session: Session) -> None:
        session.send("data", b"1", 1)
        session.check_seal()
        session.finish()

    roles = {A: opening(then=one)[A], B: opening(then=other)[B]}
    run_together(roles)
    with pytest.raises(ProtocolError, match="E_SEAL"):
        run_together(lying(roles, A, "seal", lambda body: body[:4] + b"\x09\0\0\0" + body[8:]))


def test_a_seal_must_cover_all_that_its_signer_sent() -> None:
    """B signs, correctly, for one frame less than it sent itself."""
    def one(session: Session) -> None:
        session.receive("data", most=1)
        session.check_seal()

    def forgetful(session: Session) -> None:
        session.send("data", b"1", 1)
        session._frames.sent.digests.pop()
        session.seal()

    with pytest.raises(ProtocolError, match=r"E_SEAL.*other frames"):
        run_together({A: opening(then=one)[A], B: opening(then=forgetful)[B]})


def test_the_last_signature_must_cover_every_frame() -> None:
    """B signs, correctly, for one frame less than A sent."""
    def one(session: Session) -> None:
        session.send("data", b"1", 1)
        session.finish()

    def forgetful(session: Session) -> None:
        session.receive("data", most=1)
        session._frames.received.digests.pop()
        session._attest("done")

    roles = {A: opening(then=one)[A], B: opening(then=forgetful)[B]}
    with pytest.raises(ProtocolError, match="E_SEAL"):
        run_together(roles)


def test_without_the_last_signature_there_is_no_output() -> None:
    def stops(session: Session) -> str:
        return "stopped"

    roles = {A: opening(then=Session.finish)[A], B: opening(then=stops)[B]}
    with pytest.raises(ProtocolError, match="expected done"):
        run_together(roles)


def test_the_facts_let_a_third_party_check_both_signatures() -> None:
    noted: list[Mapping[str, Any]] = []
    run_together(opening(then=Session.finish), setting=Setting(noted=noted.append))
    assert len(noted) == 2
    for facts in noted:
        sides = (facts["own"], facts["peer"])
        for side, other in (sides, sides[::-1]):
            counts = side["frames"].to_bytes(4, "little") + other["frames"].to_bytes(4, "little")
            message = b"".join((
                bytes.fromhex(facts["sid"]), bytes([side["sender"]]), counts,
                bytes.fromhex(side["frames_sha256"]), bytes.fromhex(other["frames_sha256"]),
            ))
            verify(
                bytes.fromhex(side["identity"]), domain="session-done", message=message,
                signature=bytes.fromhex(side["signature"]), file="session.json",
            )
        assert facts["parameters"] == AGREED
        assert facts["items"] == [3, 4]


def test_a_view_into_a_buffer_may_be_used_again_after_it_was_sent() -> None:
    buffer = bytearray(b"first")

    def one(session: Session) -> None:
        for text in (b"first", b"other"):
            buffer[:] = text
            session.send("data", memoryview(buffer), 1)
        session.finish()

    def other(session: Session) -> list[bytes]:
        bodies = [session.receive("data", most=5).body for _ in range(2)]
        session.finish()
        return bodies

    results, _ = run_together({A: opening(then=one)[A], B: opening(then=other)[B]})
    assert results[B] == [b"first", b"other"]


def test_a_party_brings_no_more_than_the_cap() -> None:
    assert check_size(ITEMS_MAX) == ITEMS_MAX
    with pytest.raises(ParameterRefused):
        check_size(ITEMS_MAX + 1)


def test_more_items_than_the_channel_agreed_on_are_refused_before_their_number_is_told() -> None:
    told: list[int] = []
    with pytest.raises(ParameterRefused, match="at most 2, as agreed"):
        run_together(opening(items=(3, 1)), setting=Setting(items_max=2, telling=told.append))
    assert 3 not in told
