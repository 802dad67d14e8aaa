"""Differencing reads exact tables like a book, and stays under the ceiling of the noise it faces.

The ceiling is checked with a Clopper-Pearson bound at 1e-9: the lower confidence limit of the measured success
rate lies above a true ceiling with a probability of at most 1e-9 a run. A noise ten times too weak is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from privshare.attacks.differencing import DIFFERENCING, differencing
from privshare.comparison.lab.judging import judged
from privshare.comparison.lab.techniques import TECHNIQUES
from privshare.comparison.risk import ceiling_at_even_odds
from privshare.model.entropy import SystemEntropy, below
from privshare.model.loss import PrivacyLoss
from privshare.secure.noise import LaplaceMechanism, add_laplace, laplace_mechanism
from tests.attacks.games import passes, right_guesses
from tests.comparison.lab.worlds import setting, small_world

Key = tuple[str, ...]
FALSE_ALARM = 1e-9
TARGETS = 2_000


@dataclass(frozen=True)
class Publications:
    """People with a 0/1 value in a few groups, published exactly or with noise drawn anew each time."""

    people: tuple[tuple[Key, int], ...]
    noise: LaplaceMechanism | None = None

    @property
    def targets(self) -> int:
        return len(self.people)

    def cell(self, target: int) -> Key:
        return self.people[target][0]

    def table(self, *, without: int | None) -> Mapping[Key, int]:
        totals: dict[Key, int] = dict.fromkeys((("N",), ("S",)), 0)
        for number, (key, value) in enumerate(self.people):
            if number != without:
                totals[key] += value
        if self.noise is None:
            return totals
        return dict(zip(totals, add_laplace(list(totals.values()), self.noise), strict=True))


def _rate_above(successes: int, attempts: int) -> float:
    """Return the lower Clopper-Pearson limit of the success rate at 1e-9."""
    return float(beta.ppf(FALSE_ALARM, successes, attempts - successes + 1)) if successes else 0.0


def _successes(mechanism: LaplaceMechanism) -> int:
    """Attack TARGETS people of even odds, a few at a time, so that a table is small and the noise is what counts."""
    entropy = SystemEntropy()
    right = 0
    for _ in range(TARGETS // 20):
        people = tuple((("N",) if number % 2 else ("S",), below(entropy, 2)) for number in range(20))
        guesses = differencing(Publications(people, mechanism))
        right += sum(guess == bool(value) for guess, (_, value) in zip(guesses, people, strict=True))
    return right


@given(st.lists(st.tuples(st.sampled_from([("N",), ("S",)]), st.integers(0, 1)), max_size=12))
def test_exact_tables_tell_everything(people: list[tuple[Key, int]]) -> None:
    assert differencing(Publications(tuple(people))) == tuple(bool(value) for _, value in people)


@pytest.mark.parametrize("epsilon", ["0.1", "0.5", "1.0"])
def test_noise_keeps_the_attack_below_its_ceiling(epsilon: str) -> None:
    loss = PrivacyLoss(round(float(epsilon) * 10**6))
    successes = _successes(laplace_mechanism(sensitivity=1, loss=loss))
    assert _rate_above(successes, TARGETS) <= ceiling_at_even_odds(loss)


def test_a_noise_ten_times_too_weak_is_seen() -> None:
    """Power: the weak noise of scale 0.2 lets about 97 in 100 through, the ceiling at epsilon 0.5 is 0.62."""
    weak = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(5_000_000))
    assert _rate_above(_successes(weak), TARGETS) > ceiling_at_even_odds(PrivacyLoss(500_000))


def test_the_oracle_is_asked_for_nothing_but_tables() -> None:
    """The attack sees an oracle's three verbs: number of targets, a cell, a publication."""

    class Watched:
        asked: list[int | None] = []  # noqa: RUF012 - of this test only

        targets = 2

        def cell(self, target: int) -> Key:
            return ("N",)

        def table(self, *, without: int | None) -> Mapping[Key, int]:
            self.asked.append(without)
            return {("N",): 5 if without is None else 4}

    oracle = Watched()
    assert differencing(oracle) == (True, True)
    assert oracle.asked == [None, 0, None, 1]


@pytest.mark.parametrize("name", ["small-count-suppression", "complementary-suppression", "record-swapping"])
@pytest.mark.parametrize("people", [2_000, 20_000])
def test_what_is_withheld_or_swapped_in_small_cells_is_in_the_difference_of_totals(name: str, people: int) -> None:
    """With 2,000 people hardly a cell of a district and a band has ten who defaulted."""
    world, technique = small_world(people), TECHNIQUES[name]
    result = judged(world, technique, technique.protect(world, setting()), DIFFERENCING).result
    assert result is not None
    assert result.rate >= 0.99


@pytest.mark.parametrize("micro", [300_000, 3_000_000])
def test_two_totals_of_one_budget_stay_below_its_ceiling(micro: int) -> None:
    """False alarm 1e-9 (`passes`)."""
    loss = PrivacyLoss(micro)
    assert not passes(*right_guesses(small_world(), DIFFERENCING, loss, 5), loss)
