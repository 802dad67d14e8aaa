"""What the three parties of `totals-3/1` agree on, what the unit is told of it, and what it costs a person.

One person is at most `identifiers_max` identifiers at each holder, each with one
group and one value, added or removed together: for each it moves list sizes,
group histogram and counts by 1 and the sums by at most `value_max`. Against
either holder a person loses padding, a count and a sum; basic composition adds
them up.
Promises: `price` is the largest of `views`; terms under which `largest` for the longest lists would not fit into 64
bits are refused (ParameterRefused), so no sum wraps.
Leaves to others: debiting, and telling people that the unit must not collude.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privshare.errors import ParameterRefused
from privshare.model.leakage import ViewLoss
from privshare.model.loss import DELTA_UNIT, EPSILON_MAX, MICRO, PrivacyLoss
from privshare.model.party import PartyId
from privshare.model.release import NoisePart
from privshare.secure import noise
from privshare.secure.psi.identifiers import NORMALISER
from privshare.secure.psi.noise_part import dummy_part, laplace_part, reach
from privshare.secure.psi.padding import IDENTIFIERS_MAX, DummyNoise, dummy_noise
from privshare.secure.psi.session import ITEMS_MAX

SUITE = "totals-3/1"
GROUPS_MAX = 255
SUM_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """All that the unit is told: how many groups there are, and the public privacy parameters."""

    groups: int
    pad_micro: int
    count_micro: int
    sum_micro: int
    delta_e15: int
    value_max: int
    identifiers_max: int = 1

    def __post_init__(self) -> None:
        micro_top = int(EPSILON_MAX * MICRO)
        for name, value, top in (
            ("groups", self.groups, GROUPS_MAX),
            ("pad_micro", self.pad_micro, micro_top),
            ("count_micro", self.count_micro, micro_top),
            ("sum_micro", self.sum_micro, micro_top),
            ("delta_e15", self.delta_e15, DELTA_UNIT - 1),
            ("value_max", self.value_max, noise.VALUE_MAX),
            ("identifiers_max", self.identifiers_max, IDENTIFIERS_MAX),
        ):
            if type(value) is not int or not 1 <= value <= top:
                raise ParameterRefused(name, value, f"a whole number from 1 to {top}")
        if self.largest(ITEMS_MAX)[1] >= SUM_LIMIT:
            raise ParameterRefused(
                "value_max", self.value_max, f"so little that {ITEMS_MAX} values and their noise stay below 2^63"
            )

    def largest(self, items: int) -> tuple[int, int]:
        """Return how far from 0 a count and a sum can be at most when the shorter list has `items` records.

        What is further comes of a party that deviates, or of noise: one of a run's 765 draws at most exceeds its
        `reach` with a chance below 2^-62. A count has one such draw, a sum two; what the truncated dummies add to a
        count, they add to both lists as well.
        """
        return (
            items + reach(self.identifiers_max, self.count_micro),
            items * self.value_max + 2 * reach(self.identifiers_max * self.value_max, self.sum_micro),
        )


@dataclass(frozen=True, slots=True)
class TotalsTerms:
    """The terms of both holders.

    groups: key of every group, distinct, 1 to 255 of them, in the order of the answer. pad_micro, count_micro,
    sum_micro: micro-epsilon of padding, counts and sums. delta_e15: delta of one truncated draw, times 10^15.
    value_max: a person's value lies in 0..value_max; what lies outside is clamped by its holder. identifiers_max:
    most identifiers that one person has at one holder; nobody can check it from hashes.
    """

    groups: tuple[tuple[str, ...], ...]
    pad_micro: int
    count_micro: int
    sum_micro: int
    delta_e15: int
    value_max: int
    identifiers_max: int = 1

    def __post_init__(self) -> None:
        if len(set(self.groups)) != len(self.groups):
            raise ParameterRefused("groups", "the same key twice", "each key once")
        unit_terms(self)  # the ranges are the unit's


def unit_terms(terms: TotalsTerms) -> UnitTerms:
    """Return the part of the terms that the unit is told: everything but the names of the groups."""
    return UnitTerms(
        groups=len(terms.groups),
        pad_micro=terms.pad_micro,
        count_micro=terms.count_micro,
        sum_micro=terms.sum_micro,
        delta_e15=terms.delta_e15,
        value_max=terms.value_max,
        identifiers_max=terms.identifiers_max,
    )


def views(
    terms: TotalsTerms, *, grouping_holder: PartyId, value_holder: PartyId, unit: PartyId
) -> tuple[ViewLoss, ...]:
    """Return what a person loses to each party that did not hold their record anyway.

    The value holder is told counts whose noise has no end, and so no delta of its own; the others see counts that
    the value holder's truncated dummies hide.
    """
    pad, total = PrivacyLoss(terms.pad_micro, terms.delta_e15), PrivacyLoss(terms.sum_micro)
    matched = pad + PrivacyLoss(terms.count_micro, terms.delta_e15) + total
    return (
        ViewLoss(grouping_holder, value_holder, matched),
        ViewLoss(value_holder, grouping_holder, pad + PrivacyLoss(terms.count_micro) + total),
        ViewLoss(unit, grouping_holder, matched),
        ViewLoss(unit, value_holder, matched),
    )


def price(terms: TotalsTerms) -> PrivacyLoss:
    """Return what each holder debits its people: padding, count and sum, and the deltas of two truncated draws.

    A person at both holders loses one padding more to whoever sees both lists (the unit, and readers of both
    lengths): `use/release/accounting.loss_everywhere`.

    >>> price(TotalsTerms((("a",),), 250_000, 250_000, 500_000, 10**6, 1))
    PrivacyLoss(micro_epsilon=1000000, delta_e15=2000000)
    """
    pad = PrivacyLoss(terms.pad_micro, terms.delta_e15)
    return pad + PrivacyLoss(terms.count_micro, terms.delta_e15) + PrivacyLoss(terms.sum_micro)


def noise_parts(
    terms: TotalsTerms,
    *,
    grouping_holder: PartyId,
    value_holder: PartyId,
    unit: PartyId,
    count_measure: str,
    sum_measure: str,
) -> tuple[NoisePart, ...]:
    """Return every draw of a run, once for all groups, since one person is in one group.

    In the counts: the value holder's dummies, then the grouping holder's noise. In the sums: the unit's, then
    the grouping holder's. The parts do not add up to the price: each protects against other parties.
    """
    pad, count = padding_noise(terms), matched_noise(unit_terms(terms))
    summed = sum_noise(unit_terms(terms))
    return (
        dummy_part("", grouping_holder, pad, terms.delta_e15),
        dummy_part("", value_holder, pad, terms.delta_e15),
        dummy_part(count_measure, value_holder, count, terms.delta_e15),
        laplace_part(count_measure, grouping_holder, count_noise(terms)),
        laplace_part(sum_measure, unit, summed),
        laplace_part(sum_measure, grouping_holder, summed),
    )


def padding_noise(terms: TotalsTerms) -> DummyNoise:
    """Return the checked noise of each list's padding."""
    return dummy_noise(terms.pad_micro, terms.delta_e15, terms.identifiers_max)


