"""What a release's noise does to its reader, and what its loss lets an adversary believe.

Exact, whatever the scale, by one identity instead of long arrays: the
two-sided geometric with parameter a = exp(-1/scale) has the generating function
1 / (1 + s u), where s = a / (1 - a)^2 and u = 2 - z - 1/z. So the sum of
independent draws with parameters s_1..s_n is, for every linear statistic L
(a tail, a mean), the divided difference of s^(n-1) L(s) over the nodes
s_1..s_n: the partial fractions of the product of 1 / (1 + s_i u). All nodes
are set apart by 10^-25 of their size and the sum runs in enough decimal
digits, which moves the answer by less than a double can show.

A discrete Gaussian is never added to another draw; its figures are in `discrete_gaussian.py`, and its scale is
written `sigma` and the decimal number.

Leaves to others: which draws went into a number (`Release.public_noise`).
Sources: Inusah and Kozubowski 2006 (the discrete Laplace distribution); for
the odds Wasserman and Zhou 2010, Kairouz, Oh and Viswanath 2015.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, localcontext

from privshare.errors import ParameterRefused
from privshare.model.loss import PrivacyLoss
from privshare.model.release import SIGMA, Release
from privshare.use.release.discrete_gaussian import mean_size, smallest_reach

TERMS_MAX = 16
_APART = Decimal(10) ** -25
Terms = Sequence[tuple[Decimal, Decimal]]
"""One (scale, weight) a draw; a statistic of the sum is the weighted sum of the statistics of the draws."""


def _sigma(scales: Sequence[str]) -> float | None:
    """Return the sigma of a lone discrete Gaussian draw, or None for two-sided geometric ones."""
    if len(scales) == 1 and scales[0].startswith(SIGMA):
        return float(_scale(scales[0].removeprefix(SIGMA)))
    return None


@contextmanager
def _terms(scales: Sequence[str]) -> Iterator[Terms]:
    """Give the terms of a sum of draws, and enough digits to work with them."""
    if not 1 <= len(scales) <= TERMS_MAX:
        raise ParameterRefused("scales", f"{len(scales)} of them", f"1 to {TERMS_MAX}, one a draw of noise")
    with localcontext() as context:
        context.prec = 60 + 30 * len(scales)  # each pair of equal nodes cancels 25 digits
        nodes = [_scale(text) * (1 + index * _APART) for index, text in enumerate(scales, start=1)]
        decays = [(-1 / node).exp() for node in nodes]
        spreads = [decay / (1 - decay) ** 2 for decay in decays]
        yield [
            (node, math.prod((s / (s - t) for j, t in enumerate(spreads) if j != i), start=Decimal(1)))
            for i, (node, s) in enumerate(zip(nodes, spreads, strict=True))
        ]


def _scale(text: str) -> Decimal:
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0.01 <= scale <= 2.0**40:
        raise ParameterRefused("scale", text, "a decimal number from 0.01 to 2^40")
    return Decimal(scale)


def _within(terms: Terms, reach: int) -> Decimal:
    """Return P(|Z| <= reach)."""
    tails = (weight * (-(reach + 1) / scale).exp() / (1 + (-1 / scale).exp()) for scale, weight in terms)
    return 1 - 2 * sum(tails, Decimal(0))


def _smallest(terms: Terms, level: Decimal) -> int:
    """Return the smallest h >= 0 with P(|Z| <= h) >= level."""
    high = 1
    while _within(terms, high) < level:
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _within(terms, middle) >= level else (middle, high)
    return high


def expected_error(scales: Sequence[str]) -> float:
    """Return E|Z| for the sum Z of independent two-sided geometric draws, in the number's own unit.

    scales: decimal texts, one a draw, as in `Release.public_noise`. Raises ParameterRefused for none.

    >>> round(expected_error(["2.0"]), 4), round(expected_error(["2.0", "2.0"]), 4)
    (1.919, 2.9361)
    >>> round(expected_error(["sigma 2.0"]), 4)
    1.5621
    """
    if (sigma := _sigma(scales)) is not None:
        return mean_size(sigma)
    with _terms(scales) as terms:
        return float(sum(weight * 2 / ((1 / scale).exp() - (-1 / scale).exp()) for scale, weight in terms))


def interval(scales: Sequence[str], level: float = 0.95) -> int:
    """Return the smallest h such that the noise lies in [-h, h] with probability at least `level` in (0, 1).

    >>> interval(["2.0"])
    6
    """
    if not 0 < level < 1:
        raise ParameterRefused("level", level, "a probability between 0 and 1, for example 0.95")
    if (sigma := _sigma(scales)) is not None:
        return smallest_reach(sigma, level)
    with _terms(scales) as terms:
        return _smallest(terms, Decimal(level))


def holds(scales: Sequence[str], reach: int, level: float) -> bool:
    """Return whether the noise lies in [-reach, reach] with probability at least `level`: `interval` <= reach.

    >>> holds(["2.0"], 5, 0.95), holds(["2.0"], 6, 0.95)
    (False, True)
    """
    if (sigma := _sigma(scales)) is not None:
        return smallest_reach(sigma, level) <= reach
    with _terms(scales) as terms:
        return _within(terms, reach) >= Decimal(level)


def half_width(scales: Sequence[str], grain: int, level: float = 0.95) -> int:
    """Return h such that a published number is within h of the exact one with probability at least `level`.

    scales: of the draws, in units of 1/grain. A finer grain than whole numbers is rounded in the end, by up to a half.

    >>> half_width(["2.0"], 1), half_width(["2000.0"], 1000)
    (6, 7)
    """
    reach = interval(scales, level)
    return reach if grain == 1 else -(-(2 * reach + grain) // (2 * grain))


def width_holds(scales: Sequence[str], grain: int, reach: int, level: float) -> bool:
    """Return whether `half_width` is at most `reach`.

    >>> width_holds(["2000.0"], 1000, 6, 0.95), width_holds(["2000.0"], 1000, 7, 0.95)
    (False, True)
    """
    fine = reach if grain == 1 else (2 * reach - 1) * grain // 2
    return fine >= 0 and holds(scales, fine, level)


def quantiles(scales: Sequence[str], count: int) -> tuple[int, ...]:
    """Return `count` equally likely values of the noise, ascending and symmetric: the dots of a quantile dotplot.

    The i-th is the quantile at (i + 1/2) / count (Kay et al. 2016).

    >>> quantiles(["2.0"], 10)
    (-5, -2, -1, -1, 0, 0, 1, 1, 2, 5)
    """
    if type(count) is not int or not 1 <= count <= 1000:
        raise ParameterRefused("count", count, "a whole number from 1 to 1000")
    # P(Z <= k) >= p means P(|Z| <= k) >= 2p - 1, for p above one half.
    levels = [Decimal(2 * i + 1 - count) / count for i in range((count + 1) // 2, count)]
    if (sigma := _sigma(scales)) is not None:
        upper = [smallest_reach(sigma, float(level)) for level in levels]
    else:
        with _terms(scales) as terms:
            upper = [_smallest(terms, level) for level in levels]
    return (*(-value for value in reversed(upper)), *([0] * (count % 2)), *upper)


def loss_everywhere(release: Release) -> PrivacyLoss:
    """Return what a release costs a person who is in every table it was made from, at most.

    `release.loss` is what each holder debits. In a linkage suite both holders pad their lists and everybody may
    see both lengths, so whoever is in both loses one padding more than either holder debits.

    Never below `release.loss`; equal to it for one holder.
    """
    if len(release.holders) < 2:
        return release.loss
    from privshare.secure.psi.noise_part import loss_in_both  # which a release of one table does not load

    return loss_in_both(release.loss, release.parts)


def believer_odds(loss: PrivacyLoss) -> float:
    """Return the largest belief that one person is in the data, from an even prior, in [0.5, 1].

    (e^epsilon + delta) / (1 + e^epsilon): no test of one release is right more often than that.

    >>> round(believer_odds(PrivacyLoss(1_000_000)), 3)
    0.731
    """
    against = math.exp(-loss.epsilon)
    return min(1.0, (1 + loss.delta * against) / (1 + against))
