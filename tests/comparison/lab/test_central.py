"""The curator's two answers share one budget: what is published may not be better than what is paid for."""

from __future__ import annotations

import numpy as np
import pytest

from privshare.comparison.lab.techniques import TECHNIQUES, central
from privshare.comparison.lab.techniques.series import with_noise
from privshare.model.loss import PrivacyLoss
from privshare.model.surface import CountTable
from tests.comparison.lab.worlds import setting, small_world


@pytest.mark.parametrize("micro", [100_000, 1_000_000, 3_000_001])
def test_the_answers_cost_what_is_stated_together(monkeypatch: pytest.MonkeyPatch, micro: int) -> None:
    paid: list[tuple[int, int]] = []

    def counted_noise(table: CountTable, loss: PrivacyLoss) -> CountTable:
        paid.append((loss.micro_epsilon, int(np.prod(table.counts.shape))))
        return with_noise(table, loss)

    monkeypatch.setattr(central, "with_noise", counted_noise)
    made = TECHNIQUES["central-dp"].protect(small_world(), setting(micro))
    assert made.loss == PrivacyLoss(micro)
    assert len(paid) == 2, "both answers are noised"
    assert micro - 1 <= sum(micro_epsilon for micro_epsilon, _ in paid) <= micro
    assert [cells for _, cells in paid] == [made.people.counts.size, made.secret.counts.size]
