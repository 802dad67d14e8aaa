"""Options that the commands of a party share, and what bounds them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from privshare.cli.options import whole_option
from privshare.errors import ParameterRefused

ITEMS_MAX = 2**24
"""As in a greeting (`secure/psi/hello.py`), which is not loaded to show the help."""
WAIT_MAX, PATIENCE_MAX = 7 * 86_400, 3_600
"""Seconds: a week to appear, an hour for a message."""


class Reveal(StrEnum):
    """What a run tells."""

    MEMBERS = "members"
    SIZE = "size"
    FUZZY = "fuzzy"


Table = Annotated[Path, typer.Argument(help="This party's .csv or .parquet table.")]
On = Annotated[str, typer.Option(help="Key columns of the table, separated by commas, in the order agreed.")]
Keys = Annotated[Path, typer.Option(help="This party's folder, made by `privshare party keys`.")]
Peer = Annotated[str, typer.Option(help="Name of the other party, as in its certificate.")]
RevealWhat = Annotated[
    Reveal,
    typer.Option(help="Which rows match (members, fuzzy), or only about how many people (size). Both must agree."),
]
Suite = Annotated[
    str | None, typer.Option(help="Suite of --reveal members; by the sizes of both sets, if neither asks for one.")
]
Epsilon = Annotated[str | None, typer.Option(help="Privacy loss of --reveal size, at each party; needed with it.")]
Delta = Annotated[str | None, typer.Option(help="Delta of --reveal size in all; default 1e-6.")]
LedgerOfParty = Annotated[
    Path | None, typer.Option(help="This party's own ledger for --reveal size; without it only this run is counted.")
]
PolicyOfParty = Annotated[
    Path | None, typer.Option(help="This party's policy file; without it the flags are the policy.")
]
Purpose = Annotated[str | None, typer.Option(help="Purpose in the policy file; needed with --policy. Both must agree.")]
FuzzyKeys = Annotated[
    str | None,
    typer.Option(help="Keys of --reveal fuzzy, as A+B+C,A+B+D; default: the policy's, or every three of the columns."),
]
WeightMin = Annotated[
    int | None,
    whole_option("On how many keys of --reveal fuzzy a pair must agree at least; default: 1, or the policy's."),
]
RecordsMax = Annotated[
    int | None, whole_option("Different records that a side of --reveal fuzzy may bring; default: what fits.")
]
ItemsMax = Annotated[int, whole_option("Different keys that either side may bring, dummies included. Both must agree.")]
Wait = Annotated[int, whole_option("Seconds to wait for the other party to appear.")]
Patience = Annotated[int, whole_option("Seconds to wait for a message, besides what its work and size take.")]


def check_bounds(items_max: int, wait: int, patience: int) -> None:
    """Raise ParameterRefused for numbers that no run can keep to."""
    for name, value, least, most in (
        ("--items-max", items_max, 1, ITEMS_MAX),
        ("--wait", wait, 0, WAIT_MAX),
        ("--patience", patience, 1, PATIENCE_MAX),
    ):
        if not least <= value <= most:
            raise ParameterRefused(name, value, f"a whole number from {least} to {most}")


def address_of(text: str, *, least: int = 1) -> tuple[str, int]:
    """Return host and port; raise ParameterRefused for a text that is none, or a port below the least."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not port.isascii() or not least <= int(port) <= 65535:
        raise ParameterRefused("HOST:PORT", text, "a host and a port, for example 127.0.0.1:7443")
    return host.strip("[]"), int(port)
