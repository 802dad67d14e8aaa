"""Discrete Gaussian noise on vectors of whole numbers, for zero-concentrated differential privacy.

P(k) proportional to exp(-k^2 / (2 scale^2)): Canonne, Kamath and Steinke 2020,
sampled exactly by OpenDP. A draw has no epsilon of its own. It has a rho
(Bun and Steinke 2016): the rhos of all draws of one batch add up, also when
they are chosen one after the other, and their sum is what an (epsilon, delta) is
derived from, by OpenDP's conversion. So the debit belongs to the batch, and each
mechanism knows the whole batch's rho and debit and refuses to exist beyond it.
Only `make_gaussian` on integer vectors and `make_zCDP_to_approxDP` are used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from privshare.errors import NoiseRefused
from privshare.model.loss import PrivacyLoss
from privshare.secure.noise.parameters import (
    SCALE_MAX,
    check_scale,
    check_sensitivity,
    check_values,
    epsilon_of,
    reported,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 60


@dataclass(frozen=True, slots=True)
class GaussianMechanism:
    """A checked mechanism that has seen no data yet. There is no other kind: making one runs the checks.

    sensitivity: L2, whole, 1 to 2^53. loss: what the whole batch is debited for; delta above 0. batch_rho: rho of
    all draws of the batch together, this one included. scale: the sigma above, in (0, 2^40]. rho: what OpenDP's
    map reports for this draw. map_epsilon: what OpenDP converts batch_rho to at the debit's delta, not above its
    epsilon. Raises NoiseRefused for anything else.
    """

    sensitivity: int
    loss: PrivacyLoss
    scale: float
    batch_rho: float
    rho: float = field(init=False)
    map_epsilon: float = field(init=False)
    _measurement: Callable[[list[int]], list[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_sensitivity(self.sensitivity)
        debit = epsilon_of(self.loss)
        check_scale(self.scale)
        measurement = _measurement(self.scale)
        rho = float(reported(measurement, self.sensitivity))
        if type(self.batch_rho) is not float or not 0 < rho <= self.batch_rho:
            raise NoiseRefused("a draw must be a part of its batch's rho")
        epsilon = _converted(self.batch_rho, self.loss)
        if not 0 < Fraction(epsilon) <= debit:
            raise NoiseRefused("the library's own bound on epsilon stays above the debit")
        object.__setattr__(self, "rho", rho)
        object.__setattr__(self, "map_epsilon", epsilon)
        object.__setattr__(self, "_measurement", measurement)


def _measurement(scale: float) -> Any:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    return dp.m.make_gaussian(dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="i64"), scale=scale)


def _converted(rho: float, loss: PrivacyLoss) -> float:
    """Return the epsilon that rho amounts to at the loss's delta, by the library's conversion, never too small."""
    import opendp.prelude as dp

    if loss.delta_e15 < 1:
        raise NoiseRefused("gaussian noise needs a delta above 0")
    if not 0 < rho < math.inf:
        raise NoiseRefused("a rho must be a number above 0")
    # The library converts measurements and no numbers: one of sensitivity 1 whose rho is this one or a little more.
    scale = min(math.sqrt(0.5 / rho), SCALE_MAX)
    while float(reported(_measurement(scale), 1)) < rho:
        scale = math.nextafter(scale, 0.0)
    profile: Any = dp.c.make_zCDP_to_approxDP(_measurement(scale))
    return float(profile.map(1).epsilon(loss.delta))


def gaussian_mechanisms(
    *, sensitivities: Sequence[int], weights: Sequence[int], loss: PrivacyLoss
) -> tuple[GaussianMechanism, ...]:
    """Return one mechanism a vector, or raise NoiseRefused before data is touched.

    sensitivities: L2 distances that one person can move each vector, whole numbers from 1 to 2^53. weights: whole
    numbers above 0, one a vector; each gets a part of rho in proportion to its weight's square, so that scales
    relate as with Laplace noise at such epsilons. loss: the debit of all of them together; epsilon in (0, 20],
    delta above 0. rho is the largest, to a relative 2^-50 or so, whose conversion stays within the debit.

    >>> one, two = gaussian_mechanisms(sensitivities=(1, 10), weights=(1, 1), loss=PrivacyLoss(1_000_000, 10**9))
    >>> round(one.scale, 2), round(two.scale, 1), one.map_epsilon <= 1
    (6.41, 64.1, True)
    """
    for sensitivity in sensitivities:
        check_sensitivity(sensitivity)
    if len(weights) != len(sensitivities) or any(type(weight) is not int or weight < 1 for weight in weights):
        raise NoiseRefused("weights must be whole numbers above 0, one a vector")
    epsilon_of(loss)
    if not sensitivities:
        return ()
    rho = _rho_of(loss)
    whole = sum(weight**2 for weight in weights)
    scales = [
        _scale(sensitivity, float(Fraction(rho) * weight**2 / whole))
        for sensitivity, weight in zip(sensitivities, weights, strict=True)
    ]
    return tuple(
        GaussianMechanism(sensitivity, loss, scale, rho)
        for sensitivity, scale in zip(sensitivities, scales, strict=True)
    )


@lru_cache(maxsize=256)
def _rho_of(loss: PrivacyLoss) -> float:
    """Return the largest rho, nearly, whose conversion stays within the debit."""
    debit = epsilon_of(loss)
    # rho <= epsilon for every delta, and the conversion grows with rho.
    low, high = 0.0, float(debit)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if Fraction(_converted(middle, loss)) <= debit else (low, middle)
    if low == 0.0:
        raise NoiseRefused("epsilon and delta are too small for gaussian noise")
    return low


def _scale(sensitivity: int, rho: float) -> float:
    """Return the smallest double, found upwards, at which the library's map stays within rho."""
    scale = sensitivity / math.sqrt(2 * rho)
    if scale > SCALE_MAX:
        raise NoiseRefused("sensitivity and epsilon ask for a scale above 2^40")
    # A part that is rounded up could make the parts add up to more than the whole.
    while Fraction(float(reported(_measurement(scale), sensitivity))) * (1 + Fraction(1, 2**50)) > Fraction(rho):
        scale = math.nextafter(scale, math.inf)
    return scale


def add_gaussian(values: Sequence[int], mechanism: GaussianMechanism) -> tuple[int, ...]:
    """Return the values plus independent discrete Gaussian noise, same length and order.

    Raises NoiseRefused for values that are not whole numbers within 2^53.
    """
    if type(mechanism) is not GaussianMechanism:
        raise NoiseRefused("gaussian noise comes from a checked GaussianMechanism only")
    check_values(values)
    return tuple(int(value) for value in mechanism._measurement(list(values))) if values else ()
