"""The nouns of a comparison of links: a contestant's figures, all of them, and what was asked of ours."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.bench.link.contestants import TARGETS
from privshare.bench.machine import Machine
from privshare.bench.process import Series
from privshare.bench.targets import Verdict


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One contestant's figures. rows: a side, of the tables that it was given. suite: ours, or None for a peer.

    wall, cpu, peak: a figure a run; CPU of all parties, peak MiB of the party that needs most. bytes: of all parties,
    on_the_wire or as the program counts them itself. aligned: whether both parties got one order. fault: why there
    are no figures.
    """

    name: str
    told: str
    rows: int
    suite: str | None = None
    versions: tuple[tuple[str, str], ...] = ()
    wall: Series | None = None
    cpu: Series | None = None
    peak: Series | None = None
    bytes: int | None = None
    on_the_wire: bool = False
    aligned: bool | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class LinkComparison:
    """A run of the benchmark. rows: a side; common: people in both. Ours come first."""

    machine: Machine
    load_after: float
    rows: int
    common: int
    seed: int
    runs: int
    contestants: tuple[LinkRow, ...]

    def times(self, row: LinkRow) -> float | None:
        """Return our CPU seconds for one of this peer's: of our two processes with the first suite, on equal tables."""
        ours = next((each for each in self.contestants if each.suite and each.on_the_wire), None)
        if row.suite or ours is None or ours.cpu is None or row.cpu is None or row.rows != ours.rows:
            return None
        return ours.cpu.median / row.cpu.median


def verdicts_of(found: LinkComparison) -> list[Verdict]:
    """Return a verdict for each target that can be judged, row by row of ours."""
    told = []
    for row in found.contestants:
        target = TARGETS.get((row.suite or "", row.rows))
        if target is None or row.cpu is None or row.wall is None or row.peak is None:
            continue
        measured = [
            ("CPU", "s", target.cpu, row.cpu.median),
            ("wall", "s", target.wall, row.wall.median),
            ("bytes", "MB", target.bytes and target.bytes / 1e6, row.bytes and row.bytes / 1e6),
            ("peak of a party", "MiB", target.peak_mb, row.peak.median),
        ]
        other = _beside(found, row, target.beside)
        if other is not None and other.cpu is not None:
            measured.append((f"CPU for one of {other.name}", "", target.share, row.cpu.median / other.cpu.median))
        told += [
            Verdict(f"{row.name}: {what}", unit, wanted, got)
            for what, unit, wanted, got in measured
            if wanted is not None and got is not None
        ]
    return told


def _beside(found: LinkComparison, row: LinkRow, beside: str | None) -> LinkRow | None:
    """Return the row that a target compares with: of a peer its fastest; of ours the same way with another suite."""
    if beside is None or row.suite is None:
        return None
    mine = row.name.removesuffix(row.suite) + beside
    rows = [
        each for each in found.contestants
        if each.cpu and each.rows == row.rows
        and (each.name == mine if each.suite else each.name.startswith(beside))
    ]  # fmt: skip
    return min(rows, key=lambda each: each.cpu.median if each.cpu else 0.0, default=None)
