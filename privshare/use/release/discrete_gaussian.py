"""What discrete Gaussian noise does to its reader: its mean size, and how far it reaches.

P(k) proportional to exp(-k^2 / (2 sigma^2)) over the whole numbers. Up to SUMMED the sums are taken term by term;
beyond, the mean is a normal distribution's, which is within a double's precision of it, and a reach is one larger
than the normal distribution's: a tail at t is below that of a normal one at t - 1 (Canonne, Kamath and Steinke 2020,
Proposition 25).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

SUMMED = 100_000.0
"""Largest sigma whose sums are taken term by term."""
_REACH = 12
"""Beyond 12 sigma lies less than 1e-32."""


@dataclass(frozen=True, slots=True)
class Figures:
    """mean: E|Z|. within: entry h is P(|Z| <= h), for h below its length; 1 beyond."""

    mean: float
    within: np.ndarray[tuple[int], np.dtype[np.float64]]


@lru_cache(maxsize=64)
def _figures(sigma: float) -> Figures:
    sizes = np.arange(math.ceil(_REACH * sigma) + 2, dtype=np.float64)
    weights = np.exp(-((sizes / sigma) ** 2) / 2)
    weights[1:] *= 2  # both signs
    total = weights.sum()
    return Figures(float((sizes * weights).sum() / total), np.cumsum(weights) / total)


def mean_size(sigma: float) -> float:
    """Return E|Z|.

    >>> round(mean_size(10.0), 3)
    7.972
    """
    return _figures(sigma).mean if sigma <= SUMMED else sigma * math.sqrt(2 / math.pi)


def smallest_reach(sigma: float, level: float) -> int:
    """Return h >= 0 with P(|Z| <= h) >= level in [0, 1): the smallest, or one more where sigma is above SUMMED.

    >>> smallest_reach(10.0, 0.95)
    20
    """
    if level <= 0:
        return 0
    if sigma <= SUMMED:
        return int(np.searchsorted(_figures(sigma).within, level))
    return math.ceil(NormalDist().inv_cdf((1 + level) / 2) * sigma) + 1
