"""The door to noise opens for a checked mechanism only, and what the library would let through is shown beside it."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from fractions import Fraction
from types import SimpleNamespace

import opendp.prelude as dp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import NoiseRefused, ParameterRefused, PrivshareError
from privshare.model.loss import EPSILON_MAX, MICRO, PrivacyLoss, delta_e15, micro_epsilon
from privshare.secure.noise import (
    SCALE_MAX,
    VALUE_MAX,
    LaplaceMechanism,
    add_laplace,
    laplace,
    laplace_mechanism,
    truncated_laplace,
)

ONE = PrivacyLoss(1_000_000)


def library(scale: float, kind: object = "i64") -> object:
    dp.enable_features("contrib")
    return dp.m.make_laplace(dp.vector_domain(dp.atom_domain(T=kind)), dp.l1_distance(T=kind), scale=scale)


@pytest.mark.parametrize(
    "sensitivity", [0, -1, True, False, 1.0, math.nan, math.inf, "1", None, VALUE_MAX + 1, Fraction(1), 10**400]
)
def test_a_sensitivity_that_is_no_whole_number_in_range_is_refused(sensitivity: object) -> None:
    with pytest.raises(NoiseRefused, match="sensitivity"):
        laplace_mechanism(sensitivity=sensitivity, loss=ONE)  # type: ignore[arg-type]
    with pytest.raises(NoiseRefused, match="sensitivity"):
        LaplaceMechanism(sensitivity, ONE, 1.0)  # type: ignore[arg-type]


def test_an_epsilon_out_of_range_is_refused() -> None:
    top = int(EPSILON_MAX * MICRO)
    for micro in (0, top + 1, 10**30):
        with pytest.raises(NoiseRefused, match="epsilon"):
            laplace_mechanism(sensitivity=1, loss=PrivacyLoss(micro))
    assert laplace_mechanism(sensitivity=1, loss=PrivacyLoss(1)).scale >= 1e6
    assert laplace_mechanism(sensitivity=1, loss=PrivacyLoss(top)).scale >= 0.05


@pytest.mark.parametrize("bad", [-1, True, 0.5, math.nan, math.inf, "1", None])
def test_a_loss_that_is_no_whole_number_cannot_even_be_made(bad: object) -> None:
    with pytest.raises(ParameterRefused):
        PrivacyLoss(bad)  # type: ignore[arg-type]
    with pytest.raises(ParameterRefused):
        PrivacyLoss(1, bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1.0, "1", True, -1, 0])
def test_something_that_only_looks_like_a_loss_is_refused(bad: object) -> None:
    lookalike = SimpleNamespace(micro_epsilon=bad, delta_e15=0)
    with pytest.raises(NoiseRefused):
        laplace_mechanism(sensitivity=1, loss=lookalike)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "1e-320", "1e400", "half", "", "0.0000001", "20.000001"])
def test_an_epsilon_written_badly_stops_at_the_door_of_the_file(text: str) -> None:
    with pytest.raises(ParameterRefused):
        micro_epsilon(text)


@pytest.mark.parametrize("text", ["-1e-9", "nan", "inf", "1", "0.01", "few"])
def test_a_delta_written_badly_stops_at_the_door_of_the_file(text: str) -> None:
    with pytest.raises(ParameterRefused):
        delta_e15(text)


def test_a_delta_is_a_mistake_here() -> None:
    with pytest.raises(NoiseRefused, match="delta"):
        laplace_mechanism(sensitivity=1, loss=PrivacyLoss(MICRO, 1))


@pytest.mark.parametrize(
    "scale", [0.0, -0.0, 1e-320, 5e-324, -1.0, math.nan, math.inf, SCALE_MAX * 2, 1, True, "1", None]
)
def test_no_mechanism_can_be_made_with_a_scale_that_was_not_derived(scale: object) -> None:
    with pytest.raises(NoiseRefused):
        LaplaceMechanism(1, ONE, scale)  # type: ignore[arg-type]
    with pytest.raises(NoiseRefused):
        dataclasses.replace(laplace_mechanism(sensitivity=1, loss=ONE), scale=scale)


def test_a_scale_below_the_debit_is_refused_and_above_it_is_not() -> None:
    assert LaplaceMechanism(3, ONE, 3.0).map_epsilon <= 1
    with pytest.raises(NoiseRefused, match="above the debit"):
        LaplaceMechanism(3, ONE, 2.999)
    assert LaplaceMechanism(3, ONE, 300.0).map_epsilon < 0.02


def test_a_scale_that_would_swamp_the_integers_is_refused() -> None:
    with pytest.raises(NoiseRefused, match="scale"):
        laplace_mechanism(sensitivity=VALUE_MAX, loss=PrivacyLoss(1))


@pytest.mark.parametrize("scale", [0.0, 1e-320])
def test_the_library_itself_returns_the_exact_value_at_such_a_scale(scale: float) -> None:
    """The trap that the door is for: OpenDP builds the measurement and answers without noise; only map() tells."""
    trap = library(scale)
    assert trap([17, 40, 2]) == [17, 40, 2]  # type: ignore[operator]
    assert math.isinf(trap.map(1))  # type: ignore[attr-defined]


def test_the_library_saturates_when_asked_for_int() -> None:
    """T=int means 32 bits there: a sum at the edge comes out as if it had no noise upwards, a larger one not at all."""
    narrow = library(1.0, int)
    edge = 2**31 - 1
    assert max(narrow([edge] * 200)) == edge  # type: ignore[operator]
    with pytest.raises(Exception, match="not representable by i32"):
        narrow([edge + 1])  # type: ignore[operator]
    # Of 200 draws at scale 1 all fall at or below 0 with probability (1/(1+e^-1))^200 < 1e-27.
    assert max(add_laplace([edge] * 200, laplace_mechanism(sensitivity=1, loss=ONE))) > edge


@pytest.mark.parametrize("value", [1.0, True, math.nan, "1", None, VALUE_MAX + 1, -VALUE_MAX - 1])
def test_a_value_that_is_no_whole_number_in_range_is_refused(value: object) -> None:
    mechanism = laplace_mechanism(sensitivity=1, loss=ONE)
    with pytest.raises(NoiseRefused) as refused:
        add_laplace([0, value], mechanism)  # type: ignore[list-item]
    assert "9007199254740993" not in str(refused.value)


def test_noise_comes_from_a_checked_mechanism_only() -> None:
    forged = SimpleNamespace(_measurement=lambda values: values, scale=1.0)
    with pytest.raises(NoiseRefused):
        add_laplace([1, 2], forged)  # type: ignore[arg-type]


def test_refusals_come_before_the_library_is_asked_for_a_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def built(scale: float) -> None:
        raise AssertionError("a measurement was built")

    monkeypatch.setattr(laplace, "_measurement", built)
    for sensitivity, loss in ((0, ONE), (1, PrivacyLoss(0)), (1, PrivacyLoss(MICRO, 1)), (VALUE_MAX, PrivacyLoss(1))):
        with pytest.raises(NoiseRefused):
            laplace_mechanism(sensitivity=sensitivity, loss=loss)
    for scale in (0.0, math.nan, 1e300):
        with pytest.raises(NoiseRefused):
            LaplaceMechanism(1, ONE, scale)
    with pytest.raises(AssertionError, match="built"):
        laplace_mechanism(sensitivity=1, loss=ONE)


@given(st.integers(1, 10**7), st.integers(1, int(EPSILON_MAX * MICRO)))
def test_the_map_is_within_the_debit_and_not_below_the_truth(sensitivity: int, micro: int) -> None:
    debit = Fraction(micro, MICRO)
    if sensitivity / debit > SCALE_MAX:
        with pytest.raises(NoiseRefused):
            laplace_mechanism(sensitivity=sensitivity, loss=PrivacyLoss(micro))
        return
    mechanism = laplace_mechanism(sensitivity=sensitivity, loss=PrivacyLoss(micro))
    # the definition, exactly: epsilon = sensitivity / scale for the two-sided geometric
    assert Fraction(sensitivity) / Fraction(mechanism.scale) <= Fraction(mechanism.map_epsilon) <= debit
    # and no more noise than that needs: at most a few doubles above the quotient
    assert Fraction(mechanism.scale) <= Fraction(sensitivity) / debit * (1 + Fraction(1, 2**48))


def test_nothing_in_is_nothing_out_and_lengths_are_kept() -> None:
    mechanism = laplace_mechanism(sensitivity=1, loss=ONE)
    assert add_laplace([], mechanism) == ()
    noised = add_laplace([VALUE_MAX, -VALUE_MAX, 0], mechanism)
    assert len(noised) == 3
    assert all(type(value) is int for value in noised)


@pytest.mark.parametrize("radius", [0, -1, 1.0, True, math.nan, None])
def test_a_bad_radius_is_refused(radius: object) -> None:
    with pytest.raises(NoiseRefused, match="radius"):
        truncated_laplace(1, laplace_mechanism(sensitivity=1, loss=ONE), radius=radius)  # type: ignore[arg-type]


def test_a_radius_far_below_the_scale_is_refused_instead_of_drawing_for_ever() -> None:
    wide = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(1))
    with pytest.raises(NoiseRefused, match="radius"):
        truncated_laplace(1, wide, radius=5)


@pytest.mark.parametrize("count", [-1, 1.0, True, None])
def test_a_bad_number_of_draws_is_refused(count: object) -> None:
    with pytest.raises(NoiseRefused, match="draws"):
        truncated_laplace(count, laplace_mechanism(sensitivity=1, loss=ONE), radius=3)  # type: ignore[arg-type]


def test_refusals_are_of_the_one_family() -> None:
    assert issubclass(NoiseRefused, PrivshareError)


def test_a_forked_process_does_not_repeat_its_parent() -> None:
    """Two children of one process draw 40 values each at scale 10^6: equal by chance below 10^-240."""
    program = (
        "import os\n"
        "from privshare.model.loss import PrivacyLoss\n"
        "from privshare.secure.noise import add_laplace, laplace_mechanism\n"
        "mechanism = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(1))\n"
        "add_laplace([0] * 40, mechanism)\n"
        "for _ in range(2):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        print(add_laplace([0] * 40, mechanism), flush=True)\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    first, second = told.stdout.splitlines()
    assert first != second
