"""What a wanted error costs: from group sizes that are public, or were published with noise, to the epsilon needed.

Promises: sizes and noise are public (a published release is), so planning is
post-processing and spends nothing; the epsilon found is the smallest, in
millionths, at which the noise itself meets the target, by the same exact
figures that a release prints (`accounting.py`); both grow in epsilon, so a
binary search finds it. A noised size stands for the true one only where its own
interval leaves 0 outside; other groups are named as what cannot be promised.
Leaves to others: the error of the contribution bound, which no noise tells of,
and noise that is not the two-sided geometric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from privshare.errors import InputRefused, ParameterRefused
from privshare.model.bounding import Amount
from privshare.model.loss import EPSILON_MAX, MICRO
from privshare.model.release import Release
from privshare.secure.noise import SCALE_MAX
from privshare.use.release.accounting import expected_error, half_width, width_holds
from privshare.use.release.bounds import SHARE_PERCENT
from privshare.use.release.terms import Key, percent_of

MICRO_MAX = int(EPSILON_MAX) * MICRO
GEOMETRIC = "two-sided geometric"
"""What the names of all mechanisms begin with whose noise is reckoned with here."""
Reading = Literal["interval", "mean"]


@dataclass(frozen=True, slots=True)
class Target:
    """A relative error to be met. share: of the group's size, above 0 and below 1. level: of the interval, in (0, 1).

    The interval's half width is to be at most share * size; the mean size of the error is the second reading.
    """

    share: Fraction
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ParameterRefused("error", f"{float(self.share):.6g}", "a share between 0 and 1, for example 5%")
        if not 0 < self.level < 1:
            raise ParameterRefused("level", self.level, "a probability between 0 and 1, for example 0.95")


@dataclass(frozen=True, slots=True)
class Noising:
    """How a measure is noised. bounds: one a draw, its scale at epsilon 1: what one person may add, above 0.

    grain: the noise is drawn in units of 1/grain of the published number, which is rounded in the end.
    """

    bounds: tuple[Fraction, ...]
    grain: int = 1

    def __post_init__(self) -> None:
        if not self.bounds or not all(Fraction(1, 2) <= bound <= 2**53 for bound in self.bounds):
            raise ParameterRefused("bound", ", ".join(map(str, self.bounds)) or "none", "a number from 1 to 2^53")


@dataclass(frozen=True, slots=True)
class Size:
    """A group and its size. number: None where it was not printed. half: of its own interval; 0 if it is public."""

    key: Key
    number: int | None
    half: int = 0


class Standing(StrEnum):
    """Whether a group can be promised the target, and why not."""

    PROMISED = "promised"
    UNPRINTED = "not printed"
    TOO_SMALL = "its interval reaches 0"
    TOO_DEAR = "needs more than epsilon 20"


@dataclass(frozen=True, slots=True)
class Need:
    """What one group needs, in micro-epsilon. micro: so that the interval fits. mean_micro: so that the mean does."""

    size: Size
    standing: Standing
    micro: int | None = None
    mean_micro: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Needs in the order of the groups. micro, mean_micro: for every promised group; None if there is none."""

    target: Target
    noising: Noising
    needs: tuple[Need, ...]
    micro: int | None
    mean_micro: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of a published release. micro: what it had of epsilon. half: of its interval at the level asked."""

    name: str
    noising: Noising
    micro: int
    half: int
    sizes: tuple[Size, ...]


def plan(sizes: Iterable[Size], noising: Noising, target: Target) -> Plan:
    """Return the epsilon that each group needs for the target, and what all need that can be promised it.

    >>> found = plan([Size(("N",), 1_000), Size(("S",), 200)], Noising((Fraction(1),)), Target(Fraction(1, 20)))
    >>> [need.micro for need in found.needs], found.micro
    ([59313, 284349], 284349)
    """
    needs = tuple(_need(size, noising, target) for size in sizes)
    if not needs:
        raise InputRefused("there is no group to plan for.")
    return Plan(
        target,
        noising,
        needs,
        max((need.micro for need in needs if need.micro is not None), default=None),
        max((need.mean_micro for need in needs if need.mean_micro is not None), default=None),
    )


def measured(release: Release, name: str | None = None, level: float = 0.95) -> Measured:
    """Return a measure of a release as a plan needs it; without a name the first that counts, or the first.

    Raises InputRefused for a measure that is not there or was noised in another way than is reckoned with here.
    """
    if name is None:
        counts = [measure.name for measure in release.bounded if measure.amount in (Amount.ROWS, Amount.PEOPLE)]
        name = (counts or list(release.measures))[0]
    if name not in release.measures:
        raise ParameterRefused("--measure", name, f"one of {', '.join(release.measures)}")
    scales = dict(release.public_noise)[name]
    parts = [part for part in release.parts if part.measure == name]
    alike = len({part.loss.micro_epsilon for part in parts}) == 1 and len(parts) == len(scales)
    if not alike or not all(part.mechanism.startswith(GEOMETRIC) for part in parts):
        raise InputRefused(f"{release.id}: the noise of {name!r} is not of a kind that can be planned for.")
    grain = parts[0].grain
    half = half_width([part.scale for part in parts], grain, level)
    index = release.measures.index(name)
    return Measured(
        name=name,
        noising=Noising(tuple(Fraction(part.sensitivity, part.grain) for part in parts), grain),
        micro=parts[0].loss.micro_epsilon,
        half=half,
        sizes=tuple(Size(cell.key, cell.values[index], half) for cell in release.cells),
    )


def standing(size: Size) -> Standing:
    """Return whether a size is known well enough to plan for. A sum below 0 counts by its magnitude."""
    if size.number is None:
        return Standing.UNPRINTED
    return Standing.PROMISED if abs(size.number) > size.half else Standing.TOO_SMALL


def needed(number: int, noising: Noising, target: Target, reading: Reading = "interval") -> int | None:
    """Return the smallest micro-epsilon that meets the target in a group of this size; None if 20 is not enough.

    >>> needed(1_000, Noising((Fraction(10),)), Target(Fraction(1, 20)))
    593128
    """
    allowed = target.share * abs(number)
    if reading == "interval":
        return _smallest_interval(noising, int(allowed), target.level)
    return _smallest_mean(noising, allowed)


def price(micro: int, *, measures: int = 1, choosing: bool = False) -> int:
    """Return what a request costs whose measures get `micro` each, in micro-epsilon.

    choosing: each also pays for its contribution bound, out of its own part (`mechanisms.share_of`).

    >>> price(900_000), price(900_000, choosing=True), price(450_000, measures=2, choosing=True)
    (900000, 999999, 999998)
    """
    if not choosing:
        return measures * micro
    whole = micro
    while (left := whole - percent_of(whole, SHARE_PERCENT)) < micro:
        # What is missing is missing at least once over, so this jumps and does not crawl.
        whole += micro - left
    return measures * whole


def smallest_micro(fits: Callable[[int], bool], above: int = 0) -> int | None:
    """Return the smallest micro-epsilon above `above` that fits, up to epsilon 20; None where that does not.

    What fits at one has to fit at every larger one.

    >>> smallest_micro(lambda micro: micro * micro >= 1_000_000), smallest_micro(lambda micro: False)
    (1000, None)
    """
    low, high = above, MICRO_MAX
    if low >= high or not fits(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def scales_at(noising: Noising, micro: int) -> tuple[str, ...]:
    """Return the scales of the noise at an epsilon, one a draw, in the published number's own unit."""
    return tuple(str(float(bound * MICRO / micro)) for bound in noising.bounds)


