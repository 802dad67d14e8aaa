"""Command that says what a wanted error would cost: plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json, decimal_option, whole_option
from privshare.cli.terminal import print_json, say
from privshare.errors import InputRefused


def plan(
    source: Annotated[
        Path, typer.Argument(help="A file of DIR/releases/, or a .csv or .parquet table of groups and public sizes.")
    ],
    error: Annotated[str, typer.Option(help="Error to be met in every group, as a share of its size: 5% or 0.05.")],
    measure: Annotated[str | None, typer.Option(help="Measure of the release; default: the first that counts.")] = None,
    level: Annotated[float, decimal_option("Probability of the interval that is to fit, between 0 and 1.")] = 0.95,
    bound: Annotated[int | None, whole_option("Rows one person may add in all; for public sizes.")] = None,
    size: Annotated[str | None, typer.Option(help="Column of the public sizes; default size.")] = None,
    as_json: Json = False,
) -> None:
    """Say which epsilon a wanted error needs in each group, and what a request would cost. Spends nothing."""
    from privshare.report.release_file import read_release
    from privshare.report.terminal.plan import plan_facts, plan_lines
    from privshare.scenario.adhoc.plan import plan_again, plan_for_sizes, share_of
    from privshare.use.release.planning import Target

    target = Target(share_of(error), level)
    if source.suffix.lower() in (".csv", ".parquet"):
        if bound is None or measure is not None:
            raise InputRefused("a table of public sizes is planned for with --bound N, and without --measure.")
        planned = plan_for_sizes(source, target, bound=bound, size=size or "size")
    else:
        if bound is not None or size is not None:
            raise InputRefused("--bound and --size are for a table of public sizes; a release states its own bound.")
        planned = plan_again(read_release(source), target, measure=measure)
    if as_json:
        print_json(plan_facts(planned))
        return
    for line in plan_lines(planned):
        say(line)
