"""Tables computed from noised numbers: the arithmetic by hand, intervals that cover, terms that are refused.

Chance tests state their false-alarm probability, at most 1e-9 over the whole file, and are shown to catch a planted
fault: noise that is wider than the scale which the table was told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from scipy.stats import binom

from privshare.errors import ParameterRefused
from privshare.model.bounding import Amount, Bins
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName
from privshare.model.release import Cell, Derived
from privshare.secure.canonical import canonical
from privshare.secure.noise import add_laplace, laplace_mechanism
from privshare.use.release import checks
from privshare.use.release.checks import check_terms, most_bytes
from privshare.use.release.derived import KINDS, check_derived, derive
from privshare.use.release.derived.kind import UNIT, noise_reach
from privshare.use.release.published import rounded
from privshare.use.release.terms import DerivedTerms, MeasureTerms, Noise, StatisticTerms

WHO, TOWN, AGE, PAY, DEBT = (ColumnName(name) for name in ("who", "town", "age", "pay", "debt"))
LOSS = PrivacyLoss(1_000_000)
ROWS = MeasureTerms("rows", None, 1, 1, 1, 1, LOSS)
PEOPLE = replace(ROWS, name="people", amount=Amount.PEOPLE)
CENTRED = MeasureTerms("centred", PAY, 0, 100, 50, 50, LOSS, amount=Amount.SUM, centre=50)
SQUARES = replace(CENTRED, name="squares", amount=Amount.SQUARES, bound=2_500)
AGES = Bins(AGE, (20, 40, 60))
FAR = Bins(AGE, (20, 10**13))
BY_TOWN = StatisticTerms(WHO, (TOWN,), (("N",), ("S",)), (ROWS, CENTRED, SQUARES, PEOPLE))
BY_AGE = StatisticTerms(
    WHO, (TOWN, AGES), tuple((town, label) for town in ("N", "S") for label in AGES.labels), (ROWS, PEOPLE)
)
MEAN = DerivedTerms("mean", "mean", ("rows", "centred"))
VARIANCE = DerivedTerms("variance", "variance", ("rows", "centred", "squares"))
MEDIAN = DerivedTerms("age", "quantiles", ("rows",), (500,))
TOP = DerivedTerms("top", "top", ("rows",), (1,))
SHARP = dict.fromkeys(("rows", "centred", "squares", "people"), 0.01)
"""Scales at which noise is next to nothing, so that an interval is about what rounding allows."""


def table(
    terms: StatisticTerms, asked: DerivedTerms, cells: Sequence[Cell], scales: Mapping[str, float] = SHARP
) -> Derived:
    terms = replace(terms, derived=(asked,))
    check_derived(terms)
    (found,) = derive(terms, cells, scales)
    return found


def town(rows: int | None, centred: int | None = 0, squares: int | None = 0) -> Cell:
    return Cell(("N",), (rows, centred, squares, rows))


def test_every_kind_is_accepted_as_it_is_meant() -> None:
    """Else the refusals below could be for another reason."""
    check_terms(replace(BY_TOWN, derived=(MEAN, VARIANCE, TOP)))
    check_terms(replace(BY_AGE, derived=(MEDIAN, TOP)))
    assert {MEAN.kind, VARIANCE.kind, MEDIAN.kind, TOP.kind} == set(KINDS)


def with_measures(*measures: MeasureTerms) -> StatisticTerms:
    return replace(BY_TOWN, measures=measures)


REFUSED: dict[str, tuple[StatisticTerms, tuple[DerivedTerms, ...], str]] = {
    "unknown kind": (BY_TOWN, (replace(MEAN, kind="mode"),), "kind of mean"),
    "unknown measure": (BY_TOWN, (replace(MEAN, measures=("rows", "total")),), "total"),
    "mean the wrong way round": (BY_TOWN, (replace(MEAN, measures=("centred", "rows")),), "rows, then a sum"),
    "mean of people": (BY_TOWN, (replace(MEAN, measures=("people", "centred")),), "rows, then a sum"),
    "mean of squares": (BY_TOWN, (replace(MEAN, measures=("rows", "squares")),), "rows, then a sum"),
    "mean of one measure": (BY_TOWN, (replace(MEAN, measures=("rows",)),), "rows, then a sum"),
    "variance without squares": (BY_TOWN, (replace(VARIANCE, measures=("rows", "centred")),), "then squares"),
    "variance of another column": (
        with_measures(ROWS, CENTRED, replace(SQUARES, column=DEBT)), (VARIANCE,), "column and centre",
    ),
    "variance about another centre": (
        with_measures(ROWS, CENTRED, replace(SQUARES, centre=40)), (VARIANCE,), "column and centre",
    ),
    "quantiles without bins": (BY_TOWN, (MEDIAN,), "bins"),
    "quantiles with bins that are not last": (
        replace(BY_AGE, by=(AGES, TOWN), keys=tuple((label, "N") for label in AGES.labels)), (MEDIAN,), "bins",
    ),
    "quantiles of nothing at all": (replace(BY_TOWN, by=(), keys=((),)), (MEDIAN,), "bins"),
    "quantiles of people": (BY_AGE, (replace(MEDIAN, measures=("people",)),), "count of rows"),
    "quantiles of two counts": (BY_AGE, (replace(MEDIAN, measures=("rows", "people")),), "count of rows"),
    "no share": (BY_AGE, (replace(MEDIAN, parameters=()),), "1 to 999"),
    "the smallest value": (BY_AGE, (replace(MEDIAN, parameters=(0,)),), "1 to 999"),
    "the largest value": (BY_AGE, (replace(MEDIAN, parameters=(500, 1000)),), "1 to 999"),
    "a mean too large for thousandths": (
        with_measures(ROWS, replace(CENTRED, lower=-(10**13), upper=10**13)), (MEAN,), "at most 9007199254740",
    ),
    "a variance too large for thousandths": (
        with_measures(ROWS, replace(CENTRED, upper=6_002_400), replace(SQUARES, upper=6_002_400)), (VARIANCE,),
        "at most 9007199254740",
    ),
    "a quantile too large for thousandths": (
        replace(BY_AGE, by=(TOWN, FAR), keys=tuple(("N", label) for label in FAR.labels)), (MEDIAN,),
        "at most 9007199254740",
    ),
    "top of two measures": (BY_TOWN, (replace(TOP, measures=("rows", "people")),), "one measure"),
    "top none": (BY_TOWN, (replace(TOP, parameters=(0,)),), "1 to 1000"),
    "top too many": (BY_TOWN, (replace(TOP, parameters=(1001,)),), "1 to 1000"),
    "top of how many": (BY_TOWN, (replace(TOP, parameters=()),), "1 to 1000"),
    "the same name twice": (BY_TOWN, (MEAN, replace(TOP, name="mean")), "name of its own"),
    "the name of a measure": (BY_TOWN, (replace(MEAN, name="rows"),), "name of its own"),
}  # fmt: skip


@pytest.mark.parametrize(("terms", "asked", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_table_that_could_not_be_computed_is_refused_before_the_query(
    terms: StatisticTerms, asked: tuple[DerivedTerms, ...], told: str
) -> None:
    check_terms(terms)
    with pytest.raises(ParameterRefused, match=told):
        check_terms(replace(terms, derived=asked))


def test_the_largest_numbers_that_are_accepted_are_published_as_whole_numbers_that_json_keeps() -> None:
    wide = replace(BY_TOWN, measures=(ROWS, replace(CENTRED, upper=6_002_398), replace(SQUARES, upper=6_002_398)))
    high = table(wide, VARIANCE, [town(1, 0, 2**52)]).cells[0].values
    far = replace(BY_TOWN, measures=(ROWS, replace(CENTRED, upper=9_007_199_254_740)))
    for values in (high, table(far, MEAN, [town(1, 2**53)]).cells[0].values):
        assert 2**52 < max(value or 0 for value in values) < 2**53


def test_public_groups_whose_release_could_be_too_large_to_be_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound holds for the longest numbers there can be, and names that JSON writes with escapes."""
    names = tuple((f"\n{place} {'x' * (place % 50)}",) for place in range(400))
    every = (MEAN, VARIANCE, replace(TOP, parameters=(400,)))
    asked = replace(
        BY_TOWN, keys=names, measures=(*BY_TOWN.measures[:3], replace(PEOPLE, bias_percent=10)), derived=every
    )
    cells = [Cell(key, (-(2**53) + 1,) * 4) for key in names]
    keyed = {"key": [], "estimate": -(2**53) + 1, "low": -(2**53) + 1, "high": -(2**53) + 1}
    longest = [
        *({"key": list(cell.key), "values": list(cell.values)} for cell in cells),
        *({"key": list(cell.key), "values": list(cell.values[:3])} for cell in cells * 3),
        *({**keyed, "key": list(key)} for key in names),
    ]
    size = len(canonical(longest))
    assert size <= most_bytes(asked) < 1.3 * size
    check_terms(asked)
    monkeypatch.setattr(checks, "DOCUMENT_MAX", (1 << 20) + most_bytes(asked))
    check_terms(asked)
    monkeypatch.setattr(checks, "DOCUMENT_MAX", (1 << 20) + most_bytes(asked) - 1)
    with pytest.raises(ParameterRefused, match="fewer, or shorter names"):
        check_terms(asked)
    check_terms(replace(asked, keys=names[1:]))


