"""The one door to noise. OpenDP draws it; this file refuses whatever OpenDP would let through.

OpenDP 0.16 builds a measurement with scale 0 (which returns the exact value),
with scale 1e-320, and with any epsilon that its caller computed badly; it
takes `T=int` for 32 bits and saturates. So: parameters are checked before a
measurement is built, the measurement is built before any data is touched,
its own map must be finite and not above the debit, and integers have 64 bits.

The mechanism is the two-sided geometric ("discrete Laplace"), P(k)
proportional to exp(-|k| / scale): Ghosh, Roughgarden and Sundararajan 2012;
exact sampling after Canonne, Kamath and Steinke 2020, by OpenDP.
Only `make_laplace` on integer vectors is used, which no soundness report known
to be open against OpenDP 0.16 touches, and `make_laplace_threshold` for groups
whose names are not public, which one does (opendp report 2922): its map is taken for a
threshold one lower than the one that is run. The generator is the operating system's, so
nothing here can be seeded and a forked process does not repeat its parent.
Not covered: the time a draw takes depends on the noise (a party that can time
single draws learns something); results leave in one batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privshare.errors import NoiseRefused
from privshare.model.loss import DELTA_UNIT, EPSILON_MAX, MICRO, PrivacyLoss

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE_MAX = 2**53
SCALE_MAX = 2.0**40
KEYED_BOUND_MAX = 2**20


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
        debit = _debit(self.sensitivity, self.loss)
        if type(self.scale) is not float or not 0 < self.scale <= SCALE_MAX:
            raise NoiseRefused("a scale must be a number in (0, 2^40]")
        measurement = _measurement(self.scale)
        reported = _reported(measurement, self.sensitivity)
        if not math.isfinite(reported) or not 0 < Fraction(reported) <= debit:
            raise NoiseRefused("the library's own bound on epsilon stays above the debit")
        object.__setattr__(self, "map_epsilon", reported)
        object.__setattr__(self, "_measurement", measurement)


def _debit(sensitivity: object, loss: object) -> Fraction:
    """Return the debited epsilon, exactly, once both parameters are what they must be."""
    if type(sensitivity) is not int or not 1 <= sensitivity <= VALUE_MAX:
        raise NoiseRefused("a sensitivity must be a whole number from 1 to 2^53")
    if type(loss) is not PrivacyLoss:
        raise NoiseRefused("a debit must be a PrivacyLoss")
    if loss.delta_e15 != 0:
        raise NoiseRefused("the discrete Laplace mechanism has delta 0; a debit with another delta is a mistake")
    if not 1 <= loss.micro_epsilon <= int(EPSILON_MAX * MICRO):
        raise NoiseRefused("epsilon must lie in (0, 20]")
    return Fraction(loss.micro_epsilon, MICRO)


def _measurement(scale: float) -> Any:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    return dp.m.make_laplace(dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64"), scale=scale)


def _reported(measurement: Any, sensitivity: int) -> float:
    from opendp.mod import OpenDPException

    try:
        return float(measurement.map(sensitivity))
    except OpenDPException:  # its text may change between versions; what matters is that there is no bound
        raise NoiseRefused("the library gives no bound at this scale and sensitivity") from None


def laplace_mechanism(*, sensitivity: int, loss: PrivacyLoss) -> LaplaceMechanism:
    """Return the discrete Laplace mechanism for integer vectors, or raise NoiseRefused before data is touched.

    sensitivity: L1 distance that one person can move the vector, a whole number from 1 to 2^53.
    loss: the debit; epsilon in (0, 20], delta 0. The scale is the smallest double, found upwards from
    sensitivity / epsilon, at which OpenDP's own map stays within the debit.

    >>> laplace_mechanism(sensitivity=1, loss=PrivacyLoss(500_000)).scale
    2.0
    """
    debit = _debit(sensitivity, loss)
    scale = float(Fraction(sensitivity) / debit)
    if scale > SCALE_MAX:
        raise NoiseRefused("sensitivity / epsilon asks for a scale above 2^40")
    for _ in range(8):
        # OpenDP's map rounds upwards, so the quotient itself may lie one step above the debit.
        if _reported(_measurement(scale), sensitivity) <= debit:
            break
        scale = math.nextafter(scale, math.inf)
    return LaplaceMechanism(sensitivity, loss, scale)


def add_laplace(values: Sequence[int], mechanism: LaplaceMechanism) -> tuple[int, ...]:
    """Return the values plus independent two-sided geometric noise, same length and order.

    Raises NoiseRefused for values that are not whole numbers within 2^53: their range is to be proven
    from the policy before the query, so this is a bug upstream and not a fact about a person.
    """
    if type(mechanism) is not LaplaceMechanism:
        raise NoiseRefused("noise comes from a checked LaplaceMechanism only")
    if any(type(value) is not int or not -VALUE_MAX <= value <= VALUE_MAX for value in values):
        raise NoiseRefused("the values to noise must be whole numbers within 2^53")
    return tuple(int(value) for value in mechanism._measurement(list(values))) if values else ()


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
        debit = _debit(self.bound, PrivacyLoss(self.loss.micro_epsilon))
        if type(self.scale) is not float or not 0 < self.scale <= SCALE_MAX:
            raise NoiseRefused("a scale must be a number in (0, 2^40]")
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
    from opendp.mod import OpenDPException

    try:
        epsilon, delta = measurement.map((bound, bound, bound))
    except OpenDPException:
        raise NoiseRefused("the library gives no bound at this scale and threshold") from None
    if not (math.isfinite(epsilon) and math.isfinite(delta)):
        raise NoiseRefused("the library gives no finite bound at this scale and threshold")
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
    if any(type(count) is not int or not 1 <= count <= VALUE_MAX for count in counts.values()):
        raise NoiseRefused("the counts to noise must be whole numbers from 1 to 2^53")
    released = mechanism._measurement(dict(counts)) if counts else {}
    return {name: int(released[name]) for name in sorted(released)}


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
