"""Privacy loss distributions against exact rational composition, closed formulas and another accountant's figures."""

from __future__ import annotations

import importlib.util
import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import ParameterRefused
from privshare.use.release import loss_distribution
from privshare.use.release.loss_distribution import LossDistribution, any_mechanism, lone_number, repeated, together

TIGHT = 2e-3
EPSILONS = (0.0, 0.05, 0.3, 0.7, 1.1)


def response(odds: Fraction, delta: Fraction = Fraction(0)) -> list[tuple[Fraction, Fraction]]:
    """Return (P, Q) of each output of the dominating pair for epsilon = log(odds)."""
    truth = odds / (1 + odds) * (1 - delta)
    lie = (1 - delta) - truth
    return [(truth, lie), (lie, truth), (delta, Fraction(0)), (Fraction(0), delta)]


def geometric(decay: Fraction, shift: int) -> list[tuple[Fraction, Fraction]]:
    """Return (P, Q) of each output, tails taken together, where their ratio is constant."""
    norm = (1 - decay) / (1 + decay)
    pairs = [(norm * decay ** abs(x), norm * decay ** abs(x - shift)) for x in range(1, shift)]
    low, high = 1 / (1 + decay), decay**shift / (1 + decay)
    return [*pairs, (low, high), (high, low)]


def exact_delta(kinds: list[list[tuple[Fraction, Fraction]]], odds: Fraction) -> Fraction:
    """Return delta at epsilon = log(odds) by going through every combination of outputs: slow and exact."""
    total = Fraction(0)
    for outputs in product(*kinds):
        with_person = math.prod((p for p, _ in outputs), start=Fraction(1))
        without = math.prod((q for _, q in outputs), start=Fraction(1))
        total += max(Fraction(0), with_person - odds * without)
    return total


def swapped(kind: list[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    return [(q, p) for p, q in kind]


ODDS = st.fractions(min_value=Fraction(21, 20), max_value=4, max_denominator=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(ODDS, min_size=1, max_size=5), st.fractions(min_value=1, max_value=60, max_denominator=50))
def test_randomized_responses_of_any_size_are_never_below_the_exact_delta_and_close_to_it(
    odds: list[Fraction], at: Fraction
) -> None:
    kinds = [response(one) for one in odds]
    found = together([(any_mechanism(math.log(one)), 1) for one in odds]).delta(math.log(at))
    exact = exact_delta([kind[:2] for kind in kinds], at)
    assert found >= float(exact)
    assert found <= float(exact) + TIGHT
    assert exact == exact_delta([swapped(kind[:2]) for kind in kinds], at)  # adding and removing a person


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([Fraction(1, 2), Fraction(4, 5), Fraction(9, 10)]), st.integers(1, 5)),
             min_size=1, max_size=3),
    st.fractions(min_value=1, max_value=20, max_denominator=20),
)  # fmt: skip
def test_lone_numbers_of_any_sensitivity_are_never_below_the_exact_delta_and_close_to_it(
    draws: list[tuple[Fraction, int]], at: Fraction
) -> None:
    kinds = [geometric(decay, shift) for decay, shift in draws]
    ours = [(lone_number(shift, -1 / math.log(decay)), 1) for decay, shift in draws]
    found, exact = together(ours).delta(math.log(at)), exact_delta(kinds, at)
    assert float(exact) * (1 - 1e-12) <= found <= float(exact) + TIGHT
    assert exact == exact_delta([swapped(kind) for kind in kinds], at)


def test_deltas_at_infinity_add_up_as_in_exact_composition() -> None:
    kinds = [response(Fraction(2), Fraction(1, 100)), response(Fraction(3, 2), Fraction(1, 50))]
    ours = together([(any_mechanism(math.log(2), 0.01), 1), (any_mechanism(math.log(1.5), 0.02), 1)])
    for at in (Fraction(1), Fraction(2), Fraction(3), Fraction(9)):
        exact = float(exact_delta(kinds, at))
        assert exact <= ours.delta(math.log(at)) <= exact + TIGHT
    assert ours.epsilon(0.02) == math.inf


