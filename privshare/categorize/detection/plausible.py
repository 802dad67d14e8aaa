"""Whether a column's values can be what its name claims: has_phone with 0 and 1 holds no telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.dates import is_date, is_year
from privshare.categorize.detection.finding import share
from privshare.categorize.detection.uniqueness import counts_rows

_DIGITS = re.compile(r"[0-9]")
_ANSWERS = frozenset({"0", "1", "2", "y", "n", "t", "f", "yes", "no", "true", "false", "ja", "nein", "是", "否"})
_MONTH = re.compile(r"(?i)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|[0-9]{1,2}|q[1-4]")


def plausibility(concept: str, column: Column) -> float:
    """Return a factor in [0, 1] for a claim of the column's name; 1 where there are no values to speak against it."""
    judge = _JUDGES.get(concept)
    return judge(column) if judge and column.texts else 1.0


def _part(column: Column, fits: Callable[[str], object]) -> float:
    return share(bool(fits(text)) for text in column.texts)[1]


def _digits(column: Column, least: int) -> float:
    return _part(column, lambda text: len(_DIGITS.findall(text)) >= least)


def _person_name(column: Column) -> float:
    if column.numeric or _part(column, lambda text: sum(map(str.isalpha, text)) >= 0.6 * len(text)) < 0.7:
        return 0.0
    return 0.4 if column.distinct <= 4 and column.rows >= 50 else 1.0


def _number_of_one(column: Column) -> float:
    """For identifiers of any kind: no yes and no, no fractions, and words only where there are many.

    A file may hold many rows of few people, so few different numbers weaken the claim and do not refute it.
    """
    if column.decimal > 0.05 * len(column.texts) or {text.casefold() for text in column.texts} <= _ANSWERS:
        return 0.0
    if column.distinct > 100 or column.distinct >= 0.2 * column.present:
        return 1.0
    return 0.2 if column.distinct <= 12 and _digits(column, 1) < 0.5 else 0.6


def _long_number(column: Column) -> float:
    return _number_of_one(column) * (1.0 if _digits(column, 5) >= 0.6 else 0.3)


def _device(column: Column) -> float:
    return _number_of_one(column) * (1.0 if _part(column, lambda text: len(text) >= 7) >= 0.6 else 0.2)


def _address(column: Column) -> float:
    if column.numeric or column.distinct <= 3:
        return 0.0
    several = _part(column, lambda text: " " in text or len(text) > 12 or any(mark > "\u2e80" for mark in text))
    return 1.0 if several >= 0.4 else 0.5


def _age(column: Column) -> float:
    numbers = [float(text) for text in column.texts if re.fullmatch(r"-?[0-9]+(?:\.[0-9]*)?", text)]
    if not numbers:
        return 1.0 if _digits(column, 1) >= 0.7 or column.distinct <= 10 else 0.2
    if min(numbers) < 0:
        return 0.8
    return 1.0 if max(numbers) <= 130 or "sq" in "".join(column.words) else 0.3


def _date(column: Column) -> float:
    if _part(column, is_date) >= 0.6 or (column.whole and _part(column, is_year) >= 0.9):
        return 1.0
    return 0.9 if _part(column, _MONTH.fullmatch) >= 0.9 and column.distinct <= 12 and not column.numeric else 0.0


def _birth(column: Column) -> float:
    return 1.0 if _date(column) else 0.7 if column.numeric else 0.4


def _survey(column: Column) -> float:
    return 1.0 if column.numeric or column.distinct <= 20 else 0.5


_JUDGES: Mapping[str, Callable[[Column], float]] = {
    "person name": _person_name,
    "national id": _long_number,
    "health id": _long_number,
    "bank account": _long_number,
    "phone": _long_number,
    "vehicle": _number_of_one,
    "record id": _number_of_one,
    "e-mail": lambda column: _part(column, lambda text: "@" in text),
    "device": _device,
    "web address": lambda column: 0.0 if column.numeric or column.distinct <= 4 else 1.0,
    "postal address": _address,
    "age": _age,
    "birth date": _birth,
    "date": _date,
    "sex": lambda column: 1.0 if column.distinct <= 6 else 0.2,
    "free text": lambda column: 0.3 if column.numeric else 1.0,
    "row number": lambda column: 1.0 if counts_rows(column) else 0.0,
    "survey": _survey,
}
