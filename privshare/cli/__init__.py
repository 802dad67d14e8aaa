"""The command line. Each command parses, calls and prints; it decides nothing.

Exit 0 when done; exit 2, with one sentence on stderr and nothing on stdout,
for a refusal or bad input; anything else is a bug. `--json` prints one document on
stdout and nothing else. Heavy imports happen inside the commands, so that
`--help` is quick.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from privshare import __version__
from privshare.cli import (
    attack,
    audit,
    bench,
    compare,
    link,
    look,
    make,
    own_files,
    party,
    party_totals,
    person,
    plan,
    play,
)
from privshare.cli.terminal import refuse, say
from privshare.errors import PrivshareError

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # rows stand in them; older versions of typer would print them
    help="Simulated data holders publish honest aggregate figures: categorize, secure, use wisely, see who saw what.",
)


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"privshare {__version__}")
        raise typer.Exit


@app.callback()
def version(
    wanted: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Options of the program itself."""


COMMANDS = (
    play.demo,
    play.run,
    play.scenarios,
    own_files.categorize,
    own_files.release,
    link.link,
    look.verify,
    look.ledger,
    person.person,
    compare.compare,
    attack.attack,
    audit.audit,
    plan.plan,
    make.new,
    make.schema,
    make.doctor,
    bench.bench,
)
for command in COMMANDS:
    app.command()(command)
party.app.command("totals")(party_totals.totals)
app.add_typer(party.app, name="party")

# Some versions of typer carry their own copy of click, so its errors are found through a name that typer exports:
# BadParameter is a UsageError, which is a ClickException.
UsageFault: type[Exception] = typer.BadParameter.__mro__[2]


def main() -> None:
    """Run the command line; turn every refusal into one sentence on stderr and exit code 2."""
    try:
        code = app(sys.argv[1:] or ["--help"], prog_name="privshare", standalone_mode=False)
    except PrivshareError as error:
        refuse(str(error))
    except UsageFault as error:
        refuse(str(getattr(error, "format_message", error.__str__)()).replace(": Value error, ", ": "))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