@pytest.mark.parametrize(
    ("rows", "centred", "mean"),
    [(10, 0, 50_000), (10, 25, 52_500), (3, -10, 46_667), (3, 10, 53_333), (7, 350, 100_000), (10, -500, 0)],
)
def test_a_mean_is_the_centre_plus_the_sum_over_the_count_in_thousandths(rows: int, centred: int, mean: int) -> None:
    found = table(BY_TOWN, MEAN, [town(rows, centred)])
    assert found.unit == UNIT == 1_000
    assert (found.by, found.measures) == (("town",), ("mean", "mean_low", "mean_high"))
    assert found.how == "50 + centred / rows, within [0, 100]"
    value, low, high = found.cells[0].values
    assert value == mean
    assert low is not None
    assert high is not None
    assert low <= mean <= high


def test_the_interval_of_a_mean_is_that_of_its_two_numbers_together() -> None:
    """Each within 97.5 %: noise of scale 2 within 7.4, of scale 20 within 74, and half a unit of rounding."""
    scales = {**SHARP, "rows": 2.0, "centred": 20.0}
    rows = noise_reach(2.0, 0.975, Noise.LAPLACE)
    assert (rows, noise_reach(20.0, 0.975, Noise.LAPLACE)) == (pytest.approx(2 * math.log(40)), 74)
    (cell,) = table(BY_TOWN, MEAN, [town(100, 200)], scales).cells
    low, high = (200 - 74.5) / (100.5 + rows), (200 + 74.5) / (99.5 - rows)
    assert cell.values == (52_000, math.floor((50 + low) * UNIT), math.ceil((50 + high) * UNIT))


