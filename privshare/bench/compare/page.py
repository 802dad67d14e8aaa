"""How long the lab took, as lines for the terminal, as Markdown, and as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.compare.running import LabTimes, Part
from privshare.bench.page import counted, measured_on, plain, ranged, section

HEAD = ("what", "n", "wall s", "CPU s", "peak MiB", "found")


def lab_lines(found: LabTimes) -> list[str]:
    """Return the figures as lines of plain text."""
    return plain(_opening(found), _table(found), _told(found))


def lab_markdown(found: LabTimes) -> list[str]:
    """Return the figures as a section of a Markdown page."""
    return section("## A comparison", _opening(found), _table(found), _told(found))


def lab_document(found: LabTimes) -> dict[str, Any]:
    """Return the figures as plain values, every run's in it."""
    return {
        "benchmark": "compare", "machine": asdict(found.machine), "load_after": found.load_after,
        "parts": [
            {
                "what": part.what, "n": part.size, "wall": list(part.wall.values), "cpu": list(part.cpu.values),
                "peak": list(part.peak.values), "found": part.found,
                "targets": [verdict.document for verdict in part.verdicts],
            }
            for part in found.parts
        ],
    }  # fmt: skip


def _opening(found: LabTimes) -> list[str]:
    runs = counted(len(found.parts[0].wall.values))
    return [
        "`privshare compare demo` with every technique, attack and budget of the default sweep, its growth and its "
        "report; and all numbers of eight digits hashed and looked up among hashes without a key. Whole processes.",
        f"{measured_on(found.machine, found.load_after)}; {runs}, kernels compiled beforehand; median (min to max).",
    ]


def _table(found: LabTimes) -> list[tuple[str, ...]]:
    return [HEAD, *map(_cells, found.parts)]


def _cells(part: Part) -> tuple[str, ...]:
    return part.what, f"{part.size:,}", ranged(part.wall), ranged(part.cpu), ranged(part.peak, 0), part.found


def _told(found: LabTimes) -> list[str]:
    return [verdict.sentence for part in found.parts for verdict in part.verdicts]
