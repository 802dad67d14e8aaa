"""What is refused before a statistic's first query, whatever the data are.

Promises: everything here looks at the permit, the terms and public sizes only.
Leaves to others: the permit itself (`gate.py`), the debit (`ledger/`).
"""

from __future__ import annotations

import math

from privshare.errors import NoiseRefused, ParameterRefused
from privshare.model.bounding import Amount, Bins, BoundingPlan, Discovery, Measure
from privshare.model.category import RungKind
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.question import Permit
from privshare.secure.canonical import canonical
from privshare.use.release.bias import PERCENT_MAX, PREFIX, dearest, mechanism_of
from privshare.use.release.derived import check_derived
from privshare.use.release.documents import DOCUMENT_MAX
from privshare.use.release.mechanisms import finder, left_of, mechanisms
from privshare.use.release.terms import (
    PEOPLE_MAX,
    PUBLISHED_MAX,
    MeasureTerms,
    Noise,
    StatisticTerms,
    columns_of,
    price,
    widest,
)

NUMBER_BYTES, CELL_BYTES = 18, 48
"""Most bytes of a number in a release's document, and of what stands around a cell's key and numbers."""
NOISE_REACH = 46
"""Scales of noise kept free below PUBLISHED_MAX: noise exceeds them with probability below 2^-64."""


def check_terms(terms: StatisticTerms) -> None:
    """Raise ParameterRefused or NoiseRefused for terms that could not be answered, whatever the data are.

    Every mechanism is built, at the largest bound that could be chosen.
    """
    most = widest(terms)
    # Where the groups are still to be found, one that stands for them is enough to check all the rest of the plan.
    keys = terms.keys if terms.keys is not None else (("",) * len(terms.by),)
    BoundingPlan(terms.person, terms.by, keys, most)
    if terms.keys is None:
        if terms.noise is not Noise.LAPLACE:
            raise ParameterRefused("noise", terms.noise, "laplace, where the groups are to be found")
        if terms.measures[0].amount not in (Amount.ROWS, Amount.PEOPLE):
            raise ParameterRefused("measures", "no count first", "a count first, for it finds the groups")
        if any(isinstance(part, Bins) for part in terms.by):
            raise ParameterRefused("by", "bins, which are public", "public groups for all columns, or no bins")
        Discovery(terms.person, terms.by, most[0])
        finder(terms, most[0])
    for number, asked in enumerate(terms.measures):
        _check_share(asked)
        buys = number == 0 and (terms.keys is None or terms.noise is Noise.GAUSSIAN)
        if asked.loss.delta_e15 and not buys:
            raise NoiseRefused("a delta pays for finding groups or for gaussian noise, once, with the first measure")
    built = mechanisms(terms, most)
    for number, measure in enumerate(most):
        check_range(measure, built[number].scale)
    for asked in terms.measures:
        _check_bias(asked, terms)
    check_derived(terms)
    if (size := most_bytes(terms)) > DOCUMENT_MAX - (1 << 20):  # a MiB is for all that is no table
        accepted = f"fewer, or shorter names, for at most {DOCUMENT_MAX} bytes in all"
        raise ParameterRefused("groups", f"of up to {size} bytes", accepted)


def check_range(measure: Measure, scale: float) -> None:
    """Raise ParameterRefused unless every sum of the measure, with its noise, stays an exact number."""
    room = PUBLISHED_MAX - math.ceil(NOISE_REACH * scale)
    if measure.sensitivity * PEOPLE_MAX > room:
        most = max(0, room // PEOPLE_MAX // measure.grain)
        accepted = f"at most {most} for {PEOPLE_MAX} people, so that every sum stays exact"
        raise ParameterRefused(f"bound of {measure.name}", measure.bound, accepted)


def most_bytes(terms: StatisticTerms) -> int:
    """Return how many bytes the tables of a release can have in its document; 0 where its groups are to be found."""
    if terms.keys is None:
        return 0
    biases = sum(1 for asked in terms.measures if asked.bias_percent)
    tables = 1 + len(terms.derived) + biases
    numbers = len(terms.measures) + 3 * (biases + sum(max(1, len(asked.parameters)) for asked in terms.derived))
    names = len(canonical([list(key) for key in terms.keys]))
    return tables * names + len(terms.keys) * (CELL_BYTES * tables + NUMBER_BYTES * numbers)


def only_holder(permit: Permit, terms: StatisticTerms) -> PartyId:
    """Check that the terms read what was permitted of one holder, at its price, and nothing else; return the holder."""
    question = permit.question
    if len(question.holders) != 1:
        raise ParameterRefused("holders", ", ".join(question.holders), "one holder; joint tables have their own suite")
    shown = {use.column for use in question.uses if use.form is RungKind.AFTER_DP}
    if terms.person not in {use.column for use in question.uses}:
        raise ParameterRefused("person", terms.person, "a column that the permitted question names")
    for column in (*columns_of(terms.by), *(measure.column for measure in terms.measures if measure.column)):
        if column not in shown:
            raise ParameterRefused("column", column, "a column that the permitted question asks for after noise")
    if price(terms) != question.loss:
        raise ParameterRefused("terms", f"{price(terms).micro_epsilon} micro-epsilon in all", "the permitted loss")
    return question.holders[0]


def _check_bias(asked: MeasureTerms, terms: StatisticTerms) -> None:
    """Raise ParameterRefused or NoiseRefused where a bias that is asked for cannot be estimated."""
    if type(asked.bias_percent) is not int or not 0 <= asked.bias_percent <= PERCENT_MAX:
        raise ParameterRefused("bias share", asked.bias_percent, f"a whole number of percent from 0 to {PERCENT_MAX}")
    if not asked.bias_percent:
        return
    if terms.keys is None or terms.noise is not Noise.LAPLACE:
        accepted = "0, unless the groups are public and the noise is laplace"
        raise ParameterRefused("bias share", asked.bias_percent, accepted)
    if any(other.name.startswith(PREFIX) for other in terms.measures):
        raise ParameterRefused("measure", PREFIX, "a name that begins otherwise, since the bias is called so")
    most = dearest(len(terms.keys))
    if most * PEOPLE_MAX > PUBLISHED_MAX - math.ceil(NOISE_REACH * mechanism_of(asked, most).scale):
        raise ParameterRefused("bias share", asked.bias_percent, f"0 with {len(terms.keys)} groups, or fewer groups")


def _check_share(measure: MeasureTerms) -> None:
    if measure.loss != PrivacyLoss(0) and left_of(measure).micro_epsilon < 1:
        aside = "the choice of its bound" if measure.bound is None else "its bias"
        raise NoiseRefused(f"epsilon is too small to be shared between a measure and {aside}")
    if measure.loss == PrivacyLoss(0):
        raise NoiseRefused("a measure without a price gets no noise")
