"""The command that measures: bench."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json, decimal_option, whole_option
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import InputRefused


class Benchmark(StrEnum):
    """What can be measured."""

    RELEASE = "release"
    LEDGER = "ledger"
    ACCOUNTING = "accounting"
    LINK = "link"
    ATTACK = "attack"
    COMPARE = "compare"


class Task(StrEnum):
    """What a link is asked for."""

    MEMBERS = "members"
    TOTALS = "totals"
    FUZZY = "fuzzy"


def bench(
    what: Annotated[
        Benchmark,
        typer.Argument(help="What to measure: release, ledger, accounting, link, attack or compare.", metavar="WHAT"),
    ],
    rows: Annotated[
        int | None,
        whole_option("Rows of the simulated table, default 1000000; of a link, a side, 1048576; of attack, 5000."),
    ] = None,
    runs: Annotated[
        int | None,
        whole_option("Runs of everybody, 1 to 100; default 5. Of the ledger, pairs; default 11. Of growth, 3."),
    ] = None,
    peers: Annotated[str, typer.Option(help="Other packages to run as well, separated by commas; all for all.")] = "",
    env: Annotated[Path | None, typer.Option(help="Folder of the other packages' environments.")] = None,
    install: Annotated[
        bool, typer.Option("--install/--no-install", help="Whether an environment that is missing is made.")
    ] = True,
    data: Annotated[
        Path | None, typer.Option(help="Folder that keeps the simulated tables, or on whose disk ledgers are made.")
    ] = None,
    seed: Annotated[int, whole_option("Seed of the simulated rows; noise is never seeded.")] = 1,
    writers: Annotated[int, whole_option("Processes that spend from one ledger, 1 to 64.")] = 8,
    seconds: Annotated[float, decimal_option("Seconds that each side of a pair takes, at most 60.")] = 4.0,
    task: Annotated[
        Task, typer.Option(help="Of a link: members of two tables, totals over them, or fuzzy pairs.")
    ] = Task.MEMBERS,
    suite: Annotated[
        str, typer.Option(help="Of members: our suites, separated by commas: psi-ot-sh/1, psi-ot-mr/1, psi-oprf/1.")
    ] = "psi-ot-sh/1",
    growth: Annotated[
        bool, typer.Option("--growth", help="Of members: from 256 rows a side to --rows, default 4194304.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; must not exist.")] = None,
    as_json: Json = False,
) -> None:
    """Measure a release, a ledger, the accounting of 1,000 questions, a link, attacks or a comparison."""
    from privshare.bench import measuring
    from privshare.bench.page import check_new
    from privshare.report.staging import write_new

    if growth and (what is not Benchmark.LINK or task is not Task.MEMBERS):
        raise InputRefused("--growth is measured of `bench link --task members` only.")
    picture = out.with_suffix(".svg") if out is not None and growth else None
    for path in (out, picture):
        check_new(path)
    asked = measuring.Asked(
        rows=rows, runs=runs, peers=peers, env=env, install=install, data=data, seed=seed, writers=writers,
        seconds=seconds, suite=suite, picture=None if picture is None else picture.name,
    )  # fmt: skip
    linked = {Task.MEMBERS: measuring.link, Task.TOTALS: measuring.totals, Task.FUZZY: measuring.fuzzy}
    measure = {
        Benchmark.RELEASE: measuring.release,
        Benchmark.LEDGER: measuring.ledger,
        Benchmark.ACCOUNTING: measuring.accounting,
        Benchmark.LINK: measuring.growth if growth else linked[task],
        Benchmark.ATTACK: measuring.attack,
        Benchmark.COMPARE: measuring.compare,
    }[what]
    with progress(quiet=as_json) as notice:
        found = measure(asked, notice)
    if out is not None:
        write_new(out, "\n".join(found.markdown) + "\n")
    if picture is not None and found.picture is not None:
        write_new(picture, found.picture)
    if as_json:
        print_json(found.document)
        return
    for line in found.lines:
        say(line)
