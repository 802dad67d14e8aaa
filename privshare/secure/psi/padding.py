"""Dummies that hide exact sizes: how many are drawn, and what that costs.

"Add or remove one person" is false for a transcript that shows exact set
sizes. So a holder adds s + Z dummies, Z two-sided geometric noise truncated to
[-s, s]; the sum is never negative. Truncation costs a delta: the noise of a
neighbour can reach a value that ours cannot. With q = exp(-epsilon / D) for
sensitivity D, drawing anew what falls outside gives exactly

    delta = (q^(s-D+1) + ... + q^s) * (1 - q) / (1 + q - 2 q^(s+1)),

the hockey-stick divergence of two shifted copies at epsilon. One person who
moves several numbers by D in all costs no more: the terms of several smaller
shifts add up to less than those of one shift by D. Moving what falls
outside to the two ends instead ("clamping") multiplies delta, by 20 at epsilon
0.1, and is never done.

Promises: `radius` is the smallest s that keeps delta, computed with 50 decimal
digits. Leaves to others: the draw itself (`secure/noise/`), and adding up
losses. The formula is derived here; tests check it against the sum over all
outcomes, for every shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from privshare.errors import NoiseRefused
from privshare.model.loss import DELTA_UNIT, EPSILON_MAX, MICRO, PrivacyLoss
from privshare.secure import noise

RADIUS_MAX = 2**16
IDENTIFIERS_MAX = 255
"""Most identifiers that terms may say one person has at a holder."""
_DIGITS = 50
_MARGIN = Decimal("1.000000001")  # the drawn scale may be a few units in the last place above D / epsilon


@dataclass(frozen=True, slots=True)
class DummyNoise:
    """Checked noise for a number of dummies, not drawn yet. radius: the s above."""

    mechanism: noise.LaplaceMechanism
    radius: int


def exact_delta(micro_epsilon: int, radius: int, sensitivity: int = 1) -> float:
    """Return the delta of two-sided geometric noise conditioned on |Z| <= radius, at this epsilon.

    sensitivity: how many dummies or items one person is, at most the radius.

    >>> f"{exact_delta(1_000_000, 14):.2e}"
    '3.84e-07'
    """
    with localcontext(prec=_DIGITS):
        return float(_delta(_ratio(micro_epsilon, sensitivity), radius, sensitivity))


def clamped_delta(micro_epsilon: int, radius: int, sensitivity: int = 1) -> float:
    """Return the delta that moving outliers to the two ends would have: why draws are rejected instead.

    >>> round(clamped_delta(100_000, 178) / exact_delta(100_000, 178))
    20
    """
    with localcontext(prec=_DIGITS):
        q = _ratio(micro_epsilon, sensitivity)
        end, centre, gain = 1 / (1 + q), (1 - q) / (1 + q), q**-sensitivity
        unreached = end * q**radius + sum(centre * q ** (radius - i) for i in range(1, sensitivity))
        upper_end = end * q**radius - gain * centre * q ** (radius - sensitivity)
        return float(unreached + max(Decimal(0), upper_end))


def radius(micro_epsilon: int, delta_e15: int, sensitivity: int = 1) -> int:
    """Return the smallest s whose exact delta is at most delta_e15 * 1e-15.

    Raises NoiseRefused for epsilon outside (0, 20], for a delta of 0 (no finite number of dummies reaches it)
    or of 1 or more, and where more than 2^16 dummies would be needed.

    >>> radius(1_000_000, 10**9), radius(100_000, 10**6)
    (14, 178)
    """
    if not 1 <= micro_epsilon <= int(EPSILON_MAX * MICRO) or sensitivity < 1:
        raise NoiseRefused("the epsilon of dummies must lie in (0, 20] and the sensitivity be at least 1")
    if not 1 <= delta_e15 < DELTA_UNIT:
        raise NoiseRefused("dummies need a delta above 0 and below 1; no finite number of them reaches delta 0")
    low, high = sensitivity, RADIUS_MAX
    with localcontext(prec=_DIGITS):
        q, target = _ratio(micro_epsilon, sensitivity), Decimal(delta_e15) / DELTA_UNIT / _MARGIN
        if _delta(q, high, sensitivity) > target:
            raise NoiseRefused(f"this epsilon and delta would need more than {RADIUS_MAX} dummies; ask for larger ones")
        while low < high:
            middle = (low + high) // 2
            if _delta(q, middle, sensitivity) <= target:
                high = middle
            else:
                low = middle + 1
    return low


def dummy_noise(micro_epsilon: int, delta_e15: int, sensitivity: int = 1) -> DummyNoise:
    """Return checked noise for numbers of dummies; raise NoiseRefused before anything is drawn.

    sensitivity: how far one person moves all the numbers together.
    """
    mechanism = noise.laplace_mechanism(sensitivity=sensitivity, loss=PrivacyLoss(micro_epsilon))
    return DummyNoise(mechanism, radius(micro_epsilon, delta_e15, sensitivity))


def draw_dummies(dummies: DummyNoise, count: int) -> tuple[int, ...]:
    """Draw `count` numbers of dummies, each radius + Z, so from 0 to 2 * radius."""
    drawn = noise.truncated_laplace(count, dummies.mechanism, radius=dummies.radius)
    return tuple(dummies.radius + z for z in drawn)


def _ratio(micro_epsilon: int, sensitivity: int) -> Decimal:
    return (-Decimal(micro_epsilon) / (MICRO * sensitivity)).exp()


def _delta(q: Decimal, s: int, sensitivity: int) -> Decimal:
    return sum(q ** (s - i) for i in range(sensitivity)) * (1 - q) / (1 + q - 2 * q ** (s + 1))
