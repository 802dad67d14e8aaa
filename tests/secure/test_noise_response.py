"""Randomised response: reports come from checked mechanisms only, with the chances that the epsilon asks for."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal, localcontext
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import opendp.prelude as dp
import pytest

from privshare.errors import NoiseRefused
from privshare.model.entropy import seeded_generator
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.secure.noise import RESPONSES_MAX, ResponseMechanism, respond, response, response_mechanism
from tests.statistical.chance import Law, fits

ONE = PrivacyLoss(MICRO)
DRAWS = 15_000


def law(mechanism: ResponseMechanism, answer: int) -> Law:
    """Chances of each report of one answer."""
    truth, other = (float(chance) for chance in mechanism.chances)
    return Law(0, np.where(np.arange(mechanism.values) == answer, truth, other))


@pytest.mark.parametrize("micro", [1, 10**5, 10**6, 3 * 10**6, 10**7, 2 * 10**7])
@pytest.mark.parametrize("values", [2, 3, 60, RESPONSES_MAX])
def test_no_two_answers_are_further_apart_than_the_debit_and_hardly_nearer(values: int, micro: int) -> None:
    """A second opinion on the library's map: the ratio of exact chances, logarithm with 60 digits."""
    mechanism = response_mechanism(values=values, loss=PrivacyLoss(micro))
    truth, other = mechanism.chances
    assert truth + (values - 1) * other == 1
    with localcontext(prec=60):
        ratio = truth / other
        epsilon = (Decimal(ratio.numerator) / Decimal(ratio.denominator)).ln()
        debit = Decimal(micro) / MICRO
    assert epsilon <= debit
    assert epsilon <= Decimal(mechanism.map_epsilon)
    assert epsilon > debit - Decimal("1e-7")


@pytest.mark.parametrize(("values", "answer"), [(3, 0), (5, 4), (60, 31)])
def test_reports_have_the_chances_that_are_claimed(values: int, answer: int) -> None:
    """False alarms: 1e-11 a case. The same test fails for the chances of another epsilon, and of a lie that may hit."""
    mechanism = response_mechanism(values=values, loss=PrivacyLoss(2 * MICRO))
    drawn = respond([answer] * DRAWS, mechanism)
    right = law(mechanism, answer)
    assert fits(drawn, right)
    for micro in (1_400_000, 2_600_000):
        assert not fits(drawn, law(response_mechanism(values=values, loss=PrivacyLoss(micro)), answer))
    if values < 60:  # with so few values a lie that is the truth by chance shows in so many draws
        hit = Law(0, right.chances[answer] * (np.arange(values) == answer) + (1 - right.chances[answer]) / values)
        chance = seeded_generator(3)
        assert not fits(chance.choice(values, size=DRAWS, p=hit.chances), right)


def test_reports_of_different_people_are_drawn_apart_and_stay_in_order() -> None:
    """At epsilon 20 a report of two values is a lie with a chance of 2.1e-9; more than 2 of 40 with less than 1e-21."""
    answers = [0, 1, 1, 0] * 10
    reports = respond(answers, response_mechanism(values=2, loss=PrivacyLoss(20 * MICRO)))
    assert len(reports) == len(answers)
    assert sum(one != other for one, other in zip(answers, reports, strict=True)) <= 2
    # 200 reports of one answer at epsilon 1e-6 are all alike with a chance of 2^-199.
    assert len(set(respond([0] * 200, response_mechanism(values=2, loss=PrivacyLoss(1))))) == 2
    assert respond([], response_mechanism(values=2, loss=ONE)) == ()


@pytest.mark.parametrize("values", [0, 1, -2, True, 2.0, "2", None, RESPONSES_MAX + 1])
def test_a_number_of_answers_out_of_range_is_refused(values: object) -> None:
    with pytest.raises(NoiseRefused, match="possible answers"):
        response_mechanism(values=values, loss=ONE)  # type: ignore[arg-type]
    with pytest.raises(NoiseRefused, match="possible answers"):
        ResponseMechanism(values, ONE, 0.7)  # type: ignore[arg-type]


@pytest.mark.parametrize("truth", [0.0, 0.25, 1.0, 1.5, -0.5, math.nan, math.inf, 1, "0.5", None, 0.9])
def test_no_mechanism_can_be_made_with_a_chance_that_was_not_derived(truth: object) -> None:
    """0.25 tells nothing at all of four values, 0.9 more than epsilon 1."""
    with pytest.raises(NoiseRefused):
        ResponseMechanism(4, ONE, truth)  # type: ignore[arg-type]
    with pytest.raises(NoiseRefused):
        dataclasses.replace(response_mechanism(values=4, loss=ONE), truth=truth)


def test_a_chance_one_step_above_the_largest_is_refused() -> None:
    for micro in (10**5, 10**6, 10**7):
        mechanism = response_mechanism(values=60, loss=PrivacyLoss(micro))
        above = mechanism.truth * (1 + 1e-12)
        with pytest.raises(NoiseRefused, match="above the debit"):
            ResponseMechanism(60, PrivacyLoss(micro), above)


@pytest.mark.parametrize("loss", [PrivacyLoss(0), PrivacyLoss(20 * MICRO + 1), PrivacyLoss(MICRO, 1), None, 1.0])
def test_an_epsilon_out_of_range_and_any_delta_are_refused(loss: object) -> None:
    with pytest.raises(NoiseRefused, match=r"epsilon|delta|PrivacyLoss"):
        response_mechanism(values=2, loss=loss)  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [-1, 4, True, 1.0, "1", None, 2**70])
def test_an_answer_that_is_not_possible_is_refused_before_a_draw(
    answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    mechanism = response_mechanism(values=4, loss=ONE)
    object.__setattr__(mechanism, "_measurement", lambda _: pytest.fail("drawn"))
    with pytest.raises(NoiseRefused, match="one of the possible"):
        respond([0, answer], mechanism)  # type: ignore[list-item]


def test_reports_come_from_a_checked_mechanism_only() -> None:
    forged = SimpleNamespace(_measurement=lambda answer: answer, values=4)
    with pytest.raises(NoiseRefused, match="checked"):
        respond([1, 2], forged)  # type: ignore[arg-type]


def test_the_traps_that_the_door_is_for() -> None:
    """OpenDP builds the mechanism that never lies, and answers what is on no list as if it were noise."""
    dp.enable_features("contrib")
    honest = dp.m.make_randomized_response([0, 1, 2, 3], 1.0, T="i64")
    assert [honest(2) for _ in range(50)] == [2] * 50
    assert math.isinf(honest.map(1))
    lists = dp.m.make_randomized_response([0, 1, 2, 3], 0.7, T="i64")
    assert {lists(9) for _ in range(400)} == {0, 1, 2, 3}  # one is missing with a chance below 4 * 0.75^400 < 1e-49


def test_refusals_come_before_the_library_is_asked_for_a_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    def built(values: int, truth: float) -> None:
        raise AssertionError("a measurement was built")

    monkeypatch.setattr(response, "_measurement", built)
    for values, loss in ((1, ONE), (2, PrivacyLoss(0)), (2, PrivacyLoss(MICRO, 1))):
        with pytest.raises(NoiseRefused):
            response_mechanism(values=values, loss=loss)
    for truth in (1.0, 0.5):
        with pytest.raises(NoiseRefused):
            ResponseMechanism(2, ONE, truth)


def test_exact_chances_are_those_of_the_double() -> None:
    mechanism = response_mechanism(values=60, loss=ONE)
    assert mechanism.chances == (Fraction(mechanism.truth), (1 - Fraction(mechanism.truth)) / 59)
