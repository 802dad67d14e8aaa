"""What the statements of `size/1` and `totals-3/1` say is not stopped is not stopped: each deviation, played.

A test here that fails would be good news, and a reason to change what the statement says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from privshare.errors import ProtocolError
from privshare.exchange.channel import run_together
from privshare.secure import noise
from privshare.secure.psi import size, totals
from privshare.secure.psi.padding import dummy_noise
from privshare.secure.psi.size import holders
from privshare.secure.psi.totals import grouping, valuing
from tests.secure.psi.playing import SIZE, A, B, item, people, size_roles, totals_roles, totals_terms
from tests.secure.psi.test_noised_neighbours import Door

S = dummy_noise(SIZE.count_micro, SIZE.delta_e15).radius
COMMON = 7


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    """Draws of which none is 0, and a record of what each party gave to its noise."""
    standing = Door(seed=3, upwards=True)
    monkeypatch.setattr(noise, "add_laplace", standing.add_laplace)
    monkeypatch.setattr(noise, "truncated_laplace", standing.truncated_laplace)
    return standing


def at(party: str, deviating: Callable[..., Any], honest: Callable[..., Any]) -> Callable[..., Any]:
    """One party does something else; a role runs on a thread named for its party."""
    return lambda *given, **named: (deviating if threading.current_thread().name == party else honest)(*given, **named)


def test_a_counting_holder_that_leaves_out_the_dummies_of_size_sees_the_exact_number(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = people(range(20)), people(range(20 - COMMON, 40))
    run_together(size_roles(one, other))
    assert door.exact[A][-1] != (COMMON,)
    others = iter(range(1_000))
    monkeypatch.setattr(
        holders, "_pool", at(A, lambda _, count: [item(10_000 + next(others)) for _ in range(count)], holders._pool)
    )
    run_together(size_roles(one, other))
    assert door.exact[A][-1] == (COMMON - S,)  # the radius is public, the draw of B is gone


def test_a_grouping_holder_that_leaves_out_the_dummies_of_totals_sees_the_exact_counts(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups, values = {item(n): n % 2 for n in range(20)}, {item(n): 1 for n in range(13, 40)}
    seen: list[list[int]] = []
    honest = grouping.read_positions

    def watched(*given: Any, **named: Any) -> Any:
        labels = honest(*given, **named)
        seen.append(sorted(np.bincount(labels, minlength=2)[:2].tolist()))
        return labels

    monkeypatch.setattr(grouping, "read_positions", watched)
    run_together(totals_roles(groups, values, totals_terms(2)))
    junk = np.arange(2 * 2 * S * 16, dtype=np.uint8).reshape(2, 2 * S, 16)
    monkeypatch.setattr(grouping, "pools", lambda *_, **__: junk)
    run_together(totals_roles(groups, values, totals_terms(2)))
    assert seen[0] != [3, 4]
    assert seen[1] == [3, 4]


def test_a_value_holder_that_masks_more_than_agreed_moves_a_sum_by_more_than_the_noise_covers(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What related points, P and 2P, are in `size/1`: one person counts fifty times, and nobody can tell.

    Only a sum that the largest values of both lists' records could not make would be refused.
    """
    groups, values = {item(n): 0 for n in range(300)}, {item(n): 10 for n in range(299, 600)}
    honest = valuing.mask_words
    fair, _ = run_together(totals_roles(groups, values, totals_terms(1, value_max=10)))
    monkeypatch.setattr(valuing, "mask_words", lambda key, count: honest(key, count) + np.uint64(500))
    unfair, _ = run_together(totals_roles(groups, values, totals_terms(1, value_max=10)))
    assert unfair[A][0][1] - fair[A][0][1] >= 500
    monkeypatch.setattr(valuing, "mask_words", lambda key, count: honest(key, count) + np.uint64(10_000))
    with pytest.raises(ProtocolError, match="E_RANGE"):
        run_together(totals_roles(groups, values, totals_terms(1, value_max=10)))


def test_the_statements_say_so() -> None:
    _, counted = run_together(size_roles(people(range(3)), people(range(3))))
    _, added = run_together(totals_roles({item(1): 0}, {item(1): 1}, totals_terms(1)))
    told = size.leakage(SIZE, counted, a=A, b=B)
    more = totals.leakage(totals_terms(1), added, grouping_holder=A, value_holder=B, unit="unit")
    for statement in (told, more):
        assert statement.adversary.startswith("semi-honest only: ")
        (why,) = (sentence for sentence in statement.not_stopped if "P and 2P" in sentence)
        assert why.endswith("this is why the suite is semi-honest only")
        assert any("in the place of the shared dummies" in sentence for sentence in statement.not_stopped)
    assert {view.viewer for view in told.views} == {A, B}
    assert {view.viewer for view in more.views} == {A, B, "unit"}


def test_a_key_of_zero_hides_nothing_and_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity would be sent for every item. Both holders; the other side's points are then never sent either."""
    for party in (A, B):
        sent: list[str] = []
        zero = at(party, lambda _: bytes(32), holders.ristretto.random_scalar)
        with monkeypatch.context() as patch:
            patch.setattr(holders.ristretto, "random_scalar", zero)
            roles = size_roles(people(range(3)), people(range(3)))
            with pytest.raises(ProtocolError, match="zero scalar"):
                run_together({name: watching(role, sent, party) for name, role in roles.items()})
        assert "points" not in sent


def watching(role: Callable[[Any], int], sent: list[str], party: str) -> Callable[[Any], int]:
    """A role whose messages are noted if it is the party's."""

    class Watched:
        def __init__(self, endpoint: Any) -> None:
            self.endpoint = endpoint

        def __getattr__(self, name: str) -> Any:
            return getattr(self.endpoint, name)

        def send(self, receiver: str, payload: Any) -> None:
            if self.endpoint.party == party:
                sent.append(payload.kind)
            self.endpoint.send(receiver, payload)

    return lambda endpoint: role(Watched(endpoint))
