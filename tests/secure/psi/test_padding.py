"""Truncated two-sided geometric noise: its delta against the sum over all outcomes, and the draw against its law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from privshare.errors import NoiseRefused
from privshare.model.loss import PrivacyLoss
from privshare.secure import noise
from privshare.secure.psi.padding import clamped_delta, draw_dummies, dummy_noise, exact_delta, radius

EPSILONS = (100_000, 250_000, 500_000, 1_000_000, 2_000_000)


def truncated_law(micro_epsilon: int, s: int, sensitivity: int = 1) -> np.ndarray:
    """P(Z = z) for z = -s..s, drawn anew outside."""
    weight = np.exp(-micro_epsilon / 1e6 / sensitivity * np.abs(np.arange(-s, s + 1)))
    return weight / weight.sum()


def clamped_law(micro_epsilon: int, s: int, sensitivity: int = 1) -> np.ndarray:
    """The same, with what falls outside moved to the ends."""
    q = math.exp(-micro_epsilon / 1e6 / sensitivity)
    law = (1 - q) / (1 + q) * q ** np.abs(np.arange(-s, s + 1)).astype(float)
    law[[0, -1]] = q**s / (1 + q)
    return law


def hockey_stick(law: np.ndarray, micro_epsilon: float, shift: int) -> float:
    """Sum over all outcomes of max(0, P - e^eps Q), where Q is P moved by `shift` people."""
    padded = np.concatenate([np.zeros(abs(shift)), law, np.zeros(abs(shift))])
    moved = np.roll(padded, shift)
    return float(np.maximum(0, padded - math.exp(micro_epsilon / 1e6) * moved).sum())


def worst(law: np.ndarray, micro_epsilon: int, sensitivity: int) -> float:
    shifts = [shift for shift in range(-sensitivity, sensitivity + 1) if shift]
    return max(hockey_stick(law, micro_epsilon, shift) for shift in shifts)


@pytest.mark.parametrize(("micro_epsilon", "radii"), [
    (100_000, (109, 178, 248)),
    (250_000, (47, 75, 103)),
    (500_000, (25, 39, 53)),
    (1_000_000, (14, 20, 27)),
])
def test_radii_of_the_specification(micro_epsilon: int, radii: tuple[int, ...]) -> None:
    """delta 1e-6, 1e-9 and 2^-40."""
    assert tuple(radius(micro_epsilon, delta) for delta in (10**9, 10**6, 909)) == radii


def test_radii_for_three_identifiers_a_person() -> None:
    assert tuple(radius(1_000_000, delta, 3) for delta in (10**9, 10**6, 909)) == (41, 62, 83)


@pytest.mark.parametrize("micro_epsilon", EPSILONS)
@pytest.mark.parametrize("sensitivity", [1, 3])
@pytest.mark.parametrize("s", [3, 10, 40])
def test_the_formula_is_the_sum_over_all_outcomes(micro_epsilon: int, sensitivity: int, s: int) -> None:
    law = truncated_law(micro_epsilon, s, sensitivity)
    assert law.sum() == pytest.approx(1, rel=1e-12)
    assert worst(law, micro_epsilon, sensitivity) == pytest.approx(exact_delta(micro_epsilon, s, sensitivity), rel=1e-9)
    clamped = clamped_law(micro_epsilon, s, sensitivity)
    assert clamped.sum() == pytest.approx(1, rel=1e-12)
    assert worst(clamped, micro_epsilon, sensitivity) == pytest.approx(
        clamped_delta(micro_epsilon, s, sensitivity), rel=1e-9
    )


@pytest.mark.parametrize("micro_epsilon", EPSILONS)
@pytest.mark.parametrize("delta_e15", [10**9, 10**6])
def test_a_radius_keeps_its_delta_and_clamping_would_not(micro_epsilon: int, delta_e15: int) -> None:
    s, delta = radius(micro_epsilon, delta_e15), delta_e15 / 1e15
    assert worst(truncated_law(micro_epsilon, s), micro_epsilon, 1) <= delta
    assert exact_delta(micro_epsilon, s - 1) > delta / (1 + 1e-8)  # the smallest such radius
    if micro_epsilon <= 500_000:
        assert worst(clamped_law(micro_epsilon, s), micro_epsilon, 1) > delta


@pytest.mark.parametrize("micro_epsilon", EPSILONS)
@pytest.mark.parametrize("sensitivity", [2, 3, 7])
def test_a_radius_keeps_its_delta_for_a_person_with_several_identifiers(micro_epsilon: int, sensitivity: int) -> None:
    """Every shift up to the sensitivity, of one number or spread over several; clamped noise goes beyond it."""
    s, delta = radius(micro_epsilon, 10**9, sensitivity), 1e-6
    law = truncated_law(micro_epsilon, s, sensitivity)
    assert worst(law, micro_epsilon, sensitivity) <= delta
    assert exact_delta(micro_epsilon, s - 1, sensitivity) > delta / (1 + 1e-8)
    if micro_epsilon / sensitivity <= 500_000:
        assert worst(clamped_law(micro_epsilon, s, sensitivity), micro_epsilon, sensitivity) > delta
    # Basic composition over groups: a person who moves several numbers pays for each a share of epsilon.
    for parts in ([1] * sensitivity, [1, sensitivity - 1], [sensitivity]):
        shares = [hockey_stick(law, micro_epsilon * part / sensitivity, part) for part in parts]
        assert sum(shares) <= delta * (1 + 1e-6)


def test_moving_two_numbers_is_within_the_delta_of_moving_one_by_two() -> None:
    """The pair of two truncated draws against both moved by 1, summed over all outcomes: no composition theorem."""
    micro_epsilon, s = 1_000_000, 6
    law = truncated_law(micro_epsilon, s, 2)
    padded, moved = np.append(law, 0), np.append(0, law)
    joint, other = np.outer(padded, padded), np.outer(moved, moved)
    delta = float(np.maximum(0, joint - math.exp(1) * other).sum())
    assert 0 < delta <= exact_delta(micro_epsilon, s, 2)


def test_clamping_multiplies_delta() -> None:
    factors = [clamped_delta(e, s) / exact_delta(e, s) for e, s in ((100_000, 178), (250_000, 75), (500_000, 39))]
    assert [round(factor, 1) for factor in factors] == [19.8, 7.4, 2.5]


@pytest.mark.parametrize(("micro_epsilon", "delta_e15", "sensitivity"), [
    (0, 10**6, 1), (20_000_001, 10**6, 1), (10**6, 0, 1), (10**6, 10**15, 1), (10**6, 10**6, 0), (100, 10**6, 1),
])
def test_noise_that_no_number_of_dummies_gives_is_refused(micro_epsilon: int, delta_e15: int, sensitivity: int) -> None:
    with pytest.raises(NoiseRefused):
        radius(micro_epsilon, delta_e15, sensitivity)


def p_value(draws: np.ndarray, law: np.ndarray, s: int) -> float:
    """Chi-square of draws in -s..s against a law; cells expected below 5 are joined with the outermost."""
    observed = np.bincount(draws + s, minlength=2 * s + 1).astype(float)
    return float(stats.chisquare(*joined(observed, law * len(draws))).pvalue)


def joined(observed: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rare = expected < 5
    if not rare.any():
        return observed, expected
    return np.append(observed[~rare], observed[rare].sum()), np.append(expected[~rare], expected[rare].sum())


def test_draws_follow_the_truncated_law_and_no_other() -> None:
    """20,000 draws; false alarm 1e-9. The same draws must not pass for another epsilon or for clamping."""
    micro_epsilon, s = 500_000, 4
    mechanism = noise.laplace_mechanism(sensitivity=1, loss=PrivacyLoss(micro_epsilon))
    draws = np.array(noise.truncated_laplace(20_000, mechanism, radius=s))
    assert p_value(draws, truncated_law(micro_epsilon, s), s) > 1e-9
    for wrong in (truncated_law(700_000, s), truncated_law(350_000, s), clamped_law(micro_epsilon, s)):
        assert p_value(draws, wrong, s) < 1e-9
    clamped = np.clip(np.array(noise.add_laplace([0] * 20_000, mechanism)), -s, s)
    assert p_value(clamped, truncated_law(micro_epsilon, s), s) < 1e-9


def test_numbers_of_dummies_are_never_negative() -> None:
    dummies = dummy_noise(2_000_000, 2 * 10**13)
    drawn = draw_dummies(dummies, 500)
    assert dummies.radius == 2
    assert set(drawn) <= set(range(5))
    assert len(set(drawn)) > 1
