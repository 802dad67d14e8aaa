"""The one door to noise. OpenDP draws it; this file refuses whatever OpenDP would let through.

OpenDP 0.16 builds a measurement with scale 0 (which returns the exact value),
with scale 1e-320, and with any epsilon that its caller computed badly; it
takes `T=int` for 32 bits and saturates. So: parameters are checked before a
measurement is built, the measurement is built before any data is touched,
its own map must be finite and not above the debit, and integers have 64 bits.

The mechanism is the two-sided geometric ("discrete Laplace"), P(k)
proportional to exp(-|k| / scale): Ghosh, Roughgarden and Sundararajan 2012;
exact sampling after Canonne, Kamath and Steinke 2020, by OpenDP.
Only `make_laplace` on integer vectors is used, from OpenDP's audited part.
Not covered: the time a draw takes depends on the noise (a party that can time
single draws learns something); results leave in one batch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privshare.errors import NoiseRefused
from privshare.model.loss import EPSILON_MAX, MICRO, PrivacyLoss

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE_MAX = 2**53
SCALE_MAX = 2.0**40


@dataclass(frozen=True, slots=True)
class LaplaceMechanism:
    """A checked mechanism that has seen no data yet.

    sensitivity: L1, whole. loss: what it is debited for (delta 0). scale: of the two-sided geometric.
    map_epsilon: what OpenDP's map reports at this sensitivity, <= loss.epsilon.
    """

    sensitivity: int
    loss: PrivacyLoss
    scale: float
    map_epsilon: float
    _measurement: Callable[[list[int]], list[int]] = field(repr=False)


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
    if type(sensitivity) is not int or not 1 <= sensitivity <= VALUE_MAX:
        raise NoiseRefused("a sensitivity must be a whole number from 1 to 2^53")
    if loss.delta_e15 != 0:
        raise NoiseRefused("the discrete Laplace mechanism has delta 0; a debit with another delta is a mistake")
    if not 1 <= loss.micro_epsilon <= int(EPSILON_MAX * MICRO):
        raise NoiseRefused("epsilon must lie in (0, 20]")
    debit = Fraction(loss.micro_epsilon, MICRO)
    scale = float(Fraction(sensitivity) / debit)
    if not math.isfinite(scale) or not 0 < scale <= SCALE_MAX:
        raise NoiseRefused("sensitivity / epsilon asks for a scale above 2^40")
    for _ in range(8):
        measurement = _measurement(scale)
        reported = float(measurement.map(sensitivity))
        if math.isfinite(reported) and Fraction(reported) <= debit:
            return LaplaceMechanism(sensitivity, loss, scale, reported, measurement)
        scale = math.nextafter(scale, math.inf)
    raise NoiseRefused("the library's own bound stays above the debit")


def add_laplace(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
    """Return the values plus independent two-sided geometric noise, same length and order.

    Raises NoiseRefused for values that are not whole numbers within 2^53: their range is to be proven
    from the policy before the query, so this is a bug upstream and not a fact about a person.
    """
    if any(type(value) is not int or not -VALUE_MAX <= value <= VALUE_MAX for value in values):
        raise NoiseRefused("the values to noise must be whole numbers within 2^53")
    return tuple(int(value) for value in mechanism._measurement(list(values))) if values else ()


def truncated_laplace(count: int, mechanism: LaplaceMechanism, *, radius: int) -> tuple[int, ...]:
    """Return `count` draws of two-sided geometric noise conditioned on |z| <= radius.

    A draw outside is rejected and drawn anew. Clamping it instead would put mass on the two ends and
    multiply delta (`secure/psi/padding.py` computes both).

    >>> all(abs(z) <= 3 for z in truncated_laplace(50, laplace_mechanism(sensitivity=1, loss=PrivacyLoss(10**6)), radius=3))
    True
    """
    if type(radius) is not int or radius < 1:
        raise NoiseRefused("a radius must be a whole number of at least 1")
    kept: list[int] = []
    while len(kept) < count:
        kept += [z for z in add_laplace([0] * (count - len(kept)), mechanism) if abs(z) <= radius]
    return tuple(kept)
