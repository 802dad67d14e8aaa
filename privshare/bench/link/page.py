"""A comparison of links as lines for the terminal, as Markdown, and as a document for programs.

A figure is a median with its range; a missed target says by how much; what was worked out says so beside its figure.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.link.figures import LinkComparison, LinkRow, verdicts_of
from privshare.bench.page import counted, measured_on, plain, ranged, section

HEAD = ("who", "rows a side", "wall s", "CPU s, all parties", "ours / theirs", "MB sent", "peak MiB a party", "exact")


def link_lines(found: LinkComparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    return plain(_opening(found), _table(found), _told(found))


def link_markdown(found: LinkComparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    return section(f"### Members, {found.rows:,} rows a side", _opening(found), _table(found), _told(found))


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
        "targets": [verdict.document for verdict in verdicts_of(found)],
        "contestants": [_row_document(row, found) for row in found.contestants],
    }


def _opening(found: LinkComparison) -> list[str]:
    return [
        f"Two CSV files of {found.rows:,} people each, {found.common:,} in both, told who they are; seed {found.seed}. "
        "Whole processes, imports, reading and writing inside, kernels compiled beforehand.",
        f"{measured_on(found.machine, found.load_after)}; {counted(found.runs)} each, in turns; median (min to max).",
    ]


def _table(found: LinkComparison) -> list[tuple[str, ...]]:
    return [HEAD, *(_cells(row, found) for row in found.contestants if row.fault is None)]


def _cells(row: LinkRow, found: LinkComparison) -> tuple[str, ...]:
    times = found.times(row)
    return (
        row.name, f"{row.rows:,}", ranged(row.wall), ranged(row.cpu), "-" if times is None else f"{times:.2f}",
        "-" if row.bytes is None else f"{row.bytes / 1e6:,.1f}", ranged(row.peak, 0),
        {True: "yes, in one order", False: "yes, no common order", None: "yes"}[row.aligned],
    )  # fmt: skip


def _told(found: LinkComparison) -> list[str]:
    """Return the verdicts, who failed, what follows by proportion, and what the figures are of."""
    lines = [verdict.sentence for verdict in verdicts_of(found)]
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
