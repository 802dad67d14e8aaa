"""A comparison in a notebook: one line a cell, one line a technique, and pictures that a notebook draws by itself.

A `Picture` shows as SVG where its reader can draw one (Jupyter asks for `_repr_svg_`), and as text everywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privshare.comparison.lab.cell import Cell
from privshare.report.comparison.charts import ceiling_chart, frontier_chart
from privshare.report.comparison.document import comparison_facts
from privshare.report.comparison.facts import MeasuredCell
from privshare.report.comparison.panels import lines_of
from privshare.report.figures import ceiling, percent
from privshare.report.sentences import english
from privshare.scenario.lab.comparing import Comparison


@dataclass(frozen=True, slots=True)
class Picture:
    """svg: the drawing. text: the same figures, in lines."""

    svg: str
    text: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.text


def cell_line(cell: Cell) -> str:
    """Return what an attack found on a technique, in one line."""
    name = f"{cell.attack} on {cell.technique}"
    if cell.epsilon is not None:
        name += f" (epsilon {cell.epsilon:g})"
    if cell.result is None or cell.interval is None:
        return f"{name}: not applicable, {cell.reason}"
    result, (low, high) = cell.result, cell.interval
    told = (
        f"{name}: {result.successes} of {result.attempts} right, {percent(result.rate)} "
        f"(95 % interval {percent(low)} to {percent(high)}); guessing gets {_guessed(result.baseline)}"
    )
    return told if result.ceiling is None else f"{told}; the promise allows {ceiling(result.ceiling)}"


def _guessed(share: float) -> str:
    return f"one in {1 / share:,.0f}" if 0 < share < 0.001 else percent(share)


def technique_lines(comparison: Comparison) -> list[str]:
    """Return one line a technique and budget: error of a number, gain of the worst attack, on the frontier or not."""
    facts = comparison_facts(comparison)
    rows = [("number", "technique", "epsilon", "error", "worst gain", "by", "")]
    for number, one in enumerate(facts.techniques, start=1):
        gain = "not known" if one.worst_gain is None else percent(one.worst_gain)
        budget = "" if one.epsilon is None else f"{one.epsilon:g}"
        frontier = "frontier" if one.on_frontier else ""
        error = f"{one.utility.mean_error:.1f}"
        rows.append((str(number), one.technique, budget, error, gain, one.worst_attack or "", frontier))
    return _aligned(rows)


def frontier_picture(comparison: Comparison) -> Picture:
    """Return error beside the worst attack, row by row, with what nothing beats on a line. Numbers as in the lines."""
    facts, say = comparison_facts(comparison), english()
    svg = frontier_chart(lines_of(facts, say), say)
    return Picture(str(svg or ""), "\n".join(technique_lines(comparison)))


def ceiling_picture(comparison: Comparison, technique: str) -> Picture:
    """Return, over epsilon, the success of each attack under its ceiling, on one technique."""
    facts = comparison_facts(comparison)
    svg = ceiling_chart(facts, technique, id=f"ceiling-{technique}", title=technique)
    told = [("attack", "epsilon", "right", "95 % interval", "ceiling")]
    for cell in facts.cells:
        if isinstance(cell, MeasuredCell) and cell.technique == technique and cell.ceiling is not None:
            low, high = map(percent, cell.interval)
            right = f"{cell.successes} of {cell.attempts}, {percent(cell.success)}"
            told.append((cell.attack, f"{cell.epsilon:g}", right, f"{low} to {high}", ceiling(cell.ceiling)))
    return Picture(str(svg or ""), "\n".join(_aligned(told)))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
