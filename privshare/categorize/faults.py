"""What is wrong with a file, in words of our own: each fault with its place and what would be accepted.

A library reads the files, and its sentences ("String should match pattern
'^[a-z]...'") are for who wrote the reader. Here each kind of fault has a
sentence for who wrote the file; a field that takes texts of a certain form
says beside its pattern, with `accepting`, what they are.
Leaves to others: which faults there are (`policy.py`, `scenario/loader.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails

_WHOLE = "accepted is a whole number, without quotes"
_NUMBER = "accepted is a number, without quotes"
_TEXT = "accepted is a text in quotes"
_TRUTH = "accepted is true or false, without quotes"
_DAY = "accepted is a day such as 2035-12-31, without quotes"
_LIST = "accepted is a list, in [ ]"
_PARTS = "accepted is a part with names and values, as [name] or {{ }}"
_TOLD: Mapping[str, str] = {
    "missing": "missing; it must be given",
    "extra_forbidden": "unknown key; remove it or correct its name",
    "literal_error": "accepted is {expected}",
    "enum": "accepted is {expected}",
    "greater_than_equal": "accepted is {ge} or more",
    "greater_than": "accepted is more than {gt}",
    "less_than_equal": "accepted is {le} or less",
    "less_than": "accepted is less than {lt}",
    "too_short": "it has {actual_length} entries; accepted are at least {min_length}",
    "too_long": "it has {actual_length} entries; accepted are at most {max_length}",
    "string_too_short": "accepted is a text of {min_length} characters or more",
    "string_too_long": "accepted is a text of {max_length} characters at most",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    **dict.fromkeys(("string_type", "string_unicode"), _TEXT),
    **dict.fromkeys(("bool_type", "bool_parsing"), _TRUTH),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), _LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _PARTS),
}
"""By the library's kind of fault; in braces what it knows besides."""
_UNTOLD = "it is not what may stand here"
_ACCEPTED = "accepted is "
_SHOWN = 80
"""Characters of a value that are told."""


def accepting(what: str) -> WrapValidator:
    """Return a part of a field's type that says what the field takes, whatever of it a text or number is not.

    >>> from typing import Annotated
    >>> from pydantic import Field, TypeAdapter
    >>> two = TypeAdapter(Annotated[str, Field(pattern="^[a-z]{2}$"), accepting("two small letters")])
    >>> try:
    ...     two.validate_python("A")
    ... except ValidationError as error:
    ...     print(faults_of(error))
    [('', "accepted is two small letters (was 'A')")]
    """

    def accept(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise ValueError(f"{_ACCEPTED}{what}") from None

    return WrapValidator(accept)


def faults_of(error: ValidationError) -> list[tuple[str, str]]:
    """Return (path inside the file, what is wrong and what would be accepted) for every fault."""
    told: dict[tuple[str, bool], str] = {}
    for fault in error.errors(include_url=False):
        named = fault["loc"][-1:] == ("[key]",)
        what = f"the name itself: {_what(fault)}" if named else _what(fault)
        # Where one of several types would do, each has a fault; the last one is the widest.
        told[_place(fault["loc"]), named] = what
    return [(place, what) for (place, _), what in told.items()]


def _what(fault: ErrorDetails) -> str:
    """Return a fault without its place, and what stands there, if that is short and not told by now."""
    kind, given = fault["type"], fault["input"]
    if kind in ("missing", "extra_forbidden"):
        return _TOLD[kind]
    known = fault.get("ctx", {})
    if kind == "value_error" and not (what := str(known["error"]).removesuffix(".")).startswith(_ACCEPTED):
        return what
    if kind != "value_error":
        what = _TOLD.get(kind, _UNTOLD).format_map({name: _written(value) for name, value in known.items()})
    if not isinstance(given, str | int | float):
        return what
    shown = repr(given)
    return f"{what} (was {shown if len(shown) <= _SHOWN else f'{shown[:_SHOWN]}...'})"


def _place(steps: tuple[int | str, ...]) -> str:
    """Return where in the file, as "columns[0].reason". What the library says besides of where it looked is left out.

    Of a list's entry that may be of several types it names the type, and of a name that it is one.
    """
    before = ("", *steps)
    kept = [
        step
        for last, step in zip(before, steps, strict=False)
        if step != "[key]" and not (isinstance(last, int) and isinstance(step, str) and _names_type(step))
    ]
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in kept).replace(".[", "[")


def _names_type(step: str) -> bool:
    return step == "str" or step.startswith(("constrained-", "function-"))


def _written(value: object) -> str:
    return f"{value:,}" if type(value) is int else str(value)
