"""Fictional citizen identifiers, written the way different organisations write them.

HCdd-yyyy-ssss-k: district of registration, year of birth, serial number and a
check letter. Structured numbers like this are guessable by construction: the
whole space has a few million members. That is what makes an unkeyed hash of
one a disguise and not a protection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

CHECK_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXY"
DISTRICT_CODES = 8
FIRST_YEAR, YEARS = 1945, 60
SERIALS = 10_000

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def identifier(number: int, *, serials: int = SERIALS) -> str:
    """Return the identifier with this number in [0, 8 * 60 * serials).

    >>> identifier(0), identifier(12_345)
    ('HC01-1945-0000-V', 'HC01-1946-2345-D')
    """
    rest, serial = divmod(number, serials)
    district, year = divmod(rest, YEARS)
    digits = f"{district + 1:02d}{FIRST_YEAR + year}{serial:04d}"
    check = CHECK_LETTERS[sum((place + 2) * int(digit) for place, digit in enumerate(digits)) % len(CHECK_LETTERS)]
    return f"HC{digits[:2]}-{digits[2:6]}-{digits[6:]}-{check}"


def every_identifier(*, serials: int = SERIALS) -> Iterator[str]:
    """Yield the whole space, as anybody who knows the format can."""
    return (identifier(number, serials=serials) for number in range(DISTRICT_CODES * YEARS * serials))


def written_by(identifiers: Sequence[str], style: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str]:
    """Return the identifiers as a clerk would have typed them; same length and order.

    style: per identifier 0 as issued, 1 lower case, 2 with full-width digits, 3 with stray blanks. The
    normaliser of the linkage undoes all four; nothing else is allowed to differ.
    """
    styles = (
        lambda text: text,
        str.lower,
        lambda text: text.translate(_FULL_WIDTH),
        lambda text: f" {text} ",
    )
    return [styles[kind](text) for text, kind in zip(identifiers, style.tolist(), strict=True)]
