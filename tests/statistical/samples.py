"""Samples of published noise, a hundred thousand at a time, through the code that publishes: engine, terms, release.

One release over many groups is many draws: with two neighbouring tables, each group once empty and once with one
person who contributes more than they may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import BoundingPlan, Contributions, Discovery
from privshare.model.category import RungKind
from privshare.model.loss import MICRO, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.use.release.statistic import answer
from privshare.use.release.terms import MeasureTerms, Noise, StatisticTerms, price
from tests.statistical.chance import Numbers

BANK, WHO, TOWN = PartyId("bank"), ColumnName("who"), ColumnName("town")
GROUPS = 100_000
FOUND_GROUPS = 30_000
BOUND = 10
CLAIM = PrivacyLoss(2 * MICRO)
"""Faults show best at a large epsilon; the code path is the same for every epsilon."""


@dataclass(frozen=True)
class Counts:
    """An engine in which so many people stand in each group, each of them once."""

    counts: Mapping[tuple[str, ...], int]

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        return [self.counts.get(key, 0) * measure.grain for measure in plan.measures for key in plan.keys]

    def contributions(self, asked: Contributions) -> Sequence[int]:
        return [sum(self.counts.values()), *[0] * (len(asked.ladder) - 1)]

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        return dict(self.counts)


def released(terms: StatisticTerms, engine: PandasEngine | Counts) -> Release:
    """The release of these terms, under a permit for exactly them."""
    uses = (ColumnUse(BANK, WHO, RungKind.NEVER), ColumnUse(BANK, TOWN, RungKind.AFTER_DP))
    granted = Permit(Question("q", "Q?", PurposeId("p"), uses, price(terms)), (), minimum_group=0)
    return answer(granted, request="0" * 64, terms=terms, engine=engine)


@lru_cache(maxsize=4)
def rows_of(groups: int, each: int) -> pd.DataFrame:
    """One person a group, with so many rows there."""
    people = np.repeat(np.arange(groups), each)
    return pd.DataFrame({"who": people, "town": np.array([f"g{n}" for n in range(groups)], dtype=object)[people]})


def public_terms(
    loss: PrivacyLoss, *, whole: bool, groups: int = GROUPS, noise: Noise = Noise.LAPLACE
) -> StatisticTerms:
    """Rows of so many public groups."""
    rows = MeasureTerms("rows", None, 1, 1, BOUND, BOUND, loss, whole=whole)
    return StatisticTerms(WHO, (TOWN,), tuple((f"g{number}",) for number in range(groups)), (rows,), noise)


def published(
    *, rows_each: int, whole: bool, loss: PrivacyLoss = CLAIM, noise: Noise = Noise.LAPLACE
) -> tuple[Numbers, float]:
    """Published counts of public groups and the scale that is printed beside them.

    rows_each: rows of the one person in each group. With BOUND + 1 of them an engine that lets one row too many
    through shows; what is far above the bound would be scaled down again.
    """
    made = released(public_terms(loss, whole=whole, noise=noise), PandasEngine(rows_of(GROUPS, rows_each)))
    return np.array([cell.values[0] for cell in made.cells]), float(made.public_noise[0][1][0].removeprefix("sigma "))


def found(loss: PrivacyLoss, people: int, groups: int = FOUND_GROUPS) -> tuple[dict[str, int], float, int]:
    """Published counts by name of groups with so many people, where the names are not public; scale; threshold."""
    rows = MeasureTerms("rows", None, 1, 1, 1, 1, loss)
    counts = Counts({(f"g{number}",): people for number in range(groups)})
    made = released(StatisticTerms(WHO, (TOWN,), None, (rows,)), counts)
    values = {cell.key[0]: cell.values[0] for cell in made.cells if cell.values[0] is not None}
    threshold = next(value for what, value in made.bounds if what == "groups are published from a noised count of")
    return values, float(made.public_noise[0][1][0]), int(threshold)
