"""Privacy loss in whole numbers, so that adding it up never rounds in anybody's favour.

Epsilon is kept in micro-epsilon and delta in units of 1e-15. Floating-point
budgets lose spends: 1.0 + 1e-17 == 1.0, and 0.1 + 0.1 + 0.1 <= 0.3 is false.
What comes in as a decimal is rounded up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, Context, Decimal, InvalidOperation

from privshare.errors import ParameterRefused

MICRO = 1_000_000
DELTA_UNIT = 10**15
EPSILON_MAX = Decimal(20)


@dataclass(frozen=True, slots=True, order=False)
class PrivacyLoss:
    """What an answer may reveal about one person, at most.

    micro_epsilon: natural-log units times 10^6, >= 0. delta_e15: probability that the epsilon bound
    fails, times 10^15, in [0, 10^15].
    """

    micro_epsilon: int
    delta_e15: int = 0

    def __post_init__(self) -> None:
        if type(self.micro_epsilon) is not int or self.micro_epsilon < 0:
            raise ParameterRefused("micro_epsilon", self.micro_epsilon, "a whole number of at least 0")
        if type(self.delta_e15) is not int or not 0 <= self.delta_e15 <= DELTA_UNIT:
            raise ParameterRefused("delta_e15", self.delta_e15, f"a whole number from 0 to {DELTA_UNIT}")

    @property
    def epsilon(self) -> float:
        """Epsilon in natural-log units, for showing; never add these up."""
        return self.micro_epsilon / MICRO

    @property
    def delta(self) -> float:
        """Delta as a probability, for showing."""
        return self.delta_e15 / DELTA_UNIT

    def __add__(self, other: PrivacyLoss) -> PrivacyLoss:
        """Basic sequential composition (Dwork and Roth 2014, Theorem 3.16).

        >>> PrivacyLoss(500_000) + PrivacyLoss(250_000, 10**9)
        PrivacyLoss(micro_epsilon=750000, delta_e15=1000000000)
        """
        return PrivacyLoss(self.micro_epsilon + other.micro_epsilon, min(DELTA_UNIT, self.delta_e15 + other.delta_e15))

    def fits(self, cap: PrivacyLoss) -> bool:
        """Whether both parts stay within the cap."""
        return self.micro_epsilon <= cap.micro_epsilon and self.delta_e15 <= cap.delta_e15


NO_LOSS = PrivacyLoss(0)


def loss_document(loss: PrivacyLoss) -> dict[str, int]:
    """Return a loss as documents have it. Names and order are a format: signatures and the ledger's chain cover them.

    >>> loss_document(PrivacyLoss(250_000))
    {'micro_epsilon': 250000, 'delta_e15': 0}
    """
    return {"micro_epsilon": loss.micro_epsilon, "delta_e15": loss.delta_e15}


def epsilon_told(micro: int) -> str:
    """Return micro-epsilon as a decimal without trailing zeros; exact.

    >>> epsilon_told(1_250_000), epsilon_told(3), epsilon_told(2_000_000)
    ('1.25', '0.000003', '2')
    """
    whole, rest = divmod(micro, MICRO)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def delta_told(e15: int) -> str:
    r"""Return delta in powers of ten, or "0": the one way in which small numbers are written for people.

    >>> delta_told(1_000_000), delta_told(2_500_000), delta_told(0)
    ('10\u207b\u2079', '2.5 \xd7 10\u207b\u2079', '0')
    """
    if e15 == 0:
        return "0"
    mantissa, exponent = f"{e15 / DELTA_UNIT:.3e}".split("e")
    power = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    lead = mantissa.rstrip("0").rstrip(".")
    return power if lead == "1" else f"{lead} × {power}"


# Decimal() also reads "0_5" as 5, blanks and the digits of every script; a budget is written in one way.
_PLAIN_NUMBER = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def _decimal(name: str, text: str, accepted: str) -> Decimal:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ParameterRefused(name, text, accepted)
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond 10^18
        raise ParameterRefused(name, text, accepted) from None


def _units(value: Decimal, unit: int) -> int:
    """Return value * unit, rounded up. The default context would first round to 28 digits, in either direction."""
    exactly = Context(prec=len(value.as_tuple().digits) + 20, Emin=MIN_EMIN, Emax=MAX_EMAX)
    return int(exactly.multiply(value, Decimal(unit)).to_integral_value(ROUND_CEILING, exactly))


def micro_epsilon(text: str) -> int:
    """Read an epsilon written as a decimal; return micro-epsilon, rounded up.

    Raises ParameterRefused for anything but a plain number in (0, 20], and for one below a millionth: a
    budget line that small is a typing mistake, and rounding it up would debit far more than was asked.

    >>> micro_epsilon("0.25")
    250000
    """
    accepted = "a number from 0.000001 to 20, for example 0.5"
    value = _decimal("epsilon", text, accepted)
    if not Decimal(1) / MICRO <= value <= EPSILON_MAX:
        raise ParameterRefused("epsilon", text, accepted)
    return _units(value, MICRO)


def delta_e15(text: str) -> int:
    """Read a delta written as a decimal; return it in units of 1e-15, rounded up.

    >>> delta_e15("1e-9")
    1000000
    """
    accepted = "a number from 0 to 0.001, for example 1e-9"
    value = _decimal("delta", text, accepted)
    if not 0 <= value <= Decimal("0.001"):
        raise ParameterRefused("delta", text, accepted)
    return _units(value, DELTA_UNIT)
