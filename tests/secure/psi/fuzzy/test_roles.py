"""Two holders pair their records: against the definition played out in the clear, and with a side that cheats."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from threading import current_thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused, ProtocolError
from privshare.exchange.channel import run_together
from privshare.exchange.transcript import Transcript
from privshare.model.entropy import SeededEntropy
from privshare.model.party import PartyId
from privshare.secure.psi import fuzzy, session
from privshare.secure.psi.fuzzy import FuzzyPlan, KeyedRecords, keyed_records, plan_of, roles
from tests.secure.psi.fuzzy.people import COLUMNS, columns_of, two_clerks
from tests.secure.psi.fuzzy.standing_in import OpenSuite
from tests.secure.psi.fuzzy.test_assignment import by_definition
from tests.secure.psi.fuzzy.test_records import FOUR, Row, keyed, plain

A, B = PartyId("a"), PartyId("b")
SIX = plan_of([(name, "date" if "date" in name else "letters4") for name in COLUMNS[:5]] + [("postcode", "stem4")])


def play(
    a: KeyedRecords, b: KeyedRecords, plan: FuzzyPlan, *, theirs: FuzzyPlan | None = None, suite: Any = None
) -> tuple[fuzzy.Pairs, Any, Transcript]:
    below = suite or OpenSuite()
    results, transcript = run_together(
        {
            A: fuzzy.receiver(a, plan, suite=below, sender=B, entropy=SeededEntropy(1)),
            B: fuzzy.sender(b, theirs or plan, suite=below, receiver=A, entropy=SeededEntropy(2)),
        }
    )
    return results[A], results[B], transcript


def by_rows(a: KeyedRecords, b: KeyedRecords, played: tuple[fuzzy.Pairs, Any, Any]) -> set[tuple[Any, Any, int]]:
    pairs, told, _ = played
    return {
        (a.rows.of(int(one)), b.rows.of(int(other)), int(weight))
        for one, other, weight in zip(pairs.entities, told, pairs.weight, strict=True)
    }


def in_the_clear(one: list[Row], other: list[Row], plan: FuzzyPlan) -> tuple[set[tuple[Any, Any, int]], set[Any]]:
    """Return (rows, rows, weight) of every pair, and the rows that stay open, by the definitions alone."""
    weights: dict[tuple[Any, Any], int] = defaultdict(int)
    mine, its = plain(one, plan), plain(other, plan)
    for item in mine.keys() & its.keys():
        weights[mine[item][1], its[item][1]] += 1
    accepted, left = by_definition(dict(weights), plan.weight_min)
    return {(*pair, weights[pair]) for pair in accepted}, {rows for rows, _ in left}


WORDS = st.sampled_from(["ann", "bob", "carl", "", None])
DATES = st.sampled_from(["1990-01-01", "1991-01-01", None])
ROWS = st.lists(st.tuples(WORDS, WORDS, DATES, WORDS), max_size=10)


@given(ROWS, ROWS, st.integers(1, 4))
@settings(deadline=None)
def test_pairs_are_those_of_the_definition(one: list[Row], other: list[Row], weight_min: int) -> None:
    plan = plan_of([(field.name, field.rule) for field in FOUR.fields], weight_min=weight_min)
    a, b = keyed(one), keyed(other)
    played = play(a, b, plan)
    accepted, left = in_the_clear(one, other, plan)
    assert by_rows(a, b, played) == accepted
    assert {a.rows.of(int(entity)) for entity in played[0].open.entities} == left


def test_people_are_found_again_despite_slips_and_gaps() -> None:
    one, other, truth = two_clerks(300, 150, seed=7)
    a, b = (keyed_records(columns_of(side), SIX) for side in (one, other))
    pairs = {(rows[0], its[0]) for rows, its, _ in by_rows(a, b, play(a, b, SIX))}
    assert len(pairs - truth) <= 3
    assert len(pairs & truth) >= 270


def test_a_pair_is_told_by_one_key_and_weighs_as_many_as_agree() -> None:
    a, b = keyed([("Ann", "Lee", "1990-01-01", "Hull")]), keyed([("Ann", "Lee", "1990-01-01", "York")])
    pairs, told, transcript = play(a, b, FOUR)
    assert (pairs.weight.tolist(), told.tolist()) == ([1], [0])
    whole = play(a, a, FOUR)[0]
    assert whole.weight.tolist() == [4]
    assert {m.payload.kind: m.payload.items for m in transcript.messages}["matches"] == 1


def test_which_agreeing_key_is_told_says_nothing_of_the_others() -> None:
    """Four keys agree on each of 1,000 people, and each key is told as often as any other.

    A count strays by more than 7 standard deviations, 96, with a chance below 1e-10; four of them below 1e-9.
    """
    rows: list[Row] = [(word(n), word(n + 7), f"19{n % 80 + 10}-{n % 12 + 1:02d}-01", word(3 * n)) for n in range(1000)]
    a = keyed(rows)
    times = np.zeros(5, dtype=np.int64)

    class Noting(OpenSuite):
        def sender(self, items: Any, **more: Any) -> Any:
            serve = super().sender(items, **more)

            def role(endpoint: Any) -> Any:
                told = serve(endpoint)
                np.add.at(times, a.kids[told], 1)
                return told

            return role

    pairs, _, _ = play(a, a, FOUR, suite=Noting())
    assert pairs.weight.tolist() == [4] * 1000
    assert times.sum() == 1000
    assert (abs(times[1:] - 250) < 96).all(), times


def word(number: int) -> str:
    """Four letters, another word for each number below 10,000."""
    return "".join("abcdefghij"[number // 10**place % 10] for place in range(4))


def test_a_tie_is_listed_at_the_receiver_and_told_to_nobody() -> None:
    a = keyed([("Ann", "Lee", "1990-01-01", "Hull"), ("Cid", "Poe", "1980-01-01", "Rye")])
    b = keyed([("Ann", "Lee", "1990-01-01", "York"), ("Bea", "Lee", "1990-01-01", "Hull"),
               ("Cid", "Poe", "1980-01-01", "Rye")])  # fmt: skip
    pairs, told, transcript = play(a, b, FOUR)
    assert (pairs.entities.tolist(), told.tolist()) == ([1], [2])
    assert (pairs.open.entities.tolist(), pairs.open.weight.tolist(), pairs.open.candidates.tolist()) == ([0], [1], [2])
    assert {m.payload.kind: m.payload.items for m in transcript.messages}["matches"] == 1


def test_empty_sides_pair_nothing() -> None:
    nobody, somebody = keyed([]), keyed([("Ann", "Lee", "1990-01-01", "Hull")])
    for a, b in ((nobody, nobody), (nobody, somebody), (somebody, nobody)):
        pairs, told, _ = play(a, b, FOUR)
        assert (len(pairs.entities), len(told), len(pairs.open.entities)) == (0, 0, 0)


def test_another_plan_is_another_session() -> None:
    some = keyed([("Ann", "Lee", "1990-01-01", "Hull")])
    fields = [(field.name, field.rule) for field in FOUR.fields]
    for theirs in (
        plan_of(fields, weight_min=2),
        plan_of(fields, records_max=9),
        plan_of([*fields[:3], ("town", "letters5")]),
        plan_of(fields, keys=[("first", "last", "born")]),
    ):
        with pytest.raises(ProtocolError):
            play(some, some, FOUR, theirs=theirs)


def test_more_records_than_declared_are_refused_on_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """By oneself before anything is sent, and by the other side before any key is used."""
    plan = plan_of([(field.name, field.rule) for field in FOUR.fields], records_max=2)
    few, many = (keyed([(f"{chr(97 + n)}x", "lee", f"19{10 + n}-01-01", "Hull") for n in range(c)]) for c in (2, 3))
    assert len(play(few, few, plan)[1]) == 2
    with pytest.raises(ParameterRefused, match="at most 2"):
        fuzzy.receiver(many, plan, suite=OpenSuite(), sender=B, entropy=SeededEntropy(1))
    with pytest.raises(ParameterRefused, match="at most 2"):
        fuzzy.sender(many, plan, suite=OpenSuite(), receiver=A, entropy=SeededEntropy(1))
    honest = session.write_hello
    for liar in (A, B):

        def announcing(hello: Any, liar: PartyId = liar) -> bytes:
            more = plan.items_max + 1 if current_thread().name == liar else hello.items
            return honest(replace(hello, items=more))

        monkeypatch.setattr(session, "write_hello", announcing)
        with pytest.raises(ProtocolError, match="E_CAP"):
            play(few, few, plan)


def test_a_receiver_that_pairs_a_record_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain lie of telling every agreeing key: two of them belong to one record of the sender."""
    some = keyed([("Ann", "Lee", "1990-01-01", "Hull")])
    honest = OpenSuite.receiver

    def lying(self: OpenSuite, items: Any, **more: Any) -> Any:
        def everything(indices: Any, handles: Any) -> Any:
            more["choosing"](indices, handles)
            return np.arange(len(indices))

        return honest(self, items, **{**more, "choosing": everything})

    assert len(play(some, some, FOUR)[1]) == 1
    monkeypatch.setattr(OpenSuite, "receiver", lying)
    with pytest.raises(ProtocolError, match="two pairs with one record"):
        play(some, some, FOUR)


