"""A comparison of accountants as lines for the terminal, as Markdown, and as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.accounting.running import TARGET_DIFFERENCE, TARGET_SECONDS, AccountingComparison, AccountingRow
from privshare.bench.page import counted, measured_on, plain, ranged, section

HEAD = ("who", "epsilon", "after import s", "imports s", "whole s")


def accounting_lines(found: AccountingComparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    return plain(_opening(found), _table(found), _told(found), right=False)


def accounting_markdown(found: AccountingComparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    return section("## 1,000 questions together", _opening(found), _table(found), _told(found))


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
    return [
        "1,000 questions with two-sided geometric noise, epsilon 0.1 each, declared beforehand, at delta 1e-6.",
        f"{measured_on(found.machine, found.load_after)}; {counted(found.runs)} each, in turns; median (min to max).",
    ]


def _table(found: AccountingComparison) -> list[tuple[str, ...]]:
    return [HEAD, *(_cells(row) for row in found.rows if row.fault is None)]


def _cells(row: AccountingRow) -> tuple[str, ...]:
    epsilon = "-" if row.epsilon is None else f"{row.epsilon:.6f}"
    return (row.name, epsilon, *(ranged(series, 3) for series in (row.work, row.imports, row.whole)))


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
