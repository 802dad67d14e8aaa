"""`privshare bench link --growth`: how time, bytes and memory grow with the tables, here and over a thin link.

Two processes a run, as in `members.py`. At each size everybody is run once over the thin link of `wire.py`, which
also counts bytes and fills caches, then `runs` times over the loopback interface alone.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from privshare.bench.contestants import named
from privshare.bench.environments import Ready, Skipped
from privshare.bench.link.contestants import LINK_PEERS, LinkPeer
from privshare.bench.link.data import ROWS_MAX, ROWS_MIN, Pair, Truth, make_pair
from privshare.bench.link.entrants import LinkEntrant, party_entrant, peer_entrants
from privshare.bench.link.members import chosen_suites, make_keys, play
from privshare.bench.link.wire import THIN
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import NOBODY, Others, check_runs, check_whole
from privshare.bench.page import counted, measured_on, plain, ranged, section
from privshare.bench.process import Series

STEP = 4
"""Each size is so many times the one before."""
MOST = {"psi-oprf/1": 1 << 14}
"""Rows a side above which a suite is not measured: it would take minutes, and nobody would choose it."""
HEAD = ("who", "rows a side", "wall s", "wall s, thin link", "CPU s, all parties", "MB sent", "peak MiB a party")


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """One contestant at one size. thin: wall seconds of a run over the thin link. bytes: of both, sent."""

    name: str
    rows: int
    wall: Series
    cpu: Series
    peak: Series
    bytes: int
    thin: float | None


@dataclass(frozen=True, slots=True)
class Growth:
    """All points, by contestant and size. faults: who could not be measured, and why."""

    machine: Machine
    load_after: float
    seed: int
    runs: int
    points: tuple[GrowthPoint, ...]
    faults: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Who has points, in the order of first appearance."""
        return tuple(dict.fromkeys(point.name for point in self.points))

    def of(self, name: str) -> tuple[GrowthPoint, ...]:
        """Return a contestant's points, smallest first."""
        return tuple(point for point in self.points if point.name == name)


@dataclass(frozen=True, slots=True)
class Slope:
    """What one more row a side costs, between two sizes: CPU seconds, bytes, bytes of memory. fixed: CPU of no row."""

    name: str
    smaller: int
    larger: int
    cpu: float
    bytes: float
    peak: float
    fixed: float


def measure_growth(
    *,
    rows: int = 1 << 22,
    runs: int = 3,
    suites: str = "psi-ot-sh/1",
    others: Others = NOBODY,
    data: Path | None = None,
    seed: int = 1,
    notice: Callable[[str], None] = lambda _: None,
) -> Growth:
    """Measure every size from 256 rows a side to `rows`, each four times the one before, and return the figures.

    The rest as in `members.compare_links`; of the peers, those of two processes, each in its last way, the fastest.
    """
    check_runs(runs)
    check_whole("--rows", rows, ROWS_MIN, ROWS_MAX)
    wanted, asked = chosen_suites(suites), [peer for peer in named(others.peers, LINK_PEERS) if peer.parties == 2]
    others.check(asked)
    found = [others.prepared(peer, notice=notice) for peer in asked]
    faults = [f"{each.peer.name}: {each.reason}" for each in found if isinstance(each, Skipped)]
    ready = [(peer, each) for peer, each in zip(asked, found, strict=True) if isinstance(each, Ready)]
    points: list[GrowthPoint] = []
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as made:
        room = Path(made)
        make_keys(room)
        before = this_machine()
        for size in sizes(rows):
            pair = make_pair((data or room / "data").absolute(), rows=size, seed=seed)
            for one in _entrants(pair, wanted, ready):
                if size == ROWS_MIN:
                    play(one, room, None)  # it compiles what is not compiled yet
                point = _point(one, runs, room, notice)
                if point is None:
                    faults.append(f"{one.name}, {size:,} rows: {one.faults[0]}")
                else:
                    points.append(point)
    order = {name: place for place, name in enumerate(dict.fromkeys(point.name for point in points))}
    points.sort(key=lambda point: (order[point.name], point.rows))
    return Growth(before, os.getloadavg()[0], seed, runs, tuple(points), tuple(faults))


def sizes(rows: int) -> tuple[int, ...]:
    """Return the sizes up to `rows`.

    >>> sizes(5000)
    (256, 1024, 4096)
    """
    found = [ROWS_MIN]
    while found[-1] * STEP <= rows:
        found.append(found[-1] * STEP)
    return tuple(found)