def test_a_negative_sum_is_divided_by_whichever_count_makes_it_wider() -> None:
    scales = {**SHARP, "rows": 2.0, "centred": 20.0}
    rows = noise_reach(2.0, 0.975, Noise.LAPLACE)
    (cell,) = table(BY_TOWN, MEAN, [town(100, -200)], scales).cells
    assert cell.values[1:] == (
        math.floor((50 - 274.5 / (99.5 - rows)) * UNIT),
        math.ceil((50 - 125.5 / (100.5 + rows)) * UNIT),
    )


def test_nothing_is_known_of_a_mean_where_nobody_may_be() -> None:
    """The noise may have made the count: all that the bounds allow. A count of 0 or less has no mean at all."""
    scales = {**SHARP, "rows": 2.0}
    assert table(BY_TOWN, MEAN, [town(5, 10)], scales).cells[0].values == (52_000, 0, 100_000)
    for rows in (0, -4):
        assert table(BY_TOWN, MEAN, [town(rows, 10)], scales).cells[0].values == (None, None, None)


def test_a_mean_stays_within_the_bounds_of_a_row() -> None:
    (cell,) = table(BY_TOWN, MEAN, [town(10, 5_000)]).cells
    assert cell.values == (100_000, 100_000, 100_000)


@pytest.mark.parametrize("asked", [MEAN, VARIANCE])
def test_a_group_that_is_not_printed_has_an_empty_row(asked: DerivedTerms) -> None:
    cells = [Cell(("N",), (None, None, None, None)), town(10)]
    found = table(BY_TOWN, asked, cells)
    assert found.cells[0].values == (None, None, None)
    assert found.cells[1].values[0] is not None


