"""Whatever stands in the rows: the same queries are answered, with the same noise, and only noised numbers decide.

A refusal, a scale or a bound that depends on exact numbers is an answer about them that nobody pays for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import Amount
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import Release
from privshare.secure.noise import LaplaceMechanism
from privshare.use.release import mechanisms, statistic
from privshare.use.release.statistic import answer
from privshare.use.release.terms import MeasureTerms, StatisticTerms, price

BANK = PartyId("bank")
WHO, TOWN, VALUE = (ColumnName(name) for name in ("who", "town", "value"))
ROWS = MeasureTerms("rows", None, 1, 1, 3, 3, PrivacyLoss(400_000))
TOTAL = MeasureTerms("total", VALUE, -50, 50, 100, 100, PrivacyLoss(600_000), Amount.SUM)
GIVEN = StatisticTerms(WHO, (TOWN,), (("N",), ("S",)), (ROWS, TOTAL))
CHOSEN = replace(GIVEN, measures=(replace(ROWS, bound=None, top=1_000), replace(TOTAL, bound=None, top=5_000)))
FOUND = replace(GIVEN, keys=None, measures=(replace(ROWS, loss=PrivacyLoss(400_000, 10**9)), TOTAL))


def table(*rows: tuple[Any, Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["who", "town", "value"], dtype=object)


TABLES = {
    "no rows": table(),
    "one person in one row": table(("a", "N", 7)),
    "one person in many rows": table(*[("a", "N", 50)] * 400, *[("a", "S", -50)] * 300),
    "many people": table(*[(f"p{number}", "NS"[number % 2], number % 9) for number in range(600)]),
    "nobody in a group that is asked for": table(("a", "elsewhere", 1), ("b", None, 2)),
    "rows of nobody": table((None, "N", 1), (None, "S", 2), (math.nan, "N", 3)),
    "what is no number": table(("a", "N", math.nan), ("b", "N", "text"), ("c", "S", None), ("d", "S", math.inf)),
    "numbers beyond 64 bits": table(("a", "N", 10**30), ("b", "S", -(10**30)), ("c", "N", 2**63)),
    "sums that cancel": table(("a", "N", 50), ("b", "N", -50), ("c", "S", 50), ("d", "S", -50)),
}


def released(terms: StatisticTerms, rows: pd.DataFrame) -> Release:
    forms = ((WHO, RungKind.NEVER), (TOWN, RungKind.AFTER_DP), (VALUE, RungKind.AFTER_DP))
    uses = tuple(ColumnUse(BANK, column, form) for column, form in forms)
    granted = Permit(Question("q", "Q?", PurposeId("p"), uses, price(terms)), (), minimum_group=5)
    return answer(granted, request="0" * 64, terms=terms, engine=PandasEngine(rows))


@pytest.mark.parametrize("rows", TABLES)
@pytest.mark.parametrize("terms", [GIVEN, CHOSEN, FOUND], ids=["bounds given", "bounds chosen", "groups found"])
def test_nothing_in_the_rows_stops_a_query(terms: StatisticTerms, rows: str) -> None:
    release = released(terms, TABLES[rows])
    assert release.loss == price(terms)
    if terms.keys is not None:
        assert tuple(cell.key for cell in release.cells) == terms.keys


def test_the_noise_is_the_same_whatever_stands_in_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is printed, and as it is drawn."""
    drawn: list[tuple[int, float, int]] = []

    def add(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
        drawn.append((mechanism.sensitivity, mechanism.scale, len(values)))
        return tuple(values)

    monkeypatch.setattr(mechanisms, "add_laplace", add)
    told = []
    for rows in TABLES.values():
        release = released(GIVEN, rows)
        told.append((release.parts, release.public_noise, release.bounds, tuple(drawn)))
        drawn.clear()
    for name, each in zip(TABLES, told, strict=True):
        assert each == told[0], f"other noise: {name}"
    assert [(sensitivity, size) for sensitivity, _, size in told[0][-1]] == [(3_000, 2), (100_000, 2)]


def test_a_bound_is_chosen_from_noised_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has one row, and the noise says that thousands have as many as there can be."""
    light = table(*[(f"p{number}", "N", 1) for number in range(300)])

    def add(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
        return (*[0] * (len(values) - 1), 10**6)

    monkeypatch.setattr(statistic, "add_laplace", add)
    release = released(CHOSEN, light)
    assert [measure.bound for measure in release.bounded] == [1_000, 5_000], "exact numbers chose a bound"
