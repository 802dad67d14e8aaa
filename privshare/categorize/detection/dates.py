"""Dates and times, told by form and range."""

from __future__ import annotations

import re

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.finding import Finding, share

SHARE_MIN = 0.7

_TIME = r"(?:[T ][0-2]?\d(?::[0-5]\d){1,2}(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
_YEAR, _MONTH, _DAY = r"(?:1[5-9]|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_NAMED = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}([-/.]){_MONTH}\1{_DAY}{_TIME}",
        rf"{_DAY}([-/.]){_MONTH}\1(?:{_YEAR}|\d\d){_TIME}",
        rf"{_MONTH}([-/.]){_DAY}\1(?:{_YEAR}|\d\d){_TIME}",
        rf"{_DAY}[ -]{_NAMED}[ -](?:{_YEAR}|\d\d)",
        rf"{_NAMED} {_DAY},? {_YEAR}",
        rf"{_YEAR}年{_MONTH}月{_DAY}日",
        r"(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    )
)
_COMPACT = _FORMS[-1]
_BETWEEN = re.compile(r"\s+[-–—]\s*|\s*(?:/|–|—|\bto\b|\bbis\b|至)\s*(?=\d{4}|\d\d?[.])")


def find_date(column: Column) -> Finding | None:
    """Calendar dates in the usual ways of writing; eight digits in a row count less, unless nearly all fit."""
    fitting, part = share(is_date(text) or is_span(text) for text in column.texts)
    if part < SHARE_MIN:
        return None
    compact = sum(bool(_COMPACT.fullmatch(text)) for text in column.texts) / len(column.texts)
    return Finding("date", "dates", fitting, part * (0.95 - 0.15 * compact))


def is_date(text: str) -> bool:
    """Whether a text is one date in one of the usual forms.

    >>> is_date("1980-02-03"), is_date("3.2.1980"), is_date("19800230"), is_date("192.168.0.1")
    (True, True, True, False)
    """
    return any(form.fullmatch(text) for form in _FORMS)


def is_span(text: str) -> bool:
    """Whether a text is two dates with a sign between them: a term, a stay.

    >>> is_span("1867.10.23 - 1882.01.01"), is_span("1980-02-03/1981-02-03"), is_span("1980-02-03")
    (True, True, False)
    """
    halves = _BETWEEN.split(text)
    return len(halves) == 2 and is_date(halves[0]) and (is_date(halves[1]) or not halves[1])


def is_year(text: str) -> bool:
    """Whether a text is a year in which a living person, or their grandparents, may have been born."""
    return bool(re.fullmatch(r"(?:18|19|20)\d\d", text))