def slope(points: Sequence[GrowthPoint]) -> Slope | None:
    """Return the slope from a size a sixteenth of the largest (or the smallest there is) to the largest."""
    if len(points) < 2:
        return None
    last = points[-1]
    first = next(point for point in points if point.rows >= last.rows // 16)
    more = last.rows - first.rows
    cpu = (last.cpu.median - first.cpu.median) / more
    return Slope(
        last.name, first.rows, last.rows, cpu, (last.bytes - first.bytes) / more,
        (last.peak.median - first.peak.median) * 2**20 / more, first.cpu.median - cpu * first.rows,
    )  # fmt: skip


def growth_lines(found: Growth) -> list[str]:
    """Return the growth as lines of plain text."""
    return plain(_opening(found), _table(found), _told(found))


def growth_markdown(found: Growth, *, picture: str | None = None) -> list[str]:
    """Return the growth as a section of a Markdown page. picture: path of its chart, beside the page."""
    drawn = [] if picture is None else ["", f"![wall and CPU seconds, bytes and memory by rows a side]({picture})"]
    return section("### Growth", [*_opening(found), *drawn], _table(found), _told(found))


def growth_document(found: Growth) -> dict[str, Any]:
    """Return the growth as plain values, every run's figure in it."""
    return {
        "benchmark": "link growth", "seed": found.seed, "runs": found.runs, "machine": asdict(found.machine),
        "load_after": found.load_after, "thin": {"bits_a_second": THIN.rate, "seconds_one_way": THIN.delay},
        "faults": list(found.faults),
        "points": [
            {"name": point.name, "rows": point.rows, "wall": list(point.wall.values), "cpu": list(point.cpu.values),
             "peak": list(point.peak.values), "bytes": point.bytes, "thin": point.thin}
            for point in found.points
        ],
        "slopes": [asdict(each) for each in map(slope, map(found.of, found.names)) if each is not None],
    }  # fmt: skip


def _entrants(pair: Pair, suites: Sequence[str], ready: Sequence[tuple[LinkPeer, Ready]]) -> list[LinkEntrant]:
    truth = Truth(pair)
    ours = [party_entrant(pair, truth, suite) for suite in suites if pair.rows <= MOST.get(suite, pair.rows)]
    return ours + [peer_entrants(peer, found, pair, truth)[-1] for peer, found in ready]


def _point(one: LinkEntrant, runs: int, room: Path, notice: Callable[[str], None]) -> GrowthPoint | None:
    notice(f"{one.pair.rows:,} rows over a thin link: {one.name}")
    thin = play(one, room, THIN)  # whoever cannot be relayed is run without a link, for its bytes
    for number in range(runs):
        if not one.faults:
            notice(f"{one.pair.rows:,} rows, run {number + 1} of {runs}: {one.name}")
            run = play(one, room, None)
            one.runs.extend([] if run is None else [run])
    if one.faults or thin is None or thin.crossed is None:
        return None
    cpu, wall, peak = (
        Series(tuple(map(what, one.runs)))
        for what in (lambda run: run.cpu, lambda run: run.wall, lambda run: run.peak_mb)
    )
    return GrowthPoint(one.name, one.pair.rows, wall, cpu, peak, thin.crossed,
                       thin.wall if one.relayed else None)  # fmt: skip


def _opening(found: Growth) -> list[str]:
    return [
        f"Two CSV files of so many people each, half of them in both, told who they are; seed {found.seed}. Two "
        "processes, imports, reading and writing inside, kernels compiled beforehand.",
        f"{measured_on(found.machine, found.load_after)}; {counted(found.runs)} each; median (min to max). "
        f"Thin link: {THIN.sentence}, simulated by a relay on the loopback interface, "
        "without loss and without TCP's slow start; one run.",
    ]


def _table(found: Growth) -> list[tuple[str, ...]]:
    return [HEAD, *(
        (
            point.name, f"{point.rows:,}", ranged(point.wall), "-" if point.thin is None else f"{point.thin:.2f}",
            ranged(point.cpu), f"{point.bytes / 1e6:,.2f}", ranged(point.peak, 0),
        )
        for point in found.points
    )]  # fmt: skip


def _told(found: Growth) -> list[str]:
    lines = []
    for each in map(slope, map(found.of, found.names)):
        if each is not None:
            lines.append(
                f"{each.name}, one more row a side between {each.smaller:,} and {each.larger:,}: "
                f"{each.cpu * 1e6:.2f} CPU µs of all parties, {each.bytes:.1f} bytes sent, {each.peak:.0f} bytes of a "
                f"party's memory; beside {each.fixed:.2f} CPU s whatever the size"
            )
    return [*lines, *found.faults]
