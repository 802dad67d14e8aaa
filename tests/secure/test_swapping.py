"""Swapping exchanges the places of similar records in pairs, those that stand out first, and changes nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.model.entropy import seeded_generator
from privshare.secure.swapping import exchanged

EMPTY = np.zeros(0, np.int64)


@given(st.integers(0, 2**32 - 1), st.integers(0, 200), st.integers(1, 8), st.integers(1, 6), st.floats(0, 1))
def test_places_are_exchanged_in_pairs_of_similar_records(
    seed: int, count: int, places: int, kinds: int, share: float
) -> None:
    chance = seeded_generator(seed)
    place, kind = chance.integers(places, size=count), chance.integers(kinds, size=count)
    stands_out = chance.integers(2, size=count) == 1
    gets = exchanged(place, kind, stands_out, share=share, chance=chance)
    assert (gets[gets] == np.arange(count)).all(), "who gets my place gives me its own"
    moved = gets != np.arange(count)
    assert (place[gets[moved]] != place[moved]).all(), "an exchange within a place hides nothing"
    assert (kind[gets] == kind).all()
    assert moved.sum() <= 2 * round(share * count / 2)
    assert sorted(zip(place[gets].tolist(), kind.tolist(), strict=True)) == sorted(
        zip(place.tolist(), kind.tolist(), strict=True)
    ), "places by what partners agree in are as they were"


def test_the_share_is_reached_and_who_stands_out_goes_first() -> None:
    chance = seeded_generator(4)
    place, kind = chance.integers(50, size=2_000), chance.integers(10, size=2_000)
    stands_out = np.arange(2_000) < 400
    gets = exchanged(place, kind, stands_out, share=0.1, chance=chance)
    moved = gets != np.arange(2_000)
    assert moved.sum() == 200
    assert (stands_out[moved] | stands_out[gets[moved]]).all(), "one of every pair stands out"
    assert not stands_out[moved].all(), "partners are drawn from everybody"


def test_others_follow_where_those_who_stand_out_do_not_suffice() -> None:
    place = np.arange(100)
    gets = exchanged(place, np.zeros(100, int), np.arange(100) == 7, share=1, chance=seeded_generator(1))
    assert (gets != place).all()


def test_nobody_to_exchange_with_is_nobody_swapped() -> None:
    alone = np.ones(6, np.bool_)
    same_place = exchanged(np.zeros(6, int), np.zeros(6, int), alone, share=1, chance=seeded_generator(1))
    no_kin = exchanged(np.arange(6), np.arange(6), alone, share=1, chance=seeded_generator(1))
    none_asked = exchanged(np.arange(6), np.zeros(6, int), alone, share=0, chance=seeded_generator(1))
    for gets in (same_place, no_kin, none_asked):
        assert gets.tolist() == list(range(6))
    assert len(exchanged(EMPTY, EMPTY, EMPTY > 0, share=1, chance=seeded_generator(1))) == 0


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ParameterRefused, match="from 0 to 1"):
        exchanged(EMPTY, EMPTY, EMPTY > 0, share=share, chance=seeded_generator(1))