@pytest.mark.parametrize("times", [1, 2, 7, 100, 1000])
def test_equal_randomized_responses_follow_the_binomial_formula_to_nine_digits(times: int) -> None:
    """delta(epsilon) = sum over k lies of (p_k - e^epsilon q_k)+, Kairouz, Oh and Viswanath 2015, Theorem 3.3."""
    whole = repeated(any_mechanism(0.1), times)
    odds = Fraction(math.exp(0.1))
    for epsilon in (0.0, 0.05 * times, 0.1 * times - 0.05):
        at = Fraction(math.exp(epsilon))
        terms = (math.comb(times, k) * (odds ** (times - k) - at * odds**k) for k in range(times + 1))
        exact = float(sum((term for term in terms if term > 0), Fraction(0)) / (1 + odds) ** times)
        assert exact * (1 - 1e-11) <= whole.delta(epsilon) <= exact * (1 + 3e-9) + 1e-25


def test_no_batch_is_above_the_sum_of_its_epsilons_by_more_than_the_grid() -> None:
    for epsilons in ([0.1, 0.2], [0.5, 0.5, 1.0], [0.05 * n for n in range(1, 11)]):
        whole = together([(any_mechanism(epsilon), 1) for epsilon in epsilons])
        assert whole.epsilon(0.0) <= sum(epsilons) * (1 + TIGHT)
        assert whole.epsilon(0.0) >= sum(epsilons) * (1 - 1e-12)


def test_epsilon_and_delta_are_monotone_and_each_other_s_inverse() -> None:
    one = together([(any_mechanism(0.3), 20), (lone_number(7, 30.0), 5)])
    more = together([(any_mechanism(0.3), 21), (lone_number(7, 30.0), 5)])
    deltas = [10.0**-power for power in range(1, 15)]
    epsilons = [one.epsilon(delta) for delta in deltas]
    assert epsilons == sorted(epsilons)
    for delta, epsilon in zip(deltas, epsilons, strict=True):
        assert one.delta(epsilon) == pytest.approx(delta, rel=1e-6)
        assert more.epsilon(delta) > epsilon
    falling = [one.delta(epsilon) for epsilon in EPSILONS]
    assert falling == sorted(falling, reverse=True)


def test_a_grid_gives_what_the_draws_own_points_give_without_one() -> None:
    own = repeated(any_mechanism(0.1), 1000)
    grid = together([(any_mechanism(0.1), 500), (any_mechanism(0.1 * (1 + 1e-13)), 500)])
    for delta in (1e-3, 1e-6, 1e-12):
        assert own.epsilon(delta) <= grid.epsilon(delta) * (1 + 1e-9)
        assert grid.epsilon(delta) <= own.epsilon(delta) * (1 + 1e-4)


def test_a_large_sensitivity_is_taken_together_upwards() -> None:
    """A lone number that moves by D at scale D / epsilon tends to continuous Laplace noise from above."""
    fine, coarse = lone_number(4000, 40_000.0), lone_number(10**9, 10.0**10)
    for epsilon in (0.0, 0.02, 0.05, 0.09):
        continuous = -math.expm1((epsilon - 0.1) / 2)
        assert continuous <= coarse.delta(epsilon) <= continuous * (1 + TIGHT) + 1e-4
        assert continuous <= fine.delta(epsilon) <= continuous * (1 + TIGHT) + 1e-4


def test_small_shifts_reveal_no_more_than_the_whole_sensitivity() -> None:
    whole = lone_number(9, 4.0)
    for shift in range(1, 9):
        for epsilon in EPSILONS:
            assert lone_number(shift, 4.0).delta(epsilon) <= whole.delta(epsilon) * (1 + 1e-12)


def test_thousands_of_draws_lose_no_mass_on_the_way() -> None:
    for whole in (
        repeated(lone_number(100, 1000.0), 3000),
        together([(any_mechanism(0.01 + 0.0001 * n), 3) for n in range(200)]),
        together([(any_mechanism(5.0), 400), (any_mechanism(0.01), 400)]),
    ):
        assert float(whole.masses.sum()) + whole.infinite == pytest.approx(1, abs=1e-9)
        assert whole.infinite < 1e-18


