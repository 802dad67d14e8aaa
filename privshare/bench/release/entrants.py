"""How each contestant is run, and how its answer is read: our own path, our verb, and the peers' programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from privshare.bench.environments import Ready, with_ours, without_ours
from privshare.bench.process import Taken
from privshare.bench.release.contestants import Bounds
from privshare.bench.release.data import Data
from privshare.bench.release.figures import CORE, VERB

Numbers = Mapping[str, float]
Answer = Mapping[str, Numbers]
"""seconds by phase, versions by package, counts and sums by group."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A contestant, and what its runs have brought so far.

    command: the words to run, given a folder that is not there yet. answer: reads a finished process; raises OSError,
    ValueError or LookupError where there is nothing to read.
    """

    name: str
    bound: str
    only_imports: Sequence[str]
    command: Callable[[Path], Sequence[str]]
    answer: Callable[[Taken, Path], Answer]
    environment: Mapping[str, str] | None = None
    noise: bool = True
    servers: bool = False
    imports: list[float] = field(default_factory=list)
    taken: list[tuple[Taken, Answer]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def core_entrant(data: Data) -> Entrant:
    """Return our own path without the report."""
    program = [sys.executable, "-m", "privshare.bench.release.core"]
    return Entrant(
        CORE, "chosen privately", [*program, "imports"],
        lambda _: [*program, str(data.table), str(data.keys)], _printed, with_ours(),
    )  # fmt: skip


def verb_entrant(data: Data) -> Entrant:
    """Return our command line, which writes the run folder and its report."""
    modules = "cli", "report.facts", "report.folder", "report.svg", "report.terminal.run", "scenario.run"
    only = "import " + ", ".join(f"privshare.{module}" for module in modules)
    words = [sys.executable, "-m", "privshare", "release", str(data.table), "--count", "--sum", "val", "--bounds"]
    words += ["0,100", "--by", "key", "--keys", str(data.keys), "--person", "uid", "--epsilon", "1"]
    return Entrant(
        VERB, "chosen privately", [sys.executable, "-c", only],
        lambda folder: [*words, "--out", str(folder)], _published, with_ours(),
    )  # fmt: skip


def peer_entrant(found: Ready, data: Data, bounds: Bounds) -> Entrant:
    """Return a peer's program, run by the interpreter of its environment."""
    peer = found.peer
    limits = [bounds.total, bounds.groups, bounds.rows_a_group]
    words = [*found.program, str(data.table), str(data.keys), *map(str, limits)]
    told = peer.bound.format(total=bounds.total, groups=bounds.groups, rows_a_group=bounds.rows_a_group)
    return Entrant(
        peer.name, told, [*found.program, "imports"], lambda _: words, _printed, without_ours(), peer.noise, peer.java
    )


def _printed(took: Taken, _: Path) -> Answer:
    """Read the line of JSON with which a program ends, whatever a library printed before it."""
    return took.told


def _published(_: Taken, folder: Path) -> Answer:
    """Read the published table out of a run folder."""
    with (folder / "tables" / "release-release.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        "seconds": {},
        "versions": {},
        "counts": {row["key"]: float(row["count"] or 0) for row in rows},
        "sums": {row["key"]: float(row["sum_val"] or 0) for row in rows},
    }
