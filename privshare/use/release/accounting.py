"""What a release's noise does to its reader, and what its loss lets an adversary believe.

Exact, whatever the scale, by one identity instead of long arrays: the
two-sided geometric with parameter a = exp(-1/scale) has the generating function
1 / (1 + s u), where s = a / (1 - a)^2 and u = 2 - z - 1/z. So the sum of
independent draws with parameters s_1..s_n is, for every linear statistic L
(a tail, a mean), the divided difference of s^(n-1) L(s) over the nodes
s_1..s_n: the partial fractions of the product of 1 / (1 + s_i u). Equal nodes
are set apart by 10^-40 of their size and the sum runs in enough decimal
digits, which moves the answer by less than a double can show.

Leaves to others: which draws went into a number (`Release.public_noise`).
Sources: Inusah and Kozubowski 2006 (the discrete Laplace distribution); for
the odds Wasserman and Zhou 2010, Kairouz, Oh and Viswanath 2015.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

from privshare.errors import ParameterRefused
from privshare.model.loss import PrivacyLoss

TERMS_MAX = 16
_APART = 40


def _nodes(scales: Sequence[str]) -> list[Decimal]:
    """Return the scales as distinct exact decimals; the caller has set the precision."""
    if not 1 <= len(scales) <= TERMS_MAX:
        raise ParameterRefused("scales", f"{len(scales)} of them", f"1 to {TERMS_MAX}, one a draw of noise")
    nodes = []
    for index, text in enumerate(scales, start=1):
        try:
            scale = float(text)
        except ValueError:
            scale = math.nan
        if not 0.01 <= scale <= 2.0**40:
            raise ParameterRefused("scale", text, "a decimal number from 0.01 to 2^40")
        nodes.append(Decimal(scale) * (1 + index * Decimal(10) ** -_APART))
    return nodes


def _of_sum(nodes: Sequence[Decimal], statistic: Callable[[Decimal], Decimal]) -> Decimal:
    """Return a linear statistic of the sum. statistic: takes a scale, gives the statistic of one draw."""
    decays = [(-1 / node).exp() for node in nodes]
    spreads = [decay / (1 - decay) ** 2 for decay in decays]
    total = Decimal(0)
    for index, spread in enumerate(spreads):
        weight = statistic(nodes[index])
        for other, its_spread in enumerate(spreads):
            if other != index:
                weight *= spread / (spread - its_spread)
        total += weight
    return total


def _within(nodes: Sequence[Decimal], reach: int) -> Decimal:
    """Return P(|Z| <= reach)."""
    return 1 - 2 * _of_sum(nodes, lambda scale: (-(reach + 1) / scale).exp() / (1 + (-1 / scale).exp()))


def _smallest(nodes: Sequence[Decimal], level: Decimal) -> int:
    """Return the smallest h >= 0 with P(|Z| <= h) >= level."""
    high = 1
    while _within(nodes, high) < level:
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _within(nodes, middle) >= level else (middle, high)
    return high


def expected_error(scales: Sequence[str]) -> float:
    """Return E|Z| for the sum Z of independent two-sided geometric draws, in the number's own unit.

    scales: decimal texts, one a draw, as in `Release.public_noise`. Raises ParameterRefused for none.

    >>> round(expected_error(["2.0"]), 4), round(expected_error(["2.0", "2.0"]), 4)
    (1.919, 2.9361)
    """
    with localcontext() as context:
        context.prec = 80 + 60 * len(scales)
        return float(_of_sum(_nodes(scales), lambda scale: 2 / ((1 / scale).exp() - (-1 / scale).exp())))


def interval(scales: Sequence[str], level: float = 0.95) -> int:
    """Return the smallest h such that the noise lies in [-h, h] with probability at least `level` in (0, 1).

    >>> interval(["2.0"])
    6
    """
    if not 0 < level < 1:
        raise ParameterRefused("level", level, "a probability between 0 and 1, for example 0.95")
    with localcontext() as context:
        context.prec = 80 + 60 * len(scales)
        return _smallest(_nodes(scales), Decimal(level))


def quantiles(scales: Sequence[str], count: int) -> tuple[int, ...]:
    """Return `count` equally likely values of the noise, ascending and symmetric: the dots of a quantile dotplot.

    The i-th is the quantile at (i + 1/2) / count (Kay et al. 2016).

    >>> quantiles(["2.0"], 10)
    (-5, -2, -1, -1, 0, 0, 1, 1, 2, 5)
    """
    if type(count) is not int or not 1 <= count <= 1000:
        raise ParameterRefused("count", count, "a whole number from 1 to 1000")
    with localcontext() as context:
        context.prec = 80 + 60 * len(scales)
        nodes = _nodes(scales)
        # P(Z <= k) >= p means P(|Z| <= k) >= 2p - 1, for p above one half.
        upper = [_smallest(nodes, Decimal(2 * i + 1 - count) / count) for i in range((count + 1) // 2, count)]
    return (*(-value for value in reversed(upper)), *([0] * (count % 2)), *upper)


def believer_odds(loss: PrivacyLoss) -> float:
    """Return the largest belief that one person is in the data, from an even prior, in [0.5, 1].

    (e^epsilon + delta) / (1 + e^epsilon): no test of one release is right more often than that.

    >>> round(believer_odds(PrivacyLoss(1_000_000)), 3)
    0.731
    """
    against = math.exp(-loss.epsilon)
    return min(1.0, (1 + loss.delta * against) / (1 + against))
