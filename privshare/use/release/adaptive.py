"""A statistic whose bounds or groups are not given: both are found privately, at a stated share of the price.

Promises, in this order: every mechanism that does not depend on the data is
built, and the dearest one that could be needed is tried, before the first query;
bounds are chosen from noised histograms (`bounds.py`); groups whose names are not
public are published only if their noised count reaches a threshold (Korolova,
Kenthapadi, Mishra and Ntoulas 2009), and the noised count that decided is the one
that is printed, so it is paid for once; all further measures are asked for the published
groups only. The parts add up to the permitted loss exactly.
Leaves to others: permit, debit, the engine behind the holder's wall.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.bounding import BoundingPlan, Contributions, Discovery, Measure
from privshare.model.loss import MICRO, NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId
from privshare.model.question import Permit
from privshare.model.release import NoisePart, Release
from privshare.secure.noise import (
    LaplaceMechanism,
    add_keyed_laplace,
    add_laplace,
    keyed_laplace_mechanism,
    laplace_mechanism,
)
from privshare.secure.psi.noise_part import laplace_part
from privshare.use.release.bounds import SHARE_PERCENT, UNKNOWN_GROUPS, choose_bound, ladder_up_to
from privshare.use.release.statistic import check_range, noised_columns, only_holder, release_of

KEYED = "two-sided geometric, groups below a threshold left out"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureTerms:
    """A measure as asked. bound: None to have it chosen, from candidates up to `top`. loss: its whole price."""

    name: str
    column: ColumnName | None
    lower: int
    upper: int
    bound: int | None
    top: int
    loss: PrivacyLoss


@dataclass(frozen=True, slots=True)
class StatisticTerms:
    """A statistic as asked. keys: public groups, or None to find them; then the first measure must count rows.

    The price of finding groups is the delta in the first measure's loss.
    """

    person: ColumnName
    by: tuple[ColumnName, ...]
    keys: tuple[Key, ...] | None
    measures: tuple[MeasureTerms, ...]


class Engine(Protocol):
    """What runs behind the holder's wall; only whole numbers bounded a person come out."""

    def plan(self, plan: BoundingPlan) -> Sequence[int]:
        """Run a bounding plan."""
        ...

    def contributions(self, asked: Contributions) -> Sequence[int]:
        """Count people by how much they contribute."""
        ...

    def discovery(self, asked: Discovery) -> Mapping[Key, int]:
        """Count rows of every group that occurs."""
        ...


def price(terms: StatisticTerms) -> PrivacyLoss:
    """Return what the statistic costs each person: the sum over its measures."""
    return sum((measure.loss for measure in terms.measures), NO_LOSS)


def answer_terms(
    permit: Permit, *, request: str, terms: StatisticTerms, engine: Engine, max_people: int = 10**9
) -> Release:
    """Find what is missing, run the rest once and return the noised release.

    Raises ParameterRefused or NoiseRefused before the first query for whatever the permit or the terms have
    wrong, and NoiseRefused after it only for an engine that broke its plan.
    """
    check_terms(terms, max_people=max_people)
    holder = only_holder(permit, terms.person, terms.by, [_widest(measure) for measure in terms.measures])
    if price(terms) != permit.question.loss:
        raise ParameterRefused("terms", f"{price(terms).micro_epsilon} micro-epsilon in all", "the permitted loss")
    choosers = {measure.name: _chooser(measure) for measure in terms.measures if measure.bound is None}
    bounds = {
        measure.name: measure.bound or _chosen(measure, terms, choosers[measure.name], engine)
        for measure in terms.measures
    }
    measures = [_measure(measure, bounds[measure.name]) for measure in terms.measures]
    parts = [laplace_part("", holder, mechanism) for mechanism in choosers.values()]
    told = [
        (f"{measure.name}: bound chosen privately among", f"{len(ladder_up_to(measure.top))} up to {measure.top}")
        for measure in terms.measures
        if measure.bound is None
    ]
    losses = {measure.name: _left(measure) for measure in terms.measures}
    keys, columns, scales = terms.keys, [], {}
    if keys is None:
        keys, counts, part, threshold = _found(terms, measures[0], losses[measures[0].name], holder, engine)
        columns, scales = [counts], {measures[0].name: float(part.scale)}
        parts.append(part)
        told.append(("groups are published from a noised count of", str(threshold)))
    rest = [measure for measure in measures if measure.name not in scales]
    if rest:
        mechanisms = {m.name: laplace_mechanism(sensitivity=m.bound, loss=losses[m.name]) for m in rest}
        if keys:
            plan = BoundingPlan(terms.person, terms.by, keys, tuple(rest))
            columns += noised_columns(plan, mechanisms, engine.plan, max_people)
        else:
            columns += [() for _ in rest]
        scales |= {name: mechanism.scale for name, mechanism in mechanisms.items()}
        parts += [laplace_part(name, holder, mechanism) for name, mechanism in mechanisms.items()]
    return release_of(
        permit,
        request=request,
        by=terms.by,
        measures=measures,
        keys=keys,
        columns=columns,
        parts=parts,
        scales=scales,
        max_people=max_people,
        told=told,
    )


