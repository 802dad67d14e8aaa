"""Two-sided geometric noise on vectors of whole numbers, for pure epsilon.

The mechanism is the two-sided geometric ("discrete Laplace"), P(k)
proportional to exp(-|k| / scale): Ghosh, Roughgarden and Sundararajan 2012;
exact sampling after Canonne, Kamath and Steinke 2020, by OpenDP.
Only `make_laplace` on integer vectors is used, which no soundness report known
to be open against OpenDP 0.16 touches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privshare.errors import NoiseRefused
from privshare.model.loss import PrivacyLoss
from privshare.secure.noise.parameters import (
    SCALE_MAX,
    check_scale,
    check_sensitivity,
    check_values,
    pure_epsilon_of,
    reported,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class LaplaceMechanism:
    """A checked mechanism that has seen no data yet. There is no other kind: making one runs the checks.

    sensitivity: L1, whole, 1 to 2^53. loss: what it is debited for; epsilon in (0, 20], delta 0. scale: of the
    two-sided geometric, in (0, 2^40]. map_epsilon: what OpenDP's map reports at this sensitivity, finite and
    not above the debit. Raises NoiseRefused for anything else.
    """

    sensitivity: int
    loss: PrivacyLoss
    scale: float
    map_epsilon: float = field(init=False)
    _measurement: Callable[[list[int]], list[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_sensitivity(self.sensitivity)
        debit = pure_epsilon_of(self.loss)
        check_scale(self.scale)
        measurement = _measurement(self.scale)
        epsilon = float(reported(measurement, self.sensitivity))
        if not 0 < Fraction(epsilon) <= debit:
            raise NoiseRefused("the library's own bound on epsilon stays above the debit")
        object.__setattr__(self, "map_epsilon", epsilon)
        object.__setattr__(self, "_measurement", measurement)


def _measurement(scale: float) -> Any:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    return dp.m.make_laplace(dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64"), scale=scale)


def laplace_mechanism(*, sensitivity: int, loss: PrivacyLoss) -> LaplaceMechanism:
    """Return the discrete Laplace mechanism for integer vectors, or raise NoiseRefused before data is touched.

    sensitivity: L1 distance that one person can move the vector, a whole number from 1 to 2^53.
    loss: the debit; epsilon in (0, 20], delta 0. The scale is the smallest double, found upwards from
    sensitivity / epsilon, at which OpenDP's own map stays within the debit.

    >>> laplace_mechanism(sensitivity=1, loss=PrivacyLoss(500_000)).scale
    2.0
    """
    check_sensitivity(sensitivity)
    debit = pure_epsilon_of(loss)
    scale = float(Fraction(sensitivity) / debit)
    if scale > SCALE_MAX:
        raise NoiseRefused("sensitivity / epsilon asks for a scale above 2^40")
    for _ in range(8):
        # OpenDP's map rounds upwards, so the quotient itself may lie one step above the debit.
        if Fraction(float(reported(_measurement(scale), sensitivity))) <= debit:
            break
        scale = math.nextafter(scale, math.inf)
    return LaplaceMechanism(sensitivity, loss, scale)


def add_laplace(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
    """Return the values plus independent two-sided geometric noise, same length and order.

    Raises NoiseRefused for values that are not whole numbers within 2^53.
    """
    if type(mechanism) is not LaplaceMechanism:
        raise NoiseRefused("noise comes from a checked LaplaceMechanism only")
    check_values(values)
    return tuple(int(value) for value in mechanism._measurement(list(values))) if values else ()


def truncated_laplace(count: int, mechanism: LaplaceMechanism, *, radius: int) -> tuple[int, ...]:
    """Return `count` draws of two-sided geometric noise conditioned on |z| <= radius.

    A draw outside is rejected and drawn anew. Clamping it instead would put mass on the two ends and
    multiply delta (`secure/psi/padding.py` computes both).

    >>> mechanism = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(10**6))
    >>> all(abs(z) <= 3 for z in truncated_laplace(50, mechanism, radius=3))
    True
    """
    if type(count) is not int or count < 0:
        raise NoiseRefused("a number of draws must be a whole number of at least 0")
    # Below the scale most draws would be rejected, and far below it the loop would never end.
    if type(radius) is not int or radius < max(1.0, mechanism.scale):
        raise NoiseRefused("a radius must be a whole number of at least 1 and at least the scale")
    kept: list[int] = []
    while len(kept) < count:
        kept += [z for z in add_laplace([0] * (count - len(kept)), mechanism) if abs(z) <= radius]
    return tuple(kept)
