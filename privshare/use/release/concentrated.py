"""What a rho of zero-concentrated differential privacy amounts to as (epsilon, delta), and what rho a Gaussian has.

The tight conversion of Canonne, Kamath and Steinke 2020, Proposition 12:
delta <= min over alpha > 1 of exp((alpha - 1)(alpha rho - epsilon)) / (alpha - 1) (1 - 1 / alpha)^alpha,
solved for epsilon. Beside OpenDP's own conversion, which decides (`secure/noise/gaussian.py`), this is the
second pair of eyes: it shares no code with it, and `privshare verify` needs no library for it.
"""

from __future__ import annotations

import math
from fractions import Fraction

from privshare.errors import ParameterRefused


def rho_of(sensitivity: int, scale: str) -> Fraction:
    """Return the rho of discrete Gaussian noise, exactly: sensitivity^2 / (2 scale^2) (the same paper, Theorem 14).

    Raises ParameterRefused for a scale that is no number from 0.01 to 2^40.

    >>> rho_of(1, "2.0")
    Fraction(1, 8)
    """
    sigma = float(scale)
    if not 0.01 <= sigma <= 2.0**40:
        raise ParameterRefused("scale", scale, "a decimal number from 0.01 to 2^40")
    return Fraction(sensitivity) ** 2 / (2 * Fraction(sigma) ** 2)


def epsilon_at(rho: float, delta: float) -> float:
    """Return the epsilon that rho amounts to at delta in (0, 1), at least 0.

    >>> round(epsilon_at(0.245, 1e-6), 6)
    3.50284
    """
    if not 0 < rho < math.inf or not 0 < delta < 1:
        raise ParameterRefused("rho and delta", f"{rho}, {delta}", "a rho above 0 and a delta between 0 and 1")

    def at(log_above: float) -> float:
        above = math.exp(log_above)  # alpha - 1
        alpha = 1 + above
        return alpha * rho + log_above + (math.log(1 / delta) - alpha * math.log1p(above)) / above

    # The function of log(alpha - 1) falls and then rises; golden sections find its lowest point.
    low, high = math.log(1e-9), math.log(1e12)
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(200):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if at(left) <= at(right) else (left, high)
    return max(0.0, at((low + high) / 2))


def gaussian_epsilon(mu: float, delta: float) -> float:
    """Return the epsilon at delta of Gaussian noise whose sensitivity is mu times its sigma, at least 0.

    Exact for continuous noise (Balle and Wang 2018, Theorem 8), so at most what `epsilon_at` says for mu^2 / 2.

    >>> round(gaussian_epsilon(1.0, 1e-6), 3)
    4.887
    """
    if not 0 < mu < math.inf or not 0 < delta < 1:
        raise ParameterRefused("mu and delta", f"{mu}, {delta}", "a mu above 0 and a delta between 0 and 1")

    def excess(epsilon: float) -> float:
        second = math.erfc((mu / 2 + epsilon / mu) / math.sqrt(2)) / 2
        grown = math.exp(epsilon + math.log(second)) if second > 0 else 0.0
        return math.erfc((epsilon / mu - mu / 2) / math.sqrt(2)) / 2 - grown

    low, high = 0.0, epsilon_at(mu**2 / 2, delta) + 1e-9
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > delta else (low, middle)
    return low
