"""How often no table can be made: the bound against exact sums, the specification's table, and failures counted."""

from __future__ import annotations

from fractions import Fraction
from math import comb, log2

import numpy as np
import pytest
from scipy import stats

from privshare.errors import ProtocolError
from privshare.model.entropy import SeededEntropy
from privshare.secure.psi.transfer.failure import failure_bound
from privshare.secure.psi.transfer.okvs import DENSE, Shape, encode, shape_for
from tests.secure.psi.transfer.plain_okvs import crowded, random_values

FALSE_ALARM = 1e-9


def expected_sets(n: int, slots: int) -> Fraction:
    """E(n) in whole numbers, from p_k = 2^-s sum_j C(s, j) (1 - 2j/s)^k: another way than ball by ball."""
    weights = [comb(slots, j) for j in range(slots + 1)]
    powers = [1] * (slots + 1)
    squares = [(slots - 2 * j) ** 2 for j in range(slots + 1)]
    total = Fraction(0)
    for k in range(2, n + 1, 2):
        powers = [power * square for power, square in zip(powers, squares, strict=True)]
        evenly = sum(weight * power for weight, power in zip(weights, powers, strict=True))
        total += comb(n, k) * Fraction(evenly**3, 1 << 3 * slots) / slots ** (3 * k)
    return total


def brute_force_sets(n: int, slots: int) -> Fraction:
    """E(n) by going through every way that n items can fall, for one segment, and cubing within each set."""
    found = Fraction(0)
    for k in range(2, n + 1):
        evenly = 0
        for way in np.ndindex(*[slots] * k):
            evenly += not any(way.count(slot) % 2 for slot in range(slots))
        found += comb(n, k) * Fraction(evenly, slots**k) ** 3
    return found


@pytest.mark.parametrize(("n", "slots"), [(2, 2), (4, 3), (5, 4), (6, 3)])
def test_two_sums_agree(n: int, slots: int) -> None:
    assert expected_sets(n, slots) == brute_force_sets(n, slots)


@pytest.mark.parametrize("n", [*range(2, 60), 100, 256, 333, 500])
def test_the_bound_is_the_exact_sum(n: int) -> None:
    shape = shape_for(n)
    exact = expected_sets(n, shape.slots)
    assert failure_bound(n, shape) + DENSE == pytest.approx(log2(exact.numerator) - log2(exact.denominator), abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1000, 2000])
def test_the_bound_is_the_exact_sum_for_large_sets(n: int) -> None:
    test_the_bound_is_the_exact_sum(n)


@pytest.mark.parametrize(
    ("n", "bound"),
    [(2, -9.0), (16, -0.9), (64, -2.1), (256, -5.2), (1000, -7.3), (4096, -9.4), (10_000, -10.7), (2**14, -11.2),
     (2**17, -14.2), (2**20, -17.2)],
)  # fmt: skip
def test_the_table_of_the_specification(n: int, bound: float) -> None:
    """From 2^14 on the specification has -6.9, -9.9 and -12.9, from a looser bound on p_k."""
    assert failure_bound(n, shape_for(n)) + DENSE == pytest.approx(bound, abs=0.06)


@pytest.mark.slow
def test_the_bound_for_the_largest_sets() -> None:
    found = [failure_bound(n, shape_for(n)) + DENSE for n in (2**22, 2**24)]
    assert found == pytest.approx([-19.2, -21.2], abs=0.06)


def test_one_item_never_fails() -> None:
    assert failure_bound(1, shape_for(1)) == -np.inf


def test_no_small_set_fails_more_often_than_one_in_2_to_the_64() -> None:
    """18 items are the worst."""
    bounds = {n: failure_bound(n, shape_for(n)) for n in [*range(2, 700), *range(700, 4097, 113)]}
    assert max(bounds, key=bounds.__getitem__) == 18
    assert -64.03 < bounds[18] < -64


@pytest.mark.slow
def test_no_set_up_to_4096_fails_more_often_than_one_in_2_to_the_64() -> None:
    bounds = {n: failure_bound(n, shape_for(n)) for n in range(2, 4097)}
    assert max(bounds, key=bounds.__getitem__) == 18
    assert -64.03 < bounds[18] < -64


def failures(n: int, shape: Shape, runs: int) -> int:
    """Among so many tables for random places, those that could not be made."""
    values, count = random_values(n, 1, bits=1, width=1), 0
    for seed in range(runs):
        try:
            encode(crowded(n, shape.slots, seed, shape), values, SeededEntropy(seed), bits=1)
        except ProtocolError:
            count += 1
    return count


def agrees(count: int, runs: int, bound: float) -> bool:
    """Whether the bound is one, and less than twice the truth, as far as the count can tell."""
    lower = stats.beta.ppf(FALSE_ALARM / 2, count, runs - count + 1)
    upper = stats.beta.ppf(1 - FALSE_ALARM / 2, count + 1, runs - count)
    return bool(lower <= bound and upper >= bound / 2)


@pytest.mark.parametrize(("n", "runs"), [(16, 6000), (64, 8000)])
def test_failures_with_four_dense_rows_are_as_many_as_computed(n: int, runs: int) -> None:
    """At most E(n) / 16 of the tables, and above half of it; false alarms below 1e-9 a case."""
    shape = shape_for(n, dense=4)
    assert agrees(failures(n, shape, runs), runs, 2 ** failure_bound(n, shape))


@pytest.mark.slow
@pytest.mark.parametrize(("n", "runs"), [(16, 200_000), (18, 200_000), (64, 200_000), (256, 200_000), (1000, 100_000)])
def test_failures_with_four_dense_rows_are_as_many_as_computed_over_many_tables(n: int, runs: int) -> None:
    test_failures_with_four_dense_rows_are_as_many_as_computed(n, runs)
