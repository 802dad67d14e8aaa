"""One suggestion a column, from its name, its values and its neighbours.

Three looks. Every detector looks at the values; the vocabulary looks at the
name, and the values may contradict it; then the table as a whole says whether
its rows seem to be about people, which decides what an unrecognised column
counts as. Where two readings compete the stricter has the advantage, since to
take an identifier for harmless costs a person more than the reverse.

Promises: the same answer for the same rows in any order, no chance, no value
from a row in any text. Leaves the decision to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from privshare.categorize.detection.column import Column, read_column
from privshare.categorize.detection.concept import CONCEPTS, DIRECT, INSENSITIVE, QUASI, SENSITIVE
from privshare.categorize.detection.contacts import (
    find_device,
    find_email,
    find_phone,
    find_random_id,
    find_web_address,
)
from privshare.categorize.detection.dates import find_date
from privshare.categorize.detection.finding import Finding
from privshare.categorize.detection.groups import group_risks
from privshare.categorize.detection.numbers import find_number
from privshare.categorize.detection.people import find_person_name, find_word_set
from privshare.categorize.detection.places import find_address, find_postcode
from privshare.categorize.detection.plausible import plausibility
from privshare.categorize.detection.suggestion import LIKELY, Evidence, Examination, Suggestion
from privshare.categorize.detection.uniqueness import find_code, find_free_text, find_row_number, find_unique
from privshare.categorize.detection.words import PEOPLE, THINGS, claims_of
from privshare.model.category import Category, Rung, RungKind

if TYPE_CHECKING:
    import pandas as pd

DETECTORS: tuple[Callable[[Column], Finding | None], ...] = (
    find_email, find_device, find_random_id, find_web_address, find_number, find_phone, find_date, find_address,
    find_postcode, find_person_name, find_word_set, find_free_text, find_row_number, find_unique, find_code,
)  # fmt: skip
"""Every detector of values. A new one is a function in a file here and its name in this line."""

SMALL_GROUP = 5

# What a name or value of this kind says about people is weaker: prices, marks and sexes of animals exist as well.
_HALF_AN_ANCHOR = frozenset({"money", "marks", "health", "sex", "politics", "person name"})
_KEEPS_WITHOUT_PEOPLE = 0.85
_OF_GOODS = frozenset({"price", "prices", "premium", "cost", "costs", "fee", "fees", "weight", "stock", "stocks"})


@dataclass(frozen=True, slots=True)
class _Reading:
    """One concept for one column; by_values: how strongly the values alone say so."""

    concept: str
    certainty: float
    by_values: float
    finding: Finding | None


def detect(frame: pd.DataFrame) -> tuple[Suggestion, ...]:
    """Return one suggestion a column, in the frame's order.

    >>> import pandas as pd
    >>> people = pd.DataFrame({"mail": [f"p{n}@example.org" for n in range(20)], "age": range(20, 40)})
    >>> [(s.column, str(s.category), s.confidence) for s in detect(people)]
    [('mail', 'direct-identifier', 'sure'), ('age', 'quasi-identifier', 'sure')]
    """
    return examine(frame, small_group=None).suggestions


def examine(frame: pd.DataFrame, *, small_group: int | None = SMALL_GROUP) -> Examination:
    """Return suggestions and, unless small_group is None, how quasi-identifiers single out.

    small_group: a group of fewer rows than this counts as small. Takes values of any type and any column names.
    """
    columns = [read_column(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]
    readings = [_read(column) for column in columns]
    people = _about_people(columns, readings)
    suggestions = tuple(
        _suggest(column, _in_context(reading, people), people)
        for column, reading in zip(columns, readings, strict=True)
    )
    chosen = [column for column, said in zip(columns, suggestions, strict=True) if said.category is QUASI]
    risks = group_risks(chosen, limit=small_group) if small_group is not None else ()
    return Examination(suggestions, risks, people)


def _read(column: Column) -> _Reading:
    """Return the strongest reading of a column by itself."""
    findings: dict[str, Finding] = {}
    for detector in DETECTORS:
        finding = detector(column)
        if finding and finding.strength > getattr(findings.get(finding.concept), "strength", 0.0):
            findings[finding.concept] = finding
    readings = [_Reading(said.concept, said.strength, said.strength, said) for said in findings.values()]
    for claim in claims_of(column.words):
        strength = claim.strength * plausibility(claim.concept, column)
        if strength < 0.3:
            continue
        support = findings.get(claim.concept) or (findings.get("date") if claim.concept == "birth date" else None)
        by_values = support.strength if support else 0.0
        readings.append(_Reading(claim.concept, 1 - (1 - strength) * (1 - 0.9 * by_values), by_values, support))
    constant = column.distinct <= 1 < column.present
    nothing = _Reading("constant", 0.9, 0.9, None) if constant else _Reading("unrecognised", 0.0, 0.0, None)
    return max(readings, key=_rank, default=nothing)


def _rank(reading: _Reading) -> tuple[float, str]:
    strict = 0.05 * (CONCEPTS[reading.concept].category is DIRECT) + 0.1 * (reading.by_values >= 0.9)
    return reading.certainty + strict, reading.concept


def _about_people(columns: Sequence[Column], readings: Sequence[_Reading]) -> bool | None:
    """Return whether the rows seem to be about natural persons; None when nothing says so either way."""
    persons = 0.0
    for column, reading in zip(columns, readings, strict=True):
        if PEOPLE & set(column.words):
            persons += 1.0
        elif CONCEPTS[reading.concept].anchor and reading.certainty >= LIKELY:
            half = reading.concept in _HALF_AN_ANCHOR and reading.by_values < 0.8
            # Goods have a price, a cost and a weight as well: these say nothing of anybody.
            goods = half and _OF_GOODS & set(column.words)
            persons += 0.0 if goods else reading.certainty * (0.5 if half else 1.0)
    things = sum(bool(THINGS & set(column.words)) for column in columns)
    if persons >= LIKELY and persons > things:
        return True
    return False if things else None


def _in_context(reading: _Reading, people: bool | None) -> _Reading:
    """Return the reading as the table's subject leaves it."""
    concept = CONCEPTS[reading.concept]
    if people:
        weak = reading.certainty < 0.5 and reading.concept != "constant"
        return _Reading("unrecognised", 0.5, 0.0, None) if weak and concept.category is not DIRECT else reading
    if concept.category is DIRECT and reading.by_values >= _KEEPS_WITHOUT_PEOPLE:
        return reading
    if people is False:
        return _Reading("thing", 0.8, 0.0, None)
    if concept.category is DIRECT or (concept.anchor and reading.certainty >= LIKELY):
        return replace(reading, certainty=min(reading.certainty, LIKELY - 0.05))
    return _Reading("no sign of people", 0.5, 0.0, None)


