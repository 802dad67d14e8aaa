"""Typed fields of a fuzzy key: how a text becomes the coarse value on which two records may agree.

A rule is a kind and often a length, `letters4`: normalise, keep what the kind
keeps, cut. Coarse values survive a slip of the pen behind the cut and the
styles of two clerks, and are the only thing of a field that enters a key.

    text      the whole of `norm/1`
    lettersN  letters without their accents, the first N
    digitsN   decimal digits of any script, the first N (digits: all)
    tailN     decimal digits, the last N; for phone numbers with and without a prefix
    stemN     letters without accents and digits, the first N (stem: all); for postcodes and numbers with dashes
    date      a date of the calendar, year first (1990-12-31, 19901231, 1990/12/31), with or without a time
    year      the year of such a date, or four digits

Promises: a rule is a pure function of the text; nothing left, or no date, is a
missing field and never a value; a rule states in public how many values it can
have at most, its domain, from names and lengths and never from the records.
Leaves to others: which column gets which rule, and what is done with values.
Follows Unicode UAX 15 (NFKD), UAX 44 (General_Category, Numeric_Value); ISO 8601 calendar dates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from privshare.errors import ParameterRefused
from privshare.secure.psi.identifiers import normalise

LENGTH_MAX = 32
DOMAIN_MAX = 2**63 - 1
_NAMES = 2**12
"""Beginnings of names, streets and towns that are worth trying; 26^4 counts many that nobody is called."""
_YEARS = 100
_DAYS = 36_525
_RULE = re.compile(r"([a-z]+?)([1-9][0-9]?)?(?:/([1-9][0-9]{0,18}))?")
_DATE = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})(?:[ t][0-9: .z+-]*)?")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept of a field. length: characters kept, 0 for all. domain: how many values are worth trying.

    domain is public and a claim of whoever writes the rule; a smaller one is the careful one.
    """

    kind: str
    length: int
    domain: int

    @property
    def name(self) -> str:
        """The rule as it is written, without its domain: letters4, date."""
        return f"{self.kind}{self.length or ''}"

    def __str__(self) -> str:
        return f"{self.name}/{self.domain}"


def rule_of(text: str) -> Rule:
    """Return the rule that `KIND`, `KINDN` or either with `/DOMAIN` names; raise ParameterRefused for another text.

    >>> str(rule_of("letters4")), str(rule_of("text/100000")), rule_of("date").domain
    ('letters4/4096', 'text/100000', 36525)
    """
    found = _RULE.fullmatch(text)
    if not found or found[1] not in _KINDS or (found[1] in _WITHOUT_LENGTH and found[2]):
        raise _refused(text)
    kind, length = found[1], int(found[2] or 0)
    if length > LENGTH_MAX or (kind in {"letters", "tail"} and not length):
        raise _refused(text)
    domain = int(found[3]) if found[3] else _domain(kind, length)
    if not 1 < domain <= DOMAIN_MAX:
        raise ParameterRefused(
            f"rule {text!r}", "without a number of values", f"{text.split('/')[0]}/DOMAIN, at most how many it can have"
        )
    return Rule(kind, length, domain)


def coarse(text: str | None, rule: Rule) -> str | None:
    """Return the value of a field, or None for a missing one. Raises ParameterRefused as `normalise` does.

    >>> coarse(" O'Neill ", rule_of("letters4")), coarse("+49 89 123-456", rule_of("tail5"))
    ('onei', '23456')
    >>> coarse("1990-02-30", rule_of("date")) is None
    True
    """
    normal = normalise(text) if text is not None else None
    if normal is None:
        return None
    kept = _KINDS[rule.kind](normal)
    if not rule.length:
        return kept or None
    return (kept[-rule.length :] if rule.kind == "tail" else kept[: rule.length]) or None


def _letters(text: str) -> str:
    return "".join(character for character in _bare(text) if character.isalpha())


def _stem(text: str) -> str:
    return "".join(character for character in _bare(text) if character.isalnum())


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        return ""
    try:
        date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return ""
    return found[1] + found[3] + found[4]


def _year(text: str) -> str:
    return text if _YEAR.fullmatch(text) else _date(text)[:4]


def _bare(text: str) -> str:
    """Return the text without accents, case folded again, since taking an accent away can bare a capital."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not unicodedata.combining(character)).casefold()


_KINDS: Mapping[str, Callable[[str], str]] = {
    "text": str,
    "letters": _letters,
    "digits": _digits,
    "tail": _digits,
    "stem": _stem,
    "date": _date,
    "year": _year,
}
_WITHOUT_LENGTH = frozenset({"text", "date", "year"})


def _domain(kind: str, length: int) -> int:
    """Return how many values of a rule are worth trying, 0 where only the policy can know."""
    if kind in {"date", "year"}:
        return _DAYS if kind == "date" else _YEARS
    if not length:
        return 0
    return min(26**length, _NAMES) if kind in {"letters", "stem"} else int(min(10**length, DOMAIN_MAX))


def _refused(text: str) -> ParameterRefused:
    return ParameterRefused(
        "rule",
        repr(text),
        f"lettersN, digitsN, tailN, stemN (N from 1 to {LENGTH_MAX}), digits, stem, text, date or year",
    )
