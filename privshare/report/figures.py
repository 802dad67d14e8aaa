"""Numbers and names as people read them: thousands, epsilon, delta, bytes, safe text.

Promises: what comes out of `plain` has no character that can drive a terminal
or turn the direction of a line, so a name like "ledger U+202E vsc" is shown as
written, with the invisible part spelled out. Escaping for HTML is not done
here; the template engine does it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from privshare.model.loss import delta_told, epsilon_told

MINUS = "\N{MINUS SIGN}"
epsilon, delta = epsilon_told, delta_told
_NEARLY_CERTAIN = 0.99


def plain(text: str, *, keep: str = "") -> str:
    r"""Return `text` with control and invisible format characters spelled out. keep: characters let through.

    Stops terminal escapes, the reordering of lines by bidirectional overrides (Unicode TR 36, 3.1), and
    characters that no XML may hold. Joiners stay, since Persian and the scripts of India are written with them.

    >>> plain("a\x1b[31m\u202eb")
    'a<U+001B>[31m<U+202E>b'
    """
    return "".join(char if char in keep or _visible(char) else f"<U+{ord(char):04X}>" for char in text)


def _visible(char: str) -> bool:
    if char in "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}":
        return True
    noncharacter = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and not noncharacter


def count(number: int) -> str:
    """Return a whole number with thousands set apart.

    >>> count(-12345)
    '\u221212,345'
    """
    return f"{number:,}".replace("-", MINUS)


def decimal(number: float, digits: int = 1) -> str:
    """Return a number with a fixed count of decimals and a true minus sign; never a minus zero."""
    text = f"{number:,.{digits}f}"
    return (text[1:] if text.startswith("-") and not text.strip("-0.,") else text).replace("-", MINUS)


def unbroken(text: str) -> str:
    r"""Return a text in which no line ends within a power of ten: its blanks are such that no break is made at them.

    >>> unbroken("delta 5 × 10⁻⁷")
    'delta 5\xa0×\xa010⁻⁷'
    """
    return text.replace(" × 10", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10")


def size(number: int) -> str:
    """Return a number of bytes in B, kB or MB (powers of ten).

    >>> size(999), size(1_500), size(2_340_000)
    ('999 B', '1.5 kB', '2.3 MB')
    """
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if number >= step:
            return f"{number / step:.1f} {unit}"
    return f"{number} B"


def percent(share: float, digits: int = 1) -> str:
    """Return a share in [0, 1] in percent.

    >>> percent(0.256)
    '25.6%'
    """
    return f"{decimal(100 * share, digits)}%"


def ceiling(share: float) -> str:
    """Return what a promise allows in percent; near certainty it stops nothing, and is no bound of 100.0%.

    >>> ceiling(0.7311), ceiling(0.9997)
    ('73.1%', 'more than 99%')
    """
    return percent(share) if share <= _NEARLY_CERTAIN else f"more than {percent(_NEARLY_CERTAIN, 0)}"


def label(name: str) -> str:
    """Return the name of a column or purpose as words.

    >>> label("score_band"), label("targeted-offers")
    ('score band', 'targeted offers')
    """
    return name.replace("_", " ").replace("-", " ")


def listing(names: Sequence[str]) -> str:
    """Return names set apart by commas; languages differ too much for an "and"."""
    return ", ".join(names)


def shown(value: str | int | float | None) -> str:
    """Return a table cell for people.

    >>> shown(1234), shown(0.25), shown(28784.6), shown(None)
    ('1,234', '0.25', '28,785', '\u2014')
    """
    if value is None:
        return "\N{EM DASH}"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return count(value)
    return decimal(value, 0) if abs(value) >= 1000 else f"{value:.4g}".replace("-", MINUS)


def whole(text: str) -> str:
    """Return a text with thousands set apart if it is a whole number, else as it is.

    >>> whole("1000000000"), whole("1/1000")
    ('1,000,000,000', '1/1000')
    """
    return count(int(text)) if re.fullmatch(r"-?[0-9]{1,30}", text) else text


def exact_percent(share: Fraction) -> str:
    """Return a share in exact_percent, as short as it is exact to six digits.

    >>> exact_percent(Fraction(1, 20)), exact_percent(Fraction(1, 8))
    ('5 %', '12.5 %')
    """
    return f"{float(share * 100):.6g} %"
