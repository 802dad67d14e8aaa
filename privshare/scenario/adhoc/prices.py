"""Prices of the two suites that noise what two tables share: what is asked, and how it is split into draws.

Promises: whoever builds a scenario and whoever sits at a party of its own read
the same price and split it alike; what no noise can be drawn for is refused.
Leaves to others: the noise (`secure/psi`) and the debit.
"""

from __future__ import annotations

from privshare.errors import ParameterRefused
from privshare.model.loss import PrivacyLoss, delta_e15, micro_epsilon

DELTA_DEFAULT = "1e-6"
"""Delta in all where none is named."""
_DRAWS = 2
"""Draws that pay a delta: of the dummies, one a list."""


def size_price(epsilon: str, delta: str | None) -> PrivacyLoss:
    """Return the whole price of a noised number of shared people (`size/1`).

    epsilon, delta: decimals; delta is DELTA_DEFAULT if None. Raises ParameterRefused for a price that no noise
    can be drawn for.

    >>> size_price("1", None)
    PrivacyLoss(micro_epsilon=1000000, delta_e15=1000000000)
    """
    loss = PrivacyLoss(micro_epsilon(epsilon), delta_e15(DELTA_DEFAULT if delta is None else delta))
    if loss.micro_epsilon < 2:
        raise ParameterRefused("--epsilon", epsilon, "at least 0.000002, for two parts are paid with it")
    return _evenly(loss, "--delta", delta)


def totals_price(epsilon: str, delta: str) -> PrivacyLoss:
    """Return the whole price of counts and sums (`totals-3/1`), as `size_price` does.

    >>> totals_price("0.5", "3e-15")
    PrivacyLoss(micro_epsilon=500000, delta_e15=2)
    """
    loss = PrivacyLoss(micro_epsilon(epsilon), delta_e15(delta))
    if loss.micro_epsilon < 4:
        raise ParameterRefused("epsilon", epsilon, "at least 0.000004, for three parts are paid with it")
    return _evenly(loss, "delta", delta)


def size_parts(loss: PrivacyLoss) -> tuple[int, int, int]:
    """Return what hiding the lists and the number itself pay, in micro-epsilon, and each draw's delta, in 1e-15.

    >>> size_parts(PrivacyLoss(7, 4))
    (3, 4, 2)
    """
    pad = loss.micro_epsilon // 2
    return pad, loss.micro_epsilon - pad, loss.delta_e15 // _DRAWS


def totals_parts(loss: PrivacyLoss) -> tuple[int, int, int, int]:
    """Return what hiding the lists, the counts and the sums pay, in micro-epsilon, and each draw's delta, in 1e-15.

    >>> totals_parts(PrivacyLoss(7, 4))
    (1, 1, 5, 2)
    """
    quarter = loss.micro_epsilon // 4
    return quarter, quarter, loss.micro_epsilon - 2 * quarter, loss.delta_e15 // _DRAWS


def _evenly(loss: PrivacyLoss, name: str, delta: str | None) -> PrivacyLoss:
    """Return what the draws can spend; they pay the same delta, so an odd unit of 1e-15 stays unspent."""
    if loss.delta_e15 < _DRAWS:
        raise ParameterRefused(name, delta, "above 0, for the dummies that hide the lists are truncated")
    return PrivacyLoss(loss.micro_epsilon, loss.delta_e15 - loss.delta_e15 % _DRAWS)
