"""How each contestant of a link is run, and how its answer is read: our two ways, and the peers' programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from privshare.bench.environments import Ready, with_ours, without_ours
from privshare.bench.link.contestants import PARTY, PROCESS, LinkPeer
from privshare.bench.link.data import Pair, Truth, ids_in
from privshare.bench.process import Taken

LEFT, RIGHT = "left", "right"


@dataclass(frozen=True, slots=True)
class Seats:
    """Where a run happens. ports: on which the parties listen. via: on which each is reached.

    folder: for what they write. keys: folder of the parties' keys, for our own.
    """

    ports: tuple[int, ...]
    via: tuple[int, ...]
    folder: Path
    keys: Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. exact: whether it is the truth. aligned: whether both got it in one order; None with one party.

    bytes: as the program itself counts them, if it does.
    """

    exact: bool
    aligned: bool | None = None
    bytes: int | None = None
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkRun:
    """One run. wall: from the first process's start to the last one's end. crossed: bytes on the wire, if counted."""

    wall: float
    taken: tuple[Taken, ...]
    answer: Answer
    crossed: int | None

    @property
    def cpu(self) -> float:
        """CPU seconds of all parties."""
        return sum(took.cpu for took in self.taken)

    @property
    def peak_mb(self) -> float:
        """MiB of the party that needs most."""
        return max(took.tree_mb for took in self.taken)


@dataclass(frozen=True, slots=True)
class LinkEntrant:
    """A contestant, and what its runs have brought so far.

    commands: one a process, for these seats; all are started at once and wait for each other. ports: how many it
    listens on. relayed: its bytes are counted by a relay, and it can be run over a thin link; else the loopback
    interface's own counter is read. read: raises OSError, ValueError or LookupError where there is nothing to read.
    """

    name: str
    told: str
    pair: Pair
    commands: Callable[[Seats], tuple[Sequence[str], ...]]
    read: Callable[[Seats, tuple[Taken, ...]], Answer]
    environment: Mapping[str, str]
    suite: str | None = None
    ports: int = 0
    relayed: bool = False
    crossed: list[int] = field(default_factory=list)
    runs: list[LinkRun] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def process_entrant(pair: Pair, truth: Truth, suite: str) -> LinkEntrant:
    """Return our command that plays both parties in one process and writes a run folder with its report."""

    def commands(seats: Seats) -> tuple[Sequence[str], ...]:
        words = [*_OURS, "link", str(pair.left), str(pair.right), "--on", "id", "--suite", suite]
        return ([*words, "--out", str(seats.folder / "run")],)

    def read(seats: Seats, _: tuple[Taken, ...]) -> Answer:
        run = seats.folder / "run"
        facts = json.loads((run / "run.json").read_text("utf-8"))
        answer = _matched(truth, run / LEFT / "matches.csv", run / RIGHT / "matches.csv")
        return Answer(answer.exact, answer.aligned, int(facts["protocols"][0]["bytes"]))

    return LinkEntrant(f"{PROCESS}, {suite}", "both parties in one process, with report", pair, commands, read,
                       with_ours(), suite)  # fmt: skip


def party_entrant(pair: Pair, truth: Truth, suite: str) -> LinkEntrant:
    """Return our two processes, each with one table and its own keys, over mutual TLS on the loopback interface."""

    def commands(seats: Seats) -> tuple[Sequence[str], ...]:
        shared = ["--on", "id", "--suite", suite]

        def mine(side: str, other: str) -> list[str]:
            return [*shared, "--keys", str(seats.keys / side), "--peer", other, "--out", str(seats.folder / side)]

        listen = [*_OURS, "party", "listen", str(pair.left), *mine(LEFT, RIGHT), "--port", str(seats.ports[0])]
        address = f"127.0.0.1:{seats.via[0]}"
        return listen, [*_OURS, "party", "connect", address, str(pair.right), *mine(RIGHT, LEFT)]

    def read(seats: Seats, _: tuple[Taken, ...]) -> Answer:
        answer = _matched(truth, *(seats.folder / side / "matches.csv" for side in (LEFT, RIGHT)))
        told = json.loads((seats.folder / LEFT / "leakage.json").read_text("utf-8"))
        return Answer(answer.exact, answer.aligned, sum(int(count) for _, count in _pairs(told["bytes_sent"])))

    return LinkEntrant(f"{PARTY}, {suite}", "a process a party, over TLS", pair, commands, read, with_ours(), suite,
                       ports=1, relayed=True)  # fmt: skip


def keys_command(folder: Path) -> list[str]:
    """Return the command that makes the keys of both parties."""
    return [*_OURS, "party", "keys", "--out", str(folder), LEFT, RIGHT]


def peer_entrants(peer: LinkPeer, found: Ready, pair: Pair, truth: Truth) -> list[LinkEntrant]:
    """Return the rows of a peer, each another way to run its program."""
    return [_peer(peer, way, found.program, pair, truth) for way in peer.ways]


def _peer(peer: LinkPeer, asked: tuple[str, str, str], program: list[str], pair: Pair, truth: Truth) -> LinkEntrant:
    name, way, remark = asked

    def two(seats: Seats) -> tuple[Sequence[str], ...]:
        # Each listens on its own port and reaches the other through whatever lies between them.
        seen = f"{seats.ports[0]},{seats.via[1]}", f"{seats.via[0]},{seats.ports[1]}"
        outs = (str(seats.folder / f"{side}.csv") for side in (LEFT, RIGHT))
        tables = (str(pair.left), str(pair.right))
        return tuple(
            [*program, str(rank), ports, table, out, way]
            for rank, (ports, table, out) in enumerate(zip(seen, tables, outs, strict=True))
        )

    def one(seats: Seats) -> tuple[Sequence[str], ...]:
        return ([*program, str(pair.left), str(pair.right), str(seats.folder / f"{LEFT}.csv")],)

    def read(seats: Seats, taken: tuple[Taken, ...]) -> Answer:
        told = taken[0].told
        left = ids_in(seats.folder / f"{LEFT}.csv")
        right = ids_in(seats.folder / f"{RIGHT}.csv") if peer.parties == 2 else None
        versions = tuple((package, str(number)) for package, number in told["versions"].items())
        aligned = None if right is None else left == right
        return Answer(truth.exact(left, right), aligned, told.get("bytes"), versions)

    commands, ports = (two, 2) if peer.parties == 2 else (one, 0)
    return LinkEntrant(name, f"{peer.bound}; {remark}", pair, commands, read, without_ours(), ports=ports)


def _matched(truth: Truth, left: Path, right: Path) -> Answer:
    """Read what both parties got: match numbers and rows of their own tables."""
    found = []
    for side, path in enumerate((left, right)):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            numbered = [(int(match), int(row)) for match, row in rows]
        found.append(truth.ids(side, [row for _, row in sorted(numbered)]))
    return Answer(truth.exact(*found), found[0] == found[1])


def _pairs(told: object) -> list[tuple[str, int]]:
    """Return (party, bytes) however the statement writes them: an object, or a list of pairs."""
    pairs = told.items() if isinstance(told, dict) else told
    return [(str(party), int(count)) for party, count in pairs]  # type: ignore[attr-defined]


_OURS = [sys.executable, "-m", "privshare"]
