"""The noise that is drawn is the noise that is claimed: neither less, nor more, nor of another shape.

Each chi-square test raises a false alarm with probability 1e-9. Bins are
merged until each expects 25 draws. The same test must fail for a wrong twin
(scale x0.7 and x1.3, clamping instead of rejecting), else it has no teeth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import pytest
from scipy.stats import beta, chi2

from privshare.model.bounding import BoundingPlan, Contributions, Discovery
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.secure.noise import add_laplace, laplace_mechanism, truncated_laplace
from privshare.use.release.statistic import answer
from privshare.use.release.terms import MeasureTerms, StatisticTerms

FALSE_ALARM = 1e-9
DRAWS = 100_000


def two_sided(scale: float) -> Callable[[int], float]:
    decay = math.exp(-1 / scale)
    return lambda k: (1 - decay) / (1 + decay) * decay ** abs(k)


def truncated(scale: float, radius: int) -> Callable[[int], float]:
    whole = two_sided(scale)
    mass = sum(whole(k) for k in range(-radius, radius + 1))
    return lambda k: whole(k) / mass if abs(k) <= radius else 0.0


def fits(draws: Sequence[int], chance: Callable[[int], float], reach: int) -> bool:
    """Whether the draws pass chi-square against `chance`, whose mass beyond `reach` is put into the two last bins."""
    seen = Counter(draws)
    bins: list[tuple[float, int]] = []
    expected, counted = 0.0, 0
    for k in range(-reach, reach + 1):
        expected, counted = expected + len(draws) * chance(k), counted + seen.pop(k, 0)
        if expected >= 25:
            bins.append((expected, counted))
            expected, counted = 0.0, 0
    left = len(draws) - sum(e for e, _ in bins), len(draws) - sum(c for _, c in bins)
    bins[-1] = (bins[-1][0] + left[0], bins[-1][1] + left[1])
    statistic = sum((counted - expected) ** 2 / expected for expected, counted in bins)
    return bool(statistic < chi2.isf(FALSE_ALARM, len(bins) - 1))


@pytest.mark.parametrize(("sensitivity", "micro"), [(1, 1_000_000), (3, 500_000), (50, 250_000), (1, 5_000_000)])
def test_added_noise_has_the_scale_that_is_claimed(sensitivity: int, micro: int) -> None:
    mechanism = laplace_mechanism(sensitivity=sensitivity, loss=PrivacyLoss(micro))
    draws = [value - 10 for value in add_laplace([10] * DRAWS, mechanism)]
    scale = sensitivity * 1e6 / micro
    reach = math.ceil(20 * scale) + 1
    assert fits(draws, two_sided(scale), reach)
    assert not fits(draws, two_sided(scale * 0.7), reach), "the test has no teeth"
    assert not fits(draws, two_sided(scale * 1.3), reach), "the test has no teeth"


class Empty:
    """An engine with no rows behind it; this test asks it for sums only."""

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        return [0] * (len(plan.keys) * len(plan.measures))

    def contributions(self, asked: Contributions) -> Sequence[int]:
        raise AssertionError("the bound was given")

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        raise AssertionError("the groups were given")


def test_noise_in_a_release_has_the_scale_that_is_printed() -> None:
    """End to end: a published table of empty groups is a sample of the noise."""
    who, town = ColumnName("who"), ColumnName("town")
    keys = tuple((str(index),) for index in range(20_000))
    loss = PrivacyLoss(800_000)
    asked = StatisticTerms(who, (town,), keys, (MeasureTerms("rows", None, 1, 1, 4, 4, loss, whole=True),))
    bank = PartyId("bank")
    uses = (ColumnUse(bank, who, RungKind.NEVER), ColumnUse(bank, town, RungKind.AFTER_DP))
    granted = Permit(Question("q", "Q?", PurposeId("p"), uses, loss), ("bank.town",), minimum_group=-(2**60))
    release = answer(granted, request="0" * 64, terms=asked, engine=Empty())
    draws = [value for cell in release.cells for value in cell.values if value is not None]
    printed = float(release.public_noise[0][1][0])
    assert len(draws) == len(keys)
    assert fits(draws, two_sided(printed), math.ceil(20 * printed))
    for factor in (0.7, 1.3):
        assert not fits(draws, two_sided(printed * factor), math.ceil(20 * printed)), "the test has no teeth"


def test_truncated_noise_is_conditioned_not_clamped() -> None:
    mechanism, radius = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(500_000)), 5
    draws = truncated_laplace(DRAWS, mechanism, radius=radius)
    assert fits(draws, truncated(mechanism.scale, radius), radius)
    for factor in (0.7, 1.3):
        assert not fits(draws, truncated(mechanism.scale * factor, radius), radius), "the test has no teeth"
    clamped = [max(-radius, min(radius, z)) for z in add_laplace([0] * DRAWS, mechanism)]
    assert not fits(clamped, truncated(mechanism.scale, radius), radius), "clamping passed for conditioning"


def certified_epsilon(near: Sequence[int], far: Sequence[int], threshold: int) -> float:
    """A lower bound on epsilon from the event y >= threshold, by Clopper-Pearson, wrong with probability 1e-9."""
    more, less = (sum(value >= threshold for value in values) for values in (far, near))
    low = beta.ppf(FALSE_ALARM / 2, more, len(far) - more + 1)
    high = beta.ppf(1 - FALSE_ALARM / 2, less + 1, len(near) - less)
    return math.log(low / high)


def test_an_audit_stays_below_the_claim_and_catches_half_the_noise() -> None:
    """Counts 0 and 1 are neighbours at sensitivity 1. 20,000 draws a side certify a mechanism at twice its claim."""
    claim = 1.0
    honest = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(1_000_000))
    faulty = laplace_mechanism(sensitivity=1, loss=PrivacyLoss(2_000_000))
    audited = [
        certified_epsilon(add_laplace([0] * 20_000, mechanism), add_laplace([1] * 20_000, mechanism), 1)
        for mechanism in (honest, faulty)
    ]
    assert audited[0] <= claim
    assert audited[1] > claim, "the audit has no teeth"
