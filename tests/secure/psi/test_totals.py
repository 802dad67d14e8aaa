"""totals-3/1 with the noise silenced, against a plain join; every body against lies; what each party is sent."""

from __future__ import annotations

import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import NoiseRefused, ParameterRefused, ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.exchange.transcript import Transcript
from privshare.exchange.view import view_of
from privshare.model.entropy import SeededEntropy, seeded_generator
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.secure import noise
from privshare.secure.psi import totals
from privshare.secure.psi.session import open_session
from privshare.secure.psi.totals import unit as linkage
from privshare.secure.psi.totals import wire
from privshare.secure.psi.totals.terms import count_noise, sum_noise, unit_parameters
from privshare.secure.psi.totals.wire import NOTHING, Cells
from tests.secure.psi.playing import (
    SESSION,
    A,
    B,
    U,
    grouped,
    item,
    lying,
    shape,
    silence,
    totals_roles,
    totals_terms,
    valued,
)

S = 2  # radius of the terms used here


def plain_join(
    groups: Mapping[bytes, int], values: Mapping[bytes, int], terms: totals.TotalsTerms
) -> tuple[tuple[int, int], ...]:
    """The same table by somebody who may see everything."""
    cells = [[0, 0] for _ in terms.groups]
    for person, group in groups.items():
        if person in values:
            cells[group][0] += 1
            cells[group][1] += min(max(values[person], 0), terms.value_max)
    return tuple((count, total) for count, total in cells)


def play(
    groups: Mapping[bytes, int], values: Mapping[bytes, int], terms: totals.TotalsTerms, *, seed: int = 1
) -> tuple[tuple[tuple[int, int], ...], Transcript]:
    results, transcript = run_together(totals_roles(groups, values, terms, seed=seed))
    assert results[A] == results[B] == results[U]
    return results[A], transcript


PEOPLE = st.integers(0, 30).map(item)


@given(st.data(), st.integers(1, 5), st.integers(1, 2**38))
@settings(max_examples=150)
def test_without_noise_the_table_is_the_plain_join(data: st.DataObject, count: int, value_max: int) -> None:
    terms = totals_terms(count, value_max=value_max)
    groups = data.draw(st.dictionaries(PEOPLE, st.integers(0, count - 1), max_size=25))
    values = data.draw(st.dictionaries(PEOPLE, st.integers(-(2**40), 2**40), max_size=25))
    with pytest.MonkeyPatch.context() as monkeypatch:
        silence(monkeypatch)
        cells, _ = play(groups, values, terms)
    assert cells == plain_join(groups, values, terms)


def random_table(seed: int) -> tuple[Mapping[bytes, int], Mapping[bytes, int], totals.TotalsTerms]:
    """Up to 300 people at each holder, some in both, up to 40 groups, values at and beyond both ends of the range."""
    chance = seeded_generator(seed)
    count, top = int(chance.integers(1, 41)), int(chance.choice([1, 10, 2**38]))
    sides = [chance.choice(400, size=int(chance.integers(0, 301)), replace=False).tolist() for _ in range(2)]
    ends = [-1, 0, 1, top - 1, top, top + 1, 2 * top]
    groups = {item(person): int(chance.integers(count)) for person in sides[0]}
    return groups, {item(person): int(chance.choice(ends)) for person in sides[1]}, totals_terms(count, value_max=top)


def wrong_tables(seeds: range) -> list[int]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        silence(monkeypatch)
        tables = {seed: random_table(seed) for seed in seeds}
        return [seed for seed, table in tables.items() if play(*table)[0] != plain_join(*table)]


def test_random_tables_are_the_plain_join() -> None:
    assert wrong_tables(range(100)) == []


@pytest.mark.slow
def test_a_thousand_random_tables_are_the_plain_join() -> None:
    assert wrong_tables(range(1_000, 2_000)) == []


