"""The mechanisms of one statistic, built from its terms before any data is touched.

Promises: the losses of all mechanisms add up to the price of the terms, by
basic composition for Laplace (Dwork and Roth 2014, Theorem 3.16); Gaussian
measures share one rho, which adds up, and whose conversion at the stated delta
is within the price (Bun and Steinke 2016).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from privshare.model.bounding import Measure
from privshare.model.loss import MICRO, NO_LOSS, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.release import NoisePart
from privshare.secure.noise import (
    GaussianMechanism,
    KeyedLaplaceMechanism,
    LaplaceMechanism,
    add_gaussian,
    add_laplace,
    gaussian_mechanisms,
    keyed_laplace_mechanism,
    laplace_mechanism,
)
from privshare.secure.psi.noise_part import laplace_part
from privshare.use.release.bias import bias_share
from privshare.use.release.bounds import SHARE_PERCENT
from privshare.use.release.terms import MeasureTerms, Noise, StatisticTerms, measure_of, percent_of

KEYED = "two-sided geometric, groups below a threshold left out"
GAUSSIAN = "discrete Gaussian"
Mechanism = LaplaceMechanism | GaussianMechanism


def share_of(measure: MeasureTerms) -> PrivacyLoss:
    """Return what choosing a measure's bound costs out of its price; nothing where the bound is given."""
    if measure.bound is not None:
        return PrivacyLoss(0)
    return PrivacyLoss(percent_of(measure.loss.micro_epsilon, SHARE_PERCENT))


def left_of(measure: MeasureTerms) -> PrivacyLoss:
    """Return what is left for the measure itself once its bound and its bias are paid for."""
    aside = share_of(measure).micro_epsilon + bias_share(measure).micro_epsilon
    return PrivacyLoss(measure.loss.micro_epsilon - aside, measure.loss.delta_e15)


def chooser(measure: MeasureTerms) -> LaplaceMechanism:
    """Return the mechanism for the histogram that a measure's bound is chosen from."""
    return laplace_mechanism(sensitivity=1, loss=share_of(measure))


def finder(terms: StatisticTerms, count: Measure) -> KeyedLaplaceMechanism:
    """Return the mechanism that finds the groups by their noised count."""
    return keyed_laplace_mechanism(bound=count.bound, loss=left_of(terms.measures[0]))


def mechanisms(terms: StatisticTerms, measures: Sequence[Measure]) -> list[Mechanism]:
    """Return one mechanism a measure, for its numbers over all groups.

    The first of a statistic whose groups are to be found is what its count would get without them: its scale is
    the finder's. Gaussian ones are a batch: what is left of all prices together is what they may cost together.
    """
    left = [left_of(asked) for asked in terms.measures]
    if terms.noise is Noise.GAUSSIAN:
        sensitivities = [measure.sensitivity for measure in measures]
        weights = [loss.micro_epsilon for loss in left]
        return [*gaussian_mechanisms(sensitivities=sensitivities, weights=weights, loss=sum(left, NO_LOSS))]
    return [
        laplace_mechanism(sensitivity=measure.sensitivity, loss=PrivacyLoss(loss.micro_epsilon))
        for loss, measure in zip(left, measures, strict=True)
    ]


def noised(values: Sequence[int], mechanism: Mechanism) -> tuple[int, ...]:
    """Return the values with the mechanism's noise."""
    if isinstance(mechanism, GaussianMechanism):
        return add_gaussian(values, mechanism)
    return add_laplace(values, mechanism)


def strength(terms: StatisticTerms, number: int) -> float:
    """Return the epsilon at which Laplace noise has the mean size of what is left for a measure, per unit of its bound.

    Of Gaussian noise with rho it is sqrt(pi rho): sigma is 1 / sqrt(2 rho), and the mean size sqrt(2 / pi) sigma.
    """
    if terms.noise is Noise.LAPLACE:
        return left_of(terms.measures[number]).micro_epsilon / MICRO
    ones = [measure_of(terms, place, 1) for place, _ in enumerate(terms.measures)]
    mechanism, grain = mechanisms(terms, ones)[number], ones[number].grain
    return math.sqrt(math.pi / 2) * grain / mechanism.scale


def part_of(measure: Measure, mechanism: Mechanism, holder: PartyId, loss: PrivacyLoss) -> NoisePart:
    """Return the draw as it is printed. loss: what it is debited for; of a Gaussian one its part of the joint debit."""
    if not isinstance(mechanism, GaussianMechanism):
        return laplace_part(measure.name, holder, mechanism, measure.grain)
    return NoisePart(
        measure=measure.name,
        mechanism=GAUSSIAN,
        drawn_by=holder,
        sensitivity=mechanism.sensitivity,
        scale=str(mechanism.scale),
        loss=loss,
        map_epsilon=str(mechanism.map_epsilon),
        grain=measure.grain,
    )


def found_part(measure: Measure, holder: PartyId, mechanism: KeyedLaplaceMechanism) -> NoisePart:
    """Return the draw that found the groups as it is printed."""
    return NoisePart(
        measure=measure.name,
        mechanism=KEYED,
        drawn_by=holder,
        sensitivity=mechanism.bound,
        scale=str(mechanism.scale),
        loss=mechanism.loss,
        map_epsilon=str(mechanism.map_epsilon),
    )
