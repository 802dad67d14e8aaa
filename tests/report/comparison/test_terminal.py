"""The lines on a terminal: within 100 columns, in words, and where the report lies."""

from __future__ import annotations

import pytest

from privshare.report.comparison.facts import ComparisonFacts
from privshare.report.terminal.compare import WIDTH, comparison_lines
from tests.report.comparison.made_up import facts, without_attacks

ALL = {"plain": facts(), "alarm": facts(alarm=True), "nothing": without_attacks()}


def lines_of(made: ComparisonFacts) -> list[str]:
    return comparison_lines(made, out="out", fingerprint="SHA256:0123")


@pytest.mark.parametrize("name", ALL)
def test_lines_fit_and_drive_no_terminal(name: str) -> None:
    lines = lines_of(ALL[name])
    assert max(map(len, lines)) <= WIDTH
    assert all(line.isprintable() or not line for line in lines)
    assert lines[-2:] == ["Report: out/report.html", "privshare verify out --key SHA256:0123"]


def test_cells_are_numbers_with_words() -> None:
    text = "\n".join(lines_of(ALL["plain"]))
    for told in ("100% nearly all", "85% most", "68% some", "52% guessing", "n/a", "no attempts"):
        assert told in text, told
    assert "central-dp (1)" in text
    assert "central-dp (10)" not in text, "one budget stands for the sweep"
    assert "Budgets of the sweep that are not shown: 0.1, 10" in text


def test_an_alarm_is_told_in_the_cell_and_below() -> None:
    text = " ".join("\n".join(lines_of(ALL["alarm"])).split())
    assert "100% ABOVE" in text
    assert "Alarm: the ceiling of the stated loss is passed" in text
    assert "membership / central-dp" in text


def test_many_attacks_continue_below() -> None:
    """Seven attacks do not fit side by side."""
    made = ALL["plain"]
    from dataclasses import replace

    more = [replace(made.attacks[0], attack=f"attack-of-a-long-name-{number}") for number in range(7)]
    cells = [
        replace(cell, attack=one.attack)
        for row in made.techniques
        for one in more
        for cell in made.cells
        if (cell.technique, cell.epsilon, cell.attack) == (row.technique, row.epsilon, "differencing")
    ]
    lines = lines_of(replace(made, attacks=tuple(more), cells=tuple(cells)))
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("  raw-release") for line in lines) == 3, "two blocks, and once under worth"
