"""The command that measures: bench."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json
from privshare.cli.terminal import print_json, progress, say


class Benchmark(StrEnum):
    """What can be measured."""

    RELEASE = "release"


def bench(
    what: Annotated[Benchmark, typer.Argument(help="What to measure: release.", metavar="WHAT")],
    rows: Annotated[int, typer.Option(help="Rows of the simulated table, 1000 to 200000000.")] = 1_000_000,
    runs: Annotated[int, typer.Option(help="Runs of everybody, 1 to 100.")] = 5,
    peers: Annotated[str, typer.Option(help="Other packages to run as well, separated by commas; all for all.")] = "",
    env: Annotated[Path | None, typer.Option(help="Folder of the other packages' environments.")] = None,
    install: Annotated[
        bool, typer.Option("--install/--no-install", help="Whether an environment that is missing is made.")
    ] = True,
    data: Annotated[Path | None, typer.Option(help="Folder that keeps the simulated tables.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the simulated rows; noise is never seeded.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; must not exist.")] = None,
    as_json: Json = False,
) -> None:
    """Measure a release on simulated rows, and other packages' on the same rows, as whole processes."""
    from privshare.bench.page import check_new, document, markdown_lines, terminal_lines
    from privshare.bench.release import compare_releases
    from privshare.scenario.adhoc.categorize import write_new

    compare = {Benchmark.RELEASE: compare_releases}[what]
    check_new(out)
    with progress(quiet=as_json) as notice:
        found = compare(
            rows=rows, runs=runs, peers=peers, env=env, install=install, data=data, seed=seed, notice=notice
        )
    if out is not None:
        write_new(out, "\n".join(markdown_lines(found)) + "\n")
    if as_json:
        print_json(document(found))
        return
    for line in terminal_lines(found):
        say(line)
