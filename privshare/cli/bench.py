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
    LEDGER = "ledger"
    ACCOUNTING = "accounting"


def bench(
    what: Annotated[Benchmark, typer.Argument(help="What to measure: release, ledger or accounting.", metavar="WHAT")],
    rows: Annotated[int, typer.Option(help="Rows of the simulated table, 1000 to 200000000.")] = 1_000_000,
    runs: Annotated[
        int | None, typer.Option(help="Runs of everybody, 1 to 100; default 5. Of the ledger, pairs; default 11.")
    ] = None,
    peers: Annotated[str, typer.Option(help="Other packages to run as well, separated by commas; all for all.")] = "",
    env: Annotated[Path | None, typer.Option(help="Folder of the other packages' environments.")] = None,
    install: Annotated[
        bool, typer.Option("--install/--no-install", help="Whether an environment that is missing is made.")
    ] = True,
    data: Annotated[
        Path | None, typer.Option(help="Folder that keeps the simulated tables, or on whose disk ledgers are made.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the simulated rows; noise is never seeded.")] = 1,
    writers: Annotated[int, typer.Option(help="Processes that spend from one ledger, 1 to 64.")] = 8,
    seconds: Annotated[float, typer.Option(help="Seconds that each side of a pair takes, at most 60.")] = 4.0,
    out: Annotated[Path | None, typer.Option(help="Markdown file to write; must not exist.")] = None,
    as_json: Json = False,
) -> None:
    """Measure a release, a ledger's spends or the accounting of 1,000 questions, beside others that do the same."""
    from privshare.bench.page import check_new
    from privshare.scenario.adhoc.categorize import write_new

    check_new(out)
    with progress(quiet=as_json) as notice:
        if what is Benchmark.RELEASE:
            from privshare.bench.page import document, markdown_lines, terminal_lines
            from privshare.bench.release import compare_releases

            found = compare_releases(
                rows=rows, runs=5 if runs is None else runs, peers=peers, env=env, install=install, data=data,
                seed=seed, notice=notice,
            )  # fmt: skip
            markdown, told, values = markdown_lines(found), terminal_lines(found), document(found)
        elif what is Benchmark.ACCOUNTING:
            from privshare.bench.accounting import compare_accounting
            from privshare.bench.accounting_page import accounting_document, accounting_lines, accounting_markdown

            accounted = compare_accounting(
                runs=5 if runs is None else runs, peers=peers, env=env, install=install, notice=notice
            )
            markdown, told, values = (
                accounting_markdown(accounted), accounting_lines(accounted), accounting_document(accounted)
            )  # fmt: skip
        else:
            from privshare.bench.spends import compare_spends, spends_document, spends_lines, spends_markdown

            spends = compare_spends(
                runs=11 if runs is None else runs, writers=writers, seconds=seconds, folder=data, notice=notice
            )
            markdown, told, values = spends_markdown(spends), spends_lines(spends), spends_document(spends)
    if out is not None:
        write_new(out, "\n".join(markdown) + "\n")
    if as_json:
        print_json(values)
        return
    for line in told:
        say(line)