def check_terms(terms: StatisticTerms, *, max_people: int = 10**9) -> None:
    """Raise ParameterRefused or NoiseRefused for terms that could not be answered, whatever the data are."""
    widest = tuple(_widest(measure) for measure in terms.measures)
    # Where the groups are still to be found, one that stands for them is enough to check all the rest of the plan.
    keys = terms.keys if terms.keys is not None else (("",) * len(terms.by),)
    BoundingPlan(terms.person, terms.by, keys, widest)
    if terms.keys is None:
        if terms.measures[0].column is not None:
            raise ParameterRefused("measures", "no count first", "a count of rows first, for it finds the groups")
        Discovery(terms.person, terms.by, widest[0].bound)
    for number, (measure, most) in enumerate(zip(terms.measures, widest, strict=True)):
        loss = _left(measure)
        if measure.bound is None:
            _chooser(measure)
        if terms.keys is None and number == 0:
            keyed_laplace_mechanism(bound=most.bound, loss=loss)
            loss = PrivacyLoss(loss.micro_epsilon)
        check_range(most, laplace_mechanism(sensitivity=most.bound, loss=loss).scale, max_people)


def _widest(measure: MeasureTerms) -> Measure:
    return _measure(measure, measure.top if measure.bound is None else measure.bound)


def _measure(terms: MeasureTerms, bound: int) -> Measure:
    return Measure(terms.name, terms.column, terms.lower, terms.upper, bound)


def _share(measure: MeasureTerms) -> PrivacyLoss:
    return PrivacyLoss(max(1, measure.loss.micro_epsilon * SHARE_PERCENT // 100))


def _left(measure: MeasureTerms) -> PrivacyLoss:
    """Return what is left for the measure itself once its bound is paid for."""
    spent = _share(measure).micro_epsilon if measure.bound is None else 0
    return PrivacyLoss(measure.loss.micro_epsilon - spent, measure.loss.delta_e15)


def _chooser(measure: MeasureTerms) -> LaplaceMechanism:
    if _left(measure).micro_epsilon < 1:
        raise NoiseRefused("epsilon is too small to be shared between a measure and the choice of its bound")
    return laplace_mechanism(sensitivity=1, loss=_share(measure))


def _chosen(measure: MeasureTerms, terms: StatisticTerms, chooser: LaplaceMechanism, engine: Engine) -> int:
    ladder = ladder_up_to(measure.top)
    people = list(
        engine.contributions(
            Contributions(terms.person, terms.by, terms.keys, measure.column, measure.lower, measure.upper, ladder)
        )
    )
    if len(people) != len(ladder):
        raise NoiseRefused("the engine's histogram does not have the shape of the ladder")
    return choose_bound(
        add_laplace(people, chooser),
        ladder,
        histogram_scale=chooser.scale,
        epsilon=_left(measure).micro_epsilon / MICRO,
        groups=UNKNOWN_GROUPS if terms.keys is None else len(terms.keys),
    )


def _found(
    terms: StatisticTerms, count: Measure, loss: PrivacyLoss, holder: PartyId, engine: Engine
) -> tuple[tuple[Key, ...], tuple[int, ...], NoisePart, int]:
    """Return the published groups, their noised counts, the noise part and the threshold."""
    mechanism = keyed_laplace_mechanism(bound=count.bound, loss=loss)
    exact = engine.discovery(Discovery(terms.person, terms.by, count.bound))
    # A name is one text for the library; JSON keeps apart what joining by a separator would mix up.
    named = {json.dumps(list(key), ensure_ascii=True): key for key in exact}
    noised = add_keyed_laplace({name: exact[key] for name, key in named.items()}, mechanism)
    found = sorted((named[name], value) for name, value in noised.items())
    part = NoisePart(
        measure=count.name,
        mechanism=KEYED,
        drawn_by=holder,
        sensitivity=mechanism.bound,
        scale=str(mechanism.scale),
        loss=loss,
        map_epsilon=str(mechanism.map_epsilon),
    )
    return tuple(key for key, _ in found), tuple(value for _, value in found), part, mechanism.threshold
