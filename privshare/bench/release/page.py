"""A comparison as lines for the terminal, as Markdown for the documentation, and as a document for programs.

One table of cells serves all three. A figure is a median with its range; an error is in percent; a target that is
missed is said so with its figure.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.page import aligned, counted, measured_on, middle, ranged, section
from privshare.bench.release.figures import CORE, Comparison, Row
from privshare.report.figures import size

HEAD = (
    "who", "after import s", "times ours", "imports s", "start s", "whole s", "CPU s", "peak MiB", "count error %",
    "sum error %",
)  # fmt: skip


def terminal_lines(found: Comparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    lines = [*opening(found), "", *aligned(_table(found))]
    lines += [f"{row.name}: {row.fault}" for row in found.rows if row.fault]
    return [*lines, "", *verdicts(found), "", *notes(found)]


def markdown_lines(found: Comparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    told = [*verdicts(found), *(f"{row.name}: {row.fault}." for row in found.rows if row.fault), *notes(found)]
    return section(f"## A release, {found.data.rows:,} rows", opening(found), _table(found), told)


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
    shape = found.shape
    return [
        f"Count and sum by 50 public groups, epsilon 1 in all, one person's rows all together: {shape.rows:,} rows "
        f"in Parquet ({size(shape.bytes)}), {shape.people:,} people, {shape.mean:.1f} rows each, "
        f"{shape.p99:.0f} at the 99th percentile, {shape.largest:,} at most; seed {found.data.seed}.",
        f"{measured_on(found.machine, found.load_after)}; {counted(found.runs)} each, in turns; median (min to max).",
    ]


def _table(found: Comparison) -> list[tuple[str, ...]]:
    return [HEAD, *(cells(row, found) for row in found.rows if row.fault is None)]


def cells(row: Row, found: Comparison) -> tuple[str, ...]:
    """Return a row's cells, as in HEAD; a row with a fault has none."""
    ours = next((other.work for other in found.rows if other.name == CORE), None)
    times = f"{row.work.median / ours.median:.1f}" if row.work and ours and row.name != CORE else "-"
    errors = (row.count_error, row.sum_error) if row.noise else (None, None)
    return (
        row.name,
        ranged(row.work, 2),
        times,
        *(middle(series, 2) for series in (row.imports, row.start)),
        ranged(row.whole, 2),
        middle(row.cpu, 2),
        middle(row.peak, 0),
        *(ranged(series, 1, 100) for series in errors),
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
