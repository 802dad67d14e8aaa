"""The door to Gaussian noise: the debit belongs to the batch, and no mechanism exists beyond it.

Two proofs of the loss: the library's conversion, and our own of the same rho, which shares no code with it.
"""

from __future__ import annotations

import math
from fractions import Fraction

import opendp.prelude as dp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import NoiseRefused
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.secure.noise import (
    SCALE_MAX,
    VALUE_MAX,
    GaussianMechanism,
    add_gaussian,
    gaussian,
    gaussian_mechanisms,
    laplace_mechanism,
)
from privshare.use.release.concentrated import epsilon_at, rho_of

LOSS = PrivacyLoss(MICRO, 10**9)


def one(sensitivity: int = 1, loss: PrivacyLoss = LOSS) -> GaussianMechanism:
    return gaussian_mechanisms(sensitivities=(sensitivity,), weights=(1,), loss=loss)[0]


@pytest.mark.parametrize("sensitivity", [0, -1, True, 1.0, math.nan, "1", None, VALUE_MAX + 1])
def test_a_sensitivity_that_is_no_whole_number_in_range_is_refused(sensitivity: object) -> None:
    with pytest.raises(NoiseRefused, match="sensitivity"):
        gaussian_mechanisms(sensitivities=(sensitivity,), weights=(1,), loss=LOSS)  # type: ignore[arg-type]


@pytest.mark.parametrize("weights", [(), (0,), (-1,), (1.0,), (True,), (1, 1)])
def test_weights_are_whole_numbers_above_zero_one_a_vector(weights: tuple[object, ...]) -> None:
    with pytest.raises(NoiseRefused, match="weights"):
        gaussian_mechanisms(sensitivities=(1,), weights=weights, loss=LOSS)  # type: ignore[arg-type]


def test_no_delta_no_epsilon_no_noise() -> None:
    for loss in (PrivacyLoss(MICRO), PrivacyLoss(0, 10**9), PrivacyLoss(21 * MICRO, 10**9), 1.0, None):
        with pytest.raises(NoiseRefused):
            gaussian_mechanisms(sensitivities=(1,), weights=(1,), loss=loss)  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf, 1e300, 1, "1"])
def test_a_scale_out_of_range_makes_no_mechanism(scale: object) -> None:
    with pytest.raises(NoiseRefused, match="scale"):
        GaussianMechanism(1, LOSS, scale, 0.01)  # type: ignore[arg-type]


def test_the_library_itself_would_build_a_measurement_without_noise() -> None:
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="i64")
    assert dp.m.make_gaussian(*space, scale=0.0)([7, 8]) == [7, 8]


def test_a_mechanism_narrower_than_its_debit_cannot_be_made() -> None:
    good = one()
    assert GaussianMechanism(1, LOSS, good.scale, good.batch_rho) == good
    with pytest.raises(NoiseRefused, match="part of its batch"):
        GaussianMechanism(1, LOSS, good.scale * 0.99, good.batch_rho)
    with pytest.raises(NoiseRefused, match="above the debit"):
        GaussianMechanism(1, LOSS, good.scale * 0.99, good.batch_rho * 1.05)
    with pytest.raises(NoiseRefused, match="above the debit"):
        GaussianMechanism(1, PrivacyLoss(MICRO - 10, 10**9), good.scale, good.batch_rho)
    for rho in (0.0, math.nan, math.inf, 1, "1"):
        with pytest.raises(NoiseRefused):
            GaussianMechanism(1, LOSS, good.scale, rho)  # type: ignore[arg-type]


def test_a_scale_beyond_any_draw_is_refused() -> None:
    with pytest.raises(NoiseRefused, match=r"2\^40"):
        one(VALUE_MAX)
    assert one(1, PrivacyLoss(20 * MICRO, 10**14)).scale < 1


@given(
    sensitivities=st.lists(st.integers(1, 10**6), min_size=1, max_size=4),
    data=st.data(),
    micro=st.integers(1_000, 20 * MICRO),
    delta=st.integers(10, 10**13),
)
def test_all_draws_of_a_batch_together_stay_within_the_debit(
    sensitivities: list[int], data: st.DataObject, micro: int, delta: int
) -> None:
    size = len(sensitivities)
    weights = data.draw(st.lists(st.integers(1, 10**6), min_size=size, max_size=size))
    loss = PrivacyLoss(micro, delta)
    try:
        batch = gaussian_mechanisms(sensitivities=sensitivities, weights=weights, loss=loss)
    except NoiseRefused:  # a weight of a millionth may ask for a scale above 2^40
        assert max(sensitivities) * sum(weights) / min(weights) / (micro / MICRO) > 10**6
        return
    rho = sum(rho_of(mechanism.sensitivity, str(mechanism.scale)) for mechanism in batch)
    assert rho <= Fraction(batch[0].batch_rho)
    assert all(Fraction(mechanism.map_epsilon) <= Fraction(micro, MICRO) for mechanism in batch)
    ours = epsilon_at(float(rho), loss.delta)
    assert ours <= loss.epsilon * (1 + 1e-9)
    # and no more noise than that needs
    assert ours >= loss.epsilon * (1 - 1e-6)
    scaled = [m.scale / m.sensitivity * weight for m, weight in zip(batch, weights, strict=True)]
    assert max(scaled) <= min(scaled) * (1 + 1e-9)


@pytest.mark.parametrize("rho", [1e-6, 1e-3, 0.02, 0.245, 1.0, 5.0])
@pytest.mark.parametrize("delta", [1e-12, 1e-6, 0.01, 0.3])
def test_the_librarys_conversion_is_ours(rho: float, delta: float) -> None:
    measurement = gaussian._measurement(math.sqrt(0.5 / rho))
    theirs = gaussian._converted(float(measurement.map(1)), PrivacyLoss(1, round(delta * 10**15)))
    assert theirs == pytest.approx(epsilon_at(float(measurement.map(1)), delta), rel=1e-6, abs=1e-9)


def test_two_measures_cost_less_than_twice_the_noise() -> None:
    """What zCDP is for: with Laplace noise the scale would double."""
    alone, (first, second) = one(), gaussian_mechanisms(sensitivities=(1, 1), weights=(1, 1), loss=LOSS)
    assert first.scale == second.scale
    assert first.scale / alone.scale == pytest.approx(math.sqrt(2), rel=1e-9)
    assert laplace_mechanism(sensitivity=1, loss=PrivacyLoss(MICRO // 2)).scale == 2.0


@pytest.mark.parametrize("values", [[0.5], [True], ["1"], [None], [VALUE_MAX + 1], [-VALUE_MAX - 1]])
def test_only_whole_numbers_in_range_are_noised(values: list[object]) -> None:
    with pytest.raises(NoiseRefused):
        add_gaussian(values, one())  # type: ignore[arg-type]


def test_noise_comes_from_a_checked_mechanism_only() -> None:
    laplace = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(MICRO))
    for mechanism in (laplace, laplace._measurement, None):
        with pytest.raises(NoiseRefused):
            add_gaussian([1], mechanism)  # type: ignore[arg-type]


def test_shape_and_order_stay_and_large_numbers_lose_no_digit() -> None:
    narrow = one(1, PrivacyLoss(20 * MICRO, 10**14))
    values = [2**53 - 50, -(2**53) + 50, 0]
    drawn = add_gaussian(values, narrow)
    # Sigma is below 1, so 40 away has probability below e^-800.
    assert all(abs(new - old) <= 40 for new, old in zip(drawn, values, strict=True))
    assert add_gaussian([], narrow) == ()
    assert one(1, PrivacyLoss(2_000, 1)).scale < SCALE_MAX
