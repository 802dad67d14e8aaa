"""The lab's registries and the pages about them keep step."""

from __future__ import annotations

import pytest

from privshare.comparison.lab.hazards import HAZARDS
from tests.house.repository import ROOT


@pytest.mark.parametrize("name", HAZARDS)
def test_every_hazard_stands_in_the_table_of_the_command(name: str) -> None:
    hazard = HAZARDS[name]
    row = f"| `{hazard.name}` | `{hazard.attack}` | {hazard.safeguard} | {hazard.switched_off} |"
    assert row in (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
