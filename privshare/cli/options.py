"""Options that several commands share, and how a list of columns is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privshare.errors import ParameterRefused

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


def columns_of(option: str, text: str, *, what: str = "columns") -> tuple[str, ...]:
    """Read NAME,NAME,... without the blanks around a name; no text at all is no column.

    what: what is named, for the sentence. Raises ParameterRefused for an empty name between two commas: whoever
    writes one has left a column out, and a question without it is another question.

    >>> columns_of("--on", "surname, born")
    ('surname', 'born')
    """
    names = tuple(name.strip() for name in text.split(","))
    if text and not all(names):
        raise ParameterRefused(option, text, f"{what} separated by single commas, each with a name")
    return names if text else ()
