"""A black-box lower bound on what a release's noise lets through, found by running its own code path many times.

Two worlds that differ in one person: a group that nobody else is in, with and
without somebody who contributes as much as they can. The holder's engine bounds
both; then the very code that made the release (`use/release/statistic.py`)
noises many copies of the two answers, and the published numbers are told apart
by the likelihood ratio that they should have. On one half of the draws an event
is chosen, on the other half its odds are bounded, so that the choice cannot
flatter the bound. With probability `CONFIDENCE` the true epsilon is at least
the figure returned: a figure above the claim shows a fault, one below it shows
nothing but that this adversary found none. For Gaussian noise the odds bound the mu of a
Gaussian mechanism, which is restated as epsilon at the claim's delta: a millionth could not be
seen in any number of draws.

Sources: Ding, Wang, Wang, Zhang and Kifer 2018 and Bichsel, Steffen, Bogunovic
and Vechev 2021 (events, halves). The bounds themselves are in `confidence.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from privshare.comparison.confidence import (
    certified,
    epsilon_shown,
    gaussian_ratio,
    laplace_ratio,
    lowest_share,
    mu_shown,
)
from privshare.errors import InputRefused, ParameterRefused
from privshare.holders.engines.pandas_engine import PandasEngine
from privshare.model.bounding import BoundingPlan, Contributions, Discovery, Measure
from privshare.model.category import RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId, PurposeId
from privshare.model.question import ColumnUse, Permit, Question
from privshare.model.release import SIGMA, Release
from privshare.use.release.bias import PREFIX
from privshare.use.release.concentrated import gaussian_epsilon
from privshare.use.release.mechanisms import GAUSSIAN, KEYED
from privshare.use.release.statistic import answer
from privshare.use.release.terms import MeasureTerms, Noise, StatisticTerms

CONFIDENCE = 0.999
SAMPLES = 100_000
SAMPLES_MAX = 1_000_000
HEAVY_ROWS = 100_000
PERSON, GROUP, VALUE = ColumnName("person"), ColumnName("group"), ColumnName("value")
HOLDER, PURPOSE = PartyId("audited"), PurposeId("audit")
DELTA_E15 = 5 * 10**12
"""The delta, 0.005, at which finding groups is audited: a millionth could not be seen in any number of draws."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. claimed: the loss of the noise that was audited. samples: draws a world.

    lower: epsilon is at least this, with probability CONFIDENCE. found: 0 to samples, how often a group of one
    person alone was published, and allowed: delta that it was audited at; None where groups were public.
    """

    claimed: PrivacyLoss
    samples: int
    lower: float
    found: int | None
    found_lower: float | None
    allowed: float | None

    @property
    def holds(self) -> bool:
        """Whether nothing above the claim was found."""
        enough = self.found_lower is None or self.allowed is None or self.found_lower <= self.allowed
        return self.lower <= self.claimed.epsilon and enough


def audit_release(release: Release, *, samples: int = SAMPLES) -> Audit:
    """Return the audit of a statistic of one holder; what chose its bounds is not in it.

    Raises InputRefused for a release of another suite, ParameterRefused for samples out of range.
    """
    if not release.bounded:
        raise InputRefused(
            f"the release {release.id!r} is of the suite {release.suite}; audited are statistics of one holder."
        )
    if not 1_000 <= samples <= SAMPLES_MAX:
        raise ParameterRefused("samples", samples, f"a whole number from 1000 to {SAMPLES_MAX}")
    finds = any(part.mechanism == KEYED for part in release.parts)
    losses = {
        part.measure: PrivacyLoss(part.loss.micro_epsilon) if part.mechanism == KEYED else part.loss
        for part in release.parts
        if part.measure and not part.measure.startswith(PREFIX)
    }
    gaussian = any(part.mechanism == GAUSSIAN for part in release.parts)
    terms = _terms(release.bounded, losses, Noise.GAUSSIAN if gaussian else Noise.LAPLACE)
    without, with_one = (_bounded(release.bounded, heavy=heavy) for heavy in (False, True))
    worlds = [_published(terms, exact, samples) for exact in (without, with_one)]
    scales = [float(scale.removeprefix(SIGMA)) for _, (scale,) in release.public_noise]
    grains = [measure.grain for measure in release.bounded]
    first, second = (
        [number / grain for number, grain in zip(exact, grains, strict=True)] for exact in (without, with_one)
    )
    ratio, shown = (gaussian_ratio, mu_shown) if gaussian else (laplace_ratio, epsilon_shown)
    quiet, loud = ([ratio(row, first, second, scales) for row in world] for world in worlds)
    claimed = sum(losses.values(), NO_LOSS)
    lower = max(
        certified(loud, quiet, shown, above=True, delta=claimed.delta, confidence=CONFIDENCE),
        certified(quiet, loud, shown, above=False, delta=claimed.delta, confidence=CONFIDENCE),
    )
    if gaussian:
        lower = gaussian_epsilon(lower, claimed.delta) if lower > 0 else 0.0
    found = _found_alone(terms, samples) if finds else None
    return Audit(
        claimed=claimed,
        samples=samples,
        lower=max(lower, 0.0),
        found=found,
        found_lower=None if found is None else lowest_share(found, samples, 1 - CONFIDENCE),
        allowed=None if found is None else PrivacyLoss(0, DELTA_E15).delta,
    )


def _terms(measures: Sequence[Measure], losses: Mapping[str, PrivacyLoss], noise: Noise) -> StatisticTerms:
    """Return the release's own terms over a table of ours, whose groups are public."""
    return StatisticTerms(
        person=PERSON,
        by=(GROUP,),
        keys=(("g",),),
        measures=tuple(
            MeasureTerms(
                name=measure.name,
                column=VALUE if measure.column is not None else None,
                lower=measure.lower,
                upper=measure.upper,
                bound=measure.bound,
                top=measure.bound,
                loss=losses[measure.name],
                amount=measure.amount,
                centre=measure.centre,
                whole=measure.grain == 1,
            )
            for measure in measures
        ),
        noise=noise,
    )