@pytest.mark.parametrize("count", [1, 64, 255])
def test_one_group_and_many_and_empty_ones(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    silence(monkeypatch)
    terms = totals_terms(count, value_max=100)
    groups = {item(number): number % max(1, count // 2) for number in range(100)}  # the upper half is empty
    values = {item(number): number for number in range(50, 150)}
    cells, _ = play(groups, values, terms)
    assert cells == plain_join(groups, values, terms)
    assert all(cell == (0, 0) for cell in cells[max(1, count // 2) :])


@pytest.mark.parametrize(("groups", "values"), [
    ({}, {}), ({item(1): 0}, {}), ({}, {item(1): 5}), ({item(1): 0}, {item(2): 5}),
])
def test_empty_and_disjoint_sets(
    monkeypatch: pytest.MonkeyPatch, groups: Mapping[bytes, int], values: Mapping[bytes, int]
) -> None:
    silence(monkeypatch)
    cells, _ = play(groups, values, totals_terms(3))
    assert cells == ((0, 0),) * 3


def test_sums_at_the_edge_of_64_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    largest = 2**39 - 2**22
    terms = totals_terms(2, value_max=largest)
    everybody = {item(number): number % 2 for number in range(20)}
    cells, _ = play(everybody, dict.fromkeys(everybody, largest), terms)
    assert cells == ((10, 10 * largest),) * 2


def test_noise_below_zero_comes_back_below_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    monkeypatch.setattr(noise, "add_laplace", lambda values, mechanism: tuple(value - 7 for value in values))
    cells, _ = play({item(1): 0}, {item(1): 3}, totals_terms(2))
    assert cells == ((1 - 7, 3 - 14), (-7, -14))  # in the sums twice: the unit's and the grouping holder's


def test_whose_noise_is_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grouping holder unmasks a sum that has the unit's noise already; counts have both holders'."""
    by_party = {A: 1, B: 10, U: 100}

    def mark() -> int:
        return by_party[threading.current_thread().name]

    monkeypatch.setattr(noise, "add_laplace", lambda values, mechanism: tuple(value + mark() for value in values))
    # B is at the end of the truncated range; A is not, or its padding would show that it drew the mark, too
    monkeypatch.setattr(
        noise, "truncated_laplace", lambda count, mechanism, *, radius: (radius if mark() == 10 else 0,) * count
    )
    cells, transcript = play({item(1): 0}, {item(1): 3}, totals_terms(2))
    assert cells == ((1 + S + 1, 3 + 100 + 1), (0 + S + 1, 0 + 100 + 1))
    masked = next(m.payload.body for m in transcript.messages if m.payload.kind == "masked-sums")
    assert 3 not in struct.unpack("<2Q", masked)
    assert 103 not in struct.unpack("<2Q", masked)


def test_each_group_has_draws_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One draw for all groups cancels in the difference of two. Nobody has anybody, so that all there is are draws."""
    by_party = {A: 1, U: 100}
    monkeypatch.setattr(noise, "add_laplace", lambda values, mechanism: tuple(
        value + (at + 1) * by_party[threading.current_thread().name] for at, value in enumerate(values)
    ))
    monkeypatch.setattr(
        noise, "truncated_laplace", lambda count, mechanism, *, radius: tuple(at - 1 for at in range(count))
    )
    cells, transcript = play({}, {}, totals_terms(3))
    assert [count for count, _ in cells] == [at - 1 + at + 1 for at in range(3)]
    assert sorted((total - at - 1) / 100 for at, (_, total) in enumerate(cells)) == [1, 2, 3]  # the unit's, by label
    upload = next(m.payload.body for m in transcript.messages if m.payload.kind == "labelled-pseudonyms")
    assert sorted(Counter(upload[16::17]).values()) == [3 * S - 1, 3 * S, 3 * S + 1]


def test_what_an_observer_sees_does_not_depend_on_the_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lengths are for anybody on the wire and for readers of the report, the value holder among them, who knows its
    own dummies: a list of matching positions would tell it the exact number of common people."""
    silence(monkeypatch)
    groups = {item(number): number % 3 for number in range(12)}
    shapes, seen = [], []
    for first in (0, 6, 50):
        _, transcript = play(groups, {item(number): 1 for number in range(first, first + 12)}, totals_terms(3))
        shapes.append(shape(transcript))
        positions = next(m.payload.body for m in transcript.messages if m.payload.kind == "positions")
        seen.append(sum(label != NOTHING for label in positions))
    assert shapes[0] == shapes[1] == shapes[2]
    assert [count - 3 * S for count in seen] == [12, 6, 0]  # teeth: the length of such a list would differ


def test_lengths_are_those_of_the_padded_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    _, transcript = play({item(n): 0 for n in range(7)}, {item(n): 1 for n in range(5)}, totals_terms(3))
    grouped, valued = 7 + 3 * (2 * S + S), 5 + 3 * 2 * S + S
    assert [seen for seen in shape(transcript) if seen[2] not in SESSION] == sorted([
        (A, B, "key-share", 32), (B, A, "key-share", 32), (A, U, "session", 32), (B, U, "session", 32),
        (A, U, "labelled-pseudonyms", 17 * grouped), (B, U, "masked-values", 24 * valued),
        (U, A, "positions", valued), (U, A, "masked-sums", 24), (A, B, "result", 48), (A, U, "result", 48),
    ])
    told = totals.leakage(totals_terms(3), transcript, grouping_holder=A, value_holder=B, unit=U)
    assert told.public_sizes == (("records of a", grouped), ("records of b", valued), ("groups", 3))
    assert (told.rounds, told.bytes_sent) == (transcript.rounds(), transcript.bytes_sent())
    assert told.rounds == 16
    assert [party for party, _ in told.learned] == [A, B, U]
    assert any(f"{A} and {U} together" in sentence for sentence in told.broken_by)
    assert any(f"{B} and {U} together" in sentence for sentence in told.broken_by)


def test_the_unit_is_sent_no_key_and_no_name_and_neither_order_is_the_order_of_pseudonyms() -> None:
    """A has the pseudonym key: pseudonyms in ascending order at B would tell A whom each position is.

    False alarm: a shuffle of 30 or more records that comes out sorted, below 1e-32.
    """
    terms = totals_terms(3)
    groups, values = {item(n): n % 3 for n in range(30)}, {item(n): 1 for n in range(30)}
    _, transcript = play(groups, values, terms)
    received = view_of(transcript, U).received
    assert {message.payload.kind for message in received} == {
        "session", "labelled-pseudonyms", "masked-values", "result", *SESSION,
    }
    keys = [m.payload.body for m in transcript.messages if m.payload.kind == "key-share"]
    everything = b"".join(message.payload.body for message in received)
    assert len(keys) == 2
    assert not any(key in everything for key in keys)
    assert not any(name.encode() in everything for key in terms.groups for name in key)
    assert not any(person in everything for person in groups)
    for kind, width in (("labelled-pseudonyms", 17), ("masked-values", 24)):
        body = next(m.payload.body for m in received if m.payload.kind == kind)
        listed = [body[at : at + 16] for at in range(0, len(body), width)]
        assert listed != sorted(listed)
    assert not hasattr(totals.unit_terms(terms), "keys")
    assert totals.unit_terms(terms).groups == 3


def test_no_value_and_no_sum_reaches_the_unit() -> None:
    """Two runs on the same values send it other numbers, none of them a value or the sum of a label, nor a dummy's 0.

    False alarm: one of 60 masked words is one of 35 given numbers, below 1e-15.
    """
    terms = totals_terms(2, value_max=10**6)
    groups, values = {item(n): n % 2 for n in range(30)}, {item(n): 1_000 + 37 * n for n in range(30)}
    sums = {sum(value for who, value in values.items() if groups[who] == group) for group in range(2)}
    seen = []
    for seed in (1, 2):
        _, transcript = play(groups, values, terms, seed=seed)
        body = next(m.payload.body for m in view_of(transcript, U).received if m.payload.kind == "masked-values")
        words = {int.from_bytes(body[at + 16 : at + 24], "little") for at in range(0, len(body), 24)}
        assert not words & {0, *values.values(), *sums}
        seen.append(words)
    assert not seen[0] & seen[1]


def test_labels_are_renamed_and_new_sessions_cannot_be_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    terms = totals_terms(6)
    groups = {item(n): n % 6 for n in range(21)}  # groups of 4, 4, 4, 3, 3, 3
    seen, labels = [], []
    for seed in range(1, 6):
        _, transcript = play(groups, {}, terms, seed=seed)
        body = next(m.payload.body for m in transcript.messages if m.payload.kind == "labelled-pseudonyms")
        seen.append({body[at : at + 16] for at in range(0, len(body), 17)})
        labels.append(tuple(np.bincount(np.frombuffer(body[16::17], dtype=np.uint8)).tolist()))
    assert len(set(labels)) > 1
    assert all(sorted(sizes) == [9, 9, 9, 10, 10, 10] for sizes in labels)
    assert not set.intersection(*seen)


def change_at(offset: int, replacement: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body[:offset] + replacement + body[offset + len(replacement) :]


LIES: Sequence[tuple[str, str, Callable[[bytes], bytes], str]] = [
    (A, "key-share", lambda body: body[:-1], "E_LENGTH"),
    (B, "key-share", lambda body: body + b"\x00", "E_LENGTH"),
    (A, "session", lambda body: body[:-1], "E_LENGTH"),
    (A, "session", change_at(0, b"another session"), "E_SESSION"),
    (B, "session", change_at(0, b"another session"), "E_SESSION"),
    (A, "labelled-pseudonyms", lambda body: body[:-1], "E_LENGTH"),
    (A, "labelled-pseudonyms", lambda body: body[:17], "E_LENGTH"),
    (A, "labelled-pseudonyms", lambda body: b"", "E_LENGTH"),
    (A, "labelled-pseudonyms", change_at(16, b"\x02"), "E_RANGE"),
    (A, "labelled-pseudonyms", change_at(16, b"\xff"), "E_RANGE"),
    (A, "labelled-pseudonyms", lambda body: body[:16] + b"\x00" + body[:16] + b"\x01" + body[34:], "E_REPEATED"),
    (B, "masked-values", lambda body: body[:-1], "E_LENGTH"),
    (B, "masked-values", lambda body: body[:24], "E_LENGTH"),
    (B, "masked-values", lambda body: body[:24] + body[:16] + body[40:], "E_REPEATED"),
    (U, "positions", lambda body: b"", "E_LENGTH"),
    (U, "positions", change_at(0, b"\x02"), "E_RANGE"),
    (U, "positions", change_at(0, b"\xfe"), "E_RANGE"),
    (U, "positions", lambda body: b"\x00" * len(body), r"E_RANGE.*matched more records than were uploaded"),
    (U, "masked-sums", lambda body: body[:-1], "E_LENGTH"),
    (U, "masked-sums", lambda body: body + bytes(8), "E_LENGTH"),
    (U, "masked-sums", lambda body: bytes(len(body)), "E_RANGE"),  # a random sum: in range below 2^-50
    (U, "masked-sums", lambda body: b"\xff" * len(body), "E_RANGE"),
    (A, "result", change_at(0, struct.pack("<q", 2**63 - 1)), "E_RANGE"),
    (A, "result", change_at(0, struct.pack("<q", -(2**63))), "E_RANGE"),
    (A, "result", change_at(24, struct.pack("<q", 2**63 - 1)), "E_RANGE"),
    (A, "result", change_at(24, struct.pack("<q", -(2**63))), "E_RANGE"),
    (A, "result", lambda body: body[:-1], "E_LENGTH"),
    (A, "result", lambda body: body + bytes(16), "E_LENGTH"),
]


@pytest.mark.parametrize("holder", [A, B])
def test_a_unit_that_announces_items_stops_the_run(holder: PartyId) -> None:
    """It brings none; each would be waited for as if it had them to work on."""
    terms = totals_terms(2)
    roles = totals_roles({item(n): n % 2 for n in range(5)}, {item(n): 1 for n in range(5)}, terms)

    def brings(endpoint: Endpoint) -> Cells:
        agreed = unit_parameters(totals.unit_terms(terms), grouping_holder=A, value_holder=B, unit=U)
        for peer in (A, B):
            items = 2**24 if peer == holder else 0
            open_session(endpoint, peer=peer, leads=False, parameters=agreed, items=items, entropy=SeededEntropy(9))
        endpoint.receive(holder, "nothing")  # a unit that ended would be a fault of its own, told first or not
        return ()

    with pytest.raises(ProtocolError, match="E_CAP"):
        run_together({**roles, U: brings})


@pytest.mark.parametrize(("liar", "kind", "change", "code"), LIES)
def test_a_bad_body_stops_the_run(liar: str, kind: str, change: Callable[[bytes], bytes], code: str) -> None:
    roles = totals_roles({item(n): n % 2 for n in range(5)}, {item(n): 1 for n in range(5)}, totals_terms(2))
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(roles, liar, kind, change))


@pytest.mark.parametrize(("noised", "raised", "taken"), [
    (1, 0, True), (1, 572 - 5, True), (1, 573 - 5, False), (-1, 573 - 2, True), (-1, 574 - 1, False),
    (1, 2**63 - 1 - 4, False),
])  # fmt: skip
def test_a_sum_is_checked_when_all_noise_is_in_it(
    monkeypatch: pytest.MonkeyPatch, noised: int, raised: int, taken: bool
) -> None:
    """Else a unit that raises sums would read off a stop what the grouping holder has not noised; nor is 2^63 a crash.

    Both lists have 7 records, values end at 10, and both noises at 251: the largest sum is 572.
    """
    silence(monkeypatch)
    monkeypatch.setattr(noise, "add_laplace", lambda values, mechanism: tuple(value + noised for value in values))
    honest = wire.write_sums
    monkeypatch.setattr(linkage, "write_sums", lambda sums: honest(sums + np.uint64(raised)))
    roles = totals_roles({item(1): 0}, {item(1): 3}, totals_terms(1))
    if taken:
        assert run_together(roles)[0][A] == ((1 + noised, 3 + raised + 2 * noised),)
    else:
        with pytest.raises(ProtocolError, match="E_RANGE"):
            run_together(roles)


def test_a_result_is_taken_up_to_its_largest_and_no_further() -> None:
    terms = totals.unit_terms(totals_terms(2))
    counted, added = terms.largest(7)
    assert (counted, added) == (7 + 26, 7 * 10 + 2 * 251)
    for cell in ((counted, -added), (-counted, added)):
        assert wire.read_result(wire.write_result([cell]), groups=1, largest=terms.largest(7)) == (cell,)
    for cell in ((counted + 1, 0), (-counted - 1, 0), (0, added + 1), (0, -added - 1)):
        with pytest.raises(ProtocolError, match="E_RANGE"):
            wire.read_result(wire.write_result([cell]), groups=1, largest=terms.largest(7))


def test_an_honest_run_is_stopped_by_its_own_noise_below_2_to_the_minus_62() -> None:
    """From the exact tails of the scales that are drawn with: P(|Z| > t) = 2 q^(t+1) / (1 + q), q = e^(-1/scale)."""

    def beyond(mechanism: noise.LaplaceMechanism, reach: int) -> Decimal:
        q = (-1 / Decimal(mechanism.scale)).exp()
        return 2 * q ** (reach + 1) / (1 + q)

    for micro, value_max, identifiers in product((20_000_000, 2_000_000, 999_999, 1_000), (1, 10, 10**6), (1, 255)):
        names = tuple((str(number),) for number in range(255))
        terms = totals.TotalsTerms(names, micro, micro, micro, 10**12, value_max, identifiers)
        counted, added = totals.unit_terms(terms).largest(0)
        # two draws are beyond twice a reach only if one of them is beyond it; no truncated draw is beyond the lists
        most = beyond(count_noise(terms), counted) + 2 * beyond(sum_noise(totals.unit_terms(terms)), added // 2)
        assert 255 * most < Decimal(2) ** -62, (micro, value_max, identifiers)


def test_a_unit_that_was_told_other_terms_stops_the_run() -> None:
    """Else its noise could be too small, and nobody would see it."""
    roles = totals_roles({}, {}, totals_terms(2))
    other = totals.unit_terms(totals_terms(2, value_max=9))
    told = totals.linkage_unit(other, grouping_holder=A, value_holder=B, entropy=SeededEntropy(1))
    with pytest.raises(ProtocolError, match="E_PARAMETERS"):
        run_together({**roles, U: told})


def test_holders_with_other_group_names_stop_the_run() -> None:
    terms = totals_terms(2)
    other = totals.TotalsTerms((("x",), ("y",)), *(getattr(terms, name) for name in (
        "pad_micro", "count_micro", "sum_micro", "delta_e15", "value_max")))
    with pytest.raises(ProtocolError, match="E_PARAMETERS"):
        run_together({**totals_roles({}, {}, terms), B: totals_roles({}, {}, other)[B]})


def test_terms_out_of_range_are_refused() -> None:
    good = {"groups": (("x",),), "pad_micro": 1, "count_micro": 1, "sum_micro": 10**6, "delta_e15": 1, "value_max": 1}
    assert totals.TotalsTerms(**good)
    for name, value in (
        ("groups", ()), ("groups", (("x",), ("x",))), ("groups", tuple((str(n),) for n in range(256))),
        ("pad_micro", 0), ("count_micro", 20_000_001), ("sum_micro", 0), ("sum_micro", 1.0), ("delta_e15", 0),
        ("delta_e15", 10**15), ("value_max", 0), ("value_max", True), ("value_max", 2**53 + 1),
    ):
        with pytest.raises(ParameterRefused):
            totals.TotalsTerms(**{**good, name: value})


def test_sums_that_could_wrap_are_refused() -> None:
    """2^24 values and 50 scales of each of two noises must stay below 2^63."""
    assert totals_terms(value_max=2**39 - 2**22).value_max
    with pytest.raises(ParameterRefused, match="2\\^63"):
        totals_terms(value_max=2**39)
    with pytest.raises(ParameterRefused, match="2\\^63"):
        totals.TotalsTerms((("x",),), 10**6, 10**6, 1, 10**6, 2**38)  # the values fit, their noise does not


HASHES = np.frombuffer(item(1) + item(2), dtype=np.uint8).reshape(2, 32)  # in ascending order
TWO = np.array([0, 1])


@pytest.mark.parametrize(("hashes", "numbers"), [
    (HASHES[:, :31], TWO), (HASHES.view(np.int8), TWO), (HASHES.ravel(), TWO), (HASHES, TWO[:1]), (HASHES, TWO > 0),
    (HASHES, TWO.astype(np.float64)), (HASHES, TWO.astype(np.uint64)), (HASHES[::-1], TWO), (HASHES[[0, 0]], TWO),
])
@pytest.mark.parametrize("kind", [totals.Grouped, totals.Valued])
def test_records_of_another_kind_are_refused_when_they_are_brought(
    kind: Callable[[np.ndarray, np.ndarray], object], hashes: np.ndarray, numbers: np.ndarray
) -> None:
    assert item(1) < item(2)
    assert kind(HASHES, TWO)
    with pytest.raises(ParameterRefused):
        kind(hashes, numbers)


@given(st.lists(st.binary(min_size=32, max_size=32).map(lambda b: b[:4] * 7 + b[:4]), min_size=2, max_size=6))
def test_items_must_ascend_as_byte_strings(items: list[bytes]) -> None:
    hashes = np.frombuffer(b"".join(items), dtype=np.uint8).reshape(-1, 32)
    if items == sorted(set(items)):
        assert len(totals.Grouped(hashes, np.zeros(len(items), dtype=np.int64))) == len(items)
    else:
        with pytest.raises(ParameterRefused, match="out of order"):
            totals.Grouped(hashes, np.zeros(len(items), dtype=np.int64))


@pytest.mark.parametrize("group", [2, -1, 2**40])
def test_a_group_that_is_none_of_the_terms_is_refused_when_the_role_is_made(group: int) -> None:
    with pytest.raises(ParameterRefused) as refused:
        totals_roles({item(1): group}, {}, totals_terms(2))
    assert item(1).hex() not in str(refused.value)


def test_noise_that_cannot_be_drawn_is_refused_when_the_role_is_made() -> None:
    terms = totals.TotalsTerms((("x",),), 10**6, 1, 10**6, 1, 1)
    stream = SeededEntropy(1)
    for make in (
        lambda: totals.grouping_holder(grouped({}), terms, value_holder=B, unit=U, entropy=stream),
        lambda: totals.value_holder(valued({}), terms, grouping_holder=A, unit=U, entropy=stream),
        lambda: totals.linkage_unit(totals.unit_terms(terms), grouping_holder=A, value_holder=B, entropy=stream),
    ):
        with pytest.raises(NoiseRefused):
            make()


def test_price_and_parts() -> None:
    terms = totals.TotalsTerms((("x",), ("y",)), 250_000, 250_000, 500_000, 10**6, 3)
    assert totals.price(terms) == PrivacyLoss(10**6, 2 * 10**6)
    parts = totals.noise_parts(
        terms, grouping_holder=A, value_holder=B, unit=U, count_measure="people", sum_measure="defaults"
    )
    assert [(part.measure, part.drawn_by, part.sensitivity, part.scale, part.loss) for part in parts] == [
        ("", A, 1, "4.0", PrivacyLoss(250_000, 10**6)),
        ("", B, 1, "4.0", PrivacyLoss(250_000, 10**6)),
        ("people", B, 1, "4.0", PrivacyLoss(250_000, 10**6)),
        ("people", A, 1, "4.0", PrivacyLoss(250_000)),
        ("defaults", U, 3, "6.0", PrivacyLoss(500_000)),
        ("defaults", A, 3, "6.0", PrivacyLoss(500_000)),
    ]
    assert all(float(part.map_epsilon) <= part.loss.epsilon for part in parts)


def test_what_each_view_costs() -> None:
    """The value holder is told counts with noise that has no end; the price is the largest of all."""
    terms = totals.TotalsTerms((("x",), ("y",)), 250_000, 250_000, 500_000, 10**6, 3)
    views = totals.views(terms, grouping_holder=A, value_holder=B, unit=U)
    assert [(view.viewer, view.people_of, view.loss) for view in views] == [
        (A, B, PrivacyLoss(10**6, 2 * 10**6)),
        (B, A, PrivacyLoss(10**6, 10**6)),
        (U, A, PrivacyLoss(10**6, 2 * 10**6)),
        (U, B, PrivacyLoss(10**6, 2 * 10**6)),
    ]
    assert all(view.loss.fits(totals.price(terms)) for view in views)


def test_several_identifiers_a_person_cost_noise_and_not_epsilon() -> None:
    terms = totals.TotalsTerms((("x",),), 250_000, 250_000, 500_000, 10**6, 3, identifiers_max=2)
    assert totals.price(terms) == PrivacyLoss(10**6, 2 * 10**6)
    parts = totals.noise_parts(terms, grouping_holder=A, value_holder=B, unit=U, count_measure="n", sum_measure="m")
    assert [(part.sensitivity, part.scale) for part in parts] == [(2, "8.0")] * 4 + [(6, "12.0")] * 2
    with pytest.raises(ParameterRefused, match="2\\^63"):
        totals.TotalsTerms((("x",),), 10**6, 10**6, 10, 10**6, 2**37, identifiers_max=255)
