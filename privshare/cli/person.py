"""Command that shows what happened to one simulated person over all holders: person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import InputRefused


def person(
    run: Annotated[Path, typer.Option(help="Folder of a run on simulated people.")],
    id: Annotated[str, typer.Argument(help="Identifier of a simulated person, as any holder writes it.")] = "",
    most: Annotated[bool, typer.Option("--most", help="Show one who lost most, and how many lost how much.")] = False,
    scenario: Annotated[
        str | None, typer.Option(help="Folder of the scenario that was run, if privshare does not ship it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who has one simulated person, every use that touched them, and what they lost over all holders."""
    from privshare.report.person import judged_run
    from privshare.report.terminal.person import person_facts, person_lines, spread_lines

    if bool(id) == most:
        raise InputRefused("name one person by ID, or give --most for one who lost most; not both, and not neither.")
    with progress(quiet=as_json) as notice:
        notice("Verifying the folder and building its world again")
        judged = judged_run(run, scenario=scenario)
        spread = judged.spread() if most else None
        found = judged.person(id if spread is None else spread.most)
    if as_json:
        print_json(person_facts(judged, found, spread))
        return
    for line in [*(spread_lines(spread) if spread else []), *person_lines(judged, found)]:
        say(line)
