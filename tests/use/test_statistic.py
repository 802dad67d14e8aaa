"""A one-holder release: everything that can be refused is refused before the query; what comes after is arithmetic.

Public groups and given bounds here; what is found or chosen from the data is in `test_adaptive.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from privshare.errors import NoiseRefused, ParameterRefused, PrivshareError
from privshare.model.bounding import Amount, BoundingPlan, Contributions, Discovery, Measure
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import MeasureError, Release
from privshare.secure.noise import LaplaceMechanism, laplace_mechanism
from privshare.use.release import mechanisms
from privshare.use.release.accounting import expected_error, interval
from privshare.use.release.statistic import answer
from privshare.use.release.terms import PEOPLE_MAX, MeasureTerms, StatisticTerms, price

BANK = PartyId("bank")
WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))
ROWS = MeasureTerms("rows", None, 1, 1, 2, 2, PrivacyLoss(200_000), whole=True)
INCOME = MeasureTerms("income", VALUE, 0, 100, 300, 300, PrivacyLoss(300_000), amount=Amount.SUM)
TERMS = StatisticTerms(WHO, (TOWN,), (("N",), ("S",)), (ROWS, INCOME))
USES = (
    ColumnUse(BANK, WHO, RungKind.NEVER),
    ColumnUse(BANK, TOWN, RungKind.AFTER_DP),
    ColumnUse(BANK, VALUE, RungKind.AFTER_DP),
)
PERMIT = Permit(
    Question("q", "How many?", PurposeId("p"), USES, PrivacyLoss(500_000)),
    ("bank.town", "licence:bank/p"),
    minimum_group=10,
)
GRAIN = 1_000
EXACT = (40, 3, 4_000 * GRAIN, 300 * GRAIN)
"""Rows of N and S, then their incomes in thousandths, as the bound of 300 leaves room for."""


@dataclass
class Given:
    """An engine that gives these numbers, and keeps what it was asked."""

    numbers: Sequence[Any] = EXACT
    asked: list[BoundingPlan] = field(default_factory=list)

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        self.asked.append(plan)
        return self.numbers

    def contributions(self, asked: Contributions) -> Sequence[int]:
        raise AssertionError("every bound is given")

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        raise AssertionError("every group is given")


class Untouchable(Given):
    """An engine that must not be asked."""

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        raise AssertionError("data was touched")


def asked(**changed: Any) -> Release:
    terms = changed.get("terms", TERMS)
    exact = Given([0] * (len(terms.keys) * len(terms.measures))) if terms != TERMS else Given()
    told: dict[str, Any] = {"request": "ab" * 32, "terms": terms, "engine": exact, **changed}
    return answer(told.pop("permit", PERMIT), **told)


def permitting(loss: PrivacyLoss, *, minimum_group: int = PERMIT.minimum_group) -> Permit:
    return Permit(replace(PERMIT.question, loss=loss), PERMIT.clauses, minimum_group)


@pytest.fixture
def noiseless(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[int]], None]:
    """Replace the noise by given values."""

    def without(noise: Sequence[int]) -> None:
        def add(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
            return tuple(value + more for value, more in zip(values, noise, strict=True))

        monkeypatch.setattr(mechanisms, "add_laplace", add)

    return without


def test_a_release_says_all_that_judges_it(noiseless: Callable[[Sequence[int]], None]) -> None:
    noiseless((0, 7))
    release = asked()
    assert [(cell.key, cell.values) for cell in release.cells] == [(("N",), (40, 4000)), (("S",), (10, 300))]
    assert release.holders == (BANK,)
    assert release.by == ("town",)
    assert release.loss == PrivacyLoss(500_000)
    assert release.clauses == PERMIT.clauses
    assert [(part.measure, part.sensitivity, part.grain, part.drawn_by) for part in release.parts] == [
        ("rows", 2, 1, BANK),
        ("income", 300 * GRAIN, GRAIN, BANK),
    ]
    scales = {name: [float(scale) for scale in scales] for name, scales in release.public_noise}
    assert scales == {"rows": [pytest.approx(10)], "income": [pytest.approx(1000)]}, "in the numbers' own unit"
    for part in release.parts:
        assert part.map_epsilon == str(laplace_mechanism(sensitivity=part.sensitivity, loss=part.loss).map_epsilon)
        assert float(part.map_epsilon) <= part.loss.epsilon
    assert ("rows: one person's total over all groups at most", "2") in release.bounds
    assert ("income: each row's value clamped to", "[0, 100]") in release.bounds
    assert ("income: a person above it is scaled down, in steps of", "1/1000") in release.bounds
    assert not any("rows" in what and "in steps of" in what for what, _ in release.bounds)
    assert ("groups below 10 not printed, judged by", "noised rows") in release.bounds
    assert release.bounded == (
        Measure("rows", None, 1, 1, 2),
        Measure("income", VALUE, 0, 100, 300, Amount.SUM, grain=GRAIN),
    )


def test_the_evidence_is_the_error_of_the_printed_noise_and_of_rounding() -> None:
    release = asked()
    noise = dict(release.public_noise)
    assert release.evidence.errors == tuple(
        MeasureError(name, f"{expected_error(noise[name]):.6g}", interval(noise[name]) + more)
        for name, more in (("rows", 0), ("income", 1))
    )


@pytest.mark.parametrize(("fine", "whole"), [(499, 0), (500, 1), (-500, 0), (-501, -1), (1_499, 1), (-1_500, -1)])
def test_thousandths_are_rounded_to_the_nearest_whole_number_after_the_noise(
    noiseless: Callable[[Sequence[int]], None], fine: int, whole: int
) -> None:
    noiseless((0, fine))
    small, large = asked(permit=permitting(PERMIT.question.loss, minimum_group=0)).cells
    assert small.values == (40, 4000)
    assert large.values == (3 + fine, 300 + whole)


def test_small_groups_are_judged_by_the_noised_count(noiseless: Callable[[Sequence[int]], None]) -> None:
    noiseless((-31, 7))
    large, small = asked().cells
    assert large.values == (None, None), "40 rows, 9 after noise"
    assert small.values == (10, 300), "3 rows, 10 after noise"


def test_where_people_are_counted_groups_are_judged_by_people(noiseless: Callable[[Sequence[int]], None]) -> None:
    """N has 40 rows of 9 people, S has 12 rows of 11."""
    noiseless((0, 0))
    people = MeasureTerms("people", None, 1, 1, 2, 2, PrivacyLoss(300_000), amount=Amount.PEOPLE, whole=True)
    release = asked(terms=replace(TERMS, measures=(ROWS, people)), engine=Given((40, 12, 9, 11)))
    assert [cell.values for cell in release.cells] == [(None, None), (12, 11)]
    assert ("groups below 10 not printed, judged by", "noised people") in release.bounds


def test_a_negative_count_is_published_as_it_is(noiseless: Callable[[Sequence[int]], None]) -> None:
    noiseless((-100, -100))
    release = asked(permit=permitting(PERMIT.question.loss, minimum_group=-(10**9)))
    assert [cell.values for cell in release.cells] == [(-60, 4000), (-97, 300)]


def test_without_a_count_nothing_can_be_held_back_and_the_release_says_so() -> None:
    only = replace(TERMS, measures=(INCOME,))
    release = asked(permit=permitting(INCOME.loss), terms=only, engine=Given((1, 2)))
    assert all(cell.values != (None,) for cell in release.cells)
    assert ("groups below 10 not printed, judged by", "nothing, as no measure counts") in release.bounds


def test_values_counted_from_a_centre_are_said_so() -> None:
    centred = replace(TERMS, measures=(ROWS, replace(INCOME, centre=50)))
    told = asked(terms=centred).bounds
    assert ("income: each row's value counted from", "50") in told
    assert not any("counted from" in what for what, _ in asked().bounds)


def test_noise_is_fresh() -> None:
    """Two cells at scale 10 and two at scale 1000 come out equal with probability (1/40)^2 (1/4000)^2 < 10^-9."""
    everything = permitting(PERMIT.question.loss, minimum_group=-(10**9))
    first, second = (asked(permit=everything).cells for _ in range(2))
    assert first != second


OTHER = PartyId("city")


def measures(rows: MeasureTerms, income: MeasureTerms) -> StatisticTerms:
    return replace(TERMS, measures=(rows, income))


def losing(measure: MeasureTerms, micro: int, delta: int = 0) -> MeasureTerms:
    return replace(measure, loss=PrivacyLoss(micro, delta))


BEFORE: dict[str, tuple[str, dict[str, Any]]] = {
    "cheaper than permitted": ("terms", {"terms": measures(ROWS, losing(INCOME, 299_999))}),
    "dearer than permitted": ("terms", {"terms": measures(ROWS, losing(INCOME, 300_001))}),
    "a measure less than permitted": ("terms", {"terms": replace(TERMS, measures=(ROWS,))}),
    "a delta that was not permitted": ("terms", {"terms": measures(losing(ROWS, 200_000, 1), INCOME)}),
    "a permitted delta that is not asked": ("terms", {"permit": permitting(PrivacyLoss(500_000, 1))}),
    "a measure without a price": ("price", {"terms": measures(losing(ROWS, 0), losing(INCOME, 500_000))}),
    "a delta that buys nothing": (
        "delta",
        {"terms": measures(losing(ROWS, 200_000, 1), INCOME), "permit": permitting(PrivacyLoss(500_000, 1))},
    ),
    "a delta of the second measure": (
        "delta",
        {"terms": measures(ROWS, losing(INCOME, 300_000, 1)), "permit": permitting(PrivacyLoss(500_000, 1))},
    ),
    "grouped by another column": ("column", {"terms": replace(TERMS, by=(ColumnName("street"),))}),
    "a sum of another column": ("column", {"terms": measures(ROWS, replace(INCOME, column=ColumnName("debt")))}),
    "grouped by the person": ("column", {"terms": replace(TERMS, by=(WHO,))}),
    "another person": ("person", {"terms": replace(TERMS, person=ColumnName("household"))}),
    "too large a bound": ("bound", {"terms": measures(ROWS, replace(INCOME, bound=10**7))}),
    "two holders": (
        "holders",
        {"permit": replace(PERMIT, question=replace(PERMIT.question, uses=(*USES, replace(USES[1], holder=OTHER))))},
    ),
}


@pytest.mark.parametrize(("named", "change"), BEFORE.values(), ids=BEFORE.keys())
def test_what_is_wrong_is_refused_before_the_query(named: str, change: dict[str, Any]) -> None:
    with pytest.raises(PrivshareError, match=named):
        asked(**{**change, "engine": Untouchable()})


def test_the_query_runs_once_with_the_plan() -> None:
    engine = Given()
    release = asked(engine=engine)
    assert engine.asked == [BoundingPlan(WHO, (TOWN,), (("N",), ("S",)), release.bounded)]
    with pytest.raises(AssertionError, match="touched"):
        asked(engine=Untouchable())


@pytest.mark.parametrize("wrong", [(), (1, 2, 3), (1, 2, 3, 4, 5), (1.0, 2, 3, 4), (True, 2, 3, 4), (None, 2, 3, 4)])
def test_an_engine_that_breaks_the_plan_is_stopped_without_a_number(wrong: Sequence[Any]) -> None:
    with pytest.raises(NoiseRefused) as refused:
        asked(engine=Given(wrong))
    assert not any(character.isdigit() for character in str(refused.value))


def test_a_sum_beyond_the_proven_range_is_stopped() -> None:
    rows, incomes = 2 * PEOPLE_MAX, 300 * GRAIN * PEOPLE_MAX
    assert asked(engine=Given((rows, 0, incomes, 0)))
    for beyond in ((rows + 1, 0, 0, 0), (0, 0, 0, -incomes - 1)):
        with pytest.raises(NoiseRefused, match="range"):
            asked(engine=Given(beyond))


def test_every_published_number_fits_canonical_json() -> None:
    """The largest bound that is accepted leaves 46 scales of noise below 2^53: b * people + 46 * b / 0.3 < 2^53.

    Bounds above 8 million are kept in whole units, and so are all of these.
    """
    largest = int((2**53 - 1) / (PEOPLE_MAX + 46 / 0.3))
    for bound, accepted in ((largest * 999 // 1000, True), (largest * 1001 // 1000 + 1, False)):
        terms = measures(ROWS, replace(INCOME, bound=bound))
        if accepted:
            assert asked(terms=terms).bounded[1].grain == 1
        else:
            with pytest.raises(ParameterRefused, match="bound of income"):
                asked(terms=terms)


@pytest.mark.parametrize(("bound", "grain"), [(1, 1_000), (8_000, 1_000), (8_001, 100), (80_001, 10), (800_001, 1)])
def test_the_grain_is_the_finest_with_which_sums_over_a_billion_people_stay_exact(bound: int, grain: int) -> None:
    release = asked(terms=measures(ROWS, replace(INCOME, bound=bound)))
    assert release.bounded[1].grain == grain
    assert price(TERMS) == release.loss, "a finer grain costs nothing"
    assert float(dict(release.public_noise)["income"][0]) == pytest.approx(bound / 0.3)
