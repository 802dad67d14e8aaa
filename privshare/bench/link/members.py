"""`privshare bench link`: who is in both of two tables, found by us and by others, CSV in and CSV out, in one run.

Whole processes in turns, imports included; CPU seconds are those of all parties together. The first round fills
caches, counts bytes on the wire through a relay (`wire.py`) and is not counted. Each answer is checked against
the truth; who is wrong has no figures.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from privshare.bench.environments import Ready, Skipped
from privshare.bench.link.contestants import LINK_PEERS, SUITES, LinkPeer
from privshare.bench.link.data import Pair, Truth, make_pair
from privshare.bench.link.entrants import (
    LinkEntrant,
    LinkRun,
    Seats,
    keys_command,
    party_entrant,
    peer_entrants,
    process_entrant,
)
from privshare.bench.link.figures import LinkComparison, LinkRow
from privshare.bench.link.wire import Wire, free_port, loopback_bytes, relayed
from privshare.bench.machine import this_machine
from privshare.bench.options import NOBODY, Others, check_runs
from privshare.bench.process import Begun, Series, Taken, begun, measured
from privshare.errors import InputRefused, ParameterRefused

LIMIT_SECONDS = 300.0
COUNTED = Wire()
"""The link of the round that is not counted: it holds nothing up and counts."""
Notice = Callable[[str], None]


def compare_links(
    *,
    rows: int = 1 << 20,
    runs: int = 5,
    suites: str = SUITES[0],
    others: Others = NOBODY,
    data: Path | None = None,
    seed: int = 1,
    notice: Notice = lambda _: None,
) -> LinkComparison:
    """Make the tables, run everybody `runs` times and return the figures.

    suites: ours, separated by commas. data: folder in which tables are kept; None for one that is thrown away. Raises
    ParameterRefused or InputRefused before anything is run.
    """
    check_runs(runs)
    wanted, asked = chosen_suites(suites), others.chosen(LINK_PEERS)
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as made:
        room = Path(made)
        folder = (data or room / "data").absolute()
        notice("Making the tables")
        pair = make_pair(folder, rows=rows, seed=seed)
        truth = Truth(pair)
        contestants = [each(pair, truth, suite) for suite in wanted for each in (process_entrant, party_entrant)]
        left_out = []
        for peer in asked:
            found = others.prepared(peer, notice=notice)
            if isinstance(found, Skipped):
                left_out.append(LinkRow(peer.name, peer.bound, rows, fault=found.reason))
            else:
                contestants += _of_peer(peer, found, pair, truth, folder, notice)
        make_keys(room)
        before = this_machine()
        play_all(contestants, runs, room, notice)
        played = tuple(map(_row, contestants))
        return LinkComparison(before, os.getloadavg()[0], rows, pair.common, seed, runs, (*played, *left_out))


def chosen_suites(text: str) -> tuple[str, ...]:
    """Return the suites that a list of names stands for. Raises ParameterRefused for an unknown one, or none."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names or ("nothing",):
        if name not in SUITES:
            raise ParameterRefused("--suite", name, f"one or more of {', '.join(SUITES)}")
    return names


def make_keys(room: Path) -> None:
    """Make the keys of our two parties in `room`; raise InputRefused where that fails."""
    took = measured(keys_command(room / "keys"), folder=room)
    if took.fault:
        raise InputRefused(f"the parties' keys could not be made: {took.fault}.")


def play_all(contestants: Sequence[LinkEntrant], runs: int, room: Path, notice: Notice) -> None:
    """Run everybody in rounds; the first fills caches and counts bytes."""
    for number in range(runs + 1):
        for one in contestants:
            if one.faults:
                continue
            notice(f"Round {number} of {runs}: {one.name}")
            run = play(one, room, COUNTED if number == 0 else None)
            if run is not None and number == 0 and run.crossed is not None:
                one.crossed.append(run.crossed)
            if run is not None and number > 0:
                one.runs.append(run)


def play(one: LinkEntrant, room: Path, wire: Wire | None) -> LinkRun | None:
    """Run a contestant once, over this link if one is given; None, and a fault noted, where it has no true answer."""
    folder = room / "out"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    ports = tuple(free_port() for _ in range(one.ports))
    with ExitStack() as held:
        via, lanes = ports, None
        if wire is not None and one.relayed:
            relays, lanes = held.enter_context(relayed(ports, wire))
            via = tuple(relay.port for relay in relays)
        seats = Seats(ports, via, folder, room / "keys")
        crossed = loopback_bytes()
        wall, taken = _together(one, seats, room)
        crossed = loopback_bytes() - crossed if lanes is None else sum(lane.bytes for lane in lanes)
    fault = next((took.fault for took in taken if took.fault), None)
    if fault:
        one.faults.append(fault)
        return None
    try:
        answer = one.read(seats, taken)
    except (OSError, ValueError, LookupError, TypeError):
        one.faults.append("its answer could not be read")
        return None
    if not answer.exact:
        one.faults.append("its answer is not the truth")
        return None
    return LinkRun(wall, taken, answer, crossed if wire is not None and ports else None)


def _together(one: LinkEntrant, seats: Seats, room: Path) -> tuple[float, tuple[Taken, ...]]:
    """Run the processes of a contestant side by side; when one fails, the others are stopped."""
    clock = time.perf_counter()
    running = [
        begun(command, folder=room, environment=one.environment, limit_seconds=LIMIT_SECONDS)
        for command in one.commands(seats)
    ]
    taken: dict[Begun, Taken] = {}
    with ThreadPoolExecutor(len(running)) as threads:
        waiting = {threads.submit(each.ended): each for each in running}
        for done in as_completed(waiting):
            taken[waiting[done]] = done.result()
            if done.result().fault:
                for each in running:
                    each.stop()
    # In the order in which they ended: the first to fail is the one that tells why.
    return time.perf_counter() - clock, _as_started(taken, running)


def _as_started(taken: dict[Begun, Taken], running: list[Begun]) -> tuple[Taken, ...]:
    failed = [took for took in taken.values() if took.fault]
    return tuple(failed[:1]) or tuple(taken[each] for each in running)


def _of_peer(peer: LinkPeer, found: Ready, pair: Pair, truth: Truth, folder: Path, notice: Notice) -> list[LinkEntrant]:
    """Return a peer's rows, on a smaller pair of tables where these are too large for it."""
    if pair.rows > peer.rows_max:
        notice(f"Making smaller tables for {peer.name}")
        pair = make_pair(folder, rows=peer.rows_max, seed=pair.seed)
        truth = Truth(pair)
    return peer_entrants(peer, found, pair, truth)


def _row(one: LinkEntrant) -> LinkRow:
    if one.faults or not one.runs:
        return LinkRow(one.name, one.told, one.pair.rows, one.suite, fault=one.faults[0] if one.faults else "no run")
    last = one.runs[-1].answer
    return LinkRow(
        name=one.name,
        told=one.told,
        rows=one.pair.rows,
        suite=one.suite,
        versions=last.versions,
        wall=Series(tuple(run.wall for run in one.runs)),
        cpu=Series(tuple(run.cpu for run in one.runs)),
        peak=Series(tuple(run.peak_mb for run in one.runs)),
        bytes=one.crossed[0] if one.crossed else last.bytes,
        on_the_wire=bool(one.crossed),
        aligned=last.aligned,
    )
