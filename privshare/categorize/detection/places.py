"""Postal addresses and postcodes, told by their form."""

from __future__ import annotations

import re

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.finding import Finding, share

_STREET = (
    r"st|street|ave|avenue|road|rd|lane|ln|blvd|boulevard|drive|dr|court|ct|place|pl|square|sq|way|terrace|circuit|"
    r"crescent|close|highway|hwy|park|parkway|trail|run|loop|row|walk|mews|gardens|grove|hill|rue|via|calle|plaza"
)
_ADDRESS = re.compile(
    rf"\d+[a-z]?[\s,].*\b(?:{_STREET})\b\.?.*"  # 12 Main Street, Flat 3
    r"|.+(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|ring|ufer|damm)\s*\d+\s?[a-z]?(?:[\s,/-].*)?"  # Hauptstraße 5
    rf"|.*\b(?:{_STREET})\b\.?\s+\d+.*"
    r"|.*[路街道巷弄里]\s*\d*.*[号座栋室].*|.{2,}[省市区县].*[路街号座村].*",
    re.IGNORECASE | re.DOTALL,
)
# Words and a house number at either end, street word or not; telling only where (nearly) every row has its own.
_HOUSE = re.compile(
    r"\d{1,5}\s?[a-z]?,?\s(?=.*[^\W\d_]{3}).{4,}"
    r"|(?=.*[^\W\d_]{3}).{4,}[\s,]\d{1,5}\s?[a-z]?(?:,\s.*)?",
    re.IGNORECASE | re.DOTALL,
)
_POSTCODES = (
    ("UK postcodes", re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}", re.IGNORECASE)),
    ("Canadian postcodes", re.compile(r"[A-CEGHJ-NPR-TVXY]\d[A-Z][ -]?\d[A-Z]\d", re.IGNORECASE)),
    ("US ZIP+4 codes", re.compile(r"\d{5}-\d{4}")),
    ("Dutch postcodes", re.compile(r"[1-9]\d{3}\s?[A-Z]{2}")),
)


def find_address(column: Column) -> Finding | None:
    """Street addresses with a number, in English, German and Chinese ways of writing."""
    fitting, part = share(bool(_ADDRESS.fullmatch(text)) for text in column.texts)
    if part >= 0.4:
        return Finding("postal address", "street addresses", fitting, 0.65 + 0.3 * part)
    fitting, part = share(bool(_HOUSE.fullmatch(text)) for text in column.texts)
    own = column.present >= 10 and column.distinct >= 0.9 * column.present
    return Finding("postal address", "street addresses", fitting, 0.8 * part) if part >= 0.8 and own else None


def find_postcode(column: Column) -> Finding | None:
    """Postcodes whose form nothing else has; plain digits need a column name."""
    for label, form in _POSTCODES:
        fitting, part = share(bool(form.fullmatch(text)) for text in column.texts)
        if part >= 0.8 and fitting >= 5:
            return Finding("place", label, fitting, 0.9 * part)
    return None
