"""Choosing a contribution bound privately, by the error it is estimated to bring.

A bound that is too low throws rows of heavy people away; one that is too high
makes the noise wide for everybody. Both errors can be estimated from a
histogram of how much each person contributes, and one person is in one step
of it, so a small share of the budget buys it (sensitivity 1).
Promises: the choice depends on the noised histogram and on public numbers
only, so it is post-processing; the ladder of candidates is public.
Leaves to others: the histogram (`holders/engines`), the debit.
Why not a fixed quantile: the best bound depends on epsilon and on the number
of groups as well as on the people (Amin, Kulesza, Munoz Medina and
Vassilvitskii 2019, "Bounding User Contributions: A Bias-Variance Trade-off in
Differential Privacy").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from privshare.errors import ParameterRefused

SHARE_PERCENT = 10
"""Percent of a measure's epsilon that goes into choosing its bound."""
UNKNOWN_GROUPS = 20
"""Number of groups reckoned with where the groups themselves are unknown."""
_STEPS = (1, 2, 3, 5, 7)


def ladder_up_to(top: int) -> tuple[int, ...]:
    """Return the public ladder of candidate bounds: 1, 2, 3, 5, 7 times powers of ten, up to `top` and with it.

    >>> ladder_up_to(20)
    (1, 2, 3, 5, 7, 10, 20)
    """
    if type(top) is not int or top < 1:
        raise ParameterRefused("largest bound", top, "a whole number of at least 1")
    candidates = {step * 10**power for power in range(len(str(top))) for step in _STEPS if step * 10**power <= top}
    return tuple(sorted(candidates | {top}))


def choose_bound(
    noised: Sequence[int], ladder: Sequence[int], *, histogram_scale: float, epsilon: float, groups: int
) -> int:
    """Return the candidate with the least estimated error, summed over all groups.

    noised: people a step, with noise of `histogram_scale`. epsilon: what is left for the measure itself.
    Estimated error of a bound B: what people above it lose (their step's middle minus B, times their number)
    plus the mean size of the noise, B / epsilon, in each of `groups` groups. A step whose noised number does
    not stand out of the noise counts as empty, or noise on the highest steps would decide everything.

    >>> choose_bound([900, 90, 10, 0], (1, 2, 5, 100), histogram_scale=1.0, epsilon=1.0, groups=4)
    2
    """
    if len(noised) != len(ladder) or not ladder:
        raise ParameterRefused("histogram", f"{len(noised)} steps", f"one number for each of {len(ladder)} candidates")
    # All steps together stay below this with probability 95 in 100 if they are empty.
    floor = histogram_scale * math.log(len(ladder) / 0.1)
    people = [number if number > floor else 0 for number in noised]
    middles = [math.sqrt(low * high) for low, high in zip((1, *ladder[:-1]), ladder, strict=True)]
    best, least = ladder[0], math.inf
    for bound in ladder:
        lost = sum(number * (middle - bound) for number, middle in zip(people, middles, strict=True) if middle > bound)
        error = lost + groups * bound / epsilon
        if error < least:
            best, least = bound, error
    return best
