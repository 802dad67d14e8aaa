"""How likely it is that a key-value store (`okvs.py`) cannot be made for n items. For documentation and tests.

Encoding fails if and only if some set of k >= 1 items has rows that XOR to zero. For one given set that asks that its k
items fall evenly into the slots of each of three segments, an even number a slot, and that their masks XOR to zero:

    p_k^3 * 2^-dense,   p_k = P[k balls in s bins leave an even number in each] = 0 for odd k.

So P[failure] <= E(n) * 2^-dense with E(n) = sum over even k of C(n, k) p_k^3, by the union bound, whatever the
items are, for places that a random oracle gives. Slots are uniform up to a relative s * 2^-32, which is left out.
Promises: the sum to about nine digits for n up to 4,096 items; above, terms from k = 4,096 on are replaced by a larger
bound, which is far too small to show in them. Leaves to others: the loops over items (`okvs.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privshare.secure.psi.transfer.okvs import SEGMENTS, Shape

Reals = NDArray[np.float64]

_EXACT = 4096
_FAINT = 1e-250  # below, doubles begin to lose digits, and the bound is taken


def failure_bound(n: int, shape: Shape) -> float:
    """Return log2 of E(n) * 2^-dense; minus infinity for one item, which always reads three slots.

    >>> from privshare.secure.psi.transfer.okvs import shape_for
    >>> round(failure_bound(18, shape_for(18)), 2)
    -64.02
    """
    sizes = np.arange(1, n + 1, dtype=np.float64)
    chosen = np.cumsum(np.log((n + 1 - sizes) / sizes))
    evenly = _log_bound(sizes, shape.slots)
    exact = _evenly(min(n, _EXACT), shape.slots)
    clear = np.flatnonzero(exact > _FAINT)
    evenly[clear] = np.log(exact[clear])
    terms = (chosen + SEGMENTS * evenly)[1::2]
    return float(np.logaddexp.reduce(terms, initial=-np.inf) / np.log(2)) - shape.dense


def _evenly(most: int, slots: int) -> Reals:
    """Return p_k for k = 1 to most, ball by ball: how likely each number of odd bins is."""
    odd = np.arange(min(slots, most // 2 + 1) + 1)  # from more odd bins, `most` balls do not come back to none
    up, down = (slots - odd) / slots, odd / slots
    chances, found = (odd == 0).astype(np.float64), np.zeros(most)
    for k in range(most):
        risen, fallen = chances * up, chances * down
        chances = np.append(fallen[1:], 0.0)
        chances[1:] += risen[:-1]
        found[k] = chances[0]
    return found


def _log_bound(k: Reals, slots: int) -> Reals:
    """Return a number no smaller than log p_k, from p_k = k! s^-k [x^k] cosh(x)^s <= k! s^-k x^-k cosh(x)^s.

    It holds for every x > 0 and is smallest where s x tanh(x) = k; a few of Newton's steps go there.
    """
    x = np.sqrt(k / slots) + k / slots
    for _ in range(8):
        x -= (x * np.tanh(x) - k / slots) / (np.tanh(x) + x / np.cosh(x) ** 2)
    log_cosh = x + np.log1p(np.exp(-2 * x)) - np.log(2)
    bound: Reals = np.cumsum(np.log(k)) - k * np.log(slots * x) + slots * log_cosh
    return bound
