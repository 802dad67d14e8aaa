"""One holder's statistic, with noise: numbers by group under add-or-remove of one person.

Promises, in this order: every mechanism that does not depend on the data is
built, and the dearest one that could be needed is tried, before the first query;
bounds that are not given are chosen from noised histograms (`bounds.py`); groups
whose names are not public are published only if their noised count reaches a
threshold (Korolova, Kenthapadi, Mishra and Ntoulas 2009), and the noised count
that decided is the one that is printed, so it is paid for once; all further
measures are asked for the published groups only. The parts add up to the
permitted loss exactly. Groups are left unprinted by their noised count, and
negative noised counts stay as they are (raising them to 0 would bias every small
group upwards).

Leaves to others: permit, debit, and the bounding behind the holder's wall
(`holders/engines/`, trusted to keep each person within `Measure.sensitivity`;
`tests/statistical/` replays neighbouring tables to check it).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privshare.errors import NoiseRefused
from privshare.model.bounding import BoundingPlan, Contributions, Discovery, Measure
from privshare.model.loss import MICRO
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.model.release import Bias, NoisePart, Release
from privshare.secure.noise import add_keyed_laplace, add_laplace
from privshare.secure.psi.noise_part import laplace_part
from privshare.use.release.bias import bias_share, estimated, raised, second_bound
from privshare.use.release.bounds import (
    TOO_FEW,
    UNKNOWN_GROUPS,
    Seen,
    choose_bound,
    ladder_up_to,
    share_cut,
    tells_little,
)
from privshare.use.release.checks import check_terms, only_holder
from privshare.use.release.mechanisms import (
    Mechanism,
    chooser,
    finder,
    found_part,
    left_of,
    mechanisms,
    noised,
    part_of,
    strength,
)
from privshare.use.release.published import release_of, rounded
from privshare.use.release.terms import PEOPLE_MAX, Engine, Key, StatisticTerms, measure_of


@dataclass(slots=True)
class _Notes:
    """What is gathered on the way: the draws, (what, value) lines for the bounds, and `Evidence.cut`.

    seen: measure -> the noised histogram that chose its bound.
    """

    parts: list[NoisePart]
    told: list[tuple[str, str]]
    cut: list[tuple[str, str]]
    seen: dict[str, Seen]


def answer(permit: Permit, *, request: str, terms: StatisticTerms, engine: Engine) -> Release:
    """Find what is missing, run the rest once and return the noised release.

    request: the ledger's request id, already in state `drawing`.
    Raises ParameterRefused or NoiseRefused before the first query for whatever the permit or the terms have
    wrong, and NoiseRefused after it only for an engine that broke its plan.
    """
    holder = only_holder(permit, terms)
    check_terms(terms)
    notes = _Notes([], [], [], {})
    measures = [_bounded(terms, number, engine, holder, notes) for number in range(len(terms.measures))]
    keys = terms.keys
    columns: list[tuple[int, ...]] = []
    if keys is None:
        keys, counts = _found(terms, measures[0], holder, engine, notes)
        columns = [counts]
    # The measures that are still to be asked, for the groups that are published; where none is, there is no query.
    rest = measures[len(columns) :]
    built = mechanisms(terms, measures)[len(columns) :]
    biases, drawn = list[Bias](), list[NoisePart]()
    if rest and keys:
        seconds = _second_bounds(terms, measures, keys, notes)
        above = tuple(raised(measure, seconds[measure.name]) for measure in rest if measure.name in seconds)
        exact = _exact(BoundingPlan(terms.person, terms.by, keys, (*rest, *above)), engine)
        columns += _noised(rest, built, exact)
        biases, drawn = _biases(terms, rest, seconds, exact, holder)
    else:
        columns += [() for _ in rest]
    prices = [left_of(asked) for asked in terms.measures][len(measures) - len(rest) :]
    notes.parts += [
        part_of(measure, mechanism, holder, loss) for measure, mechanism, loss in zip(rest, built, prices, strict=True)
    ]
    notes.parts += drawn
    return release_of(
        permit,
        request=request,
        terms=terms,
        measures=measures,
        keys=keys,
        columns=columns,
        parts=notes.parts,
        told=notes.told,
        cut=tuple(notes.cut),
        biases=biases,
    )


def _bounded(
    terms: StatisticTerms,
    number: int,
    engine: Engine,
    holder: PartyId,
    notes: _Notes,
) -> Measure:
    """Return the measure under its bound, chosen if it is not given; add the noise that chose it."""
    asked = terms.measures[number]
    if asked.bound is not None:
        return measure_of(terms, number, asked.bound)
    ladder = ladder_up_to(asked.top)
    mechanism = chooser(asked)
    query = Contributions(terms.person, terms.by, terms.keys, measure_of(terms, number, asked.top), ladder)
    people = list(engine.contributions(query))
    if len(people) != len(ladder):
        raise NoiseRefused("the engine's histogram does not have the shape of the ladder")
    histogram = add_laplace(people, mechanism)
    bound = choose_bound(
        histogram,
        ladder,
        histogram_scale=mechanism.scale,
        epsilon=strength(terms, number),
        groups=UNKNOWN_GROUPS if terms.keys is None else len(terms.keys),
    )
    share = share_cut(histogram, ladder, bound, histogram_scale=mechanism.scale)
    notes.parts.append(laplace_part("", holder, mechanism))
    notes.seen[asked.name] = Seen(tuple(histogram), ladder, mechanism.scale)
    notes.cut.append((asked.name, f"{share:.4f}"))
    notes.told.append((f"{asked.name}: bound chosen privately among", f"{len(ladder)} steps up to {asked.top}"))
    if tells_little(histogram, histogram_scale=mechanism.scale):
        notes.told.append((f"{asked.name}: bound chosen from", TOO_FEW))
    return measure_of(terms, number, bound)


def _found(
    terms: StatisticTerms,
    count: Measure,
    holder: PartyId,
    engine: Engine,
    notes: _Notes,
) -> tuple[tuple[Key, ...], tuple[int, ...]]:
    """Return the published groups and their noised counts; add the noise that found them."""
    mechanism = finder(terms, count)
    exact = engine.discovery(Discovery(terms.person, terms.by, count))
    # A name is one text for the library; JSON keeps apart what joining by a separator would mix up.
    named = {json.dumps(list(key), ensure_ascii=True): key for key in exact}
    published = add_keyed_laplace({name: exact[key] for name, key in named.items()}, mechanism)
    found = sorted((named[name], value) for name, value in published.items())
    notes.parts.append(found_part(count, holder, mechanism))
    notes.told.append(("groups are published from a noised count of", str(mechanism.threshold)))
    return tuple(key for key, _ in found), tuple(value for _, value in found)


def _noised(
    measures: Sequence[Measure], built: Sequence[Mechanism], exact: Sequence[Sequence[int]]
) -> list[tuple[int, ...]]:
    """Return one tuple of noised values a measure, in whole units. exact: of the measures, and of more after them."""
    return [
        tuple(rounded(value, measure.grain) for value in noised(values, mechanism))
        for measure, mechanism, values in zip(measures, built, exact, strict=False)
    ]


def _second_bounds(
    terms: StatisticTerms, measures: Sequence[Measure], keys: Sequence[Key], notes: _Notes
) -> dict[str, int]:
    """Return by measure the bound up to which its bias is looked at, for those of which it was asked."""
    return {
        measure.name: second_bound(
            measure.bound,
            measure.grain,
            notes.seen.get(measure.name),
            epsilon=bias_share(asked).micro_epsilon / MICRO,
            groups=len(keys),
        )
        for asked, measure in zip(terms.measures, measures, strict=True)
        if asked.bias_percent
    }


def _biases(
    terms: StatisticTerms,
    measures: Sequence[Measure],
    seconds: Mapping[str, int],
    exact: Sequence[Sequence[int]],
    holder: PartyId,
) -> tuple[list[Bias], list[NoisePart]]:
    """Return the noised biases and their draws. exact: of the measures, then of those in `seconds` at that bound."""
    above = iter(exact[len(measures) :])
    asked = {one.name: one for one in terms.measures}
    found = [
        estimated(
            measure, seconds[measure.name], next(above), below,
            asked=asked[measure.name], holder=holder,
        )
        for measure, below in zip(measures, exact, strict=False)
        if measure.name in seconds
    ]  # fmt: skip
    return [bias for bias, _ in found], [part for _, part in found]


def _exact(plan: BoundingPlan, engine: Engine) -> list[Sequence[int]]:
    """Run the plan and return the exact values of each measure in units of its grain, keys in the plan's order.

    Raises NoiseRefused for an engine that broke the plan.
    """
    size = len(plan.keys)
    exact = list(engine.plan(plan))
    if len(exact) != size * len(plan.measures):
        raise NoiseRefused("the engine's answer does not have the shape of the plan")
    columns: list[Sequence[int]] = []
    for index, measure in enumerate(plan.measures):
        values = exact[index * size : (index + 1) * size]
        if any(type(value) is not int or abs(value) > measure.sensitivity * PEOPLE_MAX for value in values):
            raise NoiseRefused("the engine's answer is not made of whole numbers in the range that the plan proves")
        columns.append(values)
    return columns
