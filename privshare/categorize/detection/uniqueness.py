"""Columns that number or describe each row: what is different in every row leads to that row, whatever it means."""

from __future__ import annotations

import re

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.finding import Finding

_DIGIT = re.compile(r"[0-9]")
_CODE = re.compile(r"(?=.*[0-9].*[0-9])(?=.*[^\W\d_])[\w./:-]{5,40}")
_LETTER = re.compile(r"[^\W\d_]")


def find_free_text(column: Column) -> Finding | None:
    """Texts of several words, mostly different from row to row."""
    if column.numeric or column.distinct < 10 or column.distinct < 0.2 * column.present:
        return None
    long = sum(len(text.split()) >= 5 or len(text) > 60 for text in column.texts)
    if long < 0.5 * len(column.texts):
        return None
    return Finding("free text", "texts of several words", long, 0.6 + 0.2 * long / len(column.texts))


def find_row_number(column: Column) -> Finding | None:
    """Whole numbers that count the rows from 0 or 1, each once."""
    return Finding("row number", "counts of the rows", len(column.texts), 0.45) if counts_rows(column) else None


def find_unique(column: Column) -> Finding | None:
    """Codes or numbers that are different in (nearly) every row; fractions are measurements and do not count."""
    if not column.unique or column.decimal or counts_rows(column) or find_free_text(column):
        return None
    lengths = {len(text) for text in column.texts}
    digits = sum(bool(_DIGIT.search(text)) for text in column.texts) / len(column.texts)
    letters = sum(bool(_LETTER.search(text)) for text in column.texts) / len(column.texts)
    if column.numeric:
        # Amounts are unique in small tables as well, but seldom all of one length, and long.
        strength = 0.66 if len(lengths) == 1 and max(lengths) >= 6 else 0.4 if max(lengths) >= 6 else 0.0
    else:
        strength = 0.7 if digits > 0.8 and letters > 0.8 and len(lengths) <= 4 else 0.66
    return Finding("record id", "different in every row", len(column.texts), strength) if strength else None


def find_code(column: Column) -> Finding | None:
    """Codes of letters and digits, far more than kinds of thing have: people with several rows each."""
    if column.numeric or column.unique or column.distinct < 50 or column.distinct < 0.05 * column.present:
        return None
    codes = sum(bool(_CODE.fullmatch(text)) for text in column.texts)
    return Finding("record id", "many different codes", codes, 0.6) if codes >= 0.8 * len(column.texts) else None


def counts_rows(column: Column) -> bool:
    """Whether the values are the whole numbers up to the number of rows, each once."""
    if not column.unique or column.whole < len(column.texts) or column.missing:
        return False
    numbers = [int(text) for text in column.texts]
    return min(numbers) >= 0 and max(numbers) <= column.rows