def _fine_scales(noising: Noising, micro: int) -> tuple[str, ...]:
    return tuple(str(float(bound * noising.grain * MICRO / micro)) for bound in noising.bounds)


def _need(size: Size, noising: Noising, target: Target) -> Need:
    found = standing(size)
    if found is not Standing.PROMISED or size.number is None:
        return Need(size, found)
    micro = needed(size.number, noising, target)
    mean = needed(size.number, noising, target, "mean")
    return Need(size, Standing.PROMISED if micro is not None else Standing.TOO_DEAR, micro, mean)


@lru_cache(maxsize=65_536)
def _smallest_interval(noising: Noising, reach: int, level: float) -> int | None:
    def fits(micro: int) -> bool:
        return width_holds(_fine_scales(noising, micro), noising.grain, reach, level)

    return smallest_micro(fits, above=_widest_micro(noising))


@lru_cache(maxsize=65_536)
def _smallest_mean(noising: Noising, allowed: Fraction) -> int | None:
    def fits(micro: int) -> bool:
        return Fraction(expected_error(scales_at(noising, micro))) <= allowed

    return smallest_micro(fits, above=_widest_micro(noising))


def _widest_micro(noising: Noising) -> int:
    """Return a micro-epsilon below which a scale would be wider than any mechanism has: no use in looking there."""
    return int(max(noising.bounds) * noising.grain * MICRO / int(SCALE_MAX))
