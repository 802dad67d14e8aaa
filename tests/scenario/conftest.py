"""A small story and a place for its ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.stories import Story, small_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return small_story(tmp_path / "small")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "city.ledger"
