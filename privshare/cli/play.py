"""Commands that play a scenario: demo, run, scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json, LedgerFile, OutUnlessPreview, People, PreviewOnly, Seed
from privshare.cli.preview import needed_unless_preview, show_preview
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import OutputInUse, ParameterRefused


def demo(
    people: People = None,
    seed: Seed = None,
    out: Annotated[Path | None, typer.Option(help="Run folder; default privshare-demo, numbered if taken.")] = None,
    as_json: Json = False,
) -> None:
    """Play the demo scenario and write its report."""
    _play("demo", people, seed, out or _free_name(Path("privshare-demo")), None, as_json)


def run(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or the path of a scenario folder.")],
    out: OutUnlessPreview = None,
    ledger: LedgerFile = None,
    people: People = None,
    seed: Seed = None,
    preview: PreviewOnly = False,
    as_json: Json = False,
) -> None:
    """Play a scenario and write its report."""
    if preview:
        from privshare.scenario.loader import load_scenario

        _check_seed(seed)
        show_preview(load_scenario(scenario), ledger=ledger, as_json=as_json, people=people, seed=seed)
        return
    _play(scenario, people, seed, needed_unless_preview(out), ledger, as_json)


def scenarios(as_json: Json = False) -> None:
    """List the scenarios that come with privshare."""
    from privshare.scenario.loader import load_scenario, shipped_scenarios

    found = [(name, load_scenario(name)) for name in shipped_scenarios()]
    if as_json:
        print_json([{"name": name, "title": shipped.title, "question": shipped.question} for name, shipped in found])
        return
    for name, shipped in found:
        say(f"{name}\n  {shipped.title}\n  {shipped.question}\n  privshare run {name} --out DIR")


def _play(name: str, people: int | None, seed: int | None, out: Path, ledger: Path | None, as_json: bool) -> None:
    from privshare.report.facts import run_facts
    from privshare.report.folder import staging, write_run
    from privshare.report.svg import warm_up
    from privshare.report.terminal.run import summary_lines
    from privshare.scenario.loader import load_scenario
    from privshare.scenario.run import run_scenario
    from privshare.secure.signing import fingerprint

    _check_seed(seed)
    scenario = load_scenario(name)
    warm_up()
    with staging(out) as stage, progress(quiet=as_json) as notice:
        played, run_key = run_scenario(scenario, people=people, seed=seed, ledger_path=ledger, notice=notice)
        notice("Writing the report")
        write_run(played, stage, run_key=run_key)
    key = fingerprint(run_key.public)
    if as_json:
        print_json({**run_facts(played), "out": str(out), "fingerprint": key})
        return
    for line in summary_lines(played, out=str(out), fingerprint=key):
        say(line)


def _check_seed(seed: int | None) -> None:
    from privshare.scenario.spec import SEED_MAX

    if seed is not None and not 0 <= seed <= SEED_MAX:
        raise ParameterRefused("--seed", seed, f"a whole number from 0 to {SEED_MAX}")


def _free_name(wanted: Path) -> Path:
    """Return the name, or the first numbered one that is free."""
    for number in range(1, 1000):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not path.exists():
            return path
    raise OutputInUse(str(wanted))