def matched_noise(terms: UnitTerms) -> DummyNoise:
    """Return the checked noise of the value holder's matched dummies; a group's pool has twice its radius."""
    return dummy_noise(terms.count_micro, terms.delta_e15, terms.identifiers_max)


def count_noise(terms: TotalsTerms) -> noise.LaplaceMechanism:
    """Return the checked mechanism that the grouping holder adds to the counts."""
    return noise.laplace_mechanism(sensitivity=terms.identifiers_max, loss=PrivacyLoss(terms.count_micro))


def sum_noise(terms: UnitTerms) -> noise.LaplaceMechanism:
    """Return the checked mechanism that the unit and the grouping holder each add to the sums."""
    sensitivity = terms.identifiers_max * terms.value_max
    return noise.laplace_mechanism(sensitivity=sensitivity, loss=PrivacyLoss(terms.sum_micro))


def parameters(
    terms: TotalsTerms, *, grouping_holder: PartyId, value_holder: PartyId, unit: PartyId
) -> Mapping[str, object]:
    """Return all that the two holders must agree on, for the session id."""
    shared = unit_parameters(unit_terms(terms), grouping_holder=grouping_holder, value_holder=value_holder, unit=unit)
    return {**shared, "keys": [list(key) for key in terms.groups], "normaliser": NORMALISER}


def unit_parameters(
    terms: UnitTerms, *, grouping_holder: PartyId, value_holder: PartyId, unit: PartyId
) -> Mapping[str, object]:
    """Return all that the unit must agree on with both holders."""
    return {
        "suite": SUITE,
        "grouping_holder": grouping_holder,
        "value_holder": value_holder,
        "unit": unit,
        "items_max": ITEMS_MAX,
        "groups": terms.groups,
        "pad_micro": terms.pad_micro,
        "count_micro": terms.count_micro,
        "sum_micro": terms.sum_micro,
        "delta_e15": terms.delta_e15,
        "value_max": terms.value_max,
        "identifiers_max": terms.identifiers_max,
    }
