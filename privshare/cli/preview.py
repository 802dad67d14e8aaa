"""What `run` and `release` share when they only preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from privshare.cli.terminal import print_json, progress, say
from privshare.errors import InputRefused

if TYPE_CHECKING:
    from privshare.scenario.loader import Scenario


def needed_unless_preview(out: Path | None) -> Path:
    """Return the output folder, or refuse its absence; only a preview writes nothing."""
    if out is None:
        raise InputRefused("--out DIR is missing; only --preview goes without.")
    return out


def show_preview(
    scenario: Scenario, *, ledger: Path | None, as_json: bool, people: int | None = None, seed: int | None = None
) -> None:
    """Print what a scenario would cost; spend nothing and write nothing."""
    from privshare.report.terminal.preview import preview_facts, preview_lines
    from privshare.scenario.preview import preview_scenario

    with progress(quiet=as_json) as notice:
        notice("Asking gate and ledger")
        found = preview_scenario(scenario, ledger_path=ledger, people=people, seed=seed)
    if as_json:
        print_json(preview_facts(found))
        return
    for line in preview_lines(found):
        say(line)
