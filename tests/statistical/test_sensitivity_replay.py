"""Record and replay: run a release on neighbouring tables with the noise taken out, and compare what reached the noise.

A statistical audit hardly sees a wrong bound in the glue around correct noise
(dp-recorder, PETS 2026, found 13 of those in 12 libraries). So the noise call
is recorded instead of made: on D and on D without one person the same calls
must come, in number, length, sensitivity and scale, and the recorded values
may differ by at most the declared sensitivity in L1. No chance of a false alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from privshare.holders.engines.pandas_engine import run_plan
from privshare.model.bounding import BoundingPlan, Measure
from privshare.model.category import RungKind
from privshare.model.entropy import seeded_generator
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.secure.noise import LaplaceMechanism
from privshare.use.release import statistic

Query = Callable[[pd.DataFrame, BoundingPlan], Sequence[int]]
WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))
KEYS = (("N",), ("S",), ("E",))
SPLIT = {"rows": PrivacyLoss(300_000), "sum": PrivacyLoss(700_000)}
TABLES = 150


def plan_of(rows_bound: int, sum_bound: int) -> BoundingPlan:
    measures = (Measure("rows", None, 1, 1, rows_bound), Measure("sum", VALUE, -30, 50, sum_bound))
    return BoundingPlan(WHO, (TOWN,), KEYS, measures)


def recorded(frame: pd.DataFrame, plan: BoundingPlan, query: Query, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every noise call of one release: (sensitivity, scale, values)."""
    calls: list[Any] = []

    def record(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
        calls.append((mechanism.sensitivity, mechanism.scale, tuple(values)))
        return tuple(values)

    monkeypatch.setattr(statistic, "add_laplace", record)
    uses = tuple(
        ColumnUse(PartyId("bank"), column, form)
        for column, form in ((WHO, RungKind.NEVER), (TOWN, RungKind.AFTER_DP), (VALUE, RungKind.AFTER_DP))
    )
    loss = sum(SPLIT.values(), NO_LOSS)
    granted = Permit(Question("q", "Q?", PurposeId("p"), uses, loss), (), minimum_group=5)
    release = statistic.answer(
        granted, request="0" * 64, plan=plan, split=SPLIT, query=lambda asked: query(frame, asked)
    )
    assert [part.sensitivity for part in release.parts] == [call[0] for call in calls], "noise that is not printed"
    return calls


def violation(query: Query, monkeypatch: pytest.MonkeyPatch) -> str:
    """The first way in which a release over random tables breaks its declared sensitivity, or ""."""
    chance = seeded_generator(20260301)
    for _ in range(TABLES):
        rows = int(chance.integers(1, 40))
        frame = pd.DataFrame(
            {
                "who": chance.integers(0, 6, rows),
                "town": chance.choice(["N", "S", "E", "elsewhere"], rows),
                "value": chance.integers(-60, 90, rows).astype(float),
            }
        )
        frame.loc[chance.random(rows) < 0.1, "value"] = float("nan")
        plan = plan_of(int(chance.integers(1, 6)), int(chance.integers(1, 120)))
        full = recorded(frame, plan, query, monkeypatch)
        for person in sorted(frame["who"].unique()):
            less = recorded(frame[frame["who"] != person], plan, query, monkeypatch)
            if [(s, scale, len(v)) for s, scale, v in full] != [(s, scale, len(v)) for s, scale, v in less]:
                return "other noise on the neighbour"
            for (sensitivity, _, with_one), (_, _, without) in zip(full, less, strict=True):
                moved = sum(abs(a - b) for a, b in zip(with_one, without, strict=True))
                if moved > sensitivity:
                    return "moves further than declared"
    return ""


def test_a_release_moves_by_no_more_than_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    assert violation(run_plan, monkeypatch) == ""


def unclipped(frame: pd.DataFrame, plan: BoundingPlan) -> list[int]:
    """Forgets to bound persons."""
    free = [Measure(m.name, m.column, m.lower, m.upper, 2**40) for m in plan.measures]
    return list(run_plan(frame, BoundingPlan(plan.person, plan.by, plan.keys, tuple(free))))


def scaled_up(frame: pd.DataFrame, plan: BoundingPlan) -> list[int]:
    """Cuts each cell to the bound, but not the person's total."""
    sums = [0] * (len(plan.keys) * len(plan.measures))
    for _, mine in frame.groupby("who"):
        for index, amount in enumerate(unclipped(mine, plan)):
            bound = plan.measures[index // len(plan.keys)].bound
            sums[index] += max(-bound, min(bound, amount))
    return sums


def floored_downwards(frame: pd.DataFrame, plan: BoundingPlan) -> list[int]:
    """Rounds a negative cell away from zero: floor(n * B / total) instead of keeping the sign outside."""
    sums = [0] * (len(plan.keys) * len(plan.measures))
    for _, mine in frame.groupby("who"):
        amounts = unclipped(mine, plan)
        for number, measure in enumerate(plan.measures):
            cells = amounts[number * len(plan.keys) : (number + 1) * len(plan.keys)]
            total = sum(map(abs, cells))
            for index, amount in enumerate(cells):
                cut = amount if total <= measure.bound else amount * measure.bound // total
                sums[number * len(plan.keys) + index] += cut
    return sums


def bounded_by_row_number(frame: pd.DataFrame, plan: BoundingPlan) -> list[int]:
    """Keeps everybody's first B rows of the whole table's order - one row too many."""
    bound = plan.measures[0].bound
    return list(run_plan(frame[frame.groupby("who").cumcount() <= bound], plan))[: len(plan.keys)] + unclipped(
        frame[frame.groupby("who").cumcount() <= bound], plan
    )[len(plan.keys) :]


@pytest.mark.parametrize("faulty", [unclipped, scaled_up, floored_downwards, bounded_by_row_number])
def test_a_planted_fault_in_the_bounding_is_caught(faulty: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    assert violation(faulty, monkeypatch) == "moves further than declared"


def test_noise_that_depends_on_the_data_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = statistic.laplace_mechanism
    rows: list[int] = []

    def after_peeking(*, sensitivity: int, loss: PrivacyLoss) -> LaplaceMechanism:
        return honest(sensitivity=sensitivity + rows[-1], loss=loss)

    def violated() -> str:
        chance = seeded_generator(1)
        frame = pd.DataFrame({"who": chance.integers(0, 6, 30), "town": ["N"] * 30, "value": [1] * 30})
        seen = []
        for table in (frame, frame[frame["who"] != 0]):
            rows.append(len(table))
            seen.append([call[:2] for call in recorded(table, plan_of(2, 2), run_plan, monkeypatch)])
        return "" if seen[0] == seen[1] else "other noise on the neighbour"

    assert violated() == ""
    monkeypatch.setattr(statistic, "laplace_mechanism", after_peeking)
    assert violated() == "other noise on the neighbour"
