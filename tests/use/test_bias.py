"""What a bound cuts away in each group: estimated with an interval that holds, at its price, and never more than that.

Chance: a test that draws says with which probability it fails by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from privshare.errors import NoiseRefused, ParameterRefused, VerificationFailed
from privshare.holders.engines.checked import checked
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import Amount, BoundingPlan, Measure
from privshare.model.entropy import seeded_generator
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.release import Bias, Release
from privshare.model.table import Table
from privshare.report.arithmetic import check_arithmetic
from privshare.use.release.bias import ends, raised, second_bound, sensitivity
from privshare.use.release.bounds import Seen
from privshare.use.release.checks import check_terms
from privshare.use.release.documents import release_document, release_from_document
from privshare.use.release.statistic import answer
from privshare.use.release.terms import PEOPLE_MAX, MeasureTerms, Noise, StatisticTerms, price
from tests.use.test_statistic import BANK, TERMS, TOWN, VALUE, WHO, Given, permitting

COUNT = MeasureTerms("rows", None, 1, 1, 3, 20, PrivacyLoss(4_000_000), bias_percent=25)
INCOME = MeasureTerms("income", VALUE, -50, 100, 200, 2_000, PrivacyLoss(2_000_000), amount=Amount.SUM, bias_percent=50)
GROUPS = 400
KEYS = tuple((f"t{number:03d}",) for number in range(GROUPS))


def terms(*measures: MeasureTerms, keys: tuple[tuple[str, ...], ...] | None = KEYS, **more: Any) -> StatisticTerms:
    return StatisticTerms(WHO, (TOWN,), keys, measures, **more)


def people(rows_each: list[int], *, seed: int, values: tuple[int, int] = (-50, 100)) -> pd.DataFrame:
    """Rows of people, each near a home."""
    chance = seeded_generator(seed)
    homes = {who: who * GROUPS // len(rows_each) for who, _ in enumerate(rows_each)}
    rows = [
        (who, f"t{(homes[who] + int(chance.integers(3))) % GROUPS:03d}", int(chance.integers(values[0], values[1] + 1)))
        for who, number in enumerate(rows_each)
        for _ in range(number)
    ]
    return pd.DataFrame(rows, columns=["who", "town", "value"])


def released(frame: pd.DataFrame, asked: StatisticTerms, *, minimum_group: int = 0) -> Release:
    permit = permitting(price(asked), minimum_group=minimum_group)
    return answer(permit, request="ab" * 32, terms=asked, engine=PandasEngine(frame))


def exactly_lost(frame: pd.DataFrame, measure: Measure) -> list[float]:
    """The bias itself: the bounded numbers minus those without a bound, in whole units."""
    free = replace(measure, bound=10**9, grain=1, name="free")
    size = len(KEYS)
    answers = PandasEngine(frame).plan(BoundingPlan(WHO, (TOWN,), KEYS, (measure, free)))
    return [answers[place] / measure.grain - answers[size + place] for place in range(size)]


def covered(bias: Bias, exact: list[float], *, of_half: float = 1.0, signed: bool) -> int:
    inside = 0
    for one, true in zip(bias.cells, exact, strict=True):
        assert one is not None
        low, high = ends(one.estimate, int(of_half * bias.half), signed=signed)
        inside += low - 0.001 * signed <= true <= high
    return inside


LEAST = int(binom.ppf(1e-10, 2 * GROUPS, 0.95))
"""Fewer of so many intervals at 95 % hold the truth with probability below 1e-9."""


@pytest.mark.parametrize(("asked", "signed"), [(COUNT, False), (INCOME, True)], ids=["rows", "signed sum"])
def test_the_interval_holds_the_exact_bias_in_ninety_five_of_a_hundred_groups(
    asked: MeasureTerms, signed: bool
) -> None:
    """Nobody has more than twice the bound, so the estimate misses nothing. False alarm below 1e-9."""
    inside = narrow = 0
    for seed in range(2):
        frame = people([1, 2, 3, 4, 5, 6] * 200, seed=seed, values=(-30, 60))
        release = released(frame, terms(asked))
        (bias,) = release.evidence.bias
        (measure,) = release.bounded
        assert (bias.bound, bias.up_to) == (asked.bound, 2 * measure.bound)
        exact = exactly_lost(frame, measure)
        assert min(exact) < -1
        inside += covered(bias, exact, signed=signed)
        narrow += covered(bias, exact, of_half=0.3, signed=signed)
    assert inside >= LEAST
    assert narrow < LEAST, "an interval of a third of the width would be found out"


def test_whoever_has_more_than_the_second_bound_loses_more_than_is_told() -> None:
    """The estimate is then of a part of the loss: no interval lies below the whole of it but by chance (below 1e-9)."""
    frame = people([1, 2, 40] * 100, seed=5)
    release = released(frame, terms(COUNT))
    (bias,) = release.evidence.bias
    above = sum(
        one is not None and one.high < true - 1e-6
        for one, true in zip(bias.cells, exactly_lost(frame, release.bounded[0]), strict=True)
    )
    assert above <= binom.ppf(1 - 1e-10, GROUPS, 0.025)
    assert sum(exactly_lost(frame, release.bounded[0])) < 2 * sum(one.estimate for one in bias.cells if one)


numbers = st.lists(st.integers(-9, 9), min_size=4, max_size=4)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(numbers, min_size=1, max_size=4),
    st.integers(1, 12), st.integers(1, 30), st.sampled_from([1, 10, 1000]),
)  # fmt: skip
def test_one_person_moves_the_differences_by_no_more_than_is_declared(
    rows: list[list[int]], bound: int, more: int, grain: int
) -> None:
    keys = tuple((str(place),) for place in range(4))
    frame = pd.DataFrame(
        [(who, str(place), value) for who, values in enumerate(rows) for place, value in enumerate(values)],
        columns=["who", "town", "value"],
    )
    measure = Measure("m", VALUE, -9, 9, bound, Amount.SUM, grain=grain)

    def lost(part: pd.DataFrame) -> list[int]:
        plan = BoundingPlan(WHO, (TOWN,), keys, (measure, raised(measure, bound + more)))
        exact = PandasEngine(part).plan(plan)
        return [above - below for below, above in zip(exact[:4], exact[4:], strict=True)]

    whole, without = lost(frame), lost(frame[frame["who"] > 0])
    moved = sum(abs(one - other) for one, other in zip(whole, without, strict=True))
    assert moved <= sensitivity(measure, bound + more, groups=4)


def test_rounding_down_twice_moves_more_than_the_bounds_are_apart() -> None:
    """The trap: three rows in three groups, bounds 2 and 3: whole at 3, and nothing of it is left at 2."""
    frame = pd.DataFrame({"who": [1, 1, 1], "town": list("abc")})
    measure = Measure("m", None, 1, 1, bound=2)
    plan = BoundingPlan(WHO, (TOWN,), (("a",), ("b",), ("c",)), (measure, raised(measure, 3)))
    assert PandasEngine(frame).plan(plan) == (0, 0, 0, 1, 1, 1)
    assert sensitivity(measure, 3, groups=3) == 3 > 3 - measure.bound


def test_both_engines_give_the_same_differences() -> None:
    frame = people([1, 3, 9, 27] * 30, seed=9)
    table = Table(BANK, "visits", WHO, frame)
    with checked(table, ()) as engine:
        asked = terms(COUNT, INCOME)
        release = answer(permitting(price(asked)), request="ab" * 32, terms=asked, engine=engine)
    assert [bias.measure for bias in release.evidence.bias] == ["rows", "income"]


def test_the_price_is_a_part_of_the_measures_and_adds_up() -> None:
    release = released(people([1, 2, 9] * 50, seed=1), terms(COUNT, INCOME))
    told = {part.measure: (part.loss.micro_epsilon, part.sensitivity) for part in release.parts}
    assert told == {
        "rows": (3_000_000, 3_000),
        "income": (1_000_000, 200_000),
        "bias of rows": (1_000_000, 3_000 + GROUPS),
        "bias of income": (1_000_000, 200_000 + GROUPS),
    }
    assert sum((part.loss for part in release.parts), NO_LOSS) == release.loss
    assert [float(scale) for _, (scale,) in release.public_noise] == [pytest.approx(1), pytest.approx(200)]
    check_arithmetic(release, "x")


def test_a_bound_that_is_chosen_leads_to_a_second_that_is_chosen_for_what_is_left() -> None:
    chosen = replace(COUNT, bound=None, loss=PrivacyLoss(8_000_000))
    release = released(people([1] * 3_000 + [30] * 30, seed=3), terms(chosen))
    (bias,) = release.evidence.bias
    assert bias.bound == release.bounded[0].bound < bias.up_to <= 20
    assert [part.measure for part in release.parts] == ["", "rows", "bias of rows"]
    check_arithmetic(release, "x")


def test_the_second_bound_weighs_what_it_misses_against_its_noise() -> None:
    ladder = (1, 2, 5, 10, 20)
    few, many = Seen((1000, 0, 0, 0, 1), ladder, 0.1), Seen((1000, 0, 0, 0, 9000), ladder, 0.1)
    assert second_bound(1, 1000, few, epsilon=0.1, groups=50) == 2
    assert second_bound(1, 1000, many, epsilon=0.1, groups=50) == 20
    assert second_bound(20, 1000, many, epsilon=0.1, groups=50) == 40, "above the ladder: as if it were given"
    assert second_bound(7, 1000, None, epsilon=0.1, groups=50) == 14
    assert second_bound(8_000_000, 1, None, epsilon=0.1, groups=50) == 16_000_000


def test_it_is_left_out_where_the_number_is_not_printed() -> None:
    release = released(people([1, 2, 9] * 50, seed=1), terms(COUNT), minimum_group=3)
    (bias,) = release.evidence.bias
    hidden = [cell.values == (None,) for cell in release.cells]
    assert hidden == [one is None for one in bias.cells]
    assert 0 < sum(hidden) < GROUPS
    check_arithmetic(release, "x")


def test_a_document_keeps_it_and_one_without_it_is_what_it_always_was() -> None:
    release = released(people([1, 2, 9] * 50, seed=1), terms(COUNT, INCOME), minimum_group=3)
    document = release_document(release)
    assert release_from_document(document) == release
    assert set(document["evidence"]["bias"][0]["cells"][0]) == {"key", "estimate", "low", "high"}
    without = released(people([1], seed=1), terms(replace(COUNT, bias_percent=0)))
    plain = release_document(without)
    assert "bias" not in plain["evidence"]
    assert release_from_document(plain) == without
    changes: tuple[Callable[[Any], object], ...] = (
        lambda bias: bias.clear(),
        lambda bias: bias[0]["cells"].pop(),
        lambda bias: bias[0]["cells"][1].update(key=["elsewhere"]),
        lambda bias: bias[0]["cells"][0].update(estimate=None, low=1),
        lambda bias: bias[0].update(more=1),
    )
    for change in changes:
        forged = release_document(release)
        change(forged["evidence"]["bias"])
        with pytest.raises(VerificationFailed):
            release_from_document(forged)


def test_a_question_without_it_is_the_question_that_it_was() -> None:
    """The text of the terms goes into the request id; another text would debit every old question anew."""
    assert "bias" not in repr(TERMS)
    assert repr(terms(COUNT)) == repr(terms(replace(COUNT, bias_percent=0)))


def test_a_forged_bias_is_found_out() -> None:
    release = released(people([1, 2, 9] * 50, seed=1), terms(COUNT))
    (bias,) = release.evidence.bias
    one = bias.cells[0]
    assert one is not None
    for forged in (
        replace(bias, half=bias.half - 1),
        replace(bias, up_to=bias.up_to + 1),
        replace(bias, bound=bias.bound - 1),
        replace(bias, measure="other"),
        replace(bias, cells=(replace(one, low=one.low + 1), *bias.cells[1:])),
        replace(bias, cells=(None, *bias.cells[1:])),
    ):
        with pytest.raises(VerificationFailed, match="bias"):
            check_arithmetic(replace(release, evidence=replace(release.evidence, bias=(forged,))), "x")


@pytest.mark.parametrize(
    ("asked", "raised_error"),
    [
        (terms(replace(COUNT, bias_percent=51)), ParameterRefused),
        (terms(replace(COUNT, bias_percent=-1)), ParameterRefused),
        (terms(replace(COUNT, loss=PrivacyLoss(4_000_000, 10**6)), keys=None), ParameterRefused),
        (terms(replace(COUNT, loss=PrivacyLoss(4_000_000, 10**6)), noise=Noise.GAUSSIAN), ParameterRefused),
        (terms(COUNT, replace(COUNT, name="bias of rows", bias_percent=0)), ParameterRefused),
        (terms(replace(COUNT, loss=PrivacyLoss(1))), NoiseRefused),
        (terms(COUNT, keys=tuple((str(number),) for number in range(1_100_000))), ParameterRefused),
    ],
    ids=["too much", "negative", "groups to find", "gaussian", "its name is taken", "no price", "too many groups"],
)
def test_what_cannot_be_estimated_is_refused_before_anything_is_asked(
    asked: StatisticTerms, raised_error: type[Exception]
) -> None:
    with pytest.raises(raised_error):
        check_terms(asked)


@pytest.mark.parametrize(("difference", "fits"), [(3_002, True), (3_003, False)])
def test_an_engine_that_breaks_the_plan_publishes_nothing(difference: int, fits: bool) -> None:
    """Both answers are in their own range; together they are not, for the most people that there may be."""
    asked = terms(COUNT, keys=(("a",), ("b",)))
    engine = Given([0, 0, PEOPLE_MAX * difference, 0])
    with nullcontext() if fits else pytest.raises(NoiseRefused, match="differ by more"):
        answer(permitting(price(asked)), request="ab" * 32, terms=asked, engine=engine)