@pytest.mark.parametrize(
    ("rows", "centred", "squares", "variance"),
    [(4, 0, 400, 100_000), (4, 40, 400, 0), (3, 10, 100, 22_222), (10, 100, 900, 0), (2, 0, 9_000, 2_500_000)],
)
def test_a_variance_is_the_mean_square_minus_the_square_of_the_mean(
    rows: int, centred: int, squares: int, variance: int
) -> None:
    """100 / 3 - (10 / 3)^2 is 22.222; what noise makes negative is 0, and no spread in [0, 100] is above 50^2."""
    found = table(BY_TOWN, VARIANCE, [town(rows, centred, squares)])
    value, low, high = found.cells[0].values
    assert value == variance
    assert low is not None
    assert high is not None
    assert 0 <= low <= variance <= high <= 2_500_000
    assert found.measures == ("variance", "variance_low", "variance_high")


def test_nothing_is_known_of_a_variance_where_nobody_may_be() -> None:
    scales = {**SHARP, "rows": 2.0}
    value, low, high = table(BY_TOWN, VARIANCE, [town(5, 10, 500)], scales).cells[0].values
    assert (value, low, high) == (96_000, 0, 2_500_000)
    assert table(BY_TOWN, VARIANCE, [town(0, 10, 500)], scales).cells[0].values == (None, None, None)


def test_a_mean_that_may_be_zero_takes_nothing_from_the_highest_variance() -> None:
    """The centred mean lies in [-1.2, 1.2] or so; the highest variance is then the highest mean square."""
    scales = {**SHARP, "centred": 20.0}
    centred, sharp = (noise_reach(scale, 1 - 0.05 / 3, Noise.LAPLACE) + 0.5 for scale in (20.0, 0.01))
    (cell,) = table(BY_TOWN, VARIANCE, [town(100, 0, 40_000)], scales).cells
    assert cell.values[0] == 400_000
    assert cell.values[2] == math.ceil((40_000 + sharp) / (100 - sharp) * UNIT)
    least = (40_000 - sharp) / (100 + sharp) - (centred / (100 - sharp)) ** 2
    assert cell.values[1] == math.floor(least * UNIT)


def ages(counts: Sequence[int | None], where: str = "N") -> list[Cell]:
    return [Cell((where, label), (count, count)) for label, count in zip(AGES.labels, counts, strict=True)]


def test_quantiles_are_read_off_the_cumulated_counts_and_placed_inside_their_bin() -> None:
    """Below 20: 10, 20 to 39: 40, 40 to 59: 30, from 60 on: 20; half of 100 rows is at the end of the second bin."""
    asked = replace(MEDIAN, parameters=(50, 250, 500, 650, 900, 995))
    found = table(BY_AGE, asked, ages((10, 40, 30, 20)))
    assert found.by == ("town",)
    assert found.measures[:3] == ("age_5", "age_5_low", "age_5_high")
    assert found.measures[-1] == "age_99.5_high"
    assert found.cells[0].key == ("N",)
    assert found.cells[0].values[::3] == (20_000, 27_500, 40_000, 50_000, 60_000, 60_000)
    for place in range(0, len(found.measures), 3):
        value, low, high = (number or 0 for number in found.cells[0].values[place : place + 3])
        assert low <= value <= high


