"""Options that several commands share, and how numbers and lists of columns are read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from privshare.errors import ParameterRefused

DIGITS_MAX = 20
"""Of a whole number: every one of 64 bits fits; how large one may be, its command says."""
SHOWN_MAX = 40
"""Characters of what was written that a refusal says back."""


def whole_in(text: str) -> int | None:
    """Return the whole number that a text is, in plain digits; None for anything else.

    >>> whole_in("-12"), whole_in("1.0"), whole_in("1_000"), whole_in("")
    (-12, None, None, None)
    """
    digits = text.strip().removeprefix("-")
    return int(text) if digits.isdecimal() and digits.isascii() and len(digits) <= DIGITS_MAX else None


def whole_option(said: str) -> Any:
    """Return an option that takes a whole number, and says so in the words of this program where it is none."""
    return typer.Option(help=said, parser=_whole, metavar="<int>")


def decimal_option(said: str) -> Any:
    """Return an option that takes a finite number, and says so in the words of this program where it is none."""
    return typer.Option(help=said, parser=_decimal, metavar="<float>")


def _whole(text: str | int) -> int:
    number = whole_in(str(text))  # a default comes as a number
    if number is None:
        accepted = f"a whole number in plain digits, at most {DIGITS_MAX} of them, for example 5"
        raise typer.BadParameter(f"it was {_short(text)}; accepted is {accepted}.")
    return number


def _decimal(text: str | float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise typer.BadParameter(f"it was {_short(text)}; accepted is a number in plain digits, for example 0.95.")
    return number


def _short(text: str | float) -> str:
    return repr(text) if len(str(text)) <= SHOWN_MAX else f"{str(text)[:SHOWN_MAX]!r} and more"


People = Annotated[int | None, whole_option("How many simulated people, 200 to 1000000; default: the scenario's.")]
Seed = Annotated[
    int | None, whole_option("Seed of the simulated people; default: the scenario's. Noise is never seeded.")
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


def columns_of(option: str, text: str | None, *, what: str = "columns") -> tuple[str, ...]:
    """Read NAME,NAME,... without the blanks around a name; no option is no column.

    what: what is named, for the sentence. Raises ParameterRefused for an empty name, alone or between two commas:
    whoever writes one has left a column out, and a question without it is another question; and for a name that
    stands twice.

    >>> columns_of("--on", "surname, born"), columns_of("--by", None)
    (('surname', 'born'), ())
    """
    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ParameterRefused(option, text, f"{what} separated by single commas, each with a name")
    if len(set(names)) != len(names):
        raise ParameterRefused(option, text, f"{what} separated by commas, each {what.removesuffix('s')} once")
    return names
