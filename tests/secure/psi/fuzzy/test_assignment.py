"""Pairs out of edges: hand-made ties, and the definition played out slowly as a twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.secure.psi.fuzzy.assignment import Edges, assign, edges_of

Weights = dict[tuple[int, int], int]


def edges(weights: Weights) -> Edges:
    pairs = list(weights)
    return Edges(
        np.array([own for own, _ in pairs], dtype=np.int64),
        np.array([other for _, other in pairs], dtype=np.uint64),
        np.array(list(weights.values()), dtype=np.int64),
        np.arange(len(pairs)),
    )


def result(weights: Weights, weight_min: int = 1) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    found = assign(edges(weights), weight_min=weight_min)
    pairs = list(weights)
    accepted = {pairs[place] for place in np.flatnonzero(found.accepted)}
    return accepted, {pairs[place] for place in np.flatnonzero(found.open)}


def by_definition(weights: Weights, weight_min: int) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Accept, as long as there is one, an edge that is strictly the heaviest open edge at both its ends."""
    open_edges, accepted = dict(weights), set()
    while True:
        fit = [
            (own, other)
            for (own, other), weight in open_edges.items()
            if weight >= weight_min
            and all(
                weight > rival
                for (mine, its), rival in open_edges.items()
                if (mine, its) != (own, other) and (mine == own or its == other)
            )
        ]
        if not fit:
            return accepted, {pair for pair, weight in open_edges.items() if weight >= weight_min}
        own, other = fit[0]
        accepted.add((own, other))
        open_edges = {pair: w for pair, w in open_edges.items() if pair[0] != own and pair[1] != other}


SMALL = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)), st.sampled_from([1, 1, 2, 4, 10, 20]), max_size=18
)


@given(SMALL, st.integers(1, 5))
def test_as_the_definition_says_in_every_order(weights: Weights, weight_min: int) -> None:
    due = by_definition(weights, weight_min)
    assert result(weights, weight_min) == due
    assert result(dict(reversed(weights.items())), weight_min) == due
    accepted, left = due
    assert len({own for own, _ in accepted}) == len({other for _, other in accepted}) == len(accepted)
    assert not accepted & left


@pytest.mark.parametrize(
    ("weights", "accepted", "left"),
    [
        ({}, set(), set()),
        ({(0, 0): 1}, {(0, 0)}, set()),
        # the heavier candidate wins, and the other holder's record is free for the next
        ({(0, 0): 10, (0, 1): 4, (1, 1): 1}, {(0, 0), (1, 1)}, set()),
        # two candidates alike: nobody is guessed, and nothing lighter is taken instead
        ({(0, 0): 4, (0, 1): 4, (1, 0): 1}, set(), {(0, 0), (0, 1), (1, 0)}),
        # a tie at one end holds the edge that ties there, not the other end's later choice of someone else
        ({(0, 0): 4, (1, 0): 4, (2, 2): 4}, {(2, 2)}, {(0, 0), (1, 0)}),
        # a heavier pair takes a tied record away, and the tie is over
        ({(0, 0): 4, (0, 1): 4, (1, 1): 10}, {(1, 1), (0, 0)}, set()),
    ],
)
def test_ties_and_order(weights: Weights, accepted: set[tuple[int, int]], left: set[tuple[int, int]]) -> None:
    assert result(weights) == (accepted, left)


def test_below_the_least_weight_nothing_is_accepted_or_listed() -> None:
    assert result({(0, 0): 3, (1, 1): 4}, weight_min=4) == ({(1, 1)}, set())


def test_one_to_one_whatever_the_other_side_claims() -> None:
    """A sender that gives every item one handle gets at most one pair."""
    accepted, _ = result({(own, 0): weight for own, weight in enumerate([1, 4, 10, 20])})
    assert accepted == {(3, 0)}


def test_edges_count_keys_and_remember_the_one_that_ranks_first() -> None:
    made = edges_of(
        np.array([3, 1, 3, 3], dtype=np.int64),
        np.array([2**63 + 1, 5, 2**63 + 1, 5], dtype=np.uint64),
        np.array([3, 0, 1, 2], dtype=np.int64),
    )
    assert list(zip(made.own, made.other, made.weight, made.first, strict=True)) == [
        (1, 5, 1, 1), (3, 5, 1, 3), (3, 2**63 + 1, 2, 2),
    ]  # fmt: skip
    nothing = edges_of(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    assert len(nothing) == 0
    assert assign(nothing, weight_min=1).accepted.tolist() == []
