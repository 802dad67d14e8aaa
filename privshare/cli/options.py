"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

People = Annotated[int | None, typer.Option(help="How many simulated people, 200 to 1000000; default: the scenario's.")]
Seed = Annotated[
    int | None, typer.Option(help="Seed of the simulated people; default: the scenario's. Noise is never seeded.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Out = Annotated[Path, typer.Option(help="Folder to make; must not exist or be empty.")]
LedgerFile = Annotated[
    Path | None, typer.Option(help="Ledger that outlives the run; without it only this run is counted.")
]
OutUnlessPreview = Annotated[Path | None, typer.Option("--out", help="Folder to make; must not exist or be empty.")]
PreviewOnly = Annotated[
    bool, typer.Option("--preview", help="Only say what it would cost and what would be refused; spend nothing.")
]
