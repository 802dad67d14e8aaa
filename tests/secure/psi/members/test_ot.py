"""psi-ot-sh/1 and psi-ot-mr/1: what is sent in which order, and what either side refuses of the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.frames import BODY_MOST
from privshare.exchange.payload import Payload
from privshare.model.entropy import seeded_generator
from privshare.model.party import PartyId
from privshare.secure.psi import members
from privshare.secure.psi.members import marks, ot, terms
from privshare.secure.psi.transfer import check, extension, okvs
from tests.secure.psi import lies
from tests.secure.psi.members.standing_in import stand_in
from tests.secure.psi.playing import A, B, Passing, lying, members_roles, people, shared_roles, streams

SH, MR = members.SEMI_HONEST, members.MALICIOUS_RECEIVER
OT = pytest.mark.parametrize("suite", [SH, MR])
ALL = pytest.mark.parametrize("suite", members.SUITES)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Base transfers are tested by themselves, and run for real in the set oracle and the known answers."""
    stand_in(monkeypatch)


def roles(suite: str, left: range = range(40), right: range = range(20, 70), *, seed: int = 1):
    return shared_roles(people(left), people(right), suite=suite, seed=seed)


@dataclass
class Watched(Passing):
    """An endpoint that writes down what its owner sent and received, in order, for runs that end in an error."""

    seen: list[str] = field(default_factory=list)

    def send(self, receiver: PartyId, payload: Payload) -> None:
        self.seen.append(f"> {payload.kind}")
        super().send(receiver, payload)

    def receive(self, sender: PartyId, kind: str, *, most: int = BODY_MOST) -> Payload:
        payload = super().receive(sender, kind, most=most)
        self.seen.append(f"< {payload.kind}")
        return payload


def sent_by_sender(played) -> tuple[list[str], BaseException | None]:
    """What the sender saw and sent, and how the run ended."""
    watched: list[Watched] = []

    def role(endpoint: Endpoint):
        watched.append(Watched(endpoint))
        return played[B](watched[0])

    try:
        run_together({**played, B: role})
    except ProtocolError as raised:
        return watched[0].seen, raised
    return watched[0].seen, None


def test_the_sender_draws_its_challenge_after_the_last_column_and_sends_tags_after_the_check() -> None:
    seen, ended = sent_by_sender(roles(MR))
    assert ended is None
    inner = [kind for kind in seen if kind[2:] not in ("commit", "hello")]
    wanted = [
        "> seal", "< seal", "> base-receiver", "< base-sender", *["< columns"] * 10, "< seal",
        "> challenge", "< proof", "> seal", "> tags", "< matches", "> done", "< done",
    ]  # fmt: skip
    assert inner == wanted, "columns, challenge and tags come in another order"


def test_without_a_check_tags_follow_the_signed_columns() -> None:
    seen, ended = sent_by_sender(roles(SH))
    assert ended is None
    assert seen[-7:] == ["< columns", "< seal", "> seal", "> tags", "< matches", "> done", "< done"]
    assert not {"> challenge", "< proof"} & set(seen)


def wrong_words(patch: pytest.MonkeyPatch, columns: int) -> None:
    """A receiver whose columns hold no code word in row 5, at so many columns."""
    real = extension.Writer.block

    def block(self, group, out):
        body = real(self, group, out)
        size = self._form.column_bytes
        for column in range(self._form.columns(group)):
            if extension.SIDE * group + column < columns:
                body[8 + column * size] ^= 1 << 5
        return body

    patch.setattr(extension.Writer, "block", block)


def test_a_receiver_without_code_words_gets_no_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """It passes with a chance of 2^-40 (a row in none of the sets)."""
    wrong_words(monkeypatch, 640)
    seen, ended = sent_by_sender(roles(MR))
    assert "E_CHECK" in str(ended)
    assert "< proof" in seen
    assert "> tags" not in seen


def test_who_does_not_check_lets_it_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the semi-honest suite the same columns go unnoticed: the one item in row 5, if any, is a missed match."""
    wrong_words(monkeypatch, 640)
    results, _ = run_together(roles(SH))
    assert 18 <= len(results[A]) <= 20


LISTS: dict[str, tuple[PartyId, str, str, lies.Change]] = {
    "columns short": (A, "columns", "E_LENGTH", lambda body: body[:-1]),
    "columns long": (A, "columns", "E_LENGTH", lambda body: body + b"\0"),
    "columns empty": (A, "columns", "E_LENGTH", lambda body: b""),
    "columns of another place": (A, "columns", "E_PROTOCOL", lambda body: b"\x01" + body[1:]),
    "columns of other rows": (A, "columns", "E_PROTOCOL", lambda body: body[:4] + b"\x01" + body[5:]),
    "one bit of a column": (A, "columns", "E_SEAL", lambda body: body[:20] + bytes([body[20] ^ 1]) + body[21:]),
    "tags short": (B, "tags", "E_LENGTH", lambda body: body[:-1]),
    "tags long": (B, "tags", "E_LENGTH", lambda body: body + b"\0"),
    "last tag first": (B, "tags", "E_ORDER", lambda body: body[len(body) // 2 :] + body[: len(body) // 2]),
    "tags equal": (B, "tags", "E_ORDER", lambda body: bytes(len(body))),
    "match out of range": (A, "matches", "E_RANGE", lambda body: b"\xff" * 4 + body[4:]),
    "match repeated": (A, "matches", "E_ORDER", lambda body: body[4:8] + body[4:]),
    "matches unsorted": (A, "matches", "E_ORDER", lambda body: body[4:8] + body[:4] + body[8:]),
    "another proof": (A, "matches", "E_RECEIPT", lambda body: body[:-1] + bytes([body[-1] ^ 1])),
    "matches short": (A, "matches", "E_LENGTH", lambda body: body[4:]),
}


@OT
@pytest.mark.parametrize(("liar", "kind", "code", "change"), LISTS.values(), ids=LISTS)
def test_a_changed_message_stops_the_run(suite: str, liar: PartyId, kind: str, code: str, change: lies.Change) -> None:
    """Each is refused where it is read; only a bit of a column has no other check than the receiver's signature."""
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(roles(suite, range(9), range(9)), liar, kind, change))


