"""Columns of a file's table as a question needs them: persons that are never null, numbers that are numbers.

This is ingest, the holder's own act before any query, so it may refuse on
values; a query may not. Number texts follow one narrow grammar, since Python's
int() and float() also take nan, inf, 1_000, blanks and the digits of every
script.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from privshare.errors import DataRefused, ParameterRefused
from privshare.holders.files.csv_file import line_of_row
from privshare.model.bounding import WHOLE_MAX

if TYPE_CHECKING:
    import pandas as pd

DECIMALS_MAX = 9
NUMBER = r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?"

_NUMBER = re.compile(NUMBER)
_FAR = 2**62  # outside every bound
_ALL_WHOLE = re.compile(r"(?:-?[0-9]{1,18}\n)*+")


def find_column(columns: Iterable[Any], name: str, *, path: Path) -> str:
    """Return the name when it is among the columns of the table, else raise DataRefused with the nearest one."""
    names = [str(column) for column in columns]
    if name in names:
        return name
    near = [other for other in names if other.casefold() == name.casefold()]
    near = near or difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    shown = names[:12] + ["..."] * (len(names) > 12)
    told = f"the nearest is {near[0]!r}" if near else f"it has {', '.join(shown)}"
    raise DataRefused(str(path), None, f"there is no column {name!r}; {told}")


def person_column(frame: pd.DataFrame, column: str, *, path: Path, normalised: bool = False) -> pd.Series[Any]:
    """Return the column that names persons; raise DataRefused with the line of the first row that names none.

    One person is one spelling: two that look alike would be two persons, each with a bound of its own. So a blank at
    an end, and text that is not in Unicode NFC, is refused too; not where all spellings are `normalised` afterwards.
    """
    persons = frame[find_column(frame, column, path=path)]
    texts = persons.tolist()
    if not persons.isna().any() and texts == [*map(str.strip, texts)]:
        together = "\n".join(texts)  # no text composes with a line feed, so one look serves all
        if all(texts) and unicodedata.is_normalized("NFC", together):
            return persons
    for row, text in enumerate(texts):
        wrong = _person_fault(text, column)
        if wrong is not None and not (normalised and isinstance(text, str) and text.strip()):
            raise _at(path, frame, row, wrong)
    return persons


def _person_fault(text: object, column: str) -> str | None:
    """Return why this cell names no person, or not in the one spelling that a person has; None where it does."""
    if not isinstance(text, str) or not text.strip():
        return f"the row names no person (column {column!r}); complete or remove it"
    fault = _spelling_fault(text)
    return fault and f"the person (column {column!r}) {fault[0]}, which makes another person; {fault[1]}"


def listed_column(frame: pd.DataFrame, column: str, *, path: Path) -> list[str]:
    """Return the column of a list of public groups, "" for an empty cell; raise DataRefused as `person_column` does.

    A group with a blank at an end, or not in Unicode NFC, would match no row that looks like it.
    """
    texts: list[str] = frame[find_column(frame, column, path=path)].fillna("").tolist()
    for row, text in enumerate(texts):
        if fault := _spelling_fault(text):
            raise _at(path, frame, row, f"the group (column {column!r}) {fault[0]}; {fault[1]}")
    return texts


def _spelling_fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a text that should have one spelling, and what mends it; None where nothing is."""
    if text != text.strip():
        return "begins or ends with a blank", "remove it"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode NFC", "save it in NFC"
    return None


