"""The mechanisms of one statistic, built from its terms before any data is touched.

Promises: the losses of all mechanisms add up to the price of the terms, by
basic composition for Laplace (Dwork and Roth 2014, Theorem 3.16); Gaussian
measures share one rho, which adds up, and whose conversion at the stated delta
is within the price (Bun and Steinke 2016).
"""

from __future__ import annotations

from collections.abc import Sequence

from privshare.model.bounding import Measure
from privshare.model.loss import PrivacyLoss
from privshare.secure.noise import (
    KeyedLaplaceMechanism,
    LaplaceMechanism,
    keyed_laplace_mechanism,
    laplace_mechanism,
)
from privshare.use.release.bounds import SHARE_PERCENT
from privshare.use.release.terms import MeasureTerms, StatisticTerms


def share_of(measure: MeasureTerms) -> PrivacyLoss:
    """Return what choosing a measure's bound costs out of its price; nothing where the bound is given."""
    if measure.bound is not None:
        return PrivacyLoss(0)
    return PrivacyLoss(max(1, measure.loss.micro_epsilon * SHARE_PERCENT // 100))


def left_of(measure: MeasureTerms) -> PrivacyLoss:
    """Return what is left for the measure itself once its bound is paid for."""
    return PrivacyLoss(measure.loss.micro_epsilon - share_of(measure).micro_epsilon, measure.loss.delta_e15)


def chooser(measure: MeasureTerms) -> LaplaceMechanism:
    """Return the mechanism for the histogram that a measure's bound is chosen from."""
    return laplace_mechanism(sensitivity=1, loss=share_of(measure))


def finder(terms: StatisticTerms, count: Measure) -> KeyedLaplaceMechanism:
    """Return the mechanism that finds the groups by their noised count."""
    return keyed_laplace_mechanism(bound=count.bound, loss=left_of(terms.measures[0]))


def mechanisms(terms: StatisticTerms, measures: Sequence[Measure]) -> list[LaplaceMechanism]:
    """Return one mechanism a measure, for its numbers over all groups.

    The first of a statistic whose groups are to be found is what its count would get without them: its scale is
    the finder's.
    """
    return [
        laplace_mechanism(sensitivity=measure.sensitivity, loss=PrivacyLoss(left_of(asked).micro_epsilon))
        for asked, measure in zip(terms.measures, measures, strict=True)
    ]
