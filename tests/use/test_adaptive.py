"""A statistic that finds its own bounds and groups: refused before the first query or not at all, and paid for exactly.

Chance tests state their false-alarm probability, at most 1e-9, and are shown to catch a planted fault.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pytest
from scipy.stats import beta

from privshare.errors import NoiseRefused, ParameterRefused, PrivshareError
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import Amount, BoundingPlan, Contributions, Discovery
from privshare.model.category import RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.secure.noise import (
    KeyedLaplaceMechanism,
    LaplaceMechanism,
    keyed_laplace_mechanism,
    laplace_mechanism,
)
from privshare.use.release import mechanisms
from privshare.use.release.bounds import SHARE_PERCENT, ladder_up_to
from privshare.use.release.statistic import answer
from privshare.use.release.terms import MeasureTerms, StatisticTerms, measure_of, price

FALSE_ALARM = 1e-9
BANK = PartyId("bank")
WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))
USES = (
    ColumnUse(BANK, WHO, RungKind.NEVER),
    ColumnUse(BANK, TOWN, RungKind.AFTER_DP),
    ColumnUse(BANK, VALUE, RungKind.AFTER_DP),
)
ROWS = MeasureTerms("rows", None, 1, 1, bound=2, top=1_000, loss=PrivacyLoss(1_000_000, 10**9))
TOTAL = MeasureTerms(
    "total", VALUE, 0, 50, bound=None, top=5_000, loss=PrivacyLoss(777_777), amount=Amount.SUM
)
UNKNOWN = StatisticTerms(WHO, (TOWN,), None, (ROWS, TOTAL))
KNOWN = StatisticTerms(WHO, (TOWN,), (("N",), ("S",)), (replace(ROWS, bound=None, loss=PrivacyLoss(333_333)), TOTAL))


def permit_for(terms: StatisticTerms, **changed: Any) -> Permit:
    question = Question("q", "How many?", PurposeId("p"), USES, price(terms))
    return Permit(replace(question, **changed), ("bank.town",), minimum_group=0)


def table(rows: Mapping[tuple[str, str], int], value: int = 5) -> pd.DataFrame:
    """rows: (person, town) -> number of rows."""
    cells = [(who, town) for (who, town), count in rows.items() for _ in range(count)]
    frame = pd.DataFrame(cells, columns=["who", "town"]).astype("str")
    return frame.assign(value=value)


def crowd(sizes: Mapping[str, int], each: int = 1) -> pd.DataFrame:
    """Towns with so many persons, each of them in that town only, with `each` rows."""
    return table({(f"{town}{number}", town): each for town, size in sizes.items() for number in range(size)})


@dataclass
class Engine:
    """The real engine, which keeps what it was asked."""

    frame: pd.DataFrame
    asked: list[Any] = field(default_factory=list)

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        self.asked.append(plan)
        return PandasEngine(self.frame).plan(plan)

    def contributions(self, asked: Contributions) -> Sequence[int]:
        self.asked.append(asked)
        return PandasEngine(self.frame).contributions(asked)

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        self.asked.append(asked)
        return PandasEngine(self.frame).discovery(asked)


class Untouchable:
    """An engine that must not be asked."""

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        raise AssertionError("data was touched")

    def contributions(self, asked: Contributions) -> Sequence[int]:
        raise AssertionError("data was touched")

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        raise AssertionError("data was touched")


def asked(terms: StatisticTerms, engine: Any, **changed: Any) -> Release:
    return answer(changed.pop("permit", permit_for(terms)), request="ab" * 32, terms=terms, engine=engine)


@pytest.mark.parametrize("terms", [UNKNOWN, KNOWN], ids=["unknown groups", "known groups"])
def test_the_parts_add_up_to_the_price_to_the_last_unit(terms: StatisticTerms) -> None:
    release = asked(terms, Engine(crowd({"N": 400, "S": 300}, each=2)))
    total = sum((part.loss for part in release.parts), NO_LOSS)
    assert total == price(terms) == release.loss == sum((m.loss for m in terms.measures), NO_LOSS)
    for part in release.parts:
        assert float(part.map_epsilon) <= part.loss.epsilon
        assert part.loss.micro_epsilon > 0
    for number, measure in enumerate(terms.measures):
        mine = next(part for part in release.parts if part.measure == measure.name)
        chosen = 0 if measure.bound else measure.loss.micro_epsilon * SHARE_PERCENT // 100
        assert mine.loss == PrivacyLoss(measure.loss.micro_epsilon - chosen, measure.loss.delta_e15)
        bounds = (measure.bound,) if measure.bound else ladder_up_to(measure.top)
        allowed = [measure_of(terms, number, bound) for bound in bounds]
        assert (mine.sensitivity, mine.grain) in [(each.sensitivity, each.grain) for each in allowed]
    assert [part.sensitivity for part in release.parts if part.measure == ""] == [1] * sum(
        measure.bound is None for measure in terms.measures
    )


@pytest.mark.parametrize("micro", [2, 3, 9, 10, 11, 19, 99, 101, 1_000_001])
def test_however_small_the_price_it_is_shared_without_a_rest(micro: int) -> None:
    measure = replace(KNOWN.measures[0], loss=PrivacyLoss(micro))
    terms = replace(KNOWN, measures=(measure,))
    release = asked(terms, Engine(crowd({"N": 3})))
    assert sum((part.loss for part in release.parts), NO_LOSS) == PrivacyLoss(micro)


BEFORE: dict[str, tuple[StatisticTerms, dict[str, Any]]] = {
    "price is not the permitted loss": (UNKNOWN, {"permit": permit_for(UNKNOWN, loss=PrivacyLoss(1_777_777))}),
    "price is above the permitted loss": (UNKNOWN, {"permit": permit_for(UNKNOWN, loss=PrivacyLoss(1, 10**9))}),
    "a column that was not asked for": (replace(UNKNOWN, by=(ColumnName("street"),)), {}),
    "another person column": (replace(UNKNOWN, person=ColumnName("household")), {}),
    "the same name twice, groups unknown": (replace(UNKNOWN, measures=(ROWS, replace(ROWS, loss=TOTAL.loss))), {}),
    "the same column twice": (replace(UNKNOWN, by=(TOWN, TOWN)), {}),
    "unknown groups of no column": (replace(UNKNOWN, by=()), {}),
    "grouping by the person": (replace(UNKNOWN, by=(WHO,)), {}),
    "no delta for unknown groups": (replace(UNKNOWN, measures=(replace(ROWS, loss=PrivacyLoss(10**6)), TOTAL)), {}),
    "unknown groups without a count first": (replace(UNKNOWN, measures=(TOTAL, ROWS)), {}),
    "no measures": (replace(UNKNOWN, measures=()), {}),
    "no measures for known groups": (replace(KNOWN, measures=()), {}),
    "the same name twice": (replace(KNOWN, measures=(TOTAL, TOTAL)), {}),
    "no known group": (replace(KNOWN, keys=()), {}),
    "a group twice": (replace(KNOWN, keys=(("N",), ("N",))), {}),
    "a group of another shape": (replace(KNOWN, keys=(("N", "1"),)), {}),
    "clamps reversed": (replace(UNKNOWN, measures=(ROWS, replace(TOTAL, lower=51))), {}),
    "bound 0": (replace(UNKNOWN, measures=(replace(ROWS, bound=0), TOTAL)), {}),
    "top 0": (replace(UNKNOWN, measures=(ROWS, replace(TOTAL, top=0))), {}),
    "top above what fits": (replace(UNKNOWN, measures=(ROWS, replace(TOTAL, top=10**7))), {}),
    "top above what finds groups": (replace(UNKNOWN, measures=(replace(ROWS, bound=None, top=2**20 + 1), TOTAL)), {}),
    "epsilon 0": (replace(UNKNOWN, measures=(ROWS, replace(TOTAL, loss=PrivacyLoss(0)))), {}),
    "epsilon that cannot be shared": (replace(UNKNOWN, measures=(ROWS, replace(TOTAL, loss=PrivacyLoss(1)))), {}),
    "epsilon above 20": (replace(UNKNOWN, measures=(ROWS, replace(TOTAL, loss=PrivacyLoss(10**8)))), {}),
    "a delta too small for the dearest bound": (
        replace(UNKNOWN, measures=(replace(ROWS, bound=None, loss=PrivacyLoss(10**6, 1)), TOTAL)),
        {},
    ),
    "a delta that buys nothing, known groups": (
        replace(KNOWN, measures=(replace(KNOWN.measures[0], loss=PrivacyLoss(10**6, 5)),)),
        {},
    ),
    "a delta that buys nothing, second measure": (
        replace(UNKNOWN, measures=(ROWS, replace(TOTAL, loss=PrivacyLoss(10**6, 5)))),
        {},
    ),
}


@pytest.mark.parametrize(("terms", "changed"), BEFORE.values(), ids=BEFORE.keys())
def test_what_is_wrong_is_refused_before_the_first_query(terms: StatisticTerms, changed: dict[str, Any]) -> None:
    with pytest.raises(PrivshareError):
        asked(terms, Untouchable(), **changed)


def test_two_holders_are_refused() -> None:
    uses = (*USES, replace(USES[1], holder=PartyId("city")))
    with pytest.raises(ParameterRefused, match="holder"):
        asked(UNKNOWN, Untouchable(), permit=permit_for(UNKNOWN, uses=uses))


def test_what_is_accepted_asks_bounds_first_then_groups_then_the_rest_once_each() -> None:
    engine = Engine(crowd({"N": 500, "S": 400}))
    # With a higher top, noise in the histogram could choose a bound with which no town would be found.
    terms = replace(UNKNOWN, measures=(replace(ROWS, bound=None, top=2), TOTAL))
    asked(terms, engine)
    assert [type(each) for each in engine.asked] == [Contributions, Contributions, Discovery, BoundingPlan]
    with pytest.raises(AssertionError, match="touched"):
        asked(terms, Untouchable())


def test_published_groups_are_sorted_above_the_threshold_and_the_rest_is_asked_for_them_only() -> None:
    """N, S and W have 500 persons, noise has scale 2: one of them is missed with probability below 1e-90.

    40 towns of one person each: any of them is published with probability at most 40 times delta, 4e-5 a run,
    which is no proof; so delta is 1e-15 x 10^4 here, and the probability 4e-10.
    """
    lonely = {f"lonely{number}": 1 for number in range(40)}
    engine = Engine(crowd({"S": 500, "W": 500, "N": 500} | lonely, each=2))
    terms = replace(UNKNOWN, measures=(replace(ROWS, loss=PrivacyLoss(10**6, 10**4)), TOTAL))
    release = asked(terms, engine)
    assert [cell.key for cell in release.cells] == [("N",), ("S",), ("W",)]
    told = dict(release.bounds)
    threshold = int(told["groups are published from a noised count of"])
    assert threshold == keyed_laplace_mechanism(bound=2, loss=PrivacyLoss(10**6, 10**4)).threshold
    for cell in release.cells:
        assert cell.values[0] is not None
        assert cell.values[0] >= threshold
    plan = engine.asked[-1]
    assert plan.keys == (("N",), ("S",), ("W",))
    assert [measure.name for measure in plan.measures] == ["total"]
    assert "lonely" not in repr(release)


def test_a_group_of_one_person_is_not_published_however_many_rows_it_has() -> None:
    """One person, 10,000 rows in a town of their own. Published with probability at most delta = 1e-9."""
    alone = table({("hermit", "hut"): 10_000})
    release = asked(
        replace(UNKNOWN, measures=(replace(ROWS, loss=PrivacyLoss(10**6, 10**6)), TOTAL)),
        Engine(pd.concat([crowd({"N": 500}), alone], ignore_index=True)),
    )
    assert [cell.key for cell in release.cells] == [("N",)]


def test_where_no_group_is_found_there_is_an_empty_answer_and_the_whole_price() -> None:
    """Three persons in three towns, published with probability at most 3 times delta = 3e-10."""
    terms = replace(UNKNOWN, measures=(replace(ROWS, loss=PrivacyLoss(10**6, 10**5)), TOTAL))
    for frame in (crowd({"N": 1, "S": 1, "W": 1}), crowd({"N": 1}).iloc[:0], crowd({"N": 5}).assign(town=None)):
        engine = Engine(frame)
        release = asked(terms, engine)
        assert release.cells == ()
        assert release.measures == ("rows", "total")
        assert sum((part.loss for part in release.parts), NO_LOSS) == price(terms)
        assert not any(type(each) is BoundingPlan for each in engine.asked)


def test_names_that_a_separator_would_mix_up_stay_apart() -> None:
    """Persons a town: 600. Scale 2, threshold below 60: all six are published but with probability below 1e-100."""
    names = [("a", "b,c"), ("a,b", "c"), ('a","b', "c"), ("", "x"), ("\u00e4", "\ud83d"), ("N\nS", "\\")]
    cells = {(str(number), name): 600 for number, name in enumerate(names)}
    terms = replace(UNKNOWN, by=(TOWN, VALUE), measures=(ROWS,))

    class Given(Untouchable):
        def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
            return {name: count for (_, name), count in cells.items()}

    release = asked(terms, Given())
    assert [cell.key for cell in release.cells] == sorted(names)
    assert all(abs((cell.values[0] or 0) - 600) < 100 for cell in release.cells)


@pytest.mark.parametrize(
    "wrong", [{("N",): 0}, {("N",): -1}, {("N",): 2.0}, {("N",): True}, {("N",): None}, {("N",): 2**53 + 1}]
)
def test_an_engine_that_breaks_the_discovery_is_stopped_without_a_number(wrong: Any) -> None:
    class Broken(Untouchable):
        def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
            return wrong  # type: ignore[no-any-return]

    with pytest.raises(NoiseRefused) as refused:
        asked(replace(UNKNOWN, measures=(ROWS,)), Broken())
    assert "9007199254740993" not in str(refused.value)


@pytest.mark.parametrize("wrong", [(), (1, 2), [1.0] * 20, [None] * 20])
def test_an_engine_that_breaks_the_histogram_is_stopped(wrong: Any) -> None:
    class Broken(Untouchable):
        def contributions(self, asked: Contributions) -> Sequence[int]:
            return wrong  # type: ignore[no-any-return]

    with pytest.raises(NoiseRefused):
        asked(UNKNOWN, Broken())


TOWNS = tuple(f"T{number:04}" for number in range(4_000))
CLAIM = PrivacyLoss(1_500_000, 10**9)


def certified(near: int, far: int) -> float:
    """A lower bound on epsilon at the claimed delta, wrong with probability 1e-9 (Clopper and Pearson 1934)."""
    trials = len(TOWNS)
    low = float(beta.ppf(FALSE_ALARM / 2, far, trials - far + 1)) if far else 0.0
    high = float(beta.ppf(1 - FALSE_ALARM / 2, near + 1, trials - near))
    return math.log(max(low - CLAIM.delta, 1e-12) / high)


def audited(terms: StatisticTerms) -> float:
    """A certified lower bound on the epsilon of a release, from the event that a town counts 104 rows or more.

    Every town is a pair of neighbours of its own: 100 persons with a row each, and one person more with the 4
    rows that the bound allows. Persons are bounded one by one and noise is drawn for each group afresh, so 4,000
    towns in one table are 4,000 audits of one town.
    """
    near = pd.DataFrame({"town": [town for town in TOWNS for _ in range(100)]})
    near["who"] = [f"p{number}" for number in range(len(near))]
    more = pd.DataFrame({"town": [town for town in TOWNS for _ in range(4)]})
    more["who"] = [f"new {town}" for town in more["town"]]
    hits = []
    for frame in (near, pd.concat([near, more], ignore_index=True)):
        release = asked(terms, Engine(frame))
        hits.append(sum(cell.values[0] is not None and cell.values[0] >= 104 for cell in release.cells))
    return certified(*hits)


@pytest.mark.parametrize("known", [True, False], ids=["known groups", "unknown groups"])
def test_an_audit_from_end_to_end_stays_below_the_claim_and_catches_half_the_noise(
    known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Epsilon 1.5, bound 4. The honest release certifies about 1.2, and more than 1.5 with probability 1e-9.

    With noise for half the sensitivity 2.5 is expected, and 1.5 would be 10 standard deviations away.
    """
    keys = tuple((town,) for town in TOWNS) if known else None
    loss = PrivacyLoss(CLAIM.micro_epsilon) if known else CLAIM
    terms = StatisticTerms(WHO, (TOWN,), keys, (replace(ROWS, bound=4, loss=loss),))
    assert 0.5 < audited(terms) <= CLAIM.epsilon

    def half(*, sensitivity: int, loss: PrivacyLoss) -> LaplaceMechanism:
        return laplace_mechanism(sensitivity=sensitivity // 2, loss=loss)

    def keyed_half(*, bound: int, loss: PrivacyLoss) -> KeyedLaplaceMechanism:
        return keyed_laplace_mechanism(bound=bound // 2, loss=loss)

    monkeypatch.setattr(mechanisms, "laplace_mechanism", half)
    monkeypatch.setattr(mechanisms, "keyed_laplace_mechanism", keyed_half)
    assert audited(terms) > CLAIM.epsilon, "the audit has no teeth"


def test_release_documents_of_found_groups_hold_plain_json_only() -> None:
    release = asked(UNKNOWN, Engine(crowd({"N": 500, "S": 400})))
    assert json.loads(json.dumps([list(cell.key) for cell in release.cells])) == [["N"], ["S"]]
    assert {part.mechanism for part in release.parts if part.loss.delta_e15} == {
        "two-sided geometric, groups below a threshold left out"
    }
    assert laplace_mechanism(sensitivity=2, loss=PrivacyLoss(10**6)).scale == float(
        next(part.scale for part in release.parts if part.loss.delta_e15)
    )
