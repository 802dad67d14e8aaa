"""One byte string for one document: the JSON Canonicalization Scheme, RFC 8785.

What is signed or hashed must have exactly one spelling. `canonical` writes it
(through the package `rfc8785`, which raises where others round); and
`parse_canonical` reads nothing else: what it returns, written again, is the
input, byte for byte.

Promises: a number that a reader in another language would round is refused on
both sides, so 2^53 and 2^53 + 1 never share a signature; duplicate keys, NaN,
deep nesting, giant integers and lone surrogates end in a typed error and
nothing else. No error repeats a value from the document.
Leaves to others: what the document means, and who signed it (`signing.py`).
"""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from privshare.errors import ParameterRefused, VerificationFailed

SIZE_MAX = 8 * 2**20
"""Largest input of `parse_canonical`, bytes, unless told: bounds the memory that a stranger's file can ask for."""
DEPTH_MAX = 64
"""How many objects and arrays may enclose one another."""
_INTEGER_MAX = 2**53 - 1
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


def canonical(document: object) -> bytes:
    """Write a document of dicts, lists, texts, numbers, booleans and None in its one canonical spelling (RFC 8785).

    Raises ParameterRefused for an integer beyond 2^53 - 1 in magnitude, NaN or infinity, a text with a lone
    surrogate, a key that is not text, any other type, or nesting deeper than DEPTH_MAX.

    >>> canonical({"b": 1.0, "a": [True, None, "€"]}).decode()
    '{"a":[true,null,"€"],"b":1}'
    """
    writable: Any = document
    plain = _is_plain(document, DEPTH_MAX)
    if not plain and _deeper_than(document, DEPTH_MAX):
        raise _refused("nested too deep", f"at most {DEPTH_MAX} objects and arrays inside one another")
    try:
        return _PLAIN.encode(writable).encode() if plain else rfc8785.dumps(writable)
    except rfc8785.IntegerDomainError:
        # "from None": the library's text repeats the number, which may come from a private row
        raise _refused("an integer beyond 2^53 - 1", "a smaller integer, or a decimal text") from None
    except rfc8785.FloatDomainError:
        raise _refused("NaN or infinity", "a finite number, or a text") from None
    except (ValueError, TypeError):
        raise _refused(
            "not JSON", "objects with text keys, arrays, texts of whole Unicode characters, numbers, booleans, null"
        ) from None


def parse_canonical(data: bytes, *, file: str, most: int = SIZE_MAX) -> Any:
    """Read a canonical document; raise VerificationFailed(file, reason) for any other bytes.

    data: at most `most` bytes of UTF-8. An integer literal beyond 2^53 - 1 is refused even where a double
    would print it (RFC 8785 appendix B), since not every reader keeps it.

    >>> parse_canonical(b'{"a":1}', file="x.json")
    {'a': 1}
    """
    if len(data) > most:
        raise VerificationFailed(file, f"it is larger than {most} bytes")
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_refuse_constant, parse_int=_integer
        )
        again = canonical(document)
    except UnicodeDecodeError:
        raise VerificationFailed(file, "it is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise VerificationFailed(file, f"it is not JSON (at character {fault.pos})") from None
    except _Unfit as fault:
        raise VerificationFailed(file, str(fault)) from None
    except RecursionError:
        raise VerificationFailed(file, "it is nested too deep") from None
    except ParameterRefused as fault:
        raise VerificationFailed(file, f"it holds what canonical JSON cannot: {fault.given}") from None
    if again != data:
        raise VerificationFailed(file, "it is JSON, but not in its canonical spelling (RFC 8785)")
    return document


class _Unfit(Exception):
    """What the reader's hooks say; never leaves this file."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):  # json.loads alone keeps the last one silently
        raise _Unfit("an object has the same key twice")
    return read


def _refuse_constant(name: str) -> None:
    raise _Unfit(f"it holds {name}, which is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > 17:  # int() of a long text takes quadratic time and raises past 4,300 digits
        raise _Unfit("it holds an integer beyond 2^53 - 1")
    return int(digits)


def _deeper_than(document: object, levels: int) -> bool:
    """Peel one level of containers at a time; recursion would fail on exactly what is looked for."""
    level = [document]
    for _ in range(levels + 1):
        level = [
            child
            for parent in level
            if isinstance(parent, (dict, list, tuple))
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return False
    return True


def _is_plain(document: Any, levels: int) -> bool:
    """Whether the standard library's writer, ten times as fast, writes what RFC 8785 does.

    It differs in numbers that are not whole, and in the order of keys beyond the Basic Multilingual Plane.
    """
    kind = type(document)
    if kind is dict:
        if not levels:
            return False
        for key, child in document.items():  # most are a text under a name, which needs no further call
            if type(key) is not str or not key.isascii() or not (type(child) is str or _is_plain(child, levels - 1)):
                return False
        return True
    if kind is list:
        return levels > 0 and all(_is_plain(child, levels - 1) for child in document)
    if kind is int:
        return bool(-_INTEGER_MAX <= document <= _INTEGER_MAX)
    return document is None or kind is str or kind is bool


def _refused(given: str, accepted: str) -> ParameterRefused:
    return ParameterRefused("document", given, accepted)
