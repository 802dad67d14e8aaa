"""Reads parts of a parsed document by name and type, and refuses whatever does not fit.

A folder that whoever can write it has signed anew may hold any JSON; a check
that trips over a missing part must name the file and not crash.
"""

from __future__ import annotations

from typing import Any, TypeVar

from privshare.errors import VerificationFailed

Kind = TypeVar("Kind")


def part(document: Any, name: str, kind: type[Kind], *, file: str) -> Kind:
    """Return document[name] when it is of that type; raise VerificationFailed(file, reason) otherwise.

    >>> part({"n": 3}, "n", int, file="x.json")
    3
    """
    if not isinstance(document, dict) or name not in document:
        raise VerificationFailed(file, f"it has no part {name!r}")
    value = document[name]
    if type(value) is not kind:
        raise VerificationFailed(file, f"its part {name!r} is not a {kind.__name__}")
    return value


def parts(document: Any, name: str, kind: type[Kind], *, file: str) -> list[Kind]:
    """Return document[name] when it is a list of values of that type.

    >>> parts({"n": ["a"]}, "n", str, file="x.json")
    ['a']
    """
    values = part(document, name, list, file=file)
    if any(type(value) is not kind for value in values):
        raise VerificationFailed(file, f"its part {name!r} is not a list of {kind.__name__}")
    return values


def hashes(values: Any, *, file: str) -> list[bytes]:
    """Return a list of 64-digit lower-case hex texts as bytes."""
    found = []
    for value in values if type(values) is list else [None]:
        if type(value) is not str or len(value) != 64 or value.strip("0123456789abcdef"):
            raise VerificationFailed(file, "a hash is not 64 lower-case hexadecimal digits")
        found.append(bytes.fromhex(value))
    return found
