"""The people of a simulated world as the lab sees them: one row a person, every attribute a code.

Date of birth, sex and block of residence are drawn here, from a stream of
their own, so that the tables of the world stay as they were; the year of birth
is the one that the identifier tells. Blocks are parts of districts with about
forty people known to both holders, the size of a small census block.
Leaves to others: who is whose target (`comparison/lab`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.holders.identifiers import CHECK_LETTERS, DISTRICT_CODES, FIRST_YEAR, SERIALS, YEARS
from privshare.holders.population import DISTRICTS, SCORE_BANDS
from privshare.holders.truth import ENTITY, Truth
from privshare.model.entropy import seeded_generator
from privshare.model.surface import Codes, Flags

DAYS = 365
"""Birthdays a year; the lab's calendar has no leap days."""
PER_BLOCK = 40
_STREAM = 0x1AB
_AT_ONCE = 2**19


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class People:
    """People of one world. identifiers: in normal form. codes: attribute -> code, shape (people,).

    secret: 1 for who defaulted. platform, bank: who is in which holder's file. domains: attribute -> number of codes;
    birth = year * 365 + day of the year.
    """

    identifiers: tuple[str, ...]
    codes: Mapping[str, Codes]
    secret: Codes
    platform: Flags
    bank: Flags
    domains: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.secret)

    def __repr__(self) -> str:
        return f"<{len(self)} simulated people, not shown>"


def people_of(truth: Truth, seed: int) -> People:
    """Return the people of a simulated world; the same for the same truth and seed."""
    count = len(truth.people)
    chance = seeded_generator(seed + (_STREAM << 32))
    district, band = truth.attributes["district"], truth.attributes["band"]
    platform, bank = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    platform[truth.frames["accounts"][ENTITY].to_numpy()] = True
    loans = truth.frames["loans"]
    bank[loans[ENTITY].to_numpy()] = True
    secret = np.zeros(count, np.int64)
    secret[loans.loc[loans["defaulted"] == 1, ENTITY].to_numpy()] = 1
    per_district = max(1, round(int((platform & bank).sum()) / (PER_BLOCK * len(DISTRICTS))))
    year = np.array([int(text[5:9]) - FIRST_YEAR for text in truth.people], np.int64)
    codes = {
        "birth": year * DAYS + chance.integers(DAYS, size=count),
        "year": year,
        "sex": chance.integers(2, size=count),
        "district": district.astype(np.int64),
        "block": district * per_district + chance.integers(per_district, size=count),
        "band": band.astype(np.int64),
    }
    domains = {
        "birth": YEARS * DAYS, "year": YEARS, "sex": 2, "district": len(DISTRICTS),
        "block": per_district * len(DISTRICTS), "band": len(SCORE_BANDS),
    }  # fmt: skip
    return People(tuple(text.lower() for text in truth.people), codes, secret, platform, bank, domains)


def identifier_space() -> Iterator[NDArray[np.uint8]]:
    """Yield every identifier of the format in normal form, as ASCII of shape (n, 16), as anybody can write them down.

    >>> next(identifier_space())[12_345].tobytes().decode()
    'hc01-1946-2345-d'
    """
    letters = np.frombuffer(CHECK_LETTERS.lower().encode(), np.uint8)
    for start in range(0, DISTRICT_CODES * YEARS * SERIALS, _AT_ONCE):
        numbers = np.arange(start, min(start + _AT_ONCE, DISTRICT_CODES * YEARS * SERIALS))
        rest, serial = np.divmod(numbers, SERIALS)
        district, year = np.divmod(rest, YEARS)
        written = np.full((len(numbers), 16), ord("-"), np.uint8)
        written[:, 0], written[:, 1] = ord("h"), ord("c")
        total = np.zeros(len(numbers), np.int64)
        places = (2, 3, 5, 6, 7, 8, 10, 11, 12, 13)
        digits = (district + 1) * 10**8 + (year + FIRST_YEAR) * 10**4 + serial
        for index, place in enumerate(places):
            digit = digits // 10 ** (9 - index) % 10
            written[:, place] = digit + ord("0")
            total += (index + 2) * digit
        written[:, 15] = letters[total % len(letters)]
        yield written
