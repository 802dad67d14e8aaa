"""size/1 with the noise silenced, against set intersection; every list against every lie; what an abort leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import NoiseRefused, ParameterRefused, ProtocolAborted, ProtocolError
from privshare.exchange.channel import Endpoint, run_together
from privshare.model.entropy import SeededEntropy
from privshare.model.loss import PrivacyLoss
from privshare.secure import noise
from privshare.secure.psi import ristretto, size
from privshare.secure.psi.identifiers import normalise
from privshare.secure.psi.item_set import items_of
from privshare.secure.psi.session import open_session
from privshare.secure.psi.size.holders import GROUP_DST
from privshare.secure.psi.size.terms import matched_noise, padding_noise, parameters
from privshare.secure.psi.tags import tags_of
from tests.secure.psi import lies
from tests.secure.psi.playing import SIZE, A, B, lying, people, play_size, shape, silence, size_roles

NAMES = st.lists(st.none() | st.text(st.sampled_from("abAＢ \u200b\u00e9e\u0301"), max_size=3), max_size=12)
S = 2  # radius of the terms used here


@given(NAMES, NAMES)
@settings(max_examples=60)
def test_without_noise_the_size_is_that_of_the_intersection(left: list[str | None], right: list[str | None]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        silence(monkeypatch)
        results, _ = play_size(items_of(left), items_of(right))
    sets = [{normalise(text) for text in side if text is not None} - {None} for side in (left, right)]
    assert results == {A: len(sets[0] & sets[1]), B: len(sets[0] & sets[1])}


@pytest.mark.parametrize(("left", "right", "common"), [
    (range(0), range(0), 0), (range(0), range(9), 0), (range(9), range(0), 0), (range(9), range(9), 9),
    (range(9), range(20, 29), 0), (range(100), range(50, 300), 50),
])
def test_sizes_that_need_no_special_case(
    monkeypatch: pytest.MonkeyPatch, left: range, right: range, common: int
) -> None:
    silence(monkeypatch)
    results, transcript = play_size(people(left), people(right))
    assert results == {A: common, B: common}
    told = size.leakage(SIZE, transcript, a=A, b=B)
    # 2s pool dummies and s + 0 padding a side
    assert told.public_sizes == (("points of a", len(left) + 3 * S), ("points of b", len(right) + 3 * S))
    assert told.rounds == 7
    assert told.bytes_sent == transcript.bytes_sent()
    assert told.suite == "size/1"
    assert any("P and 2P" in sentence for sentence in told.not_stopped)


def test_whose_noise_is_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """What A counts has B's dummies in it; what B is told has A's noise as well."""
    seen: list[tuple[int, ...]] = []

    def mark() -> int:
        return {A: 20, B: 1}[threading.current_thread().name]

    def marked(values: tuple[int, ...], mechanism: object) -> tuple[int, ...]:
        seen.append(tuple(values))
        return tuple(value + mark() for value in values)

    monkeypatch.setattr(noise, "add_laplace", marked)
    monkeypatch.setattr(
        noise, "truncated_laplace", lambda count, mechanism, *, radius: (1 if mark() == 1 else 0,) * count
    )
    results, _ = play_size(people(range(9)), people(range(4, 9)))
    assert seen == [(5 + 1,)]
    assert results == {A: 5 + 1 + 20, B: 5 + 1 + 20}


def test_with_noise_both_publish_the_same_number() -> None:
    results, _ = play_size(people(range(30)), people(range(10, 40)))
    assert results[A] == results[B]
    assert type(results[A]) is int


def test_what_an_observer_sees_does_not_depend_on_the_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    silence(monkeypatch)
    shapes = [shape(play_size(people(range(9)), people(other))[1]) for other in (range(9), range(50, 59))]
    assert shapes[0] == shapes[1]


def test_a_neighbour_changes_lengths_only_as_one_dummy_more_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person more and one padding dummy less: the same messages of the same lengths."""
    silence(monkeypatch)
    with_person = shape(play_size(people(range(9)), people(range(5)))[1])

    def one_more_at_a(count: int, mechanism: object, *, radius: int) -> tuple[int, ...]:
        return (int(threading.current_thread().name == A),) * count  # a role runs on a thread named for its party

    monkeypatch.setattr(noise, "truncated_laplace", one_more_at_a)
    without = shape(play_size(people(range(8)), people(range(5)))[1])
    assert with_person == without


