"""What every mechanism is asked for before it is built, and what the library is asked before data is touched."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from privshare.errors import NoiseRefused
from privshare.model.loss import EPSILON_MAX, MICRO, PrivacyLoss

VALUE_MAX = 2**53
SCALE_MAX = 2.0**40


def check_sensitivity(sensitivity: object) -> None:
    """Raise NoiseRefused unless one person can move the vector by a whole number from 1 to 2^53."""
    if type(sensitivity) is not int or not 1 <= sensitivity <= VALUE_MAX:
        raise NoiseRefused("a sensitivity must be a whole number from 1 to 2^53")


def check_scale(scale: object) -> None:
    """Raise NoiseRefused unless the scale is a double in (0, 2^40]."""
    if type(scale) is not float or not 0 < scale <= SCALE_MAX:
        raise NoiseRefused("a scale must be a number in (0, 2^40]")


def epsilon_of(loss: object) -> Fraction:
    """Return the debited epsilon, exactly, once it is known to be in range."""
    if type(loss) is not PrivacyLoss:
        raise NoiseRefused("a debit must be a PrivacyLoss")
    if not 1 <= loss.micro_epsilon <= int(EPSILON_MAX * MICRO):
        raise NoiseRefused("epsilon must lie in (0, 20]")
    return Fraction(loss.micro_epsilon, MICRO)


def pure_epsilon_of(loss: object) -> Fraction:
    """Return the debited epsilon of a debit without delta, exactly."""
    if type(loss) is PrivacyLoss and loss.delta_e15 != 0:
        raise NoiseRefused("the discrete Laplace mechanism has delta 0; a debit with another delta is a mistake")
    return epsilon_of(loss)


def check_values(values: Iterable[object], lowest: int = -VALUE_MAX) -> None:
    """Raise NoiseRefused for values that are not whole numbers from `lowest` to 2^53.

    Their range is to be proven from the policy before the query, so this is a bug upstream, not a fact about a person.
    """
    if any(type(value) is not int or not lowest <= value <= VALUE_MAX for value in values):
        raise NoiseRefused(f"the values to noise must be whole numbers {'from 1 to' if lowest == 1 else 'within'} 2^53")


def reported(measurement: Any, distance: Any) -> Any:
    """Return what the library's own map says at this distance; raise NoiseRefused where it gives no finite bound."""
    from opendp.mod import OpenDPException

    try:
        bound = measurement.map(distance)
    except OpenDPException:  # its text may change between versions; what matters is that there is no bound
        raise NoiseRefused("the library gives no bound at this scale and sensitivity") from None
    if not all(math.isfinite(part) for part in (bound if isinstance(bound, tuple) else (bound,))):
        raise NoiseRefused("the library gives no finite bound at this scale and sensitivity")
    return bound
