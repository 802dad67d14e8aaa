"""A comparison of risks as lines for the terminal, as Markdown, and as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.attack.data import COPIED, RELEASES
from privshare.bench.attack.running import CELLS, Contestant, RisksComparison, Told
from privshare.bench.page import counted, measured_on, plain, ranged, section
from privshare.bench.process import Series

HEAD = ("release", "attack")


def risks_lines(found: RisksComparison) -> list[str]:
    """Return the comparison as lines of plain text."""
    return plain(_opening(found), _table(found), _told(found))


def risks_markdown(found: RisksComparison) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    return section("## Attacks on a pair of tables", _opening(found), _table(found), _told(found))


def risks_document(found: RisksComparison) -> dict[str, Any]:
    """Return the comparison as plain values, every run's figure in it."""
    return {
        "benchmark": "attack", "rows": found.rows, "attempts": found.attempts, "seed": found.seed, "runs": found.runs,
        "machine": asdict(found.machine), "load_after": found.load_after,
        "targets": [{"what": "runs in which intervals overlap", "target": whole, "measured": got, "met": got == whole}
                    for got, whole in _agreement(found)],
        "cells": [
            {
                "release": release, "attack": attack.title, "agreeing": found.agreeing(place),
                "told": {one.name: [asdict(run[place]) for run in one.told] for one in found.contestants},
            }
            for place, (release, attack) in enumerate(CELLS)
        ],
        "contestants": [
            {
                "name": one.name, "fault": one.fault, "versions": dict(one.versions), "imports": one.imports,
                "whole": [took.wall for took in one.taken], "cpu": [took.cpu for took in one.taken],
                "peak": [took.tree_mb for took in one.taken],
            }
            for one in found.contestants
        ],
    }  # fmt: skip


def _opening(found: RisksComparison) -> list[str]:
    seeds = "" if found.runs == 1 else ", each with another seed of the adversary"
    return [
        f"A simulated table of {found.rows:,} rows and 8 mixed columns, a control of as many other people, and three "
        f"releases: {', '.join(f'{name} ({told})' for name, told in RELEASES.items())}; seed {found.seed}. "
        f"{found.attempts:,} attempts each.",
        f"{measured_on(found.machine, found.load_after)}; {counted(found.runs)}{seeds}, in turns. "
        "Risk with its interval at 95 %, of the first run; CPU seconds of an attack are a median.",
    ]


def _table(found: RisksComparison) -> list[tuple[str, ...]]:
    there = [one for one in found.contestants if one.told]
    head = [*HEAD, *(f"{one.name} risk" for one in there), "agree", *(f"{one.name} CPU s" for one in there)]
    rows = []
    for place, (release, attack) in enumerate(CELLS):
        agreeing = found.agreeing(place)
        shown = "-" if agreeing is None else f"{agreeing} of {found.runs}"
        risks = [_risk(one.told[0][place]) for one in there]
        rows.append((release, attack.title, *risks, shown, *(f"{one.seconds(place).median:.2f}" for one in there)))
    return [tuple(head), *rows]


def _risk(told: Told) -> str:
    return f"{told.risk:.3f} ({told.low:.3f} to {told.high:.3f})"


def _told(found: RisksComparison) -> list[str]:
    """Return the verdict, what whole processes took, and in which versions."""
    lines = [
        f"{'met' if got == whole else 'MISSED'}: the intervals of both overlap in {got} of {whole} (attacks times runs)"
        for got, whole in _agreement(found)
    ]
    inside = [found.agreeing(place, closely=True) for place in range(len(CELLS))]
    lines += [
        f"each risk lies in the interval of the other in {sum(number or 0 for number in inside)} of {whole}; of two "
        "equal risks measured apart, about 83 % would"
        for _, whole in _agreement(found)
    ]
    lines += [f"{one.name}: {one.fault}" for one in found.contestants if one.fault]
    lines += [_whole(one) for one in found.contestants if one.taken]
    versions = ", ".join(f"{name} {number}" for one in found.contestants for name, number in one.versions)
    lines.append(
        f"leak: {COPIED:.0%} of the rows are copied, so a linkability of {COPIED:.1f} is what was planted; singling "
        "out and inference find less of it, since they also succeed for people who are in no release"
    )
    return [*lines, f"versions: {versions}"] if versions else lines


def _whole(one: Contestant) -> str:
    wall, cpu = (Series(tuple(getattr(took, name) for took in one.taken)) for name in ("wall", "cpu"))
    peak = max(took.tree_mb for took in one.taken)
    return (
        f"{one.name}, all {len(CELLS)} attacks as a whole process: {ranged(wall)} s, {ranged(cpu)} CPU s, "
        f"{peak:,.0f} MiB"
    )


def _agreement(found: RisksComparison) -> list[tuple[int, int]]:
    """Return (agreeing, all) over attacks and runs; nothing where there is nobody to agree with."""
    each = [found.agreeing(place) for place in range(len(CELLS))]
    got = [number for number in each if number is not None]
    return [(sum(got), found.runs * len(got))] if got else []
