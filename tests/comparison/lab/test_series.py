"""A noised series has one budget, whoever is left out of a table: it holds against who knows all the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from privshare.comparison.lab.techniques.series import NoisedSeries, counted
from privshare.comparison.lab.world import LabWorld
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable, TableSeries
from tests.attacks.games import passes
from tests.comparison.lab.worlds import small_world

WORLD = small_world()
ONE = PrivacyLoss(1_000_000)


class BudgetOfEachSnapshot:
    """The planted fault: a table that leaves somebody out has a budget of its own."""

    def __init__(self, world: LabWorld, loss: PrivacyLoss) -> None:
        self._world, self._loss = world, loss
        self._series: dict[int | None, NoisedSeries] = {}

    @property
    def domains(self) -> Mapping[str, int]:
        return self._world.people.domains

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable | None:  # fmt: skip
        series = self._series.setdefault(without, NoisedSeries(self._world, self._loss))
        return series.ask(by, of, without=without, share=share, wording=wording, blocks=blocks)


def _right(tables: Callable[[LabWorld, PrivacyLoss], TableSeries], loss: PrivacyLoss, share: float) -> int:
    """Return how many secrets are read off the mean of totals, each without another of 80 people."""
    secret, right = WORLD.people.secret, 0
    total = int(counted(WORLD, (), "secret").counts)
    for target in WORLD.secrets.tolist():
        series, excess = tables(WORLD, loss), []
        for other in WORLD.secrets[WORLD.secrets != target][:80].tolist():
            table = series.ask((), "secret", without=other, share=share)
            if table is not None:
                excess.append(int(table.counts) - (total - secret[other] - secret[target]))
        right += int((np.mean(excess) >= 1 / 2) == secret[target])
    return right


@pytest.mark.parametrize("share", [1.0, 1 / 80])
@pytest.mark.parametrize("micro", [300_000, 1_000_000, 3_000_000])
def test_leaving_others_out_of_a_table_gains_nothing(micro: int, share: float) -> None:
    """False alarm 1e-9 (`passes`)."""
    loss = PrivacyLoss(micro)
    assert not passes(_right(NoisedSeries, loss, share), len(WORLD.secrets), loss)


def test_a_budget_of_each_snapshot_is_seen() -> None:
    """Power: the mean of 80 is wrong once in two thousand; 6 wrong of 113 would be missed, below 1e-9."""
    assert passes(_right(BudgetOfEachSnapshot, ONE, 1.0), len(WORLD.secrets), ONE)


def test_a_table_without_somebody_is_paid_from_the_same_budget() -> None:
    series = NoisedSeries(WORLD, ONE)
    one, other = series.ask((), "people", share=0.5), series.ask((), "people", share=0.5, without=3)
    assert one is not None
    assert other is not None
    assert series.ask((), "people", without=4, share=0.01) is None
    assert series.ask((), "people", without=3) is other, "what was answered is answered again, at no cost"
