"""Risks worked out by hand, at their ends, and how often their interval holds the truth."""

from __future__ import annotations

import pytest

from privshare.attacks.adversary import Adversary
from privshare.attacks.tables import risk as under_test
from privshare.attacks.tables.risk import Rate, Risk
from privshare.model.entropy import seeded_generator

FRAME = Adversary("goal", "view", "background")
NOBODY = Rate(0, 1000)


def of(main: Rate, control: Rate | None, baseline: Rate = NOBODY) -> Risk:
    return Risk("attack", FRAME, main, baseline, control)


def test_a_risk_is_worked_out_by_hand() -> None:
    """Wilson centres with z = 1.96, z^2 = 3.8416: (600 + 1.9208) / 1003.8416 and (200 + 1.9208) / 1003.8416."""
    main, control = 601.9208 / 1003.8416, 201.9208 / 1003.8416
    found = of(Rate(600, 1000), Rate(200, 1000))
    assert found.value == pytest.approx((main - control) / (1 - control), abs=1e-12)
    assert found.measured_against == "control"
    # Half widths: 1.96 / 1003.8416 * sqrt(n p (1 - p) + z^2 / 4); n p (1 - p) is 240 and 160.
    halves = [1.96 / 1003.8416 * inside**0.5 for inside in (240.9604, 160.9604)]
    half = ((halves[0] / (1 - control)) ** 2 + ((1 - main) * halves[1] / (1 - control) ** 2) ** 2) ** 0.5
    assert found.interval == pytest.approx((found.value - half, found.value + half), abs=1e-12)


def test_ends_are_results() -> None:
    everybody = Rate(1000, 1000)
    assert of(everybody, NOBODY).value == pytest.approx(0.9981, abs=1e-4)
    assert of(everybody, NOBODY).interval[1] == 1.0
    assert of(NOBODY, everybody).value == 0.0
    for main in (NOBODY, everybody):
        nothing_left = of(main, everybody)
        assert nothing_left.value == 0.0
        assert nothing_left.interval == (0.0, 1.0), "where nothing was left to be won, nothing is known of the rest"
    low, high = of(NOBODY, NOBODY).interval
    assert (low, of(NOBODY, NOBODY).value) == (0.0, 0.0)
    assert 0 < high < 0.01


def test_without_a_control_the_baseline_stands_in() -> None:
    found = of(Rate(600, 1000), None, Rate(200, 1000))
    assert found.measured_against == "baseline"
    assert found.value == of(Rate(600, 1000), Rate(200, 1000)).value


def covered(truth: float) -> float:
    """Return how often the interval holds the risk of an attack that is right with 0.3 on controls."""
    chance = seeded_generator(4)
    main = 0.3 + truth * 0.7
    draws = zip(chance.binomial(500, main, 4000).tolist(), chance.binomial(500, 0.3, 4000).tolist(), strict=True)
    intervals = [of(Rate(one, 500), Rate(other, 500)).interval for one, other in draws]
    return sum(low <= truth <= high for low, high in intervals) / len(intervals)


@pytest.mark.parametrize("truth", [0.0, 0.1, 0.5])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float) -> None:
    """4,000 draws: 0.95 has a standard error of 0.0034, so 0.928 is 6.4 of them away, below 1e-10 by chance.

    At 0 the lower end is cut, so misses are on one side only and the interval holds the truth more often.
    """
    assert covered(truth) > 0.928


def test_an_interval_that_forgets_the_control_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = under_test._propagated

    def forgetful(main: Rate, other: Rate) -> tuple[float, float]:
        value, _ = whole(main, other)
        return value, under_test._centred(main)[1]

    monkeypatch.setattr(under_test, "_propagated", forgetful)
    assert covered(0.1) < 0.928