def _suggest(column: Column, reading: _Reading, people: bool | None) -> Suggestion:
    concept = CONCEPTS[reading.concept]
    certainty = round(min(reading.certainty, 0.99 if column.texts else 0.6), 2)
    safer = _safer(concept.category, certainty, column)
    return Suggestion(
        column=column.name,
        concept=concept.label,
        category=concept.category,
        safer=safer,
        grade="important" if safer in (DIRECT, SENSITIVE) else concept.grade,
        rung=_rung(safer, certainty, linkable=concept.linkable, people=people),
        reason=_reason(column, reading),
        certainty=certainty,
        evidence=Evidence(
            rows=column.rows,
            missing=column.missing,
            distinct=column.distinct,
            sampled=len(column.texts),
            fitting=reading.finding.fitting if reading.finding else 0,
        ),
        gdpr9=concept.gdpr9,
        pipl28=concept.pipl28,
        dpv=concept.dpv,
    )


def _safer(category: Category, certainty: float, column: Column) -> Category:
    """Return the category to write down: stricter than the suggested one while that is unsure."""
    if certainty >= LIKELY or category is DIRECT:
        return category
    if column.unique and not column.decimal:
        return DIRECT
    return SENSITIVE if category is INSENSITIVE else category


def _rung(category: Category, certainty: float, *, linkable: bool, people: bool | None) -> Rung:
    """Return the form in which it may leave: none while it is unsure, else the widest its category bears."""
    if certainty < LIKELY:
        return Rung(RungKind.NEVER)
    if category is DIRECT:
        return Rung(RungKind.AFTER_LINK if linkable else RungKind.NEVER)
    if category is INSENSITIVE and people is False:
        return Rung(RungKind.OPEN)
    return Rung(RungKind.AFTER_DP, 500_000 if category is SENSITIVE else 1_000_000)


def _reason(column: Column, reading: _Reading) -> str:
    concept = CONCEPTS[reading.concept]
    if concept.label == "nothing recognised" or reading.concept in ("thing", "constant"):
        return concept.why
    if not column.texts:
        return f"by its name {concept.label}, with no values to look at; {concept.why}"
    if reading.finding is None:
        return f"by its name {concept.label}; {concept.why}"
    alone = reading.by_values >= reading.certainty
    return f"by its {'' if alone else 'name and its '}values {concept.label} ({reading.finding.label}); {concept.why}"
