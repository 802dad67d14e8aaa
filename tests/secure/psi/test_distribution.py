"""End to end, with the real noise: what is published follows the law that the terms promise, and no other.

Every chi-square passes at the promised scale with a false-alarm probability of
1e-9, and must fail for laws whose epsilon is half or twice as large.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy import stats

from privshare.exchange.channel import run_together
from privshare.model.entropy import SystemEntropy
from privshare.secure import noise
from privshare.secure.psi import size, totals
from privshare.secure.psi.padding import radius
from tests.secure.psi.playing import A, B, U, grouped, item, people, valued
from tests.secure.psi.test_padding import joined, truncated_law

FALSE_ALARM = 1e-9
REACH = 60


def two_sided(scale: float) -> np.ndarray:
    """P(Z = z) for z = -REACH..REACH; what lies beyond is below e^-30 for the scales used here."""
    q = np.exp(-1 / scale)
    return (1 - q) / (1 + q) * q ** np.abs(np.arange(-REACH, REACH + 1))


def sum_of(*laws: np.ndarray) -> np.ndarray:
    """The law of a sum of independent draws; each argument is symmetric about its middle, and so is the answer."""
    total = np.array([1.0])
    for law in laws:
        total = np.convolve(total, law)
    return total


def p_value(errors: list[int], law: np.ndarray) -> float:
    middle = len(law) // 2
    observed = np.bincount(np.array(errors) + middle, minlength=len(law)).astype(float)
    assert len(observed) == len(law)
    return float(stats.chisquare(*joined(observed, law / law.sum() * len(errors))).pvalue)


def size_law(micro_epsilon: int, s: int) -> np.ndarray:
    return sum_of(truncated_law(micro_epsilon, s), two_sided(1e6 / micro_epsilon))


def test_the_published_size_what_each_holder_sees_of_it_and_both_list_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """500 runs at epsilon 1, delta 0.02. Five statistics of the same runs: the size, each view of it, two lengths.

    A sees the count with B's dummies in it; B subtracts its dummies from what is published and is left with A's noise.
    """
    counted: list[int] = []
    drawing = noise.add_laplace

    def watched(values: tuple[int, ...], mechanism: noise.LaplaceMechanism) -> tuple[int, ...]:
        if threading.current_thread().name == A and len(values) == 1:
            counted.extend(values)
        return drawing(values, mechanism)

    terms = size.SizeTerms(pad_micro=1_000_000, count_micro=1_000_000, delta_e15=2 * 10**13)
    s = radius(1_000_000, 2 * 10**13)
    a, b, stream = people(range(3)), people(range(1, 4)), SystemEntropy()
    errors, pads = [], {A: [], B: []}
    monkeypatch.setattr("privshare.secure.psi.size.holders.noise.add_laplace", watched)
    for _ in range(500):
        results, transcript = run_together({
            A: size.holder_a(a, terms, peer=B, entropy=stream), B: size.holder_b(b, terms, peer=A, entropy=stream),
        })
        errors.append(results[A] - 2)
        for message in transcript.messages:
            if message.payload.kind == "points":
                pads[message.sender].append(message.payload.items - 3 - 2 * s - s)
    assert p_value(errors, size_law(1_000_000, s)) > FALSE_ALARM
    for wrong in (500_000, 2_000_000):
        assert p_value(errors, size_law(wrong, s)) < FALSE_ALARM
    assert p_value(errors, two_sided(1.0)) < FALSE_ALARM  # as if only one of them had added noise
    seen_by_a = [count - 2 for count in counted]
    seen_by_b = [error - view for error, view in zip(errors, seen_by_a, strict=True)]
    assert p_value(seen_by_a, truncated_law(1_000_000, s)) > FALSE_ALARM
    assert p_value(seen_by_b, two_sided(1.0)) > FALSE_ALARM
    assert p_value(seen_by_a, truncated_law(2_000_000, s)) < FALSE_ALARM
    assert p_value(seen_by_b, two_sided(0.5)) < FALSE_ALARM
    for drawn in pads.values():
        assert p_value(drawn, truncated_law(1_000_000, s)) > FALSE_ALARM
        assert p_value(drawn, truncated_law(2_000_000, s)) < FALSE_ALARM


def test_published_counts_and_sums_of_a_table() -> None:
    """40 runs of 64 groups, each with 2 common people and sum 3; counts at epsilon 1, sums at 2 with values to 3."""
    groups = 64
    terms = totals.TotalsTerms(
        groups=tuple((str(number),) for number in range(groups)),
        pad_micro=1_000_000,
        count_micro=1_000_000,
        sum_micro=2_000_000,
        delta_e15=2 * 10**13,
        value_max=3,
    )
    s = radius(1_000_000, 2 * 10**13)
    brought = grouped({item(number): number % groups for number in range(3 * groups)})
    worth = valued({item(number): 1 + number // groups for number in range(2 * groups)})
    stream = SystemEntropy()
    counts, sums = [], []
    for _ in range(40):
        results, _ = run_together({
            A: totals.grouping_holder(brought, terms, value_holder=B, unit=U, entropy=stream),
            B: totals.value_holder(worth, terms, grouping_holder=A, unit=U, entropy=stream),
            U: totals.linkage_unit(totals.unit_terms(terms), grouping_holder=A, value_holder=B, entropy=stream),
        })
        counts += [count - 2 for count, _ in results[U]]
        sums += [total - 3 for _, total in results[U]]
    assert p_value(counts, size_law(1_000_000, s)) > FALSE_ALARM
    assert p_value(sums, sum_of(two_sided(1.5), two_sided(1.5))) > FALSE_ALARM
    for factor in (0.5, 2.0):
        assert p_value(counts, size_law(int(1_000_000 * factor), s)) < FALSE_ALARM
        assert p_value(sums, sum_of(two_sided(1.5 * factor), two_sided(1.5 * factor))) < FALSE_ALARM
    assert p_value(sums, two_sided(1.5)) < FALSE_ALARM  # as if only one of them had added noise
