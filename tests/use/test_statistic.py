"""A one-holder release: everything that can be refused is refused before the query; what comes after is arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from privshare.errors import NoiseRefused, ParameterRefused, PrivshareError
from privshare.model.bounding import BoundingPlan, Measure
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.secure.noise import LaplaceMechanism, laplace_mechanism
from privshare.use.release import statistic
from privshare.use.release.statistic import answer

BANK = PartyId("bank")
WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))
PEOPLE, INCOME = Measure("people", None, 1, 1, 2), Measure("income", VALUE, 0, 100, 300)
PLAN = BoundingPlan(WHO, (TOWN,), (("N",), ("S",)), (PEOPLE, INCOME))
SPLIT = {"people": PrivacyLoss(200_000), "income": PrivacyLoss(300_000)}
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


def asked(**changed: Any) -> Any:
    terms: dict[str, Any] = {
        "request": "ab" * 32,
        "plan": PLAN,
        "split": SPLIT,
        "query": lambda plan: (40, 3, 4000, 300),
    }
    return answer(changed.pop("permit", PERMIT), **{**terms, **changed})


@pytest.fixture
def noiseless(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[int]], None]:
    """Replace the noise by given values."""

    def without(noise: Sequence[int]) -> None:
        def add(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
            return tuple(value + more for value, more in zip(values, noise, strict=True))

        monkeypatch.setattr(statistic, "add_laplace", add)

    return without


def test_a_release_says_all_that_judges_it(noiseless: Callable[[Sequence[int]], None]) -> None:
    noiseless((0, 7))
    release = asked()
    assert [(cell.key, cell.values) for cell in release.cells] == [(("N",), (40, 4000)), (("S",), (10, 307))]
    assert release.holders == (BANK,)
    assert release.loss == PrivacyLoss(500_000)
    assert release.clauses == PERMIT.clauses
    assert [(part.measure, part.sensitivity, part.drawn_by) for part in release.parts] == [
        ("people", 2, BANK),
        ("income", 300, BANK),
    ]
    scales = {name: [float(scale) for scale in scales] for name, scales in release.public_noise}
    assert scales == {"people": [pytest.approx(10)], "income": [pytest.approx(1000)]}
    for part in release.parts:
        assert part.map_epsilon == str(laplace_mechanism(sensitivity=part.sensitivity, loss=part.loss).map_epsilon)
        assert float(part.map_epsilon) <= part.loss.epsilon
    assert ("people: one person's total over all groups at most", "2") in release.bounds
    assert ("income: each row's value clamped to", "[0, 100]") in release.bounds
    assert ("groups below 10 not printed, judged by", "noised people") in release.bounds


def test_small_groups_are_judged_by_the_noised_count(noiseless: Callable[[Sequence[int]], None]) -> None:
    noiseless((-31, 7))
    large, small = asked().cells
    assert large.values == (None, None), "40 people, 9 after noise"
    assert small.values == (10, 307), "3 people, 10 after noise"


def test_a_negative_count_is_published_as_it_is(noiseless: Callable[[Sequence[int]], None]) -> None:
    noiseless((-100, -100))
    release = asked(permit=replace(PERMIT, minimum_group=-(10**9)))
    assert [cell.values for cell in release.cells] == [(-60, 3900), (-97, 200)]


def test_without_a_count_nothing_can_be_held_back_and_the_release_says_so() -> None:
    only = replace(PLAN, measures=(INCOME,))
    permit = replace(PERMIT, question=replace(PERMIT.question, loss=SPLIT["income"]))
    release = asked(permit=permit, plan=only, split={"income": SPLIT["income"]}, query=lambda plan: (1, 2))
    assert all(cell.values != (None,) for cell in release.cells)
    assert ("groups below 10 not printed, judged by", "nothing, as no measure counts") in release.bounds


def test_noise_is_fresh() -> None:
    """Two cells at scale 10 and two at scale 1000 come out equal with probability (1/40)^2 (1/4000)^2 < 10^-9."""
    first, second = (asked(permit=replace(PERMIT, minimum_group=-(10**9))).cells for _ in range(2))
    assert first != second


OTHER = PartyId("city")
BEFORE: list[tuple[str, dict[str, Any]]] = [
    ("split", {"split": {"people": PrivacyLoss(200_000), "income": PrivacyLoss(299_999)}}),
    ("split", {"split": {"people": PrivacyLoss(200_000), "income": PrivacyLoss(300_001)}}),
    ("split", {"split": {"people": PrivacyLoss(500_000)}}),
    ("split", {"split": {**SPLIT, "more": PrivacyLoss(1)}}),
    ("split", {"split": {}}),
    ("epsilon", {"split": {"people": PrivacyLoss(0), "income": PrivacyLoss(500_000)}}),
    ("delta", {"split": {"people": PrivacyLoss(200_000, 1), "income": PrivacyLoss(300_000)}}),
    ("column", {"plan": replace(PLAN, by=(ColumnName("street"),))}),
    ("column", {"plan": replace(PLAN, measures=(PEOPLE, replace(INCOME, column=ColumnName("debt"))))}),
    ("column", {"plan": replace(PLAN, by=(WHO,))}),
    ("person", {"plan": replace(PLAN, person=ColumnName("household"))}),
    ("max_people", {"max_people": 0}),
    ("max_people", {"max_people": True}),
    ("max_people", {"max_people": 1e6}),
    ("bound", {"max_people": 2**53}),
    ("bound", {"plan": replace(PLAN, measures=(PEOPLE, replace(INCOME, bound=10**7)))}),
    (
        "holders",
        {"permit": replace(PERMIT, question=replace(PERMIT.question, uses=(*USES, replace(USES[1], holder=OTHER))))},
    ),
    ("split", {"permit": replace(PERMIT, question=replace(PERMIT.question, loss=PrivacyLoss(500_000, 1)))}),
]


@pytest.mark.parametrize(("named", "change"), BEFORE, ids=range(len(BEFORE)))
def test_what_is_wrong_is_refused_before_the_query(named: str, change: dict[str, Any]) -> None:
    def query(plan: BoundingPlan) -> Sequence[int]:
        raise AssertionError("data was touched")

    with pytest.raises(PrivshareError, match=named):
        asked(**{**change, "query": query})


def test_the_query_runs_once_with_the_plan() -> None:
    seen: list[BoundingPlan] = []

    def query(plan: BoundingPlan) -> Sequence[int]:
        seen.append(plan)
        return (0, 0, 0, 0)

    asked(query=query)
    assert seen == [PLAN]


@pytest.mark.parametrize("wrong", [(), (1, 2, 3), (1, 2, 3, 4, 5), (1.0, 2, 3, 4), (True, 2, 3, 4), (None, 2, 3, 4)])
def test_an_engine_that_breaks_the_plan_is_stopped_without_a_number(wrong: Sequence[Any]) -> None:
    with pytest.raises(NoiseRefused) as refused:
        asked(query=lambda plan: wrong)
    assert not any(character.isdigit() for character in str(refused.value))


def test_a_sum_beyond_the_proven_range_is_stopped() -> None:
    assert asked(query=lambda plan: (20, 0, 3000, 0), max_people=10)
    for beyond in ((21, 0, 0, 0), (0, 0, 0, -3001)):
        with pytest.raises(NoiseRefused, match="range"):
            asked(query=lambda plan, beyond=beyond: beyond, max_people=10)


@pytest.mark.parametrize("people", [10**5, 10**7, 10**9])
def test_every_published_number_fits_canonical_json(people: int) -> None:
    """The largest bound that is accepted leaves 46 scales of noise below 2^53: b * people + 46 * b / 0.3 < 2^53."""
    largest = int((2**53 - 1) / (people + 46 / 0.3))
    for bound, accepted in ((largest * 999 // 1000, True), (largest * 1001 // 1000 + 1, False)):
        plan = replace(PLAN, measures=(PEOPLE, replace(INCOME, bound=bound)))
        if accepted:
            assert asked(plan=plan, max_people=people, query=lambda plan: (0, 0, 0, 0))
        else:
            with pytest.raises(ParameterRefused, match="bound of income"):
                asked(plan=plan, max_people=people)
