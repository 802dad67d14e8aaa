"""Command that puts every technique against every attack on the same people: compare."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privshare.cli.options import Json, People, Seed
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import ParameterRefused

if TYPE_CHECKING:
    from privshare.report.comparison.facts import ComparisonFacts
    from privshare.report.staging import Stage


def compare(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or the path of a scenario folder.")],
    out: Annotated[Path | None, typer.Option(help="Folder to make; must not exist or be empty.")] = None,
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
    from privshare.report.comparison.document import comparison_facts
    from privshare.report.comparison.facts import as_document
    from privshare.report.folder import staging
    from privshare.report.svg import warm_up
    from privshare.report.terminal.compare import comparison_lines
    from privshare.scenario.lab.comparing import compare_scenario
    from privshare.scenario.loader import load_scenario

    if out is None and not as_json:
        raise ParameterRefused("--out", "not given", "a folder to make, or --json without one")
    with progress(quiet=as_json) as shown, contextlib.ExitStack() as room:

        def notice(title: str, done: int, whole: int) -> None:
            shown(title)
            shown.part(done, whole)

        loaded = load_scenario(scenario)
        stage = room.enter_context(staging(out)) if out is not None else None
        facts = comparison_facts(
            compare_scenario(
                loaded, people=people, seed=seed, sweep=sweep, techniques=technique or (), attacks=attack or (),
                notice=notice,
            )
        )  # fmt: skip
        fingerprint = ""
        if stage is not None:
            warm_up()
            shown("Writing the report")
            fingerprint = _written(facts, stage)
    if as_json:
        print_json({**as_document(facts), **({"out": str(out), "fingerprint": fingerprint} if out is not None else {})})
        return
    for line in comparison_lines(facts, out=str(out), fingerprint=fingerprint):
        say(line)


def _written(facts: ComparisonFacts, stage: Stage) -> str:
    """Write the folder under a key of its own; return the key's fingerprint."""
    from privshare.model.entropy import SystemEntropy
    from privshare.report.comparison.folder import write_comparison
    from privshare.secure.signing import fingerprint, new_signing_key

    key = new_signing_key(SystemEntropy())
    write_comparison(facts, stage, key=key)
    return fingerprint(key.public)
