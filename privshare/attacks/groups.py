"""What two tables say about the group that a person is in: the step that attacks on published tables share.

A group is a set of people the target is known to belong to, with how many they
are and how many of them have the sensitive value. `evidence` weighs it: with
others who have the value at the overall rate r, the odds that the target is
one of the s among k are s (1 - r) : (k - s) r (Bayes, from even odds; the
target is in neither group's favour before). A group of one, or one in which
all are alike, is certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.model.surface import Codes, CountTable, Flags, TableSeries

Weights = NDArray[np.float64]
_NEARLY_NONE = 0.01  # in the place of nobody, so that certain groups of many and of one still have an order


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TwoTables:
    """How many people, and how many with the sensitive value, by the same attributes."""

    people: CountTable
    secret: CountTable

    @property
    def by(self) -> tuple[str, ...]:
        """Attributes, one axis each."""
        return self.people.by

    @property
    def shown(self) -> Flags:
        """Cells where both numbers are shown."""
        return self.people.shown & self.secret.shown

    def at(self, known: Mapping[str, Codes]) -> tuple[Codes, Codes, Flags]:
        """Return people, secret and whether both are shown in each target's cell, shape (targets,)."""
        cells = tuple(known[name] for name in self.by)
        return self.people.counts[cells], self.secret.counts[cells], self.shown[cells]

    @property
    def rate(self) -> float:
        """Rate of the sensitive value over all cells that are shown, kept off 0 and 1."""
        people = float(self.people.counts[self.shown].sum())
        return min(0.99, max(0.01, float(self.secret.counts[self.shown].sum()) / max(1.0, people)))


def ask_both(series: TableSeries, by: tuple[str, ...]) -> TwoTables | None:
    """Return both tables, each for half of the budget; None where one is not answered."""
    people = series.ask(by, "people", share=0.5)
    secret = None if people is None else series.ask(by, "secret", share=0.5)
    return None if people is None or secret is None else TwoTables(people, secret)


def difference_of_totals(series: TableSeries, of: str, handle: int) -> int | None:
    """Return the total less that without a person, each for half of a budget; None where one cannot be had."""
    everybody, others = series.ask((), of, share=0.5), series.ask((), of, share=0.5, without=handle)
    if everybody is None or others is None or not (everybody.shown.all() and others.shown.all()):
        return None
    return int(everybody.counts.sum() - others.counts.sum())


def evidence(people: Codes, secret: Codes, rate: float) -> Weights:
    """Return the logarithm of the odds that a target in such a group has the sensitive value; negative: has not.

    Noised numbers that no group can have are read as the nearest that one can.

    >>> evidence(np.array([1, 1, 10]), np.array([1, 0, 3]), 0.2).round(1).tolist()
    [6.0, -3.2, 0.5]
    """
    whole = np.maximum(people, 1)
    part = np.clip(secret, 0, whole)
    return np.asarray(np.log((part + _NEARLY_NONE) / (whole - part + _NEARLY_NONE)) - np.log(rate / (1 - rate)))
