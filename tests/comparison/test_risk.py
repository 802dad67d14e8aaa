"""Wilson's interval against scipy; the ceiling against every decision rule over the noise's own distribution."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from privshare.attacks.adversary import Adversary, AttackResult, wilson_interval
from privshare.comparison.risk import ceiling_at_even_odds, judge
from privshare.model.loss import DELTA_UNIT, PrivacyLoss

FRAME = Adversary("goal", "view", "background")


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    successes, attempts = counts
    low, high = wilson_interval(successes, attempts, z=float(norm.ppf(0.975)))
    theirs = binomtest(successes, attempts).proportion_ci(0.95, method="wilson")
    assert low == pytest.approx(theirs.low, abs=1e-12)
    assert high == pytest.approx(theirs.high, abs=1e-12)
    assert 0 <= low <= successes / attempts <= high <= 1


def test_wilson_without_attempts_says_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert judge(attack="a", against="b", adversary=FRAME, right=[], baseline=0.5, ceiling=None, note="").rate == 0.0


def best_success(epsilon: float, reach: int) -> float:
    """Return the success of the best of all guesses: two-sided geometric noise on 0 or 1, each output judged alone.

    For every output the best guess is the likelier of the two worlds, so the sum of the larger halves is the
    largest success of any decision rule whatever.
    """
    weight = {k: math.exp(-epsilon * abs(k)) for k in range(-reach, reach + 2)}
    total = math.fsum(math.exp(-epsilon * abs(k)) for k in range(-20 * reach, 20 * reach))
    return math.fsum(max(weight[k], weight.get(k - 1, 0.0)) / 2 for k in weight) / total


@pytest.mark.parametrize("micro", [50_000, 100_000, 500_000, 1_000_000, 2_000_000])
def test_the_ceiling_is_what_the_best_guess_reaches(micro: int) -> None:
    """Geometric noise at sensitivity 1 attains the bound, so the ceiling is neither passed nor loose."""
    loss = PrivacyLoss(micro)
    reach = 40_000_000 // micro
    assert best_success(loss.epsilon, reach) == pytest.approx(ceiling_at_even_odds(loss), abs=1e-9)


def test_the_ceiling_holds_over_every_rule_on_a_small_mechanism() -> None:
    """All 2^4 decision rules on the (epsilon, delta) mechanism that attains the bound: four outputs, two worlds."""
    for micro, delta in ((500_000, 0.1), (1_000_000, 0.0), (100_000, 0.01)):
        loss = PrivacyLoss(micro, round(delta * DELTA_UNIT))
        grown = math.exp(loss.epsilon)
        zero = (delta, (1 - delta) * grown / (1 + grown), (1 - delta) / (1 + grown), 0.0)
        one = tuple(reversed(zero))
        best = max(
            sum((one if guess else zero)[output] / 2 for output, guess in enumerate(rule))
            for rule in product((False, True), repeat=4)
        )
        assert best == pytest.approx(ceiling_at_even_odds(loss), abs=1e-12)


@given(st.integers(0, 20_000_000), st.integers(0, DELTA_UNIT))
def test_the_ceiling_lies_between_a_coin_and_certainty(micro: int, delta: int) -> None:
    ceiling = ceiling_at_even_odds(PrivacyLoss(micro, delta))
    assert 0.5 <= ceiling <= 1.0
    assert ceiling >= ceiling_at_even_odds(PrivacyLoss(micro // 2, delta // 2))


def test_no_loss_is_a_coin_and_delta_one_is_no_promise() -> None:
    assert ceiling_at_even_odds(PrivacyLoss(0)) == 0.5
    assert ceiling_at_even_odds(PrivacyLoss(0, DELTA_UNIT)) == 1.0


def test_a_judge_counts_what_was_right() -> None:
    right = [True, False, True]
    result = judge(
        attack="dictionary", against="hash", adversary=FRAME, right=right, baseline=0.1, ceiling=0.6, note="n"
    )
    assert result == AttackResult("dictionary", "hash", FRAME, 3, 2, 0.1, 0.6, "n")
    assert result.rate == pytest.approx(2 / 3)
