"""The command line. Each command parses, calls and prints; it decides nothing.

Exit 0 when done; exit 2, with one sentence on stderr and nothing on stdout,
for a refusal or bad input; anything else is a bug. `--json` prints one document on
stdout and nothing else. Heavy imports happen inside the commands, so that
`--help` is quick.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from click import ClickException

from privshare.errors import OutputInUse, ParameterRefused, PrivshareError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Simulated data holders publish honest aggregate figures: categorize, secure, use wisely, see who saw what.",
)

People = Annotated[int | None, typer.Option(help="How many simulated people, 200 to 1000000.")]
Seed = Annotated[int | None, typer.Option(help="Seed of the simulated people; noise is never seeded.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def demo(
    people: People = None,
    seed: Seed = None,
    out: Annotated[Path | None, typer.Option(help="Run folder; default privshare-demo, numbered if taken.")] = None,
    as_json: Json = False,
) -> None:
    """Play the demo scenario and write its report."""
    _play("demo", people, seed, out or _free_name(Path("privshare-demo")), None, as_json)


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or the path of a scenario folder.")],
    out: Annotated[Path, typer.Option(help="Run folder to make; must not exist or be empty.")],
    ledger: Annotated[
        Path | None, typer.Option(help="Ledger that outlives the run; without it only this run is counted.")
    ] = None,
    people: People = None,
    seed: Seed = None,
    as_json: Json = False,
) -> None:
    """Play a scenario and write its report."""
    _play(scenario, people, seed, out, ledger, as_json)


@app.command()
def scenarios(as_json: Json = False) -> None:
    """List the scenarios that come with privshare."""
    from privshare.scenario.loader import load_scenario, shipped_scenarios

    found = [(name, load_scenario(name)) for name in shipped_scenarios()]
    if as_json:
        _print_json([{"name": name, "title": shipped.title, "question": shipped.question} for name, shipped in found])
        return
    for name, shipped in found:
        typer.echo(f"{name}\n  {shipped.title}\n  {shipped.question}\n  privshare run {name} --out DIR")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    key: Annotated[str | None, typer.Option(help="Fingerprint of the run key, as the run printed it.")] = None,
    as_json: Json = False,
) -> None:
    """Re-check a run folder offline: signatures, log, hashes, ledger extract and sums."""
    from privshare.report.text import verification_lines
    from privshare.report.verify import verify_folder

    checked = verify_folder(folder, key=key)
    if as_json:
        _print_json(
            {
                "authenticated": checked.authenticated,
                "checks": [{"what": what, "count": count} for what, count in checked.checks],
                "fingerprint": checked.fingerprint,
                "folder": str(folder),
            }
        )
        return
    for line in verification_lines(checked):
        typer.echo(line)


@app.command()
def ledger(
    file: Annotated[Path, typer.Argument(help="A ledger file.")],
    as_json: Json = False,
) -> None:
    """Show what each holder has spent and has left, every entry and every refusal."""
    from privshare.report.text import ledger_lines
    from privshare.use.ledger import open_existing_ledger, statement_document

    with open_existing_ledger(file) as opened:
        statement = opened.statement()
    if as_json:
        _print_json(statement_document(statement))
        return
    for line in ledger_lines(statement):
        typer.echo(line)


def _play(
    name: str, people: int | None, seed: int | None, out: Path, ledger: Path | None, as_json: bool
) -> None:
    from privshare.report.facts import run_facts
    from privshare.report.folder import staging, write_run
    from privshare.report.text import summary_lines
    from privshare.scenario.loader import load_scenario
    from privshare.scenario.run import run_scenario
    from privshare.secure.signing import fingerprint

    if seed is not None and not 0 <= seed < 2**32:
        raise ParameterRefused("--seed", seed, "a whole number from 0 to 4294967295")
    scenario = load_scenario(name)
    with staging(out) as stage, _progress(quiet=as_json) as notice:
        played, run_key = run_scenario(
            scenario, people=people, seed=seed, ledger_path=ledger, notice=notice
        )
        notice("Writing the report")
        write_run(played, stage, run_key=run_key)
    key = fingerprint(run_key.public)
    if as_json:
        _print_json({**run_facts(played), "out": str(out), "fingerprint": key})
        return
    for line in summary_lines(played, out=str(out), fingerprint=key):
        typer.echo(line)


def _free_name(wanted: Path) -> Path:
    """Return the name, or the first numbered one that is free."""
    for number in range(1, 1000):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not path.exists():
            return path
    raise OutputInUse(str(wanted))


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the current step on a terminal, and nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda title: status.update(f"{title} ...")


def _silent(_title: str) -> None:
    """Show nothing."""


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def main() -> None:
    """Run the command line; turn every refusal into one sentence on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except PrivshareError as error:
        _refuse(str(error))
    except ClickException as error:
        _refuse(error.format_message())
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has closed it; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _refuse(sentence: str) -> None:
    told = "".join(letter if letter.isprintable() else "?" for letter in " ".join(sentence.split()))
    typer.echo(f"privshare: {told}", err=True)
    sys.exit(2)
