"""The page of planted faults lists exactly the faults that are planted."""

from __future__ import annotations

from tests.faults.planted.page import PAGE, filled, table
from tests.faults.planted.registry import FAULTS, GROUPS


def test_the_page_lists_exactly_the_faults_that_are_planted() -> None:
    """Written anew by python -m tests.faults.planted.page."""
    text = PAGE.read_text("utf-8")
    assert filled(text) == text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == len(FAULTS) + 2 * len(GROUPS)


def test_a_row_more_or_less_would_be_seen() -> None:
    text = PAGE.read_text("utf-8")
    row = table(FAULTS[:1]).splitlines()[-1] + "\n"
    assert text.count(row) == 1
    for changed in (text.replace(row, ""), text.replace(row, row * 2), text.replace(row, row.replace("scale", "size"))):
        assert filled(changed) == text != changed