def test_each_group_has_its_own_quantiles_and_an_unprinted_bin_counts_as_empty() -> None:
    cells = [*ages((0, 10, 0, None)), *ages((0, 0, 10, 0), where="S")]
    found = table(BY_AGE, MEDIAN, cells)
    assert [(cell.key, cell.values[0]) for cell in found.cells] == [(("N",), 30_000), (("S",), 50_000)]


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (5, -10, 3, 2), (-1, 0, 0, 0), (None, None, None, None)])
def test_a_group_in_which_nobody_is_left_has_no_quantile(counts: tuple[int | None, ...]) -> None:
    assert table(BY_AGE, MEDIAN, ages(counts)).cells[0].values == (None, None, None)


@pytest.mark.parametrize("counts", [(-5, 40, -8, 60), (50, -40, 20, 1), (0, 0, 0, 1), (1, 0, 0, 0), (-3, -3, -3, 20)])
def test_negative_counts_leave_quantiles_inside_the_edges(counts: tuple[int, ...]) -> None:
    (cell,) = table(BY_AGE, replace(MEDIAN, parameters=(1, 500, 999)), ages(counts), {**SHARP, "rows": 30.0}).cells
    assert all(value is not None and 20_000 <= value <= 60_000 for value in cell.values)


def test_the_largest_groups_are_ranked_and_what_is_not_printed_is_not_ranked() -> None:
    cells = [Cell((name,), (rows, 0, 0, 0)) for name, rows in (("b", 7), ("a", 7), ("c", None), ("d", 9), ("e", -1))]
    found = table(BY_TOWN, replace(TOP, parameters=(3,)), cells)
    assert [(cell.key, cell.values) for cell in found.cells] == [(("d",), (1, 9)), (("a",), (2, 7)), (("b",), (3, 7))]
    assert (found.by, found.measures, found.unit) == (("town",), ("rank", "rows"), 1)
    assert len(table(BY_TOWN, replace(TOP, parameters=(9,)), cells).cells) == 4, "there are no more"


@pytest.mark.parametrize("level", [0.9, 0.975, 0.999])
@pytest.mark.parametrize("sigma", [0.4, 1.0, 7.3, 250.0])
def test_gaussian_noise_lies_within_the_half_width_at_its_level(sigma: float, level: float) -> None:
    """Summed term by term; the continuous normal distribution, rounded down, would miss some of these."""
    half = noise_reach(sigma, level, Noise.GAUSSIAN)
    reach = range(-math.ceil(12 * sigma) - 2, math.ceil(12 * sigma) + 3)
    whole = math.fsum(math.exp(-((k / sigma) ** 2) / 2) for k in reach)
    assert math.fsum(math.exp(-((k / sigma) ** 2) / 2) for k in reach if abs(k) <= half) / whole >= level