# dp-accounting 0.6.0, privacy_loss_distribution.from_discrete_laplace_mechanism, value_discretization_interval 1e-4
DP_ACCOUNTING = [  # (parameter, sensitivity, how many) of each kind; delta; their epsilon
    ([(0.1, 1, 10)], 1e-6, 0.9993709057223882),
    ([(0.1, 1, 100)], 1e-6, 4.774567588419261),
    ([(0.1, 1, 1000)], 1e-6, 19.344671451058254),
    ([(0.1, 3, 40), (0.5, 1, 3)], 1e-6, 10.208616736648482),
    ([(0.1, 3, 40), (0.5, 1, 3)], 1e-9, 12.01093179649736),
    ([(0.02, 7, 200), (1.0, 1, 1)], 1e-6, 11.304652174678667),
    ([(0.02, 7, 200), (1.0, 1, 1)], 1e-9, 13.66174542177321),
]


@pytest.mark.parametrize(("draws", "delta", "theirs"), DP_ACCOUNTING)
def test_figures_of_dp_accounting_are_met_within_a_thousandth(
    draws: list[tuple[float, int, int]], delta: float, theirs: float
) -> None:
    ours = together([(lone_number(shift, 1 / parameter), times) for parameter, shift, times in draws])
    assert ours.epsilon(delta) == pytest.approx(theirs, rel=1e-3)


def test_a_mixed_batch_on_the_grid_is_the_exact_convolution_to_nine_digits() -> None:
    """40 lone numbers (losses of 0.3 and 0.1 up and down) and 3 randomized responses of 0.5, all multiples of 0.1."""
    decay = math.exp(-0.1)
    number = np.array([decay**3, 0, decay**2 * (1 - decay), 0, decay * (1 - decay), 0, 1]) / (1 + decay)
    response = np.array([math.exp(-0.5), *[0.0] * 9, 1]) / (1 + math.exp(-0.5))
    exact = np.ones(1)
    for one in [number] * 40 + [response] * 3:
        exact = np.convolve(exact, one)
    losses = (np.arange(len(exact)) - 135) * 0.1
    ours = together([(lone_number(3, 10.0), 40), (any_mechanism(0.5), 3)])
    for epsilon in (0.0, 4.03, 9.99):
        above = losses > epsilon
        delta = float((exact[above] * -np.expm1(epsilon - losses[above])).sum())
        assert delta * (1 - 1e-12) <= ours.delta(epsilon) <= delta * (1 + 1e-6)


@pytest.mark.skipif(importlib.util.find_spec("dp_accounting") is None, reason="dp-accounting (extra `audit`) is absent")
def test_dp_accounting_agrees_on_mixed_batches() -> None:
    from dp_accounting.pld import privacy_loss_distribution as theirs

    for draws in ([(0.1, 3, 40), (0.5, 1, 3)], [(0.02, 7, 200), (1.0, 1, 1)]):
        other = None
        for parameter, sensitivity, times in draws:
            one = theirs.from_discrete_laplace_mechanism(parameter, sensitivity).self_compose(times)
            other = one if other is None else other.compose(one)
        assert other is not None
        ours = together([(lone_number(shift, 1 / parameter), times) for parameter, shift, times in draws])
        for delta in (1e-3, 1e-6, 1e-9):
            assert ours.epsilon(delta) == pytest.approx(other.get_epsilon_for_delta(delta), rel=2e-3)


def test_dividing_a_mass_the_wrong_way_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def nearest(kind: LossDistribution, step: float) -> tuple[int, loss_distribution.Floats]:
        places = np.floor(kind.points / step).astype(np.int64)
        return int(places[0]), np.bincount(places - places[0], kind.masses).astype(np.float64)

    odds = [Fraction(3, 2), Fraction(7, 5), Fraction(11, 9)]
    at = Fraction(11, 5)
    exact = float(exact_delta([response(one)[:2] for one in odds], at))
    draws = [(any_mechanism(math.log(one)), 1) for one in odds]
    assert together(draws).delta(math.log(at)) >= exact
    monkeypatch.setattr(loss_distribution, "_on_grid", nearest)
    assert together(draws).delta(math.log(at)) < exact


@pytest.mark.parametrize("epsilon", [0.0, -1.0, math.inf, math.nan])
def test_parameters_out_of_range_are_refused(epsilon: float) -> None:
    with pytest.raises(ParameterRefused):
        any_mechanism(epsilon)
    with pytest.raises(ParameterRefused):
        lone_number(1, epsilon)
    with pytest.raises(ParameterRefused):
        together([])