@pytest.mark.parametrize(
    ("liar", "kind", "code", "change"),
    [
        (B, "challenge", "E_LENGTH", lambda body: body[:-1]),
        (B, "challenge", "E_LENGTH", lambda body: body + b"\0"),
        (A, "proof", "E_LENGTH", lambda body: body[:-1]),
        (A, "proof", "E_CHECK", lambda body: bytes([body[0] ^ 1]) + body[1:]),
        (A, "proof", "E_CHECK", lambda body: bytes(len(body))),
    ],
)
def test_a_changed_check_stops_the_run(liar: PartyId, kind: str, code: str, change: lies.Change) -> None:
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(roles(MR, range(9), range(9)), liar, kind, change))


def claiming(patch: pytest.MonkeyPatch, told: Callable[[marks.Found], marks.Found]) -> None:
    """A receiver that tells other matches than it found, in good order, with the best proof that it can make."""
    real = marks._compared
    patch.setattr(marks, "_compared", lambda *given: told(real(*given)))


@ALL
def test_a_receiver_cannot_make_up_a_match(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has one of the sender's four items and claims all of them."""

    def all_of_them(found: marks.Found) -> marks.Found:
        assert len(found.places) == 1
        return marks.Found(np.arange(4), np.arange(4), None)

    claiming(monkeypatch, all_of_them)
    with pytest.raises(ProtocolError, match="E_RECEIPT"):
        run_together(shared_roles(people([0, 100, 101, 102]), people(range(4)), suite=suite))


@ALL
def test_a_receiver_can_leave_out_a_match(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which no suite stops, as the statement says."""
    claiming(monkeypatch, lambda found: marks.Found(found.places[:5], found.indices[:5], None))
    results, _ = run_together(roles(suite, range(9), range(9)))
    assert len(results[B]) == 5


@OT
def test_both_must_want_the_same_suite_and_form(suite: str) -> None:
    honest = roles(suite, range(3), range(3))
    for other in (
        members_roles(people(range(3)), people(range(3)), suite=suite),
        shared_roles(people(range(3)), people(range(3)), suite=SH if suite == MR else MR),
    ):
        with pytest.raises(ProtocolError, match=r"E_PARAMETERS|E_SUITE"):
            run_together({A: honest[A], B: other[B]})


@OT
def test_a_table_that_cannot_be_made_ends_the_session_and_is_not_tried_again(
    suite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def encode(*given, **named):
        tries.append(1)
        raise ProtocolError("E_INTERNAL_RANK", "planted")

    monkeypatch.setattr(okvs, "encode", encode)
    with pytest.raises(ProtocolError, match="E_INTERNAL_RANK"):
        run_together(roles(suite))
    assert len(tries) == 1


@OT
def test_two_sessions_share_no_message(suite: str) -> None:
    """Fresh keys: with the same sets, no column block, tag or receipt comes again."""
    bodies = []
    for seed in (1, 2):
        _, transcript = run_together(roles(suite, seed=seed))
        bodies.append({m.payload.body for m in transcript.messages if m.payload.kind in ("columns", "tags", "matches")})
    assert not bodies[0] & bodies[1]


@pytest.mark.parametrize("suite", members.SUITES)
def test_handles_are_read_of_matches_only_and_chosen_matches_are_told(suite: str) -> None:
    a, b = people(range(60)), people(range(30, 100))
    handles = np.arange(len(b), dtype=np.uint64) * np.uint64(0x0101010101010101) + np.uint64(0xABCDEF)
    first, second = streams(3)
    chosen = members.suite_of(suite)

    def every_third(indices: np.ndarray, found: np.ndarray) -> np.ndarray:
        assert len(indices) == len(found) == 30
        return np.arange(0, 30, 3)

    results, transcript = run_together(
        {
            A: chosen.receiver(a, sender=B, told=True, entropy=first, choosing=every_third, agreed={"plan": "x"}),
            B: chosen.sender(b, receiver=A, told=True, entropy=second, handles=handles, agreed={"plan": "x"}),
        }
    )
    indices, read = results[A]
    place = dict(zip(b.items, handles.tolist(), strict=True))
    assert [place[a.items[index]] for index in indices] == read.tolist()
    told = [b.items[index] for index in results[B]]
    assert told == [a.items[index] for index in indices[::3]]
    tags = next(m.payload.body for m in transcript.messages if m.payload.kind == "tags")
    assert not any(handle.tobytes() in tags for handle in handles)


@pytest.mark.parametrize("suite", members.SUITES)
def test_handles_of_an_empty_set_and_agreed_terms_that_differ(suite: str) -> None:
    first, second = streams(4)
    chosen = members.suite_of(suite)
    none = np.empty(0, np.uint64)

    def run(theirs: str):
        choosing = lambda indices, handles: np.arange(len(indices))  # noqa: E731
        return run_together(
            {
                A: chosen.receiver(
                    people([]), sender=B, told=True, entropy=first, choosing=choosing, agreed={"plan": "x"}
                ),
                B: chosen.sender(
                    people([]), receiver=A, told=True, entropy=second, handles=none, agreed={"plan": theirs}
                ),
            }
        )

    results, _ = run("x")
    assert [len(part) for part in (*results[A], results[B])] == [0, 0, 0]
    with pytest.raises(ProtocolError, match="E_PARAMETERS"):
        run("y")


@OT
def test_a_receiver_cannot_make_the_tag_of_an_item_that_it_lacks(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has all of T: read at an item of its own that gives the sender's tag, and at any other item it does not."""
    kept, sids = [], []
    block, opened = extension.Writer.block, terms.open_session

    def keeping(self, group, out):
        body = block(self, group, out)
        kept.append(out.copy())
        return body

    def open_session(*given, **named):
        session = opened(*given, **named)
        sids.append(session.sid)
        return session

    monkeypatch.setattr(extension.Writer, "block", keeping)
    monkeypatch.setattr(terms, "open_session", open_session)
    a, b = people(range(40)), people(range(20, 70))
    _, transcript = run_together(shared_roles(a, b, suite=suite))
    body = next(m.payload.body for m in transcript.messages if m.payload.kind == "tags")
    width = len(body) // 50
    tags = {body[at : at + width] for at in range(0, len(body), width)}
    places = okvs.places_of(b.hashes, sids[0], okvs.shape_for(40))
    rows = np.stack([okvs.decode_group(places, words) for words in kept])
    own = ot._marks(rows, b.hashes, width, padded=False).tags
    known = [b"".join(int(word).to_bytes(8, "big") for word in tag)[:width] in tags for tag in zip(*own, strict=True)]
    assert known == [item in a.items for item in b.items]


def test_the_rows_that_hide_the_sums_of_a_proof_are_fresh_and_random(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = []
    prove = check.prove

    def proving(code, rows, table, *, sid, seed):
        tables.append(table[-check.EXTRA_ROWS :])
        return prove(code, rows, table, sid=sid, seed=seed)

    monkeypatch.setattr(check, "prove", proving)
    for seed in (1, 2):
        run_together(roles(MR, seed=seed))
    first, second = ([row.tobytes() for row in table] for table in tables)
    assert len({*first, *second}) == 2 * check.EXTRA_ROWS
    ones = np.bitwise_count(np.concatenate(tables)).sum(axis=0)
    assert (abs(ones - np.array([2560, 2560, 1360])) < 6.2 * np.array([35.8, 35.8, 26.1])).all()  # 6.2 sd: 6e-10 a word


@pytest.mark.parametrize("kind", [ot.SEMI_HONEST, ot.MALICIOUS_RECEIVER], ids=["sh", "mr"])
def test_values_and_marks_are_those_of_the_definition(kind: ot.Kind) -> None:
    own, sid = people(range(300)).hashes, bytes(range(32))
    _, values = ot._placed(kind.code, own, sid, okvs.shape_for(300))
    rows = seeded_generator(1).integers(0, 2**64, (kind.code.words, 300), dtype=np.uint64)
    marked = ot._marks(rows.copy(), own, 9, padded=True)
    assert marked.pads is not None
    for i in range(300):
        item, row = own[i].tobytes(), rows[:, i].astype("<u8").tobytes()
        place = hashlib.sha256(b"\x01" + sid[:16] + item).digest()[20:]
        value = place if kind is ot.SEMI_HONEST else hashlib.sha256(b"\x02" + sid[:16] + item).digest()
        wanted = int.from_bytes(value, "little") % 2**kind.code.dimension
        assert int.from_bytes(values[i].astype("<u8").tobytes(), "little") == wanted
        mark = hashlib.sha256(row + item + b"\x03").digest()
        assert [int(word[i]) for word in marked.tags] == [
            int.from_bytes(mark[:8], "big"), int.from_bytes(mark[8:9] + bytes(7), "big"),
        ]  # fmt: skip
        assert b"".join(word[i].tobytes() for word in marked.receipts) == mark[16:]
        assert int(marked.pads[i]).to_bytes(8, "little") == hashlib.sha256(row + item + b"\x05").digest()[:8]
    assert marked.length == 9
