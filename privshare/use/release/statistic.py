"""One holder's statistic, with noise: counts and sums by group under add-or-remove of one person.

Promises, in this order: the split adds up to what was debited; every mechanism
is built and within its part; the range of every number is proven from the plan
and a public cap on persons; only then does the query run, once, and only its
bounded whole numbers are noised. Nothing after the query can refuse because of
what a row says. Groups are left unprinted by their noised count, negative
noised counts stay as they are (raising them to 0 would bias every small group
upwards).

Leaves to others: the permit (`gate.py`), the debit (`ledger/`), the bounding
behind the wall (`holders/engines/`, trusted to keep each person within
`Measure.bound`; `tests/statistical/` replays neighbouring tables to check it).
Composition over measures is basic (Dwork and Roth 2014, Theorem 3.16).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.bounding import BoundingPlan, Measure
from privshare.model.category import RungKind
from privshare.model.loss import NO_LOSS, PrivacyLoss
from privshare.model.party import ColumnName, PartyId
from privshare.model.question import Permit
from privshare.model.release import Cell, NoisePart, Release
from privshare.secure.noise import LaplaceMechanism, add_laplace, laplace_mechanism
from privshare.secure.psi.noise_part import laplace_part

SUITE = "statistic/1"
PUBLISHED_MAX = 2**53 - 1
"""Largest magnitude that canonical JSON (RFC 8785) carries exactly."""
UNJUDGED = "nothing, as no measure counts"
"""What a release of sums alone says its small groups are judged by."""
NOISE_REACH = 46
"""Scales of noise kept free below PUBLISHED_MAX: noise exceeds them with probability below 2^-64."""


def answer(
    permit: Permit,
    *,
    request: str,
    plan: BoundingPlan,
    split: Mapping[str, PrivacyLoss],
    query: Callable[[BoundingPlan], Sequence[int]],
    max_people: int = 10**9,
) -> Release:
    """Run the query once and return its noised release.

    request: the ledger's request id, already in state `drawing`. split: measure name -> its part of the
    permitted loss, epsilon only; the parts add up to it exactly. query: runs the plan behind the holder's wall
    and returns len(measures) * len(keys) whole numbers, measure by measure. max_people: a public cap on how
    many people the table may be about; it bounds the range, never the noise.

    Raises ParameterRefused or NoiseRefused before query() is called for whatever the permit, plan or split has
    wrong, and NoiseRefused after it only for an engine that broke the plan.
    """
    holder = only_holder(permit, plan.person, plan.by, plan.measures)
    mechanisms = _mechanisms(permit, plan, split)
    for measure in plan.measures:
        check_range(measure, mechanisms[measure.name].scale, max_people)
    return release_of(
        permit,
        request=request,
        by=plan.by,
        measures=plan.measures,
        keys=plan.keys,
        columns=noised_columns(plan, mechanisms, query, max_people),
        parts=[laplace_part(name, holder, mechanism) for name, mechanism in mechanisms.items()],
        scales={name: mechanism.scale for name, mechanism in mechanisms.items()},
        max_people=max_people,
    )


def noised_columns(
    plan: BoundingPlan,
    mechanisms: Mapping[str, LaplaceMechanism],
    query: Callable[[BoundingPlan], Sequence[int]],
    max_people: int,
) -> list[tuple[int, ...]]:
    """Run the query and return one tuple of noised values a measure, keys in the plan's order.

    Raises NoiseRefused for an engine that broke the plan.
    """
    size = len(plan.keys)
    exact = list(query(plan))
    if len(exact) != size * len(plan.measures):
        raise NoiseRefused("the engine's answer does not have the shape of the plan")
    columns: list[tuple[int, ...]] = []
    for index, measure in enumerate(plan.measures):
        values = exact[index * size : (index + 1) * size]
        if any(type(value) is not int or abs(value) > measure.bound * max_people for value in values):
            raise NoiseRefused("the engine's answer is not made of whole numbers in the range that the plan proves")
        columns.append(add_laplace(values, mechanisms[measure.name]))
    return columns


def release_of(
    permit: Permit,
    *,
    request: str,
    by: Sequence[str],
    measures: Sequence[Measure],
    keys: Sequence[tuple[str, ...]],
    columns: Sequence[Sequence[int]],
    parts: Sequence[NoisePart],
    scales: Mapping[str, float],
    max_people: int,
    told: Sequence[tuple[str, str]] = (),
) -> Release:
    """Return the release of noised columns; small groups are left unprinted by their noised count.

    columns: one a measure, values in the order of `keys`. scales: measure name -> scale of its noise.
    told: further (what, value) lines for the bounds.
    """
    counting = _counting(measures)
    return Release(
        id=permit.question.id,
        request=request,
        sentence=permit.question.sentence,
        purpose=permit.question.purpose,
        holders=permit.question.holders,
        by=tuple(by),
        measures=tuple(measure.name for measure in measures),
        cells=_cells(keys, columns, counting, permit.minimum_group),
        parts=tuple(parts),
        public_noise=tuple((measure.name, (str(scales[measure.name]),)) for measure in measures),
        loss=permit.question.loss,
        bounds=(*_bounds(measures, permit.minimum_group, max_people), *told),
        clauses=permit.clauses,
        minimum_group=permit.minimum_group,
        suite=SUITE,
    )


def only_holder(permit: Permit, person: ColumnName, by: Sequence[str], measures: Sequence[Measure]) -> PartyId:
    """Check that the plan reads what was permitted of one holder and nothing else; return the holder."""
    question = permit.question
    if len(question.holders) != 1:
        raise ParameterRefused("holders", ", ".join(question.holders), "one holder; joint tables have their own suite")
    shown = {use.column for use in question.uses if use.form is RungKind.AFTER_DP}
    if person not in {use.column for use in question.uses}:
        raise ParameterRefused("person", person, "a column that the permitted question names")
    for column in (*by, *(measure.column for measure in measures if measure.column is not None)):
        if column not in shown:
            raise ParameterRefused("column", column, "a column that the permitted question asks for after noise")
    return question.holders[0]


def _mechanisms(permit: Permit, plan: BoundingPlan, split: Mapping[str, PrivacyLoss]) -> dict[str, LaplaceMechanism]:
    names = [measure.name for measure in plan.measures]
    if set(split) != set(names):
        raise ParameterRefused("split", ", ".join(split) or "empty", f"a part for each of {', '.join(names)}")
    mechanisms = {
        measure.name: laplace_mechanism(sensitivity=measure.bound, loss=split[measure.name])
        for measure in plan.measures
    }
    total = sum(split.values(), NO_LOSS)
    if total != permit.question.loss:
        given = f"{total.micro_epsilon} micro-epsilon in all"
        raise ParameterRefused("split", given, f"exactly the permitted {permit.question.loss.micro_epsilon}")
    return mechanisms


def check_range(measure: Measure, scale: float, max_people: int) -> None:
    """Raise ParameterRefused unless every sum of the measure, with its noise, stays an exact number."""
    if type(max_people) is not int or max_people < 1:
        raise ParameterRefused("max_people", max_people, "a whole number of at least 1")
    room = PUBLISHED_MAX - math.ceil(NOISE_REACH * scale)
    if measure.bound * max_people > room:
        accepted = f"at most {max(0, room // max_people)} for {max_people} people, so that every sum stays exact"
        raise ParameterRefused(f"bound of {measure.name}", measure.bound, accepted)


def _counting(measures: Sequence[Measure]) -> int | None:
    """Return the index of the measure that small groups are judged by: the first that counts rows."""
    return next((index for index, measure in enumerate(measures) if measure.column is None), None)


def _cells(
    keys: Sequence[tuple[str, ...]], columns: Sequence[Sequence[int]], counting: int | None, minimum_group: int
) -> tuple[Cell, ...]:
    cells = []
    for index, key in enumerate(keys):
        values = tuple(column[index] for column in columns)
        small = counting is not None and minimum_group > 0 and values[counting] < minimum_group
        cells.append(Cell(key, tuple(None for _ in values) if small else values))
    return tuple(cells)


def _bounds(measures: Sequence[Measure], minimum_group: int, max_people: int) -> tuple[tuple[str, str], ...]:
    told = []
    for measure in measures:
        if measure.column is not None:
            told.append((f"{measure.name}: each row's value clamped to", f"[{measure.lower}, {measure.upper}]"))
        told.append((f"{measure.name}: one person's total over all groups at most", str(measure.bound)))
    counting = _counting(measures)
    judged = f"noised {measures[counting].name}" if counting is not None else UNJUDGED
    told.append((f"groups below {minimum_group} not printed, judged by", judged))
    told.append(("people in the table assumed at most", str(max_people)))
    return tuple(told)
