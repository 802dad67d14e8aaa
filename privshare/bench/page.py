"""A comparison as lines for the terminal, as Markdown for the documentation, and as a document for programs.

One table of cells serves all three. A figure is a median with its range; an error is in percent; a target that is
missed is said so with its figure.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from privshare.bench.figures import CORE, Comparison, Row
from privshare.bench.process import Series
from privshare.errors import InputRefused
from privshare.report.figures import size

HEAD = (
    "who", "after import s", "times ours", "imports s", "start s", "whole s", "CPU s", "peak MiB", "count error %",
    "sum error %",
)  # fmt: skip


def check_new(out: Path | None) -> None:
    """Raise InputRefused, before hours are spent, where the Markdown file could not be written at the end."""
    if out is not None and (out.exists() or out.is_symlink()):
        raise InputRefused(f"{out} is there already; name a file that does not exist yet.")
    if out is not None and not os.access(out.parent, os.W_OK | os.X_OK):
        raise InputRefused(f"{out} cannot be written; name a file in a folder that is there and can be written.")


def terminal_lines(found: Comparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    lines = [*opening(found), ""]
    table = [HEAD, *(cells(row, found) for row in found.rows if row.fault is None)]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    for row in table:
        first, *rest = (cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in
                        enumerate(zip(row, widths, strict=True)))  # fmt: skip
        lines.append("  ".join([first, *rest]).rstrip())
    lines += [f"{row.name}: {row.fault}" for row in found.rows if row.fault]
    return [*lines, "", *verdicts(found), "", *notes(found)]


def markdown_lines(found: Comparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    lines = [f"## A release, {found.data.rows:,} rows", "", *(line for line in opening(found)), ""]
    lines += [_marked(HEAD), _marked("---" for _ in HEAD)]
    lines += [_marked(cells(row, found)) for row in found.rows if row.fault is None]
    lines.append("")
    told = [*verdicts(found), *(f"{row.name}: {row.fault}." for row in found.rows if row.fault), *notes(found)]
    return [*lines, *(f"- {line}" for line in told)]


def document(found: Comparison) -> dict[str, Any]:
    """Return the comparison as plain values, every run's figure in it."""
    return {
        "benchmark": "release",
        "rows": found.data.rows,
        "people": found.shape.people,
        "seed": found.data.seed,
        "runs": found.runs,
        "machine": asdict(found.machine),
        "load_after": found.load_after,
        "hindsight": None if found.hindsight is None else {"bound": found.hindsight[0], "error": found.hindsight[1]},
        "targets": [
            {"what": what, "unit": unit, "target": wanted, "measured": got, "met": got <= wanted}
            for what, unit, wanted, got in _compared(found)
        ],
        "contestants": [_row_document(row) for row in found.rows],
    }


def opening(found: Comparison) -> list[str]:
    """Return what was measured, on what, and how."""
    shape, runs = found.shape, "1 run" if found.runs == 1 else f"{found.runs} runs"
    return [
        f"Count and sum by 50 public groups, epsilon 1 in all, one person's rows all together: {shape.rows:,} rows "
        f"in Parquet ({size(shape.bytes)}), {shape.people:,} people, {shape.mean:.1f} rows each, "
        f"{shape.p99:.0f} at the 99th percentile, {shape.largest:,} at most; seed {found.data.seed}.",
        f"Measured {found.machine.sentence}; load {found.machine.load:.1f} before, {found.load_after:.1f} after; "
        f"{runs} each, in turns; median (min to max).",
    ]


def cells(row: Row, found: Comparison) -> tuple[str, ...]:
    """Return a row's cells, as in HEAD; a row with a fault has none."""
    ours = next((other.work for other in found.rows if other.name == CORE), None)
    times = f"{row.work.median / ours.median:.1f}" if row.work and ours and row.name != CORE else "-"
    errors = (row.count_error, row.sum_error) if row.noise else (None, None)
    return (
        row.name,
        _ranged(row.work, 2),
        times,
        *(_median(series, 2) for series in (row.imports, row.start)),
        _ranged(row.whole, 2),
        _median(row.cpu, 2),
        _median(row.peak, 0),
        *(_ranged(series, 1, 100) for series in errors),
    )


def verdicts(found: Comparison) -> list[str]:
    """Return one line a target of this size, met or missed, each with its figure."""
    lines = []
    for what, unit, wanted, got in _compared(found):
        digits = 0 if unit == "MiB" else 2
        shown, asked = (f"{number * (100 if unit == '%' else 1):.{digits}f} {unit}" for number in (got, wanted))
        lines.append(f"{'met' if got <= wanted else 'MISSED'}: {what} {shown}, target at most {asked}")
    if found.target is None:
        return [f"no target is set for {found.data.rows:,} rows"]
    return lines or [f"MISSED: {CORE} gave no figures"]


def notes(found: Comparison) -> list[str]:
    """Return who was bounded how, in which versions, and how to read the columns."""
    lines = []
    for row in found.rows:
        if row.fault is None:
            versions = ", ".join(f"{name} {number}" for name, number in row.versions)
            lines.append(f"{row.name}: bound {row.bound}{f' ({versions})' if versions else ''}")
    if found.hindsight:
        bound, error = found.hindsight
        lines.append(
            f"best bound in hindsight, with the truth known and all of 0.5 spent on the counts: {bound} rows, "
            f"{error:.1%} expected count error"
        )
    return [
        *lines,
        "error: median over groups of |told - true| / true against the raw rows; one figure a run",
        "imports: a process of the same interpreter that only imports; after import: by the program's own clock, and "
        "for a command the whole less its imports; peak: with all processes that it started",
    ]


def _compared(found: Comparison) -> list[tuple[str, str, float, float]]:
    """Return (what, unit, target, figure) for our own path without the report; nothing without a target or figures."""
    row = next((row for row in found.rows if row.name == CORE), None)
    if found.target is None or row is None or not (row.work and row.peak and row.count_error):
        return []
    compared = [
        ("time after import", "s", found.target.seconds, row.work.median),
        ("peak memory", "MiB", found.target.peak_mb, row.peak.median),
    ]
    if found.target.count_error is not None:
        compared.append(("median count error", "%", found.target.count_error, row.count_error.median))
    return compared


def _row_document(row: Row) -> dict[str, Any]:
    series = ("whole", "imports", "start", "work", "cpu", "peak", "count_error", "sum_error")
    told = {name: list(found.values) if (found := getattr(row, name)) else None for name in series}
    return {
        "name": row.name, "bound": row.bound, "noise": row.noise, "fault": row.fault,
        "versions": dict(row.versions), **told,
    }  # fmt: skip


def _ranged(series: Series | None, digits: int, factor: float = 1) -> str:
    if series is None or len(series.values) == 1:
        return _median(series, digits, factor)
    low, high = (f"{number * factor:,.{digits}f}" for number in (series.low, series.high))
    return f"{_median(series, digits, factor)} ({low} to {high})"


def _median(series: Series | None, digits: int, factor: float = 1) -> str:
    return "-" if series is None else f"{series.median * factor:,.{digits}f}"


def _marked(row: Iterable[str]) -> str:
    return f"| {' | '.join(row)} |"
