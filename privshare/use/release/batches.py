"""A second opinion on what a batch of draws may reveal, from the draws alone: never what is debited.

What is debited is basic composition (and zCDP within the Gaussian draws of one release), which also holds where a
question is chosen after seeing earlier answers. This holds for draws that were declared beforehand, and is worked out
by other means, from sensitivities and scales instead of the library's map, so each of the two would show a fault of
the other: a figure above the debit is a bug and an alarm, whatever the data are.

Which pair stands for a draw:
- two-sided geometric noise on one lone number, its bound and its group given: the mechanism's own pair;
- on a vector, truncated, with a threshold, or with a bound that was chosen from the data (its epsilon does not depend
  on the choice): the pair that dominates every mechanism with this epsilon and delta;
- discrete Gaussian noise on vectors: no pair. The rhos of all of them add up (Bun and Steinke 2016), are converted at
  a share of delta (`concentrated.py`), and the two epsilons are added.
Between parties the dearest draw of each measure counts, as in the debit, since each protects against other parties.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import lru_cache

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.loss import DELTA_UNIT, MICRO, NO_LOSS, PrivacyLoss
from privshare.model.release import ONE_HOLDER, NoisePart, Release
from privshare.secure.psi.noise_part import TWO_SIDED
from privshare.use.release.concentrated import epsilon_at, rho_of
from privshare.use.release.loss_distribution import LossDistribution, any_mechanism, lone_number, together
from privshare.use.release.mechanisms import GAUSSIAN

USUAL_DELTA_E15 = 10**9
"""Delta at which the opinion on draws without a delta is asked: 1e-6."""
TOLERANCE = 1e-5
"""How far an opinion may lie above the debit: one unit of its last printed digit, and rounding."""
SCALE_TEXT_MAX = 64
_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_UNIT = Decimal("0.000001")
_PLAIN = re.compile(r"[0-9]{1,20}(\.[0-9]{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw of two-sided geometric noise. lone: one number that moves by `sensitivity`, and no vector."""

    sensitivity: int
    scale: str
    delta_e15: int = 0
    lone: bool = False

    @property
    def epsilon(self) -> Fraction:
        """Its epsilon, exactly."""
        return Fraction(self.sensitivity) / Fraction(Decimal(self.scale))

    def pair(self) -> LossDistribution:
        """Return a distribution of losses that is never below the draw's."""
        if self.lone:
            # A smaller scale reveals more, so a double below the decimal text is on the right side.
            return lone_number(self.sensitivity, math.nextafter(float(self.scale), 0.0))
        return any_mechanism(math.nextafter(float(self.epsilon), math.inf), self.delta_e15 / DELTA_UNIT)


@dataclass(frozen=True, slots=True)
class Batch:
    """Draws declared together. draws: (draw, how many of it). rho: of all discrete Gaussian draws, exactly."""

    draws: tuple[tuple[Draw, int], ...]
    rho: Fraction = Fraction(0)

    @property
    def basic(self) -> tuple[Fraction, Fraction]:
        """Epsilon and delta of the two-sided geometric draws by basic composition, exactly."""
        epsilon = sum((draw.epsilon * times for draw, times in self.draws), Fraction(0))
        return epsilon, Fraction(sum(draw.delta_e15 * times for draw, times in self.draws), DELTA_UNIT)

    def epsilon(self, delta: float) -> float:
        """Return the smallest epsilon at delta in [0, 1) that can be vouched for; infinite where there is none."""
        if not 0 <= delta < 1:
            raise ParameterRefused("delta", delta, "a probability below 1")
        if not self.rho:
            return self._summed().epsilon(delta)
        if not self.draws:
            return epsilon_at(float(self.rho), delta) if delta > 0 else math.inf
        others = self._summed()
        shares = [*(delta * share for share in _SHARES), delta - float(self.basic[1])]
        found = [
            epsilon_at(float(self.rho), share) + others.epsilon(max(0.0, delta - share))
            for share in shares if share > 0
        ]  # fmt: skip
        return min(found, default=math.inf)

    def delta(self, epsilon: float) -> float:
        """Return the smallest delta at epsilon >= 0 that can be vouched for, at most 1."""
        if not self.rho:
            return self._summed().delta(epsilon)
        low, high = -700.0, 0.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.epsilon(math.exp(middle)) <= epsilon else (middle, high)
        return math.exp(high)

    def _summed(self) -> _Summed:
        return _Summed(*self.basic, _found(self.draws))


@dataclass(frozen=True, slots=True)
class _Summed:
    """The better of two bounds on the same draws, both of which hold."""

    basic_epsilon: Fraction
    basic_delta: Fraction
    found: LossDistribution

    def epsilon(self, delta: float) -> float:
        enough = Fraction(delta) >= self.basic_delta * (1 - Fraction(1, 10**12))  # a difference of doubles
        basic = float(self.basic_epsilon) if enough else math.inf
        return min(basic, self.found.epsilon(delta))

    def delta(self, epsilon: float) -> float:
        basic = float(self.basic_delta) if Fraction(epsilon) >= self.basic_epsilon else 1.0
        return min(basic, self.found.delta(epsilon))


