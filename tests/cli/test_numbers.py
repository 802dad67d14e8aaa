"""Numbers on the command line: what is none is refused in this program's words, at every option there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from privshare.cli import COMMANDS, party, party_totals
from privshare.cli.options import DIGITS_MAX
from tests.cli.conftest import Command

RELEASE = ("release", "t.csv", "--person", "who", "--count", "--epsilon", "1", "--out", "out")
NO_NUMBER = ("x", "", " ", "1.5", "1e3", "1_000", "0x10", "NaN", "inf", "1,2", "٣", "--", "9" * (DIGITS_MAX + 1))


def numbers() -> Iterator[tuple[str, Any]]:
    """Yield every option or argument that is a number, by command and name, with what typer is told of it."""
    for command in (*COMMANDS, party.keys, party.listen, party.connect, party_totals.totals):
        for name, hint in get_type_hints(command, include_extras=True).items():
            if get_origin(hint) is not Annotated:
                continue
            kind, told = hint.__origin__, hint.__metadata__[0]
            if {int, float} & {kind, *get_args(kind)}:
                yield f"{command.__name__} {name}", told


def test_every_number_has_a_reader_of_its_own() -> None:
    """One that is left to a library is refused in the library's words."""
    found = dict(numbers())
    assert len(found) > 25
    assert [name for name, told in found.items() if told.parser is None] == []


@pytest.mark.parametrize("given", NO_NUMBER)
def test_what_is_no_whole_number_is_told(privshare: Command, given: str) -> None:
    told = privshare(*RELEASE, f"--count-bound={given}").refusal()
    assert told.startswith("Invalid value for '--count-bound': it was ")
    assert repr(given)[:8] in told
    assert told.endswith(f"accepted is a whole number in plain digits, at most {DIGITS_MAX} of them, for example 5.")


@pytest.mark.parametrize("given", ["x", "", "NaN", "-inf", "1e999", "1,5"])
def test_what_is_no_finite_number_is_told(privshare: Command, given: str) -> None:
    told = privshare("plan", "t.csv", "--error", "5%", f"--level={given}").refusal()
    assert told.startswith(f"Invalid value for '--level': it was {given!r}; accepted is a number in plain digits")