@pytest.mark.parametrize("change", lies.POINTS.values(), ids=lies.POINTS)
@pytest.mark.parametrize("liar", [A, B])
def test_a_bad_element_stops_the_run_before_any_element_is_multiplied(
    monkeypatch: pytest.MonkeyPatch, liar: str, change: lies.Change
) -> None:
    silence(monkeypatch)
    sent: list[bytes] = []
    multiplied: set[bytes] = set()
    honest = ristretto.multiply_all

    def watched(scalar: bytes, points: object) -> list[bytes]:
        listed = list(points)
        multiplied.update(listed)
        return honest(scalar, listed)

    def changed(body: bytes) -> bytes:
        sent.append(change(body))
        return sent[-1]

    monkeypatch.setattr(ristretto, "multiply_all", watched)
    with pytest.raises(ProtocolError, match=r"E_POINT|E_LENGTH"):  # and not the seal, which a liar can make to fit
        run_together(lying(size_roles(people(range(4)), people(range(4))), liar, "points", changed))
    received = {sent[0][at : at + 32] for at in range(0, len(sent[0]), 32)}
    assert not received & multiplied


@pytest.mark.parametrize(("kind", "change", "code"), [
    ("points", lambda body: b"".join(sorted([body[at : at + 32] for at in range(0, len(body), 32)])[::-1]), "E_ORDER"),
    ("points", lambda body: body[:32], "E_LENGTH"),  # fewer than the agreed dummies
    ("hello", lambda body: body[:-1] + bytes([body[-1] ^ 1]), "E_COMMIT"),
    ("seal", lambda body: body[:-1] + bytes([body[-1] ^ 1]), "E_SEAL"),
    ("done", lambda body: body[:-1], "E_LENGTH"),
])
@pytest.mark.parametrize("liar", [A, B])
def test_other_lies_stop_the_run(liar: str, kind: str, change: lies.Change, code: str) -> None:
    with pytest.raises(ProtocolError, match=code):
        run_together(lying(size_roles(people(range(4)), people(range(4))), liar, kind, change))


@pytest.mark.parametrize("liar", [A, B])
def test_a_list_that_has_no_room_for_the_shared_dummies_stops_the_run(liar: str) -> None:
    """It was announced as it comes, with its one point, so no length is wrong: the noise is missing."""
    honest, leads = (B, True) if liar == A else (A, False)

    def short(endpoint: Endpoint) -> int:
        agreed = parameters(SIZE, a=A, b=B)
        stream = SeededEntropy(9)
        session = open_session(endpoint, peer=honest, leads=leads, parameters=agreed, items=1, entropy=stream)
        session.send("points", ristretto.hash_to_group(b"person", b"test"), 1)
        session.seal()
        return 0

    with pytest.raises(ProtocolError, match="fewer points"):
        run_together({**size_roles(people(range(4)), people(range(4))), liar: short})


@pytest.mark.parametrize("change", lies.TAGS.values(), ids=lies.TAGS)
def test_bad_tags_stop_the_run(change: lies.Change) -> None:
    with pytest.raises(ProtocolError, match=r"E_LENGTH|E_ORDER"):
        run_together(lying(size_roles(people(range(4)), people(range(4))), B, "tags", change))


def test_a_size_is_taken_up_to_its_largest_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shorter list, of 4 people and its dummies, and 50 scales of the counting holder's noise, and 1."""
    silence(monkeypatch)
    largest = 4 + 2 * matched_noise(SIZE).radius + padding_noise(SIZE).radius + 25 + 1
    for number, taken in ((largest, True), (-largest, True), (largest + 1, False), (-largest - 1, False)):
        body = number.to_bytes(8, "little", signed=True)
        roles = lying(size_roles(people(range(4)), people(range(9))), A, "result", lambda _, told=body: told)
        with pytest.raises(ProtocolError, match="E_SEAL" if taken else "E_RANGE"):  # the lie is not what A signs
            run_together(roles)


@pytest.mark.parametrize("body", [b"", bytes(7), bytes(9), (2**53 + 1).to_bytes(8, "little"), b"\x00" * 7 + b"\x80"])
def test_a_bad_result_is_not_published(body: bytes) -> None:
    with pytest.raises(ProtocolError, match=r"E_LENGTH|E_RANGE"):
        run_together(lying(size_roles(people(range(4)), people(range(4))), A, "result", lambda _: body))


def test_when_one_side_refuses_the_other_stops_without_an_output() -> None:
    ended: dict[str, BaseException | int] = {}

    def watched(party: str, role: Callable[[Endpoint], int]) -> Callable[[Endpoint], int]:
        def watching(endpoint: Endpoint) -> int:
            try:
                ended[party] = role(endpoint)
            except ProtocolError as fault:
                ended[party] = fault
                raise
            return 0

        return watching

    roles = lying(size_roles(people(range(4)), people(range(4))), A, "points", lies.POINTS["identity"])
    with pytest.raises(ProtocolError, match="identity"):
        run_together({party: watched(party, role) for party, role in roles.items()})
    assert isinstance(ended[A], ProtocolAborted)
    assert isinstance(ended[B], ProtocolError)
    assert not isinstance(ended[B], ProtocolAborted)


