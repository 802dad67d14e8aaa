"""fuzzy/1 over every suite of members: the same pairs, receipts nobody can make up, and what a transcript holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi import fuzzy, members
from privshare.secure.psi.fuzzy import KeyedRecords, coarse, keyed_records, plan_of
from privshare.secure.psi.fuzzy import roles as roles_module
from privshare.secure.psi.fuzzy.assignment import edges_of
from privshare.secure.psi.identifiers import normalise
from privshare.secure.psi.members import MALICIOUS_RECEIVER, OPRF, SEMI_HONEST, SUITES, suite_of
from privshare.secure.psi.members.choice import predict
from tests.secure.psi.fuzzy.people import Person, columns_of, two_clerks
from tests.secure.psi.fuzzy.test_records import FOUR, keyed
from tests.secure.psi.fuzzy.test_roles import SIX, A, B, by_rows, play
from tests.secure.psi.playing import lying

ANN, BOB = ("Ann", "Lee", "1990-01-01", "Hull"), ("Bob", "Poe", "1980-01-01", "Rye")


def two_tables(common: int, alone: int, seed: int) -> tuple[KeyedRecords, KeyedRecords]:
    one, other, _ = two_clerks(common, alone, seed=seed)
    return keyed_records(columns_of(one), SIX), keyed_records(columns_of(other), SIX)


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_finds_the_pairs_that_showing_everything_finds(suite: str) -> None:
    a, b = two_tables(25, 10, seed=11)
    due = play(a, b, SIX)
    played = play(a, b, SIX, suite=suite_of(suite))
    assert by_rows(a, b, played) == by_rows(a, b, due)
    assert len(played[0].entities) >= 20
    assert played[0].open.entities.tolist() == due[0].open.entities.tolist()


@pytest.mark.parametrize("suite", SUITES)
def test_an_empty_side_pairs_nothing_over_any_suite(suite: str) -> None:
    nobody, somebody = keyed([]), keyed([ANN])
    for a, b in ((nobody, somebody), (somebody, nobody)):
        pairs, told, _ = play(a, b, FOUR, suite=suite_of(suite))
        assert (len(pairs.entities), len(told)) == (0, 0)


def to_other_tag(body: bytes) -> bytes:
    """Name the tag before the last pair's, or after it where that is the first one's: another agreeing key."""
    first, last = (int.from_bytes(body[at : at + 4], "little") for at in (0, 4))
    other = last - 1 if last - 1 > first else last + 1
    return body[:4] + other.to_bytes(4, "little") + body[8:]


FORGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a proof made up": (lambda body: body[:8] + bytes(32), "E_RECEIPT"),
    "a proof with one bit changed": (lambda body: body[:-1] + bytes([body[-1] ^ 1]), "E_RECEIPT"),
    "another tag under the same proof": (to_other_tag, "E_RECEIPT"),
    "a tag that there is not": (lambda body: body[:4] + (2**31).to_bytes(4, "little") + body[8:], "E_RANGE"),
    "one pair told twice": (lambda body: body[:4] + body[:4] + body[8:], "E_ORDER"),
    "a pair more": (lambda body: body[:4] + body, "E_LENGTH"),
}
"""Of a message that tells two pairs: two places of four bytes, and a proof over all receipts."""


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize(("change", "code"), FORGED.values(), ids=FORGED)
def test_a_receiver_cannot_make_up_a_pair(suite: str, change: Callable[[bytes], bytes], code: str) -> None:
    a, below = keyed([ANN, BOB]), suite_of(suite)
    roles = {
        A: fuzzy.receiver(a, FOUR, suite=below, sender=B, entropy=SeededEntropy(1)),
        B: fuzzy.sender(a, FOUR, suite=below, receiver=A, entropy=SeededEntropy(2)),
    }
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(roles, A, "matches", change))


@pytest.mark.parametrize("suite", SUITES)
def test_handles_are_hidden_fresh_and_cannot_be_changed_on_the_way(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def noting(own: Any, other: Any, ranks: Any) -> Any:
        read.extend(sorted({int(handle).to_bytes(8, "little") for handle in other}))
        return edges_of(own, other, ranks)

    monkeypatch.setattr(roles_module, "edges_of", noting)
    a, below = keyed([ANN, BOB]), suite_of(suite)
    for seed in (2, 3):
        roles = {
            A: fuzzy.receiver(a, FOUR, suite=below, sender=B, entropy=SeededEntropy(1)),
            B: fuzzy.sender(a, FOUR, suite=below, receiver=A, entropy=SeededEntropy(seed)),
        }
        _, transcript = run_together(roles)
        bodies = b"|".join(message.payload.body for message in transcript.messages)
        assert len(read[-2:]) == 2
        assert not any(handle in bodies for handle in read[-2:])
    assert len(read) == len(set(read)) == 4, "one for each record and run"
    assert all(handle[4:] != bytes(4) for handle in read), "by chance with 2^-30: a count and no random number"
    roles = {
        A: fuzzy.receiver(a, FOUR, suite=below, sender=B, entropy=SeededEntropy(1)),
        B: fuzzy.sender(a, FOUR, suite=below, receiver=A, entropy=SeededEntropy(2)),
    }
    with pytest.raises(ProtocolError, match="E_SEAL"):
        run_together(lying(roles, B, "tags", lambda body: body[:-1] + bytes([body[-1] ^ 1])))


@pytest.mark.parametrize("suite", SUITES)
def test_the_statement_is_read_off_the_transcript(suite: str) -> None:
    a, b = two_tables(8, 3, seed=5)
    pairs, _, transcript = play(a, b, SIX, suite=suite_of(suite))
    below = members.leakage(transcript, receiver=A, sender=B)
    told = fuzzy.leakage(below, transcript, SIX, receiver=A, sender=B)
    assert told.suite == f"fuzzy/1 over {suite}"
    assert told.public_sizes == (("keys of a", len(a.items)), ("keys of b", len(b.items)))
    sent = {party: sum(len(m.payload.body) for m in transcript.messages if m.sender == party) for party in (A, B)}
    assert dict(told.bytes_sent) == sent
    assert told.rounds == transcript.rounds()
    assert told.adversary == below.adversary
    kinds = ("commit", "hello", "seal", "done", "matches")
    rest = sum(len(m.payload.body) for m in transcript.messages if m.payload.kind not in kinds)
    assert predict(suite, len(a.items), len(b.items), handled=True).bytes == rest
    (_, to_receiver), (_, to_sender) = told.learned
    assert f"exactly: {len(b.items)} " in to_receiver[1]
    assert "which of the 20 kinds of key" in to_receiver[0]
    assert f"one key, drawn among those that agree: {len(pairs.entities)} pairs" in to_sender[0]
    assert f"exactly: {len(a.items)} " in to_sender[1]
    assert any("no differential privacy by person" in what for what in told.not_stopped)
    (made_up,) = (what for what in told.not_stopped if f"up to {SIX.items_max:,} keys, as agreed" in what)
    beyond = {OPRF: "as agreed", MALICIOUS_RECEIVER: "up to the bound", SEMI_HONEST: "a, if it does not, any number"}
    assert beyond[suite] in made_up
    assert (suite == OPRF) == made_up.endswith("as agreed"), "no cap is promised that the suite below does not keep"
    assert set(below.not_stopped) <= set(told.not_stopped)


LONG = plan_of([(name, "letters20") for name in "abcd"])
"""Values long enough that none stands in random bytes by chance."""


def planted(count: int, first: int) -> list[Person]:
    """People whose every field is a text of its own, of 20 letters."""
    letters = "abcdefghijklmnop"

    def word(number: int, field: int) -> str:
        return "Canary " + "".join(letters[(number >> shift) & 15] for shift in range(0, 24, 4)) + letters[field] * 8

    return [[word(number, field) for field in range(4)] for number in range(first, first + count)]


def traces(people: Iterable[Person]) -> tuple[set[bytes], set[bytes]]:
    """Return texts, and the first 8 bytes of hashes, by which somebody without a key would know a field or a key."""
    texts, hashed = set(), set()
    for person in people:
        values = [str(coarse(text, field.rule)) for text, field in zip(person, LONG.fields, strict=True)]
        normal = [str(normalise(text)) for text in person]
        known = {text.encode() for text in (*person, *normal, *values)}
        for kid, key in enumerate(LONG.keys, 1):
            parts = [values[index].encode() for index in key]
            string = b"".join(len(part).to_bytes(2, "little") + part for part in parts)
            known |= {string, b"".join(parts), b"\x00" + bytes([kid]) + string}
        texts |= known
        hashed |= {h(text).digest()[:8] for text in known for h in (hashlib.sha256, hashlib.sha512, hashlib.md5)}
    return texts, hashed


def recognised(bodies: Iterable[bytes], people: list[Person]) -> int:
    """Return how many traces of these people stand in the bodies, at any place."""
    texts, hashed = traces(people)
    starts = np.array([int.from_bytes(text[:8], "little") for text in (*texts, *hashed)], dtype=np.uint64)
    everything = np.frombuffer(b"".join(body + bytes(8) for body in bodies), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(everything, 8)
    words = np.ascontiguousarray(windows).view("<u8").reshape(-1)
    return int(np.isin(np.unique(starts), words).sum())


def bodies_of(suite: str, people: int) -> list[bytes]:
    one, other = planted(people, 0), planted(people, people // 2)
    a, b = (keyed_records(list(zip(*side, strict=True)), LONG) for side in (one, other))
    played = play(a, b, LONG, suite=suite_of(suite))
    assert len(played[0].entities) == people // 2
    return [message.payload.body for message in played[2].messages]


@pytest.mark.parametrize("suite", SUITES)
def test_no_message_holds_a_trace_of_a_field_or_a_key(suite: str) -> None:
    """Chance puts one of 4,500 words of 8 bytes into 400 kB with a probability below 1e-9."""
    assert recognised(bodies_of(suite, 40), planted(60, 0)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("suite", SUITES[1:])
def test_no_message_holds_a_trace_of_ten_thousand_planted_people(suite: str) -> None:
    """Chance puts one of 1.1 million words into 5 MB with a probability of 3e-7, and two with one below 1e-12."""
    assert recognised(bodies_of(suite, 10_000), planted(15_000, 0)) <= 1


def test_showing_everything_is_caught() -> None:
    """Teeth: the stand-in sends item hashes, and each of them is seen, one a key and person."""
    one = planted(40, 0)
    a = keyed_records(list(zip(*one, strict=True)), LONG)
    played = play(a, a, LONG)
    assert recognised([m.payload.body for m in played[2].messages], one) == 160
    assert recognised(["|".join(text for person in one for text in person).encode()], one) > 0
