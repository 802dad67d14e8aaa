"""Command that puts every technique against every attack on the same people: compare."""

from __future__ import annotations

from typing import Annotated

import typer

from privshare.cli.options import Json, People, Seed
from privshare.cli.terminal import print_json, progress, say


def compare(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or the path of a scenario folder.")],
    sweep: Annotated[
        str | None, typer.Option(help="Budgets to try, default epsilon=0.1,0.3,1,3,10, for techniques that have one.")
    ] = None,
    technique: Annotated[list[str] | None, typer.Option(help="Only this technique; may be given again.")] = None,
    attack: Annotated[list[str] | None, typer.Option(help="Only this attack; may be given again.")] = None,
    people: People = None,
    seed: Seed = None,
    as_json: Json = False,
) -> None:
    """Put every technique against every attack on a scenario's simulated people."""
    from privshare.report.comparison.facts import matrix_facts
    from privshare.scenario import comparing
    from privshare.scenario.loader import load_scenario

    losses = comparing.losses_of(sweep)
    with progress(quiet=as_json) as shown:

        def notice(title: str, done: int, whole: int) -> None:
            shown(title)
            shown.part(done, whole)

        matrix = comparing.compare(
            load_scenario(scenario), people=people, seed=seed, losses=losses,
            techniques=technique or (), attacks=attack or (), notice=notice,
        )  # fmt: skip
    facts = matrix_facts(matrix)
    if as_json:
        print_json(facts)
        return
    for cell in facts["cells"]:
        say(f"{cell['technique']} {cell['epsilon'] or ''} {cell['attack']} {cell['success']}")
