"""A comparison of links as lines for the terminal, as Markdown, and as a document for programs.

A figure is a median with its range; a missed target says by how much; what was worked out says so beside its figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from privshare.bench.link.figures import LinkComparison, LinkRow, Verdict, verdicts_of
from privshare.bench.process import Series

HEAD = ("who", "rows a side", "wall s", "CPU s, all parties", "ours / theirs", "MB sent", "peak MiB a party", "exact")


def link_lines(found: LinkComparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    return [*_opening(found), "", *aligned([HEAD, *_table(found)]), "", *_told(found)]


def link_markdown(found: LinkComparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    return [
        f"### Members, {found.rows:,} rows a side", "", *_opening(found), "", *marked([HEAD, *_table(found)]), "",
        *(f"- {line}" for line in _told(found)),
    ]  # fmt: skip


def link_document(found: LinkComparison) -> dict[str, Any]:
    """Return the comparison as plain values, every run's figure in it."""
    return {
        "benchmark": "link",
        "rows": found.rows,
        "common": found.common,
        "seed": found.seed,
        "runs": found.runs,
        "machine": asdict(found.machine),
        "load_after": found.load_after,
        "targets": [{**asdict(verdict), "met": verdict.met} for verdict in verdicts_of(found)],
        "contestants": [_row_document(row, found) for row in found.contestants],
    }


def verdict_line(verdict: Verdict) -> str:
    """Return one target, met or missed, with its figure.

    >>> verdict_line(Verdict("a: CPU", "s", 3.0, 3.25))
    'MISSED by 0.25 s: a: CPU 3.25 s, target at most 3.00 s'
    """
    digits = {"MiB": 0, "MB": 1, "F1": 4}.get(verdict.unit, 2)
    unit = f" {verdict.unit}" if verdict.unit else ""
    over, got, wanted = (
        f"{number:,.{digits}f}{unit}"
        for number in (abs(verdict.measured - verdict.target), verdict.measured, verdict.target)
    )
    bound = "at least" if verdict.least else "at most"
    return f"{'met' if verdict.met else f'MISSED by {over}'}: {verdict.what} {got}, target {bound} {wanted}"


def ranged(series: Series | None, digits: int = 2) -> str:
    """Return a median with its range, or the one figure there is."""
    if series is None:
        return "-"
    several = f" ({series.low:,.{digits}f} to {series.high:,.{digits}f})" if len(series.values) > 1 else ""
    return f"{series.median:,.{digits}f}{several}"


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose columns stand below each other."""
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def marked(table: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells, the first of them the head, as a Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (table[0], ["---"] * len(table[0]), *table[1:])]


def _opening(found: LinkComparison) -> list[str]:
    runs = "1 run" if found.runs == 1 else f"{found.runs} runs"
    return [
        f"Two CSV files of {found.rows:,} people each, {found.common:,} in both, told who they are; seed {found.seed}. "
        "Whole processes, imports, reading and writing inside, kernels compiled beforehand.",
        f"Measured {found.machine.sentence}; load {found.machine.load:.1f} before, {found.load_after:.1f} after; "
        f"{runs} each, in turns; median (min to max).",
    ]


def _table(found: LinkComparison) -> list[tuple[str, ...]]:
    return [_cells(row, found) for row in found.contestants if row.fault is None]


def _cells(row: LinkRow, found: LinkComparison) -> tuple[str, ...]:
    times = found.times(row)
    return (
        row.name, f"{row.rows:,}", ranged(row.wall), ranged(row.cpu), "-" if times is None else f"{times:.2f}",
        "-" if row.bytes is None else f"{row.bytes / 1e6:,.1f}", ranged(row.peak, 0),
        {True: "yes, in one order", False: "yes, no common order", None: "yes"}[row.aligned],
    )  # fmt: skip


def _told(found: LinkComparison) -> list[str]:
    """Return the verdicts, who failed, what follows by proportion, and what the figures are of."""
    lines = [verdict_line(verdict) for verdict in verdicts_of(found)]
    lines += [f"{row.name}: {row.fault}" for row in found.contestants if row.fault]
    for row in found.contestants:
        if row.fault is None:
            versions = ", ".join(f"{name} {number}" for name, number in row.versions)
            lines.append(f"{row.name}: {row.told}{f' ({versions})' if versions else ''}")
        if row.cpu is not None and row.rows < found.rows:
            more = f"{row.cpu.median * found.rows / row.rows:,.0f} CPU s in proportion to {row.rows:,} rows"
            lines.append(f"{row.name}, {found.rows:,} rows: extrapolated, not measured: {more}")
    return [
        *lines,
        "MB sent: by all parties; between our processes counted by a relay in a round that is not timed, with TLS and "
        "framing; between a peer's by the loopback interface, with TCP and IP headers; of one process as it counts",
        "exact: each answer was checked against the truth, and a wrong one has no row",
    ]


def _row_document(row: LinkRow, found: LinkComparison) -> dict[str, Any]:
    series = {name: list(given.values) if (given := getattr(row, name)) else None for name in ("wall", "cpu", "peak")}
    return {
        "name": row.name, "suite": row.suite, "rows": row.rows, "told": row.told, "versions": dict(row.versions),
        "bytes": row.bytes, "on_the_wire": row.on_the_wire, "aligned": row.aligned, "fault": row.fault,
        "ours_for_one_of_theirs": found.times(row), **series,
    }  # fmt: skip
