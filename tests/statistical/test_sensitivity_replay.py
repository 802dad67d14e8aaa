"""Record and replay: releases on neighbouring tables, and what reached the noise of the one and of the other.

A statistical audit hardly sees a wrong bound in the glue around correct noise
(dp-recorder, PETS 2026, found 13 of those in 12 libraries). So the calls to
OpenDP are recorded: on D and on D without one person the same calls must come, in
number, length, scale and threshold, each is printed in the release, and the exact
numbers may differ by at most the printed sensitivity, in the norm of the noise,
and by no more than what the person's own rows hold. No chance of a false alarm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import Measure
from privshare.use.release import bias, statistic
from privshare.use.release.mechanisms import Mechanism, mechanisms, noised
from privshare.use.release.terms import Noise, StatisticTerms
from tests.statistical import planted_engines as planted
from tests.statistical.neighbours import CASES, EngineOf, violation
from tests.statistical.replaying import Door, open_door

DECLARED, OWN, OTHER = "moves further than declared", "person's own numbers", "other noise on the neighbour"
FEW, MANY = 100, 10_000
GIVEN = [name for name, case in CASES.items() if not case.chosen and not case.bias]
LAPLACE = [name for name, case in CASES.items() if case.noise is Noise.LAPLACE and not case.bias]
CHOSEN = [name for name, case in CASES.items() if case.chosen and not case.bias]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return open_door(monkeypatch, seed=7)


@pytest.mark.parametrize("case", CASES)
def test_a_release_moves_by_no_more_than_it_declares(case: str, door: Door) -> None:
    assert violation(CASES[case], door, PandasEngine, pairs=FEW) == ""


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_ten_thousand_pairs_move_by_no_more_than_is_declared(case: str, door: Door) -> None:
    assert violation(CASES[case], door, PandasEngine, pairs=MANY, seed=20260302) == ""


PLANTED: list[tuple[EngineOf, Sequence[str], str]] = [
    (planted.Unclipped, GIVEN, DECLARED),
    (planted.OffByOne, GIVEN, DECLARED),
    (planted.EachCell, GIVEN, DECLARED),
    (planted.ScaledUp, GIVEN, OWN),
    (planted.FlooredDown, ["laplace", "gaussian"], DECLARED),
    (planted.RoundedUp, GIVEN, DECLARED),
    (planted.RowNumber, GIVEN, DECLARED),
    (planted.ByLength, LAPLACE, DECLARED),
    (planted.Spoiled, GIVEN, "moves further"),
    (planted.Mean, GIVEN, "moves further"),
    (planted.RowsAsPeople, CHOSEN, DECLARED),
    (planted.Cautious, GIVEN, "refusal"),
]


@pytest.mark.parametrize(
    ("faulty", "case", "told"), [(engine, case, told) for engine, cases, told in PLANTED for case in cases]
)
def test_a_planted_fault_in_the_engine_is_caught(faulty: EngineOf, case: str, told: str, door: Door) -> None:
    assert told in violation(CASES[case], door, faulty, pairs=400)


@pytest.mark.parametrize(
    "fault",
    [
        lambda measure, second, groups: (second - measure.bound) * measure.grain,
        lambda measure, second, groups: measure.sensitivity,
    ],
    ids=["rounding forgotten", "the first bound alone"],
)
def test_a_bias_that_declares_too_little_is_caught(fault: Any, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bias, "sensitivity", fault)
    assert DECLARED in violation(CASES["bias, bounds chosen"], door, PandasEngine, pairs=MANY)


class Peeking(PandasEngine):
    """Tells on the side how many rows there are."""

    rows = 0

    def __init__(self, frame: Any) -> None:
        super().__init__(frame)
        Peeking.rows = len(frame)


def wider_with_rows(terms: StatisticTerms, measures: Sequence[Measure]) -> list[Mechanism]:
    return mechanisms(terms, [replace(m, bound=m.bound + Peeking.rows) for m in measures])


def noised_twice(values: Sequence[int], mechanism: Mechanism) -> tuple[int, ...]:
    pairs = zip(noised(values, mechanism), noised(values, mechanism), strict=True)
    return tuple((one + other) // 2 for one, other in pairs)


def only_what_is_there(values: Sequence[int], mechanism: Mechanism) -> tuple[int, ...]:
    answers = iter(noised([value for value in values if value], mechanism))
    return tuple(next(answers, 0) if value else 0 for value in values)


@pytest.mark.parametrize("case", GIVEN)
@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        ("mechanisms", wider_with_rows, OTHER),
        ("noised", noised_twice, "not printed"),
        ("noised", only_what_is_there, "noise"),
    ],
)
def test_a_planted_fault_in_the_release_is_caught(
    name: str, fault: Any, told: str, case: str, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistic, name, fault)
    assert told in violation(CASES[case], door, Peeking, pairs=400)


def test_noise_by_another_way_is_caught(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    import opendp.prelude as dp

    def by_another_way(values: Sequence[int], mechanism: Mechanism) -> tuple[int, ...]:
        dp.m.make_geometric(dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64"), scale=1.0)
        return tuple(values)

    monkeypatch.setattr(statistic, "noised", by_another_way)
    with pytest.raises(AssertionError, match="another way"):
        violation(CASES["laplace"], door, PandasEngine, pairs=1)
