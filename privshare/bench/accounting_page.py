"""A comparison of accountants as lines for the terminal, as Markdown, and as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.accounting import TARGET_DIFFERENCE, TARGET_SECONDS, AccountingComparison, AccountingRow
from privshare.bench.process import Series

HEAD = ("who", "epsilon", "after import s", "imports s", "whole s")


def accounting_lines(found: AccountingComparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    table = [HEAD, *(_cells(row) for row in found.rows if row.fault is None)]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return [*_opening(found), "", *lines, "", *_told(found)]


def accounting_markdown(found: AccountingComparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(_cells(row) for row in found.rows if row.fault is None)]
    table = [f"| {' | '.join(row)} |" for row in rows]
    told = [f"- {line}" for line in _told(found)]
    return ["## 1,000 questions together", "", *_opening(found), "", *table, "", *told]


def accounting_document(found: AccountingComparison) -> dict[str, Any]:
    """Return the comparison as plain values, every run's figure in it."""
    return {
        "benchmark": "accounting",
        "runs": found.runs,
        "machine": asdict(found.machine),
        "load_after": found.load_after,
        "difference": found.difference,
        "targets": [
            {"what": what, "target": target, "measured": got, "met": got <= target}
            for what, target, got, _ in _compared(found)
        ],
        "contestants": [_row_document(row) for row in found.rows],
    }


def _row_document(row: AccountingRow) -> dict[str, Any]:
    names = ("whole", "imports", "work")
    series = {name: list(found.values) if (found := getattr(row, name)) else None for name in names}
    return {
        "name": row.name, "epsilon": row.epsilon, "basic": row.basic, "fault": row.fault,
        "versions": dict(row.versions), **series,
    }  # fmt: skip


def _opening(found: AccountingComparison) -> list[str]:
    runs = "1 run" if found.runs == 1 else f"{found.runs} runs"
    return [
        "1,000 questions with two-sided geometric noise, epsilon 0.1 each, declared beforehand, at delta 1e-6.",
        f"Measured {found.machine.sentence}; load {found.machine.load:.1f} before, {found.load_after:.1f} after; "
        f"{runs} each, in turns; median (min to max).",
    ]


def _cells(row: AccountingRow) -> tuple[str, ...]:
    epsilon = "-" if row.epsilon is None else f"{row.epsilon:.6f}"
    return (row.name, epsilon, *(_ranged(series) for series in (row.work, row.imports, row.whole)))


def _ranged(series: Series | None) -> str:
    if series is None:
        return "-"
    several = f" ({series.low:.3f} to {series.high:.3f})" if len(series.values) > 1 else ""
    return f"{series.median:.3f}{several}"


def _told(found: AccountingComparison) -> list[str]:
    """Return the verdicts, who failed, and what the figures are of."""
    lines = [f"{'met' if got <= target else 'MISSED'}: {text}" for _, target, got, text in _compared(found)]
    ours = found.rows[0]
    if not lines:
        lines.append(f"MISSED: {ours.name} gave no figures")
    if ours.basic is not None:
        lines.append(f"basic composition, which is what is debited: {ours.basic:g}")
    lines += [f"{row.name}: {row.fault}" for row in found.rows if row.fault]
    versions = ("; ".join(", ".join(f"{name} {number}" for name, number in row.versions) for row in found.rows
                          if row.versions))  # fmt: skip
    return [*lines, f"versions: {versions}"] if versions else lines


def _compared(found: AccountingComparison) -> list[tuple[str, float, float, str]]:
    """Return (what, target, figure, sentence) for each target that can be judged."""
    ours, compared = found.rows[0], []
    if ours.work is not None:
        text = f"time after import {ours.work.median:.3f} s, target at most {TARGET_SECONDS} s"
        compared.append(("seconds after import", TARGET_SECONDS, ours.work.median, text))
    if found.difference is not None:
        text = f"epsilon differs by {found.difference:+.6%}, target at most {TARGET_DIFFERENCE:.1%}"
        compared.append(("relative difference", TARGET_DIFFERENCE, abs(found.difference), text))
    return compared