def integer_column(
    frame: pd.DataFrame,
    column: str,
    *,
    path: Path,
    bounds: tuple[int, int] | None = None,
    outside: Literal["refuse", "clamp"] = "refuse",
    decimals: int = 0,
    missing: Literal["refuse", "zero"] = "refuse",
) -> pd.Series[Any]:
    """Return the column's numbers times 10**decimals as 64-bit whole numbers; same index.

    bounds: smallest and largest value, after that multiplication; values outside are refused or clamped. Without
    bounds every value must lie within 2^53. A number with more decimals than stated is refused, never rounded;
    zeros at the end of a fraction do not count. Raises DataRefused with the line of the first fault.
    """
    import pandas as pd

    lower, upper = _checked(bounds, decimals)
    texts = frame[find_column(frame, column, path=path)]
    null = texts.isna().to_numpy()
    if null.any() and missing == "refuse":
        raise _at(path, frame, int(np.flatnonzero(null)[0]), f"the column {column!r} has no value here")
    values = texts.fillna("0").tolist() if null.any() else texts.tolist()
    numbers = _whole_numbers(values) if decimals == 0 else None
    if numbers is None:
        bad = next((place for place, value in enumerate(values) if not _is_number(value, decimals)), None)
        if bad is not None:
            raise _at(path, frame, bad, _no_number(values[bad], column, decimals))
        numbers = np.fromiter((_scaled(value, decimals) for value in values), dtype=np.int64, count=len(values))
    beyond = (numbers < lower) | (numbers > upper)
    if outside == "refuse" and beyond.any():
        row = int(np.flatnonzero(beyond)[0])
        raise _at(path, frame, row, f"the column {column!r} has a value outside {_range(lower, upper, decimals)} here")
    return pd.Series(np.clip(numbers, lower, upper), index=texts.index, name=column)


def _checked(bounds: tuple[int, int] | None, decimals: int) -> tuple[int, int]:
    if type(decimals) is not int or not 0 <= decimals <= DECIMALS_MAX:
        raise ParameterRefused("decimals", decimals, f"a whole number from 0 to {DECIMALS_MAX}")
    if bounds is None:
        return -WHOLE_MAX, WHOLE_MAX
    lower, upper = bounds
    if type(lower) is not int or type(upper) is not int or not -WHOLE_MAX <= lower < upper <= WHOLE_MAX:
        raise ParameterRefused("bounds", f"{lower}, {upper}", "two whole numbers, the smaller first, within 2^53")
    return lower, upper


def _whole_numbers(values: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    """Return the numbers when every text is a whole one in plain digits, else None: one match, one conversion."""
    together = "\n".join(values) + "\n"
    # A line feed inside a value would make two numbers of it and is counted out.
    if not _ALL_WHOLE.fullmatch(together) or together.count("\n") != len(values):
        return None
    return np.fromstring(together, dtype=np.int64, sep="\n")


def _is_number(value: str, decimals: int) -> bool:
    return bool(_NUMBER.fullmatch(value)) and len(value.partition(".")[2].rstrip("0")) <= decimals


def _scaled(value: str, decimals: int) -> int:
    """Return value * 10**decimals, exactly; beyond 64 bits any number outside the bounds does as well."""
    if decimals == 0 and "." not in value:
        return int(value)
    whole, _, fraction = value.partition(".")
    number = int(whole + fraction.rstrip("0").ljust(decimals, "0"))
    return max(min(number, _FAR), -_FAR)


def _no_number(text: str, column: str, decimals: int) -> str:
    """Return why this text is not taken for a number, in words that do not show it."""
    if re.fullmatch(r"-?[0-9]{19,}(\.[0-9]*)?", text):
        return f"the column {column!r} has a number of more than 18 digits here; accepted are 18 at most"
    told = f"the column {column!r} has no number here; accepted is {_accepted(decimals)}"
    whole = decimals == 0 and _NUMBER.fullmatch(text)
    return f"{told}; save fractions in whole units, such as cents" if whole else told


def _accepted(decimals: int) -> str:
    places = f" with at most {decimals} decimals after a point" if decimals else ""
    return f"a {'number' if decimals else 'whole number'} in the digits 0 to 9{places}, a minus sign before it or none"


def _range(lower: int, upper: int, decimals: int) -> str:
    scale = 10**decimals
    return f"{lower / scale:g} to {upper / scale:g}" if decimals else f"{lower} to {upper}"


def _at(path: Path, frame: pd.DataFrame, row: int, what: str) -> DataRefused:
    """Return the error for the row at this place of the frame, with its line in the file it was read from."""
    label = int(frame.index[row])
    if path.suffix.lower() == ".parquet":
        return DataRefused(str(path), label + 1, what, unit="row")
    return DataRefused(str(path), line_of_row(path, label), what)
