"""A third party that joins two holders' files row by row and publishes the table: what pooled and hashed joins share.

The platform sends birth, sex, district and score band, the bank birth, sex and
default, both with what stands in the place of the identifier. The public gets
exact tables and nothing else; the third party has every row of both files.
Shown of that as records are the joined rows, which say the most; rows without
a partner stay with it as well. A holder that brings a set of its own making
learns no row, but the exact number of those that the other has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.comparison.lab.techniques.published import BYTES_A_CODE, rows_of
from privshare.comparison.lab.techniques.series import OpenSeries
from privshare.comparison.lab.techniques.technique import IDENTIFYING, QUESTION, Protected
from privshare.comparison.lab.world import LabWorld, file_of
from privshare.model.surface import Codes, CountTable, Surface, Values
from privshare.secure.psi.identifiers import normalise

BYTES_A_CELL = 8
THIRD_PARTY = "the third party"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExactSizeProbe:
    """The platform's end in the hands of somebody with a set of their own making, told the exact table's total."""

    bank: frozenset[str]

    def members(self, identifiers: Sequence[str]) -> None:
        """Return None: only the third party sees who is known to both."""
        del identifiers

    def size(self, identifiers: Sequence[str]) -> int:
        """Return how many of these the bank has, as often as anybody asks."""
        return len({normalise(text) for text in identifiers} & self.bank)


def joined_by_third_party(
    world: LabWorld, *, names: Sequence[bytes], recipe: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> Protected:
    """Return what is let out when both holders send their files under these names, one a person.

    recipe: as in Values.
    """
    sent, _ = file_of(world, world.people.platform, (*IDENTIFYING, "band"))
    received, _ = file_of(world, world.people.bank, ("birth", "sex"))
    pairs = joined(sent, received, names)
    people, secret = answered(world, *pairs.T)
    seen = np.concatenate([sent, received[~np.isin(received, pairs[:, 1])]])
    told = tuple(names[owner] for owner in pairs[:, 0])
    bank = frozenset(world.people.identifiers[handle] for handle in received)
    width = max((len(name) for name in names), default=0)
    surface = Surface(
        records=rows_of(world, pairs[:, 0], (*IDENTIFYING, "band"), names=told, secret=True, seen_by=THIRD_PARTY),
        tables=lambda: OpenSeries(world),
        values=Values(THIRD_PARTY, tuple(names[owner] for owner in seen), recipe),
        probe=lambda: ExactSizeProbe(bank),
    )
    return Protected(
        surface,
        people=people,
        secret=secret,
        owners=pairs[:, 0],
        value_owners=seen,
        linked=pairs,
        bytes_sent=len(sent) * (width + 4 * BYTES_A_CODE)
        + len(received) * (width + 3 * BYTES_A_CODE)
        + BYTES_A_CELL * (people.counts.size + secret.counts.size),
    )


def joined(one: Codes, other: Codes, names: Sequence[bytes]) -> Codes:
    """Return the pairs of handles whose names are equal, shape (n, 2), in the order of the first."""
    places = {names[handle]: handle for handle in other.tolist()}
    pairs = [(handle, places[names[handle]]) for handle in one.tolist() if names[handle] in places]
    return np.array(pairs, np.int64).reshape(-1, 2)


def answered(world: LabWorld, left: Codes, right: Codes) -> tuple[CountTable, CountTable]:
    """Return the tables of QUESTION over pairs of rows: their number, and that of pairs with the sensitive value.

    left: handles of the platform's rows, which have the groups. right: of the bank's, which have the value.
    """
    shape = tuple(world.people.domains[name] for name in QUESTION)
    cells = np.ravel_multi_index([world.people.codes[name][left] for name in QUESTION], shape)
    shown = np.ones(shape, np.bool_)
    people, secret = (
        np.bincount(kept, minlength=shown.size).astype(np.int64).reshape(shape)
        for kept in (cells, cells[world.people.secret[right] == 1])
    )
    return CountTable(QUESTION, people, shown), CountTable(QUESTION, secret, shown)
