"""The second opinion on a release: which pair stands for a draw, both bounds, and the alarm."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from privshare.errors import NoiseRefused
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.release import NoisePart
from privshare.secure.psi.noise_part import TRUNCATED, TWO_SIDED
from privshare.use.release.batches import Batch, Draw, batch_of, same, second_opinion
from privshare.use.release.concentrated import epsilon_at
from privshare.use.release.loss_distribution import any_mechanism, lone_number, repeated, together
from privshare.use.release.mechanisms import GAUSSIAN, KEYED

STATISTIC, JOINT = "statistic/2", "totals-3/1"
HALF = PrivacyLoss(500_000)


def part(
    measure: str, sensitivity: int, scale: float, delta: int = 0, kind: str = TWO_SIDED, micro: int = 500_000
) -> NoisePart:
    return NoisePart(measure, kind, PartyId("bank"), sensitivity, str(scale), PrivacyLoss(micro, delta), "0.5")


def draws(*parts: NoisePart, suite: str = STATISTIC, cells: int = 9) -> dict[Draw, int]:
    return dict(batch_of([(parts, suite, cells)]).draws)


def test_a_lone_number_has_its_own_pair_and_a_vector_the_one_that_dominates_all() -> None:
    assert draws(part("n", 4, 8.0), cells=1) == {Draw(4, "8.0", 0, True): 1}
    assert draws(part("n", 4, 8.0), cells=2) == {Draw(4, "8.0"): 1}
    lone, vector = (Batch(((Draw(4, "8.0", 0, alone), 9),)).epsilon(1e-6) for alone in (True, False))
    assert lone < vector
    assert lone == pytest.approx(repeated(lone_number(4, 8.0), 9).epsilon(1e-6), rel=1e-9)
    assert vector == pytest.approx(repeated(any_mechanism(0.5), 9).epsilon(1e-6), rel=1e-9)


@pytest.mark.parametrize(
    "others", [(part("", 1, 2.0),), (part("g", 4, 8.0, 10**9, KEYED),), (part("g", 4, 8.0, 5, TRUNCATED),)]
)
def test_a_number_whose_bound_or_group_came_from_the_data_gets_the_pair_that_does_not_depend_on_them(
    others: tuple[NoisePart, ...],
) -> None:
    assert Draw(4, "8.0") in draws(part("n", 4, 8.0), *others, cells=1)


def test_between_parties_the_dearest_draw_of_each_measure_counts_once() -> None:
    parts = (part("", 1, 4.0, 10), part("", 1, 4.0, 10), part("n", 1, 2.0), part("n", 1, 2.5, 10, TRUNCATED))
    assert draws(*parts, suite=JOINT, cells=1) == {Draw(1, "4.0", 10): 1, Draw(1, "2.0", 10): 1}


def test_without_delta_it_is_the_sum_of_the_epsilons_exactly() -> None:
    batch = batch_of([((part("n", 3, 6.0), part("s", 10, 40.0)), STATISTIC, 9)])
    assert batch.basic == (Fraction(3, 4), 0)
    assert batch.epsilon(0.0) == 0.75
    assert batch.delta(0.75) == 0.0
    assert 0.7 < batch.epsilon(1e-3) < 0.75


def test_many_draws_are_far_below_the_sum() -> None:
    batch = Batch(((Draw(1, "10.0"), 1000),))
    assert batch.epsilon(0.0) == 100
    assert batch.epsilon(1e-6) == pytest.approx(19.3447, abs=1e-4)
    assert batch.delta(batch.epsilon(1e-6)) == pytest.approx(1e-6, rel=1e-6)


def test_gaussian_draws_add_up_their_rho_and_are_converted_once() -> None:
    batch = batch_of([((part("n", 3, 6.0, 10**9, GAUSSIAN), part("s", 1, 1.0, 0, GAUSSIAN)), STATISTIC, 9)])
    assert batch == Batch((), Fraction(1, 8) + Fraction(1, 2))
    assert batch.epsilon(1e-6) == epsilon_at(0.625, 1e-6)
    assert batch.epsilon(0.0) == math.inf
    assert batch.delta(batch.epsilon(1e-6)) == pytest.approx(1e-6, rel=1e-6)


def test_both_families_together_are_no_dearer_than_each_at_the_best_share_of_delta() -> None:
    both = Batch(((Draw(1, "10.0"), 50),), Fraction(1, 10))
    least = min(
        epsilon_at(0.1, share) + repeated(any_mechanism(0.1), 50).epsilon(1e-6 - share)
        for share in (1e-7, 3e-7, 5e-7, 7e-7, 9e-7)
    )
    assert epsilon_at(0.1, 1e-6) < both.epsilon(1e-6) <= least * 1.01
    assert both.epsilon(1e-6) <= epsilon_at(0.1, 1e-6) + 5.0 + 1e-12


def test_an_opinion_is_told_at_the_release_s_delta_or_at_a_millionth() -> None:
    one = (part("n", 3, 6.0),)
    assert second_opinion(one, suite=STATISTIC, cells=9, loss=HALF) == ("0.499999", "1e-06")
    keyed = (part("n", 3, 6.0, 10**9, KEYED),)
    assert second_opinion(keyed, suite=STATISTIC, cells=9, loss=PrivacyLoss(500_000, 10**9)) == ("0.5", "1e-06")
    many = tuple(part("n", 1, 10.0) for _ in range(100))
    epsilon, _ = second_opinion(many, suite=STATISTIC, cells=9, loss=PrivacyLoss(10**7))
    exactly = together([(any_mechanism(0.1), 100)]).epsilon(1e-6)
    assert exactly <= float(epsilon) <= exactly + 2e-6


@pytest.mark.parametrize(
    "parts",
    [
        (part("n", 3, 5.99),),
        (part("n", 3, 6.0), part("", 1, 100.0)),
        (part("n", 3, 6.0, 10**9, KEYED),),
        (part("n", 1, 100.0, 10**9, GAUSSIAN),),
    ],
    ids=["scale too small", "a draw too many", "a delta that nobody pays", "gaussian noise without delta"],
)
def test_draws_that_reveal_more_than_is_debited_raise_the_alarm(parts: tuple[NoisePart, ...]) -> None:
    with pytest.raises(NoiseRefused, match="second opinion"):
        second_opinion(parts, suite=STATISTIC, cells=9, loss=HALF)


@pytest.mark.parametrize("scale", ["1e999999999", "1e-999999999", "0", "-2.0", "nan", "inf", "", "2." + 99 * "0"])
def test_a_scale_of_no_sensible_size_is_refused_at_once(scale: str) -> None:
    odd = NoisePart("n", TWO_SIDED, PartyId("bank"), 1, scale, HALF, "0.5")
    with pytest.raises(NoiseRefused, match="takes scales"):
        batch_of([((odd,), STATISTIC, 1)])


def test_a_mechanism_that_is_not_known_gets_no_opinion() -> None:
    with pytest.raises(NoiseRefused, match="knows no pair"):
        batch_of([((part("n", 1, 2.0, 0, "staircase"),), STATISTIC, 1)])


def test_opinions_are_the_same_but_for_their_last_digit() -> None:
    assert same(("0.5", "1e-06"), ("0.500001", "1e-06"))
    assert not same(("0.5", "1e-06"), ("0.500002", "1e-06"))
    assert not same(("0.5", "1e-06"), ("0.5", "1e-09"))
    assert not same(("", ""), ("0.5", "1e-06"))
    assert not same(("nan", "1e-06"), ("0.5", "1e-06"))
    assert not same(("half", "1e-06"), ("0.5", "1e-06"))
