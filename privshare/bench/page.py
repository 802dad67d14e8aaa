"""How every benchmark is told: figures with their range, tables, on what they were measured, and a new file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from privshare.bench.machine import Machine
from privshare.bench.process import Series
from privshare.errors import InputRefused


def check_new(out: Path | None) -> None:
    """Raise InputRefused, before hours are spent, where the Markdown file could not be written at the end."""
    if out is not None and (out.exists() or out.is_symlink()):
        raise InputRefused(f"{out} is there already; name a file that does not exist yet.")
    if out is not None and not os.access(out.parent, os.W_OK | os.X_OK):
        raise InputRefused(f"{out} cannot be written; name a file in a folder that is there and can be written.")


def plain(
    opening: Sequence[str], table: Sequence[Sequence[str]], told: Sequence[str], *, right: bool = True
) -> list[str]:
    """Return a benchmark as lines of plain text. right: whether figures stand at the right of their columns."""
    return [*opening, "", *aligned(table, right=right), "", *told]


def section(heading: str, opening: Sequence[str], table: Sequence[Sequence[str]], told: Sequence[str]) -> list[str]:
    """Return a benchmark as a section of a Markdown page."""
    return [heading, "", *opening, "", *marked(table), "", *(f"- {line}" for line in told)]


def measured_on(machine: Machine, load_after: float) -> str:
    """Return on what a benchmark was measured, as a sentence that goes on."""
    return f"Measured {machine.sentence}; load {machine.load:.1f} before, {load_after:.1f} after"


def counted(number: int, noun: str = "run") -> str:
    """Return so many of a thing in words.

    >>> counted(1), counted(5, "writer")
    ('1 run', '5 writers')
    """
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def ranged(series: Series | None, digits: int = 2, factor: float = 1) -> str:
    """Return a median with its range, or the one figure there is; factor: of the unit that is shown.

    >>> ranged(Series((3.0, 1.0, 2.0))), ranged(Series((0.25,)), 0, 100), ranged(None)
    ('2.00 (1.00 to 3.00)', '25', '-')
    """
    if series is None:
        return "-"
    low, high = (f"{number * factor:,.{digits}f}" for number in (series.low, series.high))
    return f"{middle(series, digits, factor)}{f' ({low} to {high})' if len(series.values) > 1 else ''}"


def middle(series: Series | None, digits: int = 2, factor: float = 1) -> str:
    """Return a median alone."""
    return "-" if series is None else f"{series.median * factor:,.{digits}f}"


def aligned(table: Sequence[Sequence[str]], *, right: bool = True) -> list[str]:
    """Return rows of cells as lines whose columns stand below each other."""
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place and right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def marked(table: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells, the first of them the head, as a Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (table[0], ["---"] * len(table[0]), *table[1:])]
