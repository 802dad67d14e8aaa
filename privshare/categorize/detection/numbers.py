"""Numbers that a state, a bank or a health service gives to one person, told by their check digits.

The rules themselves (check digits, dates inside, reserved ranges) are those of
the python-stdnum package. What is decided here is when so many valid numbers
cannot be chance: a check digit lets one in ten or eleven random numbers
through, so a handful of values proves little and a column of them much.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iban, imei, luhn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import ssn

from privshare.categorize.detection.column import Column
from privshare.categorize.detection.finding import Finding, share

SHARE_MIN = 0.8
"""Part of the sampled values that must be valid: typing errors break check digits."""

CHANCE_MAX = 1e-5
"""Above this probability that random numbers of the shape would all pass, the values alone say nothing."""


@dataclass(frozen=True, slots=True)
class Number:
    """label: plural. shape: of the text as written, and no wider. chance: that a random text of it is valid."""

    label: str
    concept: str
    shape: re.Pattern[str]
    valid: Callable[[str], bool]
    chance: float


def _nino(text: str) -> bool:
    """Whether a text is formed like a UK National Insurance number (HMRC manual NIM39110); it has no check digit."""
    return not text.upper().startswith(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))


def _number(
    label: str, shape: str, valid: Callable[[str], bool], chance: float, concept: str = "national id"
) -> Number:
    return Number(label, concept, re.compile(shape), valid, chance)


_NINO = r"(?i)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](\s?\d\d){3}\s?[A-D]"
_CARD = r"[2-6]\d{3}([ -]?\d{4}){2}[ -]?\d{1,7}|3\d{3}[ -]?\d{6}[ -]?\d{4,5}"

NUMBERS = (
    _number("Chinese resident identity numbers", r"\d{17}[\dXx]", ric.is_valid, 0.01),
    _number("US Social Security numbers", r"\d{3}-\d{2}-\d{4}", ssn.is_valid, 0.3),
    _number("UK National Insurance numbers", _NINO, _nino, 0.2),
    _number("NHS numbers", r"\d{3}[ -]?\d{3}[ -]?\d{4}", nhs.is_valid, 0.1, "health id"),
    _number("German tax identification numbers", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", idnr.is_valid, 0.1),
    _number("French social security numbers", r"[12] ?\d\d ?\d\d ?\d[\dAB]( ?\d{3}){2} ?\d\d", nir.is_valid, 0.02),
    _number("Italian tax codes", r"(?i)[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]", codicefiscale.is_valid, 0.05),
    _number("Spanish identity numbers", r"\d{8}-?[A-Z]", dni.is_valid, 0.05),
    _number("Spanish foreigners' numbers", r"[XYZ]-?\d{7}-?[A-Z]", nie.is_valid, 0.05),
    _number("Dutch citizen service numbers", r"\d{9}|\d{4}\.\d\d\.\d{3}", bsn.is_valid, 0.1),
    _number("Belgian national numbers", r"\d\d\.?\d\d\.?\d\d-?\d{3}[.-]?\d\d", nn.is_valid, 0.02),
    _number("Polish PESEL numbers", r"\d{11}", pesel.is_valid, 0.1),
    _number("Swedish personal numbers", r"(\d\d)?\d{6}[-+]\d{4}", personnummer.is_valid, 0.1),
    _number("Norwegian national numbers", r"\d{6} ?\d{5}", fodselsnummer.is_valid, 0.02),
    _number("Finnish personal codes", r"\d{6}[-+A-FYX-]\d{3}[0-9A-Y]", hetu.is_valid, 0.05),
    _number("Swiss social security numbers", r"756\.?\d{4}\.?\d{4}\.?\d\d", ahv.is_valid, 0.1),
    _number("Turkish identity numbers", r"\d{11}", tckimlik.is_valid, 0.02),
    _number("Brazilian CPF numbers", r"\d{3}\.?\d{3}\.?\d{3}-?\d\d", cpf.is_valid, 0.02),
    _number("Mexican population keys", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", curp.is_valid, 0.1),
    _number("Canadian social insurance numbers", r"\d{3}[ -]\d{3}[ -]\d{3}", sin.is_valid, 0.1),
    _number("Indian Aadhaar numbers", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", aadhaar.is_valid, 0.1),
    _number("Korean resident numbers", r"\d{6}-?[1-8]\d{6}", rrn.is_valid, 0.05),
    _number("IBANs", r"[A-Z]{2}\d\d[ A-Z0-9]{11,38}", iban.is_valid, 0.02, "bank account"),
    _number("card numbers", _CARD, luhn.is_valid, 0.1, "bank account"),
    _number("device numbers (IMEI)", r"\d{15}", imei.is_valid, 0.1, "device"),
)


def is_valid(number: Number, text: str) -> bool:
    """Whether the text is such a number."""
    try:
        return number.valid(text)
    except (LookupError, ValueError):  # python-stdnum 2.2 raises KeyError for a Chinese number of an unknown province
        return False


def find_number(column: Column) -> Finding | None:
    """Return the kind of number that most sampled values validly are; strict check digits before lax ones."""
    best: tuple[float, Finding] | None = None
    for number in NUMBERS:
        shaped = [text for text in column.texts if number.shape.fullmatch(text)]
        if not shaped or len(shaped) < SHARE_MIN * len(column.texts):
            continue
        valid = {text for text in shaped if is_valid(number, text)}
        fitting, part = share(text in valid for text in column.texts)
        if part < SHARE_MIN:
            continue
        # Fewer values than make chance unlikely are kept, weakly: the column's name can still confirm them.
        unlikely = number.chance**fitting <= CHANCE_MAX
        strength = 0.6 + 0.38 * part if unlikely else 0.4
        rank = part - number.chance
        if best is None or rank > best[0]:
            best = rank, Finding(number.concept, number.label, fitting, strength)
    return best[1] if best else None
