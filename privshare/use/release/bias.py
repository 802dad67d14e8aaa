"""How much a contribution bound cuts away in each group, estimated at a stated part of the price.

Scaling heavy people down makes every group's number too small, and groups of heavy people more so. That is an error
that no noise explains, and nothing that was released says in which group it fell. So the same question is asked at a
second, higher bound: the exact difference of the two answers, group by group, is what the first bound cuts away from
people who have at most the second. It gets noise of its own and is an estimate of the bias, with an interval.

Promises: one person moves the differences of all groups together by at most `sensitivity`, which is proven below; the
second bound follows from what was already noised, or from the first, so nothing else is spent; the measure's own
number is not touched by it.
What it does not see: what people above the second bound lose beyond it, and what clamping a row's value does.

Proof, in units of 1/grain, for the bounds B < C and one person with numbers n_k, total T, in at most K groups. In each
group the answer at C is not below the one at B in magnitude, and has its sign. Where T <= B both are n_k * grain. Else
the magnitude at C is at most grain * |n_k| * min(1, C / T), and at B above grain * |n_k| * B / T - 1, so the
differences add up to at most grain * (C - B) + K; and to no more than grain * C, since the answer at C does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from privshare.errors import NoiseRefused
from privshare.model.bounding import Amount, Measure
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.release import Bias, BiasCell, NoisePart
from privshare.secure.noise import LaplaceMechanism, add_laplace, laplace_mechanism
from privshare.secure.psi.noise_part import laplace_part
from privshare.use.release.accounting import half_width
from privshare.use.release.bounds import Seen, middles_of, people_behind
from privshare.use.release.terms import FINE_MAX, PEOPLE_MAX, MeasureTerms, percent_of

PERCENT_MAX = 50
"""Most percent of a measure's epsilon that may go into its bias."""
PREFIX = "bias of "
LEVEL = 0.95


def bias_share(asked: MeasureTerms) -> PrivacyLoss:
    """Return what estimating a measure's bias costs out of its price; nothing where it is not asked for."""
    if not asked.bias_percent:
        return PrivacyLoss(0)
    return PrivacyLoss(percent_of(asked.loss.micro_epsilon, asked.bias_percent))


def second_bound(bound: int, grain: int, seen: Seen | None, *, epsilon: float, groups: int) -> int:
    """Return the bound up to which the loss is looked at, above `bound`.

    seen: the noised histogram that chose the bound; then the candidate with the least estimated error, which is what
    people above it lose beyond it, plus the noise of the difference in each group. None, for a bound that was given:
    twice the bound, as there is nothing to go by.
    """
    highest = bound + FINE_MAX // grain
    if seen is None or not any(bound < step <= highest for step in seen.ladder):
        return min(2 * bound, highest)
    people = people_behind(seen.noised, seen.ladder, histogram_scale=seen.scale)
    middles = middles_of(seen.ladder)

    def error(second: int) -> float:
        beyond = sum(number * max(0.0, middle - second) for number, middle in zip(people, middles, strict=True))
        return beyond + groups * (second - bound) / epsilon

    return min((step for step in seen.ladder if bound < step <= highest), key=error)


def sensitivity(measure: Measure, second: int, groups: int) -> int:
    """Return how far one person can move the differences of all groups together, in units of 1/grain.

    >>> sensitivity(Measure("visits", None, 1, 1, bound=5, grain=1000), 10, groups=4)
    5004
    """
    return min((second - measure.bound) * measure.grain + groups, second * measure.grain)


def dearest(groups: int) -> int:
    """Return the largest sensitivity that `second_bound` could lead to, whatever is chosen."""
    return FINE_MAX + groups


def raised(measure: Measure, second: int) -> Measure:
    """Return the measure under its second bound, to be asked in the same plan."""
    return replace(measure, name=f"{measure.name}, up to {second}", bound=second)


def mechanism_of(asked: MeasureTerms, sensitivity: int) -> LaplaceMechanism:
    """Return the mechanism for the differences of a measure."""
    return laplace_mechanism(sensitivity=sensitivity, loss=bias_share(asked))


def estimated(
    measure: Measure, second: int, above: Sequence[int], below: Sequence[int],
    *, asked: MeasureTerms, holder: PartyId,
) -> tuple[Bias, NoisePart]:  # fmt: skip
    """Return the noised differences as an estimate of the bias, and their draw.

    above, below: the exact answers at the second bound and at the measure's own, one a group. Raises NoiseRefused for
    an engine that broke its plan.
    """
    mechanism = mechanism_of(asked, sensitivity(measure, second, groups=len(below)))
    lost = [more - less for more, less in zip(above, below, strict=True)]
    if any(type(value) is not int or abs(value) > mechanism.sensitivity * PEOPLE_MAX for value in lost):
        raise NoiseRefused("the engine's answers at two bounds differ by more than the plan proves")
    half = half_width([str(mechanism.scale)], measure.grain, LEVEL)
    noised = add_laplace(lost, mechanism)
    part = laplace_part(PREFIX + measure.name, holder, mechanism, measure.grain)
    # What is cut away is missing, so the bias is below 0 where no row adds less than 0.
    rounded = [-((2 * value + measure.grain) // (2 * measure.grain)) for value in noised]
    cells = tuple(BiasCell(value, *ends(value, half, signed=is_signed(measure))) for value in rounded)
    return Bias(measure.name, measure.bound, second, half, cells), part


def ends(estimate: int, half: int, *, signed: bool) -> tuple[int, int]:
    """Return the interval of a bias; where no row adds less than 0 a bound can only take away.

    >>> ends(-30, 50, signed=False), ends(-30, 50, signed=True)
    ((-80, 0), (-80, 20))
    """
    low, high = estimate - half, estimate + half
    return (low, high) if signed else (min(0, low), min(0, high))


def is_signed(measure: Measure) -> bool:
    """Tell whether a row may add less than 0; else nothing but loss is possible."""
    return measure.amount is Amount.SUM and measure.lower < measure.centre
