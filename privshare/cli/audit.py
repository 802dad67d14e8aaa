"""Command that attacks a release's own noise: audit. A file whose stated numbers disagree is refused first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import Json, whole_option
from privshare.cli.terminal import print_json, progress, say
from privshare.errors import VerificationFailed


def audit(
    release: Annotated[Path, typer.Argument(help="A file of DIR/releases/.")],
    samples: Annotated[
        int, whole_option("Draws in each of the two worlds, 1000 to 1000000; more find more.")
    ] = 100_000,
    as_json: Json = False,
) -> None:
    """Give a lower bound on a release's epsilon, found by running its own code on two neighbouring tables."""
    from privshare.comparison.audit import audit_release
    from privshare.report.release_file import read_release
    from privshare.report.terminal.audit import audit_facts, audit_lines

    with progress(quiet=as_json) as notice:
        made = read_release(release)
        notice("Drawing noise in two worlds")
        found = audit_release(made, samples=samples)
    if not found.holds:
        raise VerificationFailed(str(release), " ".join(audit_lines(made, found)))
    if as_json:
        print_json(audit_facts(made, found))
        return
    for line in audit_lines(made, found):
        say(line)
