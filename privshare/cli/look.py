"""Commands that look at what a run left behind: verify, ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json
from privshare.cli.terminal import print_json, say


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
        print_json(
            {
                "authenticated": checked.authenticated,
                "checks": [{"what": what, "count": count} for what, count in checked.checks],
                "fingerprint": checked.fingerprint,
                "folder": str(folder),
            }
        )
        return
    for line in verification_lines(checked):
        say(line)


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
        print_json(statement_document(statement))
        return
    for line in ledger_lines(statement):
        say(line)
