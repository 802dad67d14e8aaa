"""`privshare bench release`: a count and a sum by group for epsilon 1, by us and by others, in one run.

All do the same: one Parquet file, 50 public groups, one person the unit of privacy over all rows, epsilon 0.5 for
the counts and 0.5 for the sums; ours chooses its bounds privately within that. Rounds are interleaved, so a busy
moment of the machine meets everybody, and the figures of one table belong together.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from privshare.bench.environments import Ready, Skipped
from privshare.bench.machine import this_machine
from privshare.bench.options import NOBODY, Others, check_runs
from privshare.bench.process import Series, measured
from privshare.bench.release.accuracy import best_in_hindsight, relative_error
from privshare.bench.release.contestants import PEERS, bounds_for
from privshare.bench.release.data import make_data, shape_of, truth_of
from privshare.bench.release.entrants import Entrant, core_entrant, peer_entrant, verb_entrant
from privshare.bench.release.figures import CORE, VERB, Comparison, Row

HINDSIGHT_ROWS_MAX = 20_000_000
Notice = Callable[[str], None]


def compare_releases(
    *,
    rows: int,
    runs: int = 5,
    others: Others = NOBODY,
    data: Path | None = None,
    seed: int = 1,
    notice: Notice = lambda _: None,
) -> Comparison:
    """Make the data, run everybody `runs` times and return the figures.

    data: folder in which tables are kept; None for one that is thrown away. Raises ParameterRefused or InputRefused
    before anything is run.
    """
    check_runs(runs)
    asked = others.chosen(PEERS)
    with tempfile.TemporaryDirectory(prefix="privshare-bench-") as room:
        notice("Making the table")
        table = make_data((data or Path(room) / "data").absolute(), rows=rows, seed=seed)
        ready = [others.prepared(peer, rows=rows, notice=notice) for peer in asked]
        bounds = bounds_for(table.rows, table.people)
        contestants = [core_entrant(table), verb_entrant(table)]
        contestants += [peer_entrant(found, table, bounds) for found in ready if isinstance(found, Ready)]
        before = this_machine()
        _play(contestants, runs, Path(room), notice)
        truth = truth_of(table.table)
        played = {one.name: _row(one, truth) for one in contestants}
        for found in ready:
            if isinstance(found, Skipped):
                played[found.peer.name] = Row(found.peer.name, "", fault=found.reason)
        order = [CORE, VERB, *(peer.name for peer in asked)]
        counts = {key: float(count) for key, (count, _) in truth.items()}
        known = rows <= HINDSIGHT_ROWS_MAX
        return Comparison(
            data=table,
            shape=shape_of(table.table),
            machine=before,
            load_after=os.getloadavg()[0],
            runs=runs,
            rows=tuple(played[name] for name in order),
            hindsight=best_in_hindsight(table.table, counts, epsilon=0.5) if known else None,
        )


def _play(contestants: Sequence[Entrant], runs: int, room: Path, notice: Notice) -> None:
    """Run everybody in rounds; the first round's imports are not counted, since they fill caches for the rest."""
    for number in range(runs + 1):
        for one in contestants:
            if one.faults:
                continue
            notice(f"Round {number} of {runs}: {one.name}")
            took = measured(one.only_imports, folder=room, environment=one.environment)
            if took.fault:
                one.faults.append(took.fault)
            if took.fault or number == 0:
                continue
            one.imports.append(took.wall)
            folder = room / "out"
            took = measured(one.command(folder), folder=room, environment=one.environment)
            try:
                one.faults.extend([took.fault] if took.fault else [])
                if not took.fault:
                    one.taken.append((took, one.answer(took, folder)))
            except (OSError, ValueError, LookupError):
                one.faults.append("its answer could not be read")
            shutil.rmtree(folder, ignore_errors=True)


def _row(one: Entrant, truth: Mapping[str, tuple[int, int]]) -> Row:
    if one.faults:
        return Row(one.name, one.bound, noise=one.noise, fault=one.faults[0])
    counts = {key: float(count) for key, (count, _) in truth.items()}
    sums = {key: float(total) for key, (_, total) in truth.items()}
    answers = [answer for _, answer in one.taken]
    imports = Series(tuple(one.imports))
    # A command line has no clock inside; what it takes beyond its imports is the difference of two processes.
    work = [answer["seconds"].get("work", took.wall - imports.median) for took, answer in one.taken]
    start = [answer["seconds"]["start"] for answer in answers if "start" in answer["seconds"]]
    return Row(
        name=one.name,
        bound=one.bound,
        noise=one.noise,
        versions=tuple((name, str(number)) for name, number in answers[0]["versions"].items()),
        whole=Series(tuple(took.wall for took, _ in one.taken)),
        imports=imports,
        start=Series(tuple(start)) if start else None,
        work=Series(tuple(work)),
        # A server that nobody waits for is not in the CPU seconds of its parent.
        cpu=None if one.servers else Series(tuple(took.cpu for took, _ in one.taken)),
        peak=Series(tuple(took.tree_mb for took, _ in one.taken)),
        count_error=Series(tuple(relative_error(answer["counts"], counts) for answer in answers)),
        sum_error=Series(tuple(relative_error(answer["sums"], sums) for answer in answers)),
    )
