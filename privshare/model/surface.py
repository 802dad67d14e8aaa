"""What a technique lets out about people, facet by facet: all that an attack of the lab ever gets.

Values are codes, so that a generalised value is a wider interval of the same
numbers. Attributes and how many codes each has are public (`DOMAINS` of the
world); who a row is about is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNKNOWN = -1
"""A sensitive value that a row does not show."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Records:
    """Published rows, one a person. seen_by: who can read them.

    columns: quasi-identifiers, the order of the second axis of low and high. low, high: first and last code that a
    value may stand for, both shape (rows, columns). secret: the sensitive yes/no value as published, 1, 0 or
    UNKNOWN, shape (rows,). names: what stands in the place of the identifier, or None where there is no such column.
    senders: handle of the person whom each row came from, where who can read the rows knows it, else None.
    """

    seen_by: str
    columns: tuple[str, ...]
    low: Codes
    high: Codes
    secret: Codes
    names: tuple[bytes, ...] | None
    senders: Codes | None = None

    def __len__(self) -> int:
        return len(self.secret)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Floating:
    """Numbers of a table that were published as doubles. scale: of the Laplace noise in them, which is public."""

    values: NDArray[np.float64]
    scale: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CountTable:
    """One published table. by: its attributes, one axis each. counts: whole numbers, shape of the domains.

    shown: False where the number is withheld (its count is then 0). floating: the numbers as they were published, where
    these are not whole.
    """

    by: tuple[str, ...]
    counts: Codes
    shown: Flags
    floating: Floating | None = None


class TableSeries(Protocol):
    """Publications of one publisher about the same people, as an outsider collects them."""

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes that a table may have, and the number of codes of each."""
        ...

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable | None:  # fmt: skip
        """Return the number of people (of="people"), or of those with the sensitive value (of="secret"), by cell.

        without: handle of a person whom this publication leaves out. share: part of the whole privacy budget to
        spend on it, in (0, 1], where there is a budget. wording: the same question in other words; a publisher that
        recognises it answers with the same bytes. blocks: only about people of these blocks, which are then the cells
        of the axis "block", in this order. None: the publisher does not answer (any more).
        """
        ...


class Probe(Protocol):
    """One party of a linkage, which brings a set of its own choosing and learns what the protocol tells it."""

    def members(self, identifiers: Sequence[str]) -> Flags | None:
        """Return which of these the other side has too, or None if this linkage does not tell."""
        ...

    def size(self, identifiers: Sequence[str]) -> int | None:
        """Return how many of these the other side has, as the linkage tells it, or None if it does not (any more)."""
        ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Values:
    """What stands in the place of identifiers where somebody outside the circle of trust sees it. seen_by: who.

    observed: the values. recipe: the public steps from identifiers in normal form (ASCII, shape (n, width)) to such
    values (n, size), or None where a step needs a key that the observer does not have.
    """

    seen_by: str
    observed: tuple[bytes, ...]
    recipe: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Surface:
    """Everything a technique lets out; None where it lets nothing of the kind out.

    records: rows about persons. later: a second release of rows about many of the same persons, for another
    project. tables: opens a new series of publications. values: stand-ins of identifiers. probe: opens one run of a
    linkage for a party with an invented set.
    """

    records: Records | None = None
    later: Records | None = None
    tables: Callable[[], TableSeries] | None = None
    values: Values | None = None
    probe: Callable[[], Probe] | None = None