@pytest.mark.parametrize("level", [0.95, 0.975])
@pytest.mark.parametrize("grain", [1, 10, 1_000])
@pytest.mark.parametrize("scale", [0.2, 0.468, 0.7, 1.05, 2.0, 11.0])
def test_noise_of_any_grain_lies_within_the_half_width_and_half_a_unit_of_rounding(
    scale: float, grain: int, level: float
) -> None:
    """Summed term by term, wherever the exact number stands between two whole ones."""
    half = noise_reach(scale, level, Noise.LAPLACE) + 0.5
    decay = math.exp(-1 / (scale * grain))
    reach = math.ceil(40 * scale * grain)
    chances = [(k, (1 - decay) / (1 + decay) * decay ** abs(k)) for k in range(-reach, reach + 1)]
    for exact in {0, grain // 4, grain // 2, grain - 1}:
        inside = (chance for k, chance in chances if abs(rounded(exact + k, grain) - exact / grain) <= half)
        assert math.fsum(inside) >= level


FALSE_ALARM = 3e-10
"""For each of three tests: 9e-10 in all."""
GROUPS = 2_000
MISSES = int(binom.isf(FALSE_ALARM, GROUPS, 0.05))
"""More misses of an interval of 95 % have at most this probability."""


def noised(value: int, scale: float) -> tuple[int, ...]:
    """Return so many noised copies of a number; the scale is a whole number of sensitivities at epsilon 1."""
    return add_laplace([value] * GROUPS, laplace_mechanism(sensitivity=round(scale), loss=PrivacyLoss(1_000_000)))


def missed(asked: DerivedTerms, true: Mapping[str, int], wanted: float, told: float) -> int:
    """Return how many intervals miss. told: the factor of the scale that the table is told."""
    real = {"rows": 5.0, "centred": 200.0, "squares": 2_000.0, "people": 5.0}
    columns = [noised(true.get(name, 0), real[name]) for name in ("rows", "centred", "squares", "people")]
    cells = [Cell((f"g{place}",), values) for place, values in enumerate(zip(*columns, strict=True))]
    found = table(BY_TOWN, asked, cells, {name: scale * told for name, scale in real.items()})
    return sum(not _between(cell.values[1], wanted, cell.values[2]) for cell in found.cells)


def _between(low: int | None, value: float, high: int | None) -> bool:
    return low is None or high is None or low <= value * UNIT <= high


CASES: dict[str, tuple[DerivedTerms, dict[str, int], float]] = {
    "mean": (MEAN, {"rows": 300, "centred": -1_500}, 45.0),
    "variance": (VARIANCE, {"rows": 300, "centred": -1_500, "squares": 120_000}, 400.0 - 25.0),
}


@pytest.mark.parametrize(("asked", "true", "wanted"), CASES.values(), ids=CASES.keys())
def test_an_interval_covers_what_the_numbers_would_be_without_noise(
    asked: DerivedTerms, true: dict[str, int], wanted: float
) -> None:
    """2,000 groups with fresh noise each; false alarm 3e-10. Told a fifth of the scale, most intervals miss."""
    assert missed(asked, true, wanted, told=1.0) <= MISSES
    assert missed(asked, true, wanted, told=0.2) > MISSES, "the test has no teeth"


def test_an_interval_of_a_quantile_covers_the_true_one() -> None:
    """The true cumulated counts pass the share between its ends; false alarm 3e-10.

    Kolmogorov's inequality is generous, so the planted fault is larger: a twentieth of the scale.
    """
    edges = tuple(range(10, 100, 5))
    bins = Bins(AGE, edges)
    true = [20 + 3 * place for place in range(len(bins.labels))]
    cumulated = [sum(true[: place + 1]) for place in range(len(true))]
    wanted = [cumulated[-1] * share / 1_000 for share in (250, 500, 900)]
    terms = replace(BY_AGE, by=(TOWN, bins))
    asked = replace(MEDIAN, parameters=(250, 500, 900))
    columns = [noised(count, 10.0) for count in true]
    cells = [
        Cell((f"g{place}", label), (column[place], 0))
        for place in range(GROUPS)
        for label, column in zip(bins.labels, columns, strict=True)
    ]

    def misses(told: float) -> int:
        found = table(terms, asked, cells, {"rows": 10.0 * told, "people": 1.0}).cells
        return sum(not all(_passes(cell, place, share) for place, share in enumerate(wanted)) for cell in found)

    def _passes(cell: Cell, place: int, target: float) -> bool:
        _, low, high = (number or 0 for number in cell.values[3 * place : 3 * place + 3])
        before = low == edges[0] * UNIT or cumulated[edges.index(low // UNIT)] < target
        return before and (high == edges[-1] * UNIT or cumulated[edges.index(high // UNIT)] >= target)

    assert misses(told=1.0) <= MISSES
    assert misses(told=0.05) > MISSES, "the test has no teeth"


def test_a_table_reads_its_measures_wherever_they_stand() -> None:
    turned = replace(BY_TOWN, measures=(SQUARES, PEOPLE, CENTRED, ROWS))
    straight = table(BY_TOWN, VARIANCE, [Cell(("N",), (4, 8, 400, 3))]).cells
    assert table(turned, VARIANCE, [Cell(("N",), (400, 3, 8, 4))]).cells == straight
