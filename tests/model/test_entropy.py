"""Uniform numbers and permutations: unbiased, replayable only where it is said.

Every chance test here has a false-alarm probability of at most 1e-9 over fresh system entropy; the checks
have teeth: the common biased ways fail them on the same sample size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from privshare.model.entropy import SeededEntropy, SystemEntropy, below, permutation, seeded_generator

FALSE_ALARM = 1e-9


def is_uniform(counts: Sequence[int]) -> bool:
    """Pearson's chi-square against the uniform distribution, at a false-alarm probability of 1e-9."""
    expected = sum(counts) / len(counts)
    statistic = sum((count - expected) ** 2 / expected for count in counts)
    return bool(chi2.sf(statistic, len(counts) - 1) > FALSE_ALARM)


def _tally(draw: Callable[[], int], size: int, draws: int) -> list[int]:
    counted = Counter(draw() for _ in range(draws))
    assert set(counted) <= set(range(size))
    return [counted[value] for value in range(size)]


class _OneByte:
    """Entropy that hands out given bytes only; asks for more are an error."""

    private = False

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = list(chunks)

    def token(self, size_bytes: int) -> bytes:
        chunk = self._chunks.pop(0)
        assert len(chunk) == size_bytes
        return chunk


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100, 255, 256, 257])
def test_below_is_uniform(limit: int) -> None:
    entropy = SystemEntropy()
    assert is_uniform(_tally(lambda: below(entropy, limit), limit, 40 * limit + 2_000)) or limit == 1


def test_below_rejects_the_uneven_rest() -> None:
    """The top of the byte range, which the modulus would map to small numbers once too often, is drawn anew."""
    size = 9
    assert below(_OneByte(b"\xff" * size, (5).to_bytes(size, "little")), 200) == 5
    span = 256**size
    last = span - span % 200 - 1
    assert below(_OneByte(last.to_bytes(size, "little")), 200) == 199
    assert below(_OneByte((last + 1).to_bytes(size, "little"), bytes(size)), 200) == 0


def test_the_uniform_check_sees_a_modulus_bias() -> None:
    """One byte modulo 200 is what a hurried hand writes."""
    entropy = SystemEntropy()
    assert not is_uniform(_tally(lambda: entropy.token(1)[0] % 200, 200, 20_000))


@given(st.integers(1, 2**300), st.integers(0, 2**32))
def test_below_stays_below(limit: int, seed: int) -> None:
    assert 0 <= below(SeededEntropy(seed), limit) < limit


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_permutation_is_uniform(size: int) -> None:
    orders = {order: number for number, order in enumerate(permutations(range(size)))}
    entropy = SystemEntropy()
    drawn = [tuple(int(place) for place in permutation(entropy, size)) for _ in range(300 * factorial(size))]
    counted = Counter(orders[order] for order in drawn)
    assert is_uniform([counted[number] for number in range(len(orders))])


def test_the_uniform_check_sees_a_naive_shuffle() -> None:
    """Swapping each place with any place gives 27 ways for 6 orders: not even."""
    entropy = SystemEntropy()

    def naive() -> tuple[int, ...]:
        order = [0, 1, 2]
        for place in range(3):
            other = below(entropy, 3)
            order[place], order[other] = order[other], order[place]
        return tuple(order)

    orders = {order: number for number, order in enumerate(permutations(range(3)))}
    counted = Counter(orders[naive()] for _ in range(30_000))
    assert not is_uniform([counted[number] for number in range(6)])


@given(st.integers(0, 200), st.integers(0, 2**32))
def test_a_permutation_has_each_place_once(size: int, seed: int) -> None:
    drawn = permutation(SeededEntropy(seed), size)
    assert drawn.shape == (size,)
    assert drawn.dtype == np.int64
    assert sorted(drawn.tolist()) == list(range(size))


def test_a_permutation_sorts_by_the_whole_key() -> None:
    """Two keys that agree in one half are ordered by the other; sorting by the low half alone would tie."""

    class Fixed:
        private = False

        def token(self, size_bytes: int) -> bytes:
            keys = [(1, 2), (1, 1), (0, 9)]
            data = b"".join(high.to_bytes(8, "little") + low.to_bytes(8, "little") for high, low in keys)
            assert len(data) == size_bytes
            return data

    assert permutation(Fixed(), 3).tolist() == [2, 1, 0]


def test_the_system_cannot_be_replayed_and_a_seed_can() -> None:
    assert SystemEntropy().private
    assert not SeededEntropy(1).private
    assert SystemEntropy().token(32) != SystemEntropy().token(32)
    one, same, other = SeededEntropy(1), SeededEntropy(1), SeededEntropy(2)
    first = one.token(32)
    assert first == same.token(32)
    assert first != other.token(32)
    assert first != one.token(32), "a second draw is another one"


def test_a_world_generator_is_replayed_by_its_seed() -> None:
    assert seeded_generator(5).integers(10**9, size=4).tolist() == seeded_generator(5).integers(10**9, size=4).tolist()
    assert seeded_generator(5).integers(10**9, size=4).tolist() != seeded_generator(6).integers(10**9, size=4).tolist()