def test_a_sender_whose_handles_lie_still_gets_one_pair_a_record() -> None:
    """One handle for everybody, and a handle a key: no record of the receiver is in two pairs either way."""
    a = keyed([(f"{chr(97 + n)}x", f"{chr(97 + n)}y", f"19{10 + n}-01-01", f"{chr(97 + n)}z") for n in range(5)])

    class Lying(OpenSuite):
        def sender(self, items: Any, **more: Any) -> Any:
            return super().sender(items, **{**more, "handles": self.lie(more["handles"])})

        @staticmethod
        def lie(handles: Any) -> Any:
            return np.zeros_like(handles)

    class Scattered(Lying):
        @staticmethod
        def lie(handles: Any) -> Any:
            return np.arange(len(handles), dtype=np.uint64)

    results = []
    for suite in (Lying(), Scattered()):
        role = fuzzy.receiver(a, FOUR, suite=suite, sender=B, entropy=SeededEntropy(1))
        other = fuzzy.sender(a, FOUR, suite=suite, receiver=A, entropy=SeededEntropy(2))
        pairs = run_together({A: role, B: other})[0][A]
        results.append(pairs)
    # all five records agree with the one handle on four keys each, or each with four handles on one: ties only
    assert [len(pairs.entities) for pairs in results] == [0, 0]
    assert [len(pairs.open.entities) for pairs in results] == [5, 5]


def test_handles_are_drawn_again_until_all_differ() -> None:
    class Repeating(SeededEntropy):
        def token(self, size_bytes: int) -> bytes:
            token = super().token(size_bytes)
            return token[:8] * (size_bytes // 8) if self._calls < 3 else token

    some = keyed([("Ann", "Lee", "1990-01-01", "Hull"), ("Bob", "Poe", "1980-01-01", "Rye")])
    entropy = Repeating(1)
    assert len(set(roles._handles(some.entities, entropy).tolist())) == 2
    assert entropy._calls == 3
