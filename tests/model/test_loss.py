"""Privacy loss: whole numbers, rounded up, nothing but a plain number accepted."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.loss import DELTA_UNIT, MICRO, NO_LOSS, PrivacyLoss, delta_e15, micro_epsilon

NOT_NUMBERS = [
    "", " ", "text", "half", "nan", "NaN", "sNaN", "-nan", "inf", "-inf", "Infinity", "1/2", "0x1", "1,5", "0.5.5",
    "1e", "e5", "--1", "+-1", "1 000", "1_000", "0_5", "0.5 ", " 0.5", "0.5\n", "\u0660.\u0665", "\uff10.\uff15",
    "\u00bd", "0.5f", "True", "None", ".", "+", "1e+", "١",
]  # fmt: skip
BAD_EPSILONS = [
    *NOT_NUMBERS, "0", "0.0", "-0", "-1", "-0.5", "-1e-9", "1e-320", "1e-7", "0.0000009999", "20.000001", "21", "1e308",
    "1e309", "1e999999999", "1e-999999999", "9" * 400, "1e99999999999999999999999",
]  # fmt: skip
BAD_DELTAS = [*NOT_NUMBERS, "-1e-9", "0.0010000001", "0.5", "1", "1e308", "1e99999999999999999999999"]


@pytest.mark.parametrize("text", BAD_EPSILONS)
def test_a_bad_epsilon_is_refused(text: str) -> None:
    with pytest.raises(ParameterRefused) as refused:
        micro_epsilon(text)
    assert isinstance(refused.value, InputRefused)
    assert refused.value.given == text
    assert "0.000001 to 20" in str(refused.value), "it says what would be accepted"


@pytest.mark.parametrize("text", BAD_DELTAS)
def test_a_bad_delta_is_refused(text: str) -> None:
    with pytest.raises(ParameterRefused, match=r"accepted is a number from 0 to 0\.001"):
        delta_e15(text)


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("0.000001", 1), ("0.0000010", 1), ("1e-6", 1), ("0.25", 250_000), ("1", MICRO), ("20", 20 * MICRO),
        ("2E+1", 20 * MICRO), ("0.0000011", 2), ("0.1000001", 100_001), ("19.9999991", 20 * MICRO), ("+0.5", 500_000),
        ("00.5", 500_000), (".5", 500_000), ("5.", 5 * MICRO),
        ("0.5" + "0" * 60 + "1", 500_001), ("0.1" + "0" * 26 + "1", 100_001), ("3." + "0" * 200 + "1", 3_000_001),
    ],
)  # fmt: skip
def test_an_epsilon_is_rounded_up_to_a_millionth(text: str, micro: int) -> None:
    assert micro_epsilon(text) == micro


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("0", 0), ("0.0", 0), ("1e-15", 1), ("1e-16", 1), ("1e-400", 1), ("1e-9", 10**6), ("0.001", 10**12),
        ("1.0000001e-15", 2), ("0.0009" + "0" * 50 + "1", 9 * 10**11 + 1),
    ],
)  # fmt: skip
def test_a_delta_is_rounded_up(text: str, units: int) -> None:
    assert delta_e15(text) == units


def test_a_delta_with_a_monstrous_exponent_is_small_and_quick() -> None:
    """Read as a fraction this one would fill the memory."""
    assert delta_e15("1e-999999999999") == 1


@given(st.integers(1, 20 * 10**12), st.integers(0, 30))
def test_rounding_is_up_and_by_less_than_one_unit(numerator: int, zeros: int) -> None:
    """Against exact fractions: text of a decimal with up to 42 places."""
    text = f"{numerator // 10**12}.{'0' * 0}{numerator % 10**12:012d}{'0' * zeros}"
    exact = Fraction(numerator, 10**12)
    if exact < Fraction(1, MICRO):
        with pytest.raises(ParameterRefused):
            micro_epsilon(text)
    else:
        assert 0 <= micro_epsilon(text) - exact * MICRO < 1


@pytest.mark.parametrize("micro", [-1, 0.5, 1.0, True, False, "1", None, math.nan, math.inf, 10**6 + 0.0])
def test_a_loss_takes_whole_numbers_only(micro: object) -> None:
    with pytest.raises(ParameterRefused):
        PrivacyLoss(micro)  # type: ignore[arg-type]


@pytest.mark.parametrize("units", [-1, 0.0, True, "0", None, math.nan, DELTA_UNIT + 1])
def test_a_delta_is_a_probability_in_whole_units(units: object) -> None:
    with pytest.raises(ParameterRefused):
        PrivacyLoss(0, units)  # type: ignore[arg-type]


LOSSES = st.builds(PrivacyLoss, st.integers(0, 10**18), st.integers(0, DELTA_UNIT))


@given(LOSSES, LOSSES, LOSSES)
def test_composition_adds_and_never_shrinks(a: PrivacyLoss, b: PrivacyLoss, c: PrivacyLoss) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + NO_LOSS == a
    assert a.fits(a + b)
    assert (a + b).micro_epsilon == a.micro_epsilon + b.micro_epsilon
    assert (a + b).delta_e15 == min(DELTA_UNIT, a.delta_e15 + b.delta_e15)


def test_the_float_sum_traps() -> None:
    """Floats lose spends: ten tenths do not make one, and a small spend beside a large one is free."""
    assert 0.1 + 0.1 + 0.1 > 0.3
    assert 2.0**53 + 1.0 == 2.0**53
    tenth = PrivacyLoss(micro_epsilon("0.1"))
    assert (tenth + tenth + tenth).fits(PrivacyLoss(micro_epsilon("0.3")))
    total = PrivacyLoss(2**53)
    assert total + PrivacyLoss(1) != total
    assert not (total + PrivacyLoss(1)).fits(total)


def test_fits_needs_both_parts() -> None:
    cap = PrivacyLoss(1_000_000, 10**6)
    assert PrivacyLoss(1_000_000, 10**6).fits(cap)
    assert not PrivacyLoss(1_000_001, 0).fits(cap)
    assert not PrivacyLoss(0, 10**6 + 1).fits(cap)


def test_a_loss_is_frozen() -> None:
    loss = PrivacyLoss(1)
    with pytest.raises(AttributeError):
        loss.micro_epsilon = 0  # type: ignore[misc]