def test_other_terms_on_the_other_side_stop_the_run() -> None:
    other = size.SizeTerms(SIZE.pad_micro, SIZE.count_micro + 1, SIZE.delta_e15)
    roles = {**size_roles(people(range(4)), people(range(4))), B: size_roles(people(()), people(()), other)[B]}
    with pytest.raises(ProtocolError, match="E_PARAMETERS"):
        run_together(roles)


def test_a_holder_that_sends_related_points_makes_one_person_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stated limit, played: a deviating A sends P and 2P for one person; B cannot tell and answers both."""
    silence(monkeypatch)
    person = people(range(1))

    def deviating(endpoint: Endpoint) -> int:
        entropy = SeededEntropy(1)
        agreed = parameters(SIZE, a=A, b=B)
        session = open_session(endpoint, peer=B, leads=True, parameters=agreed, items=2 + 3 * S, entropy=entropy)
        key = ristretto.random_scalar(entropy)
        hidden = ristretto.multiply(key, ristretto.hash_to_group(person.items[0], GROUP_DST))
        double = (2).to_bytes(32, "little")
        filling = [ristretto.hash_to_group(bytes([n]), b"filling") for n in range(3 * S)]
        points = sorted([hidden, ristretto.multiply(double, hidden), *filling])
        session.send("points", b"".join(points), len(points))
        session.seal()
        theirs = ristretto.decode_list(session.receive("points", most=10_000).body)
        session.check_seal()
        answer = session.receive("tags", most=10_000)
        width = len(answer.body) // answer.items
        tags = {answer.body[at : at + width] for at in range(0, len(answer.body), width)}
        shared = ristretto.multiply_all(key, theirs)
        tried = [*shared, *ristretto.multiply_all(double, shared)]
        counted = sum(tag in tags for tag in tags_of(tried, b"\x06", width))
        session.send("result", counted.to_bytes(8, "little"), 1)
        session.finish()
        return counted

    results, _ = run_together({**size_roles(person, person), A: deviating})
    assert results[A] == 2


def test_what_each_view_costs() -> None:
    terms = size.SizeTerms(pad_micro=250_000, count_micro=500_000, delta_e15=10**6)
    assert [(view.viewer, view.people_of, view.loss) for view in size.views(terms, a=A, b=B)] == [
        (A, B, PrivacyLoss(750_000, 2 * 10**6)),
        (B, A, PrivacyLoss(750_000, 10**6)),
    ]
    assert all(view.loss.fits(size.price(terms)) for view in size.views(terms, a=A, b=B))


def test_several_identifiers_a_person_cost_noise_and_not_epsilon() -> None:
    terms = size.SizeTerms(250_000, 500_000, 10**6, identifiers_max=3)
    assert size.price(terms) == PrivacyLoss(750_000, 2 * 10**6)
    parts = size.noise_parts(terms, a=A, b=B, measure="people")
    assert [(part.sensitivity, part.scale) for part in parts] == [(3, "12.0"), (3, "12.0"), (3, "6.0"), (3, "6.0")]


def test_price_and_parts() -> None:
    terms = size.SizeTerms(pad_micro=250_000, count_micro=500_000, delta_e15=10**6)
    assert size.price(terms) == PrivacyLoss(750_000, 2 * 10**6)
    parts = size.noise_parts(terms, a=A, b=B, measure="people")
    assert [(part.measure, part.drawn_by, part.scale, part.loss) for part in parts] == [
        ("", A, "4.0", PrivacyLoss(250_000, 10**6)),
        ("", B, "4.0", PrivacyLoss(250_000, 10**6)),
        ("people", B, "2.0", PrivacyLoss(500_000, 10**6)),
        ("people", A, "2.0", PrivacyLoss(500_000)),
    ]
    assert all(float(part.map_epsilon) <= part.loss.epsilon for part in parts)


@pytest.mark.parametrize("terms", [
    (0, 1, 1), (1, 0, 1), (1, 1, 0), (20_000_001, 1, 1), (1, 1, 10**15), (True, 1, 1), (1.0, 1, 1),
])
def test_terms_out_of_range_are_refused(terms: tuple[int, int, int]) -> None:
    with pytest.raises(ParameterRefused):
        size.SizeTerms(*terms)


def test_noise_that_cannot_be_drawn_is_refused_when_the_role_is_made() -> None:
    terms = size.SizeTerms(pad_micro=10**6, count_micro=1, delta_e15=1)
    for make in (size.holder_a, size.holder_b):
        with pytest.raises(NoiseRefused):
            make(people(range(3)), terms, peer=B, entropy=SeededEntropy(1))
