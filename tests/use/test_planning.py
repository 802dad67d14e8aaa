"""From a wanted error to the epsilon it needs: the smallest, by the figures that a release prints, and no promise more.

The noise's reach is counted up here by hand, without `accounting.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.bounding import Amount, BoundingPlan, Contributions, Discovery
from privshare.model.category import RungKind
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Cell, Release
from privshare.secure.noise import laplace_mechanism
from privshare.use.release import terms
from privshare.use.release.accounting import half_width, interval
from privshare.use.release.mechanisms import left_of
from privshare.use.release.planning import (
    MICRO_MAX,
    Noising,
    Size,
    Standing,
    Target,
    measured,
    needed,
    plan,
    price,
    scales_at,
    standing,
)
from privshare.use.release.statistic import answer
from privshare.use.release.terms import MeasureTerms, StatisticTerms

FIVE_PERCENT = Target(Fraction(1, 20))
ONE = Noising((Fraction(1),))


def within(scale: float, reach: int) -> float:
    """P(|Z| <= reach) of the two-sided geometric: 1 - 2 a^(reach + 1) / (1 + a)."""
    decay = math.exp(-1 / scale)
    return 1 - 2 * decay ** (reach + 1) / (1 + decay)


def mean_size(scale: float) -> float:
    """E|Z| = 2 a / (1 - a^2)."""
    decay = math.exp(-1 / scale)
    return 2 * decay / (1 - decay**2)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(10, 10**7),
    st.integers(1, 5_000),
    st.sampled_from([Fraction(1, 100), Fraction(1, 20), Fraction(1, 3), Fraction(9, 10)]),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_what_is_needed_is_the_smallest_epsilon_whose_interval_fits(
    number: int, bound: int, share: Fraction, level: float
) -> None:
    found = needed(number, Noising((Fraction(bound),)), Target(share, level))
    reach = math.floor(share * number)
    if found is None:
        assert within(bound / 20, reach) < level + 1e-9, "20 would have been enough"
        return
    assert 1 <= found <= MICRO_MAX
    assert within(bound * MICRO / found, reach) >= level - 1e-12
    assert found == 1 or within(bound * MICRO / (found - 1), reach) < level + 1e-12, "less would have been enough"


@settings(max_examples=40, deadline=None)
@given(st.integers(10, 10**6), st.integers(1, 1_000), st.sampled_from([Fraction(1, 100), Fraction(1, 4)]))
def test_the_second_reading_is_the_smallest_epsilon_whose_mean_error_fits(
    number: int, bound: int, share: Fraction
) -> None:
    found = needed(number, Noising((Fraction(bound),)), Target(share), "mean")
    allowed = float(share * number)
    if found is None:
        assert mean_size(bound / 20) > allowed * (1 - 1e-9)
        return
    assert mean_size(bound * MICRO / found) <= allowed * (1 + 1e-12)
    assert found == 1 or mean_size(bound * MICRO / (found - 1)) > allowed * (1 - 1e-9)


def test_rounding_takes_half_a_unit_of_what_is_allowed() -> None:
    noise = (Fraction(10),)
    found = needed(1_020, Noising(noise, grain=1_000), FIVE_PERCENT)
    assert found is not None
    widths = [half_width([str(10 * 1_000 * MICRO / micro)], 1_000) for micro in (found, found - 1)]
    assert widths == [51, 52], "5 % of 1020 is 51, and one micro-epsilon less would not do"
    assert needed(19, Noising(noise, grain=1_000), FIVE_PERCENT) is None, "5 % of 19 is no whole unit"


def test_several_draws_in_one_number_need_more_than_the_widest_alone() -> None:
    alone = needed(1_000, Noising((Fraction(10),)), FIVE_PERCENT)
    both = needed(1_000, Noising((Fraction(10), Fraction(10))), FIVE_PERCENT)
    assert alone is not None
    assert both is not None
    assert alone < both < 2 * alone
    assert interval(scales_at(Noising((Fraction(10), Fraction(10))), both)) <= 50
    assert interval(scales_at(Noising((Fraction(10), Fraction(10))), both - 1)) > 50


def test_a_sum_below_zero_counts_by_its_magnitude() -> None:
    assert needed(-1_000, ONE, FIVE_PERCENT) == needed(1_000, ONE, FIVE_PERCENT)
    assert standing(Size(("N",), -1_000, half=999)) is Standing.PROMISED


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (Size(("N",), 100), Standing.PROMISED),
        (Size(("N",), 100, half=99), Standing.PROMISED),
        (Size(("N",), 100, half=100), Standing.TOO_SMALL),
        (Size(("N",), 0), Standing.TOO_SMALL),
        (Size(("N",), -5, half=7), Standing.TOO_SMALL),
        (Size(("N",), None, half=3), Standing.UNPRINTED),
    ],
)
def test_a_size_is_planned_for_only_if_its_own_interval_leaves_zero_outside(size: Size, told: Standing) -> None:
    assert standing(size) is told


def test_a_plan_is_what_the_dearest_group_needs_that_can_be_promised_anything() -> None:
    sizes = [Size(("N",), 1_000), Size(("S",), 200), Size(("W",), 40, half=60), Size(("E",), None), Size(("X",), 3)]
    found = plan(iter(sizes), ONE, FIVE_PERCENT)
    assert [need.size for need in found.needs] == sizes
    assert [need.standing for need in found.needs] == [
        Standing.PROMISED, Standing.PROMISED, Standing.TOO_SMALL, Standing.UNPRINTED, Standing.PROMISED,
    ]  # fmt: skip
    needs = [need.micro for need in found.needs]
    assert needs[2:4] == [None, None]
    assert [needs[place] for place in (0, 1, 4)] == [needed(size, ONE, FIVE_PERCENT) for size in (1_000, 200, 3)]
    assert found.micro == max(need for need in needs if need is not None) == needs[4]
    means = [need.mean_micro for need in found.needs if need.mean_micro is not None]
    assert found.mean_micro == max(means)
    assert (found.target, found.noising) == (FIVE_PERCENT, ONE)


def test_what_epsilon_20_is_not_enough_for_is_said_and_left_out() -> None:
    found = plan([Size(("N",), 10), Size(("S",), 10**6)], Noising((Fraction(1_000),)), FIVE_PERCENT)
    assert [need.standing for need in found.needs] == [Standing.TOO_DEAR, Standing.PROMISED]
    assert found.micro == needed(10**6, Noising((Fraction(1_000),)), FIVE_PERCENT)
    hopeless = plan([Size(("N",), 10)], Noising((Fraction(1_000),)), FIVE_PERCENT)
    assert (hopeless.micro, hopeless.mean_micro) == (None, None)


def test_nothing_to_plan_for_is_refused() -> None:
    with pytest.raises(InputRefused, match="no group"):
        plan([], ONE, FIVE_PERCENT)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Target(Fraction(0)), "error"),
        (lambda: Target(Fraction(1)), "error"),
        (lambda: Target(Fraction(-1, 20)), "error"),
        (lambda: Target(Fraction(1, 20), 0.0), "level"),
        (lambda: Target(Fraction(1, 20), 1.0), "level"),
        (lambda: Noising(()), "bound"),
        (lambda: Noising((Fraction(0),)), "bound"),
        (lambda: Noising((Fraction(1), Fraction(2**53 + 1))), "bound"),
    ],
)
def test_a_target_or_a_noise_that_cannot_be_is_refused(make: Any, told: str) -> None:
    with pytest.raises(ParameterRefused, match=told):
        make()


@given(st.integers(1, 25_000_000), st.integers(1, 9))
def test_a_price_leaves_each_measure_what_it_needs_and_no_smaller_price_does(micro: int, measures: int) -> None:
    assert price(micro, measures=measures) == measures * micro
    whole = price(micro, measures=measures, choosing=True)
    assert whole % measures == 0
    each = whole // measures
    asked = MeasureTerms("rows", None, 1, 1, None, 10, PrivacyLoss(each))
    assert left_of(asked).micro_epsilon == micro, "what the mechanism itself will get"
    if each > 2:
        assert left_of(replace(asked, loss=PrivacyLoss(each - 1))).micro_epsilon < micro


@pytest.mark.parametrize(("bound", "micro"), [(1, 59_313), (10, 593_128), (7, 20_000_000), (3, 1)])
def test_the_scales_planned_with_are_those_of_the_mechanism(bound: int, micro: int) -> None:
    (scale,) = scales_at(Noising((Fraction(bound),)), micro)
    assert float(scale) == pytest.approx(laplace_mechanism(sensitivity=bound, loss=PrivacyLoss(micro)).scale, rel=1e-14)


BANK, WHO, TOWN, PAY = PartyId("bank"), ColumnName("who"), ColumnName("town"), ColumnName("pay")
ROWS = MeasureTerms("rows", None, 1, 1, 3, 3, PrivacyLoss(600_000))
INCOME = MeasureTerms("income", PAY, 0, 100, 50, 50, PrivacyLoss(400_000), amount=Amount.SUM, whole=True)


@dataclass(frozen=True)
class Same:
    """Every group has 500 rows, and 9,000 of everything else."""

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        return [
            (500 if measure.column is None else 9_000) * measure.grain for measure in plan.measures for _ in plan.keys
        ]

    def contributions(self, asked: Contributions) -> Sequence[int]:
        return [100] * len(asked.ladder)

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        return {("N",): 500, ("S",): 500}


def released(*measures: MeasureTerms, minimum_group: int = 0, found: bool = False) -> Release:
    asked = StatisticTerms(WHO, (TOWN,), None if found else (("N",), ("S",)), measures)
    uses = [
        ColumnUse(BANK, column, form)
        for column, form in ((WHO, RungKind.NEVER), (TOWN, RungKind.AFTER_DP), (PAY, RungKind.AFTER_DP))
    ]
    question = Question("q", "How many?", PurposeId("p"), tuple(uses), terms.price(asked))
    return answer(Permit(question, ("c",), minimum_group), request="ab" * 32, terms=asked, engine=Same())


def test_a_release_tells_how_it_was_noised_and_what_that_meant() -> None:
    """Rows have bound 3 at epsilon 0.6, kept in thousandths and rounded; the incomes are kept whole."""
    release = released(INCOME, ROWS)
    rows = measured(release)
    assert rows.name == "rows", "the first that counts"
    assert rows.noising == Noising((Fraction(3),), grain=1_000)
    assert (rows.micro, rows.half) == (600_000, interval(["5.0"]) + 1)
    assert [(size.key, size.half) for size in rows.sizes] == [(("N",), rows.half), (("S",), rows.half)]
    assert [size.number for size in rows.sizes] == [cell.values[1] for cell in release.cells]
    income = measured(release, "income", 0.5)
    assert income.noising == Noising((Fraction(50),))
    assert (income.micro, income.half) == (400_000, interval(["125.0"], 0.5))
    assert measured(released(INCOME)).name == "income", "where nothing counts, the first"


def test_planning_what_was_just_released_gives_back_about_its_own_epsilon() -> None:
    """A target of exactly the interval that epsilon 0.6 gave: no more than 0.6 is needed, and not much less."""
    rows = measured(released(ROWS))
    number = 10_000
    again = needed(number, rows.noising, Target(Fraction(rows.half, number)))
    assert again is not None
    assert 560_000 < again <= 600_000


def test_a_choice_of_the_bound_is_not_part_of_a_measures_noise() -> None:
    chosen = released(replace(ROWS, bound=None, top=3, loss=PrivacyLoss(1_000_000)))
    rows = measured(chosen)
    assert rows.micro == 900_000
    assert rows.noising.bounds == (Fraction(chosen.bounded[0].bound),)
    assert price(rows.micro, choosing=True) == 999_999, "within a unit of what was paid"


def test_groups_that_were_found_or_not_printed_are_planned_for_as_what_they_are() -> None:
    """500 rows and noise of scale 3: both towns are found, and printed, but with probability below 1e-60."""
    found = measured(released(replace(ROWS, loss=PrivacyLoss(1_000_000, 10**9)), found=True))
    assert found.noising == Noising((Fraction(3),))
    assert [standing(size) for size in found.sizes] == [Standing.PROMISED] * 2
    hidden = measured(released(ROWS, minimum_group=100_000))
    assert [standing(size) for size in hidden.sizes] == [Standing.UNPRINTED] * 2


def test_what_cannot_be_planned_for_is_refused() -> None:
    release = released(ROWS)
    with pytest.raises(ParameterRefused, match="one of rows"):
        measured(release, "income")
    (part,) = release.parts
    for parts in (
        (replace(part, mechanism="discrete Gaussian"),),
        (part, replace(part, loss=PrivacyLoss(1))),
        (part, part),
    ):
        with pytest.raises(InputRefused, match="kind that can be planned for"):
            measured(replace(release, parts=parts))
    two = replace(release, parts=(part, part), public_noise=(("rows", ("5.0", "5.0")),))
    assert measured(two).noising.bounds == (Fraction(3), Fraction(3)), "two holders' draws, alike"
    assert measured(replace(release, cells=(Cell(("N",), (7,)),))).sizes[0].number == 7
