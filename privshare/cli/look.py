"""Commands that look at what a run left behind: verify, ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json
from privshare.cli.terminal import print_json, say
from privshare.errors import ParameterRefused


def verify(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    key: Annotated[str | None, typer.Option(help="Fingerprint of the run key, as the run printed it.")] = None,
    as_json: Json = False,
) -> None:
    """Re-check a run folder offline: signatures, log, hashes, ledger extract and sums."""
    from privshare.report.terminal.run import verification_lines
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
    run: Annotated[Path | None, typer.Option(help="Folder of a run that used this ledger, to compare with.")] = None,
    key: Annotated[str | None, typer.Option(help="Fingerprint of that run's key, as the run printed it.")] = None,
    as_json: Json = False,
) -> None:
    """Show what is spent and left per holder and purpose, what every debit asked, every refusal, and the chain."""
    from privshare.report.asked import asked_of
    from privshare.report.terminal.ledger import Tie, ledger_document, ledger_lines
    from privshare.report.verify import verified_extract
    from privshare.use.ledger import entries_since, open_existing_ledger

    if key is not None and run is None:
        raise ParameterRefused("--key", "a key without a run", "a fingerprint together with --run DIR")
    with open_existing_ledger(file) as opened:
        statement = opened.statement()
        requests = dict.fromkeys(line.request for line in statement.entries)
        told = {request: asked_of(opened.stored(request)) for request in requests}
    asked = {request: one for request, one in told.items() if one is not None}
    tie = None
    if run is not None:
        checked, seen = verified_extract(run, key=key)
        since = entries_since(statement, seen, file=str(file), seen_in=str(run))
        tie = Tie(str(run), checked, seen, since)
    if as_json:
        print_json(ledger_document(statement, tie, asked=asked))
        return
    for line in ledger_lines(statement, tie, asked=asked):
        say(line)