def _bounded(measures: Sequence[Measure], *, heavy: bool) -> tuple[int, ...]:
    """Return what the reference engine gives for the group, with or without a person who contributes all they can."""
    answers: list[int] = []
    for measure in measures:
        rows = [("light", "elsewhere", 0)]
        if heavy:
            farthest = max((measure.lower, measure.upper), key=lambda value: abs(value - measure.centre))
            each = max(1, measure.reach)
            rows += [("heavy", "g", farthest)] * min(HEAVY_ROWS, 2 * measure.bound // each + 2)
        frame = pd.DataFrame(rows, columns=[PERSON, GROUP, VALUE])
        ours = Measure(
            measure.name, VALUE if measure.column is not None else None, measure.lower, measure.upper, measure.bound,
            measure.amount, measure.centre, measure.norm, measure.grain,
        )  # fmt: skip
        answers += PandasEngine(frame).plan(BoundingPlan(PERSON, (GROUP,), (("g",),), (ours,)))
    return tuple(answers)


@dataclass(frozen=True, slots=True)
class _Copies:
    """An engine that gives the same exact numbers for every group."""

    exact: tuple[int, ...]

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        return [number for number in self.exact[-len(plan.measures) :] for _ in plan.keys]

    def contributions(self, asked: Contributions) -> Sequence[int]:
        return [0] * len(asked.ladder)

    def discovery(self, asked: Discovery) -> Mapping[tuple[str, ...], int]:
        return {(f"g{place}",): min(1, asked.measure.bound) for place in range(self.exact[0])}


def _published(terms: StatisticTerms, exact: tuple[int, ...], samples: int) -> list[tuple[int, ...]]:
    """Return `samples` published rows of numbers, each with fresh noise from the release's own code."""
    many = _with_keys(terms, tuple((f"g{place}",) for place in range(samples)))
    made = answer(_permit(many), request="0" * 64, terms=many, engine=_Copies(exact))
    return [tuple(value for value in cell.values if value is not None) for cell in made.cells]


def _found_alone(terms: StatisticTerms, samples: int) -> int:
    """Return how many of `samples` groups, each made up by one person in one row, are published."""
    first = terms.measures[0]
    loss = PrivacyLoss(first.loss.micro_epsilon, DELTA_E15)
    finding = MeasureTerms(first.name, None, 1, 1, 1, 1, loss, first.amount)
    unknown = StatisticTerms(PERSON, (GROUP,), None, (finding,))
    made = answer(_permit(unknown), request="0" * 64, terms=unknown, engine=_Copies((samples,)))
    return len(made.cells)


def _with_keys(terms: StatisticTerms, keys: tuple[tuple[str, ...], ...]) -> StatisticTerms:
    return StatisticTerms(terms.person, terms.by, keys, terms.measures, terms.noise)


def _permit(terms: StatisticTerms) -> Permit:
    """Return a permit for exactly these terms over the audit's own table; no holder's data are behind it."""
    forms = ((PERSON, RungKind.NEVER), (GROUP, RungKind.AFTER_DP), (VALUE, RungKind.AFTER_DP))
    uses = tuple(ColumnUse(HOLDER, column, form) for column, form in forms)
    loss = sum((measure.loss for measure in terms.measures), NO_LOSS)
    return Permit(Question("audit", "audit", PURPOSE, uses, loss), (), 0)
