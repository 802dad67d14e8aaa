"""A ledger with two holders' accounts, for the tests of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from privshare.model.loss import PrivacyLoss
from privshare.use.ledger import Ledger, open_ledger
from tests.use.spending import BANK, CAP, CITY, RESEARCH


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "budget.ledger"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """Epsilon 1 and delta 1e-9 at the bank, epsilon 0.3 at the city, both for research."""
    with open_ledger(path) as opened:
        opened.declare(BANK, RESEARCH, CAP)
        opened.declare(CITY, RESEARCH, PrivacyLoss(300_000))
        yield opened
