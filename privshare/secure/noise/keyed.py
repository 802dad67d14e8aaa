"""Noise for counts of groups whose names are not public: two-sided geometric, and a threshold (Korolova et al. 2009).

Only `make_laplace_threshold` is used, which one soundness report known to be open
against OpenDP 0.16 touches (opendp report 2922): its map is taken for a threshold
one lower than the one that is run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privshare.errors import NoiseRefused
from privshare.model.loss import DELTA_UNIT, PrivacyLoss
from privshare.secure.noise.laplace import laplace_mechanism
from privshare.secure.noise.parameters import (
    VALUE_MAX,
    check_scale,
    check_sensitivity,
    check_values,
    epsilon_of,
    reported,
)

if TYPE_CHECKING:
    from collections.abc import Callable

KEYED_BOUND_MAX = 2**20


@dataclass(frozen=True, slots=True)
class KeyedLaplaceMechanism:
    """A checked mechanism for counts of groups whose names are not public. It has seen no data yet.

    bound: L1 norm of one person's counts over all groups, whole, 1 to 2^20; so one person is in at most that
    many groups, with at most that count in each. loss: what it is debited for; delta above 0. threshold: only
    groups whose noised count reaches it are published; a group that one person alone makes up reaches it with
    probability at most delta. Raises NoiseRefused for anything else.
    """

    bound: int
    loss: PrivacyLoss
    scale: float
    threshold: int
    map_epsilon: float = field(init=False)
    _measurement: Callable[[dict[str, int]], dict[str, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_sensitivity(self.bound)
        debit = epsilon_of(self.loss)
        check_scale(self.scale)
        if type(self.threshold) is not int or not self.bound < self.threshold <= VALUE_MAX:
            raise NoiseRefused("a threshold must be a whole number above the bound")
        # The library releases a value that equals the threshold although its map reckons with values above it
        # (opendp report 2922), so what it approves for a threshold holds for the next one.
        epsilon, delta = _keyed_map(_keyed_measurement(self.scale, self.threshold - 1), self.bound)
        if not 0 < Fraction(epsilon) <= debit or not 0 <= Fraction(delta) <= Fraction(self.loss.delta_e15, DELTA_UNIT):
            raise NoiseRefused("the library's own bound on epsilon or delta stays above the debit")
        object.__setattr__(self, "map_epsilon", epsilon)
        object.__setattr__(self, "_measurement", _keyed_measurement(self.scale, self.threshold))


def _keyed_measurement(scale: float, threshold: int) -> Any:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    domain = dp.map_domain(dp.atom_domain(T="String"), dp.atom_domain(T="i64"))
    metric = dp.l01inf_distance(dp.absolute_distance(T="i64"))
    return dp.m.make_laplace_threshold(domain, metric, scale=scale, threshold=threshold)


def _keyed_map(measurement: Any, bound: int) -> tuple[float, float]:
    epsilon, delta = reported(measurement, (bound, bound, bound))
    return float(epsilon), float(delta)


def keyed_laplace_mechanism(*, bound: int, loss: PrivacyLoss) -> KeyedLaplaceMechanism:
    """Return the mechanism for counts of unknown groups, or raise NoiseRefused before data is touched.

    The threshold is the smallest that the library's map approves at this delta, plus one.

    >>> mechanism = keyed_laplace_mechanism(bound=1, loss=PrivacyLoss(1_000_000, 10**9))
    >>> mechanism.scale, mechanism.threshold
    (1.0, 15)
    """
    if type(loss) is not PrivacyLoss or loss.delta_e15 < 1:
        raise NoiseRefused("groups whose names are not public need a delta above 0")
    if type(bound) is not int or not 1 <= bound <= KEYED_BOUND_MAX:
        raise NoiseRefused("a bound for unknown groups must be a whole number from 1 to 2^20")
    scale = laplace_mechanism(sensitivity=bound, loss=PrivacyLoss(loss.micro_epsilon)).scale
    limit = Fraction(loss.delta_e15, DELTA_UNIT)
    # Delta falls with the threshold; 64 scales and the bound are far beyond any delta of 1e-15.
    low, high = bound, bound + math.ceil(64 * scale) + 64
    while low + 1 < high:
        middle = (low + high) // 2
        approved = Fraction(_keyed_map(_keyed_measurement(scale, middle), bound)[1]) <= limit
        low, high = (low, middle) if approved else (middle, high)
    return KeyedLaplaceMechanism(bound, loss, scale, high + 1)


def add_keyed_laplace(counts: Mapping[str, int], mechanism: KeyedLaplaceMechanism) -> dict[str, int]:
    """Return noised counts of the groups that reach the threshold, by name in sorted order.

    Raises NoiseRefused for counts that are not whole numbers from 1 to 2^53: a bug upstream, as in `add_laplace`.
    """
    if type(mechanism) is not KeyedLaplaceMechanism:
        raise NoiseRefused("noise for unknown groups comes from a checked KeyedLaplaceMechanism only")
    check_values(counts.values(), lowest=1)
    released = mechanism._measurement(dict(counts)) if counts else {}
    return {name: int(released[name]) for name in sorted(released)}
