"""Playing a story and reading what it left: a ledger's spends, a release's bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from privshare import Run, load_scenario, run_scenario
from privshare.use.ledger import open_existing_ledger
from tests.scenario.stories import Story

SECOND = """[[steps]]
kind = "statistic"
id = "more-entries"
sentence = "And once more?"
holder = "city"
purpose = "audit"
by = ["home_district"]
keys = { home_district = ["Northbank"] }
measures = [{ name = "entries", bound = 5, epsilon = "0.25" }]
"""
"""A second question on the small story's table, to be added to its file."""


def play(story: Story, ledger: Path | None = None, **more: Any) -> Run:
    return run_scenario(load_scenario(str(story.folder)), ledger_path=ledger, **more)[0]


def spent(ledger: Path) -> dict[str, int]:
    """Return holder -> micro-epsilon spent, from the ledger file itself; empty when there is no ledger."""
    if not ledger.exists():
        return {}
    with open_existing_ledger(ledger) as opened:
        return {account.holder: account.spent.micro_epsilon for account in opened.statement().accounts}


def documents(run: Run) -> dict[str, bytes]:
    """Return release id -> the bytes that the ledger keeps: the release without its per-run signatures."""
    told = {p.release.id: json.loads(p.document)["document"] for p in run.releases}
    return {name: json.dumps(document, sort_keys=True).encode() for name, document in told.items()}