@lru_cache(maxsize=64)
def _found(draws: tuple[tuple[Draw, int], ...]) -> LossDistribution:
    return together([(draw.pair(), times) for draw, times in draws])


def batch_of(releases: Iterable[tuple[Sequence[NoisePart], str, int]]) -> Batch:
    """Return the batch of several releases, each as (its draws, its suite, how many rows it has)."""
    counted: Counter[Draw] = Counter()
    rho = Fraction(0)
    for parts, suite, cells in releases:
        if not all(_sized(part) for part in parts):
            raise NoiseRefused("the second opinion takes scales from 0.001 to 2^41, and sensitivities of at least 1")
        joint = not suite.startswith(ONE_HOLDER)
        lone = cells == 1 and not joint and all(part.measure and not part.loss.delta_e15 for part in parts)
        draws = []
        for part in parts:
            if part.mechanism == GAUSSIAN:
                rho += rho_of(part.sensitivity, part.scale)
            elif part.mechanism.startswith(TWO_SIDED):
                draws.append((part.measure, Draw(part.sensitivity, part.scale, part.loss.delta_e15, lone)))
            else:
                raise NoiseRefused("the second opinion knows no pair for a draw of this mechanism")
        counted.update(_dearest(draws) if joint else [draw for _, draw in draws])
    return Batch(tuple(counted.items()), rho)


def _sized(part: NoisePart) -> bool:
    """Tell whether a draw's numbers are of a size that fractions are made of; a document may hold 1e999999999."""
    if len(part.scale) > SCALE_TEXT_MAX or part.sensitivity < 1:
        return False
    try:
        scale = Decimal(part.scale)
    except ArithmeticError:
        return False
    return scale.is_finite() and Decimal("0.001") <= scale <= 2**41


def second_opinion(parts: Sequence[NoisePart], *, suite: str, cells: int, loss: PrivacyLoss) -> tuple[str, str]:
    """Return (epsilon, delta) of all draws of a release as one batch, decimal texts, epsilon rounded up.

    cells: rows of the release, the unprinted ones as well. loss: the debit. delta: the debit's, 1e-6 where it has none.
    Raises NoiseRefused where the draws reveal more than is debited: a bug, whatever the data are.
    """
    batch = batch_of([(parts, suite, cells)])
    if batch.epsilon(loss.delta) > loss.epsilon + TOLERANCE:
        raise NoiseRefused("by the second opinion on its draws it reveals more than it is debited for")
    return told(batch, loss.delta_e15 or USUAL_DELTA_E15)


def opinion_on(releases: Sequence[Release]) -> tuple[str, str]:
    """Return (epsilon, delta) of all draws of several releases as one batch declared beforehand, decimal texts.

    delta: the sum of the releases' deltas, 1e-6 where they have none. Nothing for no release: two empty texts.
    """
    if not releases:
        return "", ""
    loss = sum((release.loss for release in releases), NO_LOSS)
    batch = batch_of((release.parts, release.suite, len(release.cells)) for release in releases)
    return told(batch, loss.delta_e15 or USUAL_DELTA_E15)


def told(batch: Batch, delta_e15: int) -> tuple[str, str]:
    """Return a batch's epsilon at a delta, in millionths and rounded up, and that delta, as decimal texts."""
    epsilon = batch.epsilon(min(delta_e15, DELTA_UNIT - 1) / DELTA_UNIT)
    if epsilon == math.inf:
        return "infinite", f"{Fraction(delta_e15, DELTA_UNIT):.10g}"
    exactly = Decimal(epsilon) * (1 - Decimal("1e-14"))  # a sum of doubles that should be 1 is not 1.000001
    text = f"{exactly.quantize(_UNIT, ROUND_CEILING):f}".rstrip("0").rstrip(".")
    return text, f"{delta_e15 / DELTA_UNIT:.10g}"


def same(stated: tuple[str, str], found: tuple[str, str]) -> bool:
    """Tell whether two opinions agree; the last digit of epsilon may differ, as other machines add otherwise."""
    (one, at), (other, where) = stated, found
    if at != where or not all(_PLAIN.fullmatch(text) for text in (one, other)):
        return stated == found
    return abs(Decimal(one) - Decimal(other)) * MICRO <= 1


def _dearest(draws: Sequence[tuple[str, Draw]]) -> list[Draw]:
    """Return one draw a measure: the dearest in epsilon, with the largest delta."""
    dearest: dict[str, Draw] = {}
    for measure, draw in draws:
        known = dearest.setdefault(measure, draw)
        best = known if known.epsilon >= draw.epsilon else draw
        dearest[measure] = Draw(best.sensitivity, best.scale, max(known.delta_e15, draw.delta_e15))
    return list(dearest.values())
