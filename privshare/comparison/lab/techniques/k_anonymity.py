"""k-anonymity with l-diversity: a curator joins both files, drops identifiers, and publishes generalised rows.

Birth, sex and district of a row are a box that it shares with at least four
others, in which both values of default occur (`secure/generalization.py`, with
its sources); for a yes/no value that is all that distinct l-diversity can ask.
The score band, taken for no quasi-identifier, stands with each row as it is:
who knows it of a person is left with fewer rows. The later release, the platform's, is made 5-anonymous by itself and
has no sensitive value.
Tables are counted from the rows, as anybody could: a row counts for every cell of its box in equal parts, and each cell
is then rounded to the nearest whole number. In a publication without a person the other rows keep their boxes, as an
office keeps its geography, and a box that has lost k or l is withheld whole. Nobody's block is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from privshare.comparison.lab.techniques.curator import bytes_to_curator, joined_pairs
from privshare.comparison.lab.techniques.published import BYTES_A_CODE, later_people, shuffled
from privshare.comparison.lab.techniques.technique import IDENTIFYING, QUESTION, Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.holders.people import DAYS
from privshare.model.surface import UNKNOWN, Codes, CountTable, Flags, Records, Surface
from privshare.secure.generalization import generalised

K = 5
DISTINCT = 2
_Shares = NDArray[np.float64]


def released(
    world: LabWorld, handles: Codes, *, k: int = K, distinct: int = DISTINCT, joined: bool = True
) -> tuple[Records, Codes, Codes]:
    """Return generalised rows of these people, the box of each, and whose they are; no rows where k or l cannot be had.

    joined: whether they show the sensitive value and the score band; else l asks for nothing.
    """
    codes = np.stack([world.people.codes[name][handles] for name in IDENTIFYING], axis=1)
    domains = [world.people.domains[name] for name in IDENTIFYING]
    secret = world.people.secret[handles] if joined else np.zeros(len(handles), np.int64)
    boxes = generalised(codes, domains, secret, k=k, distinct=distinct if joined else 1)
    if not len(boxes):
        handles, secret, boxes = handles[:0], secret[:0], generalised(codes[:0], domains, secret[:0], k=1, distinct=1)
    columns: tuple[str, ...] = IDENTIFYING
    low, high = boxes.low[boxes.number], boxes.high[boxes.number]
    if joined:
        band = world.people.codes["band"][handles, None]
        low, high, columns = np.hstack([low, band]), np.hstack([high, band]), (*IDENTIFYING, "band")
    shown = secret if joined else np.full(len(handles), UNKNOWN)
    return Records("the public", columns, low, high, shown, None), boxes.number, handles


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GeneralisedSeries:
    """Tables counted from generalised rows. box, owner: of each row. all_domains: of the world."""

    records: Records
    box: Codes
    owner: Codes
    all_domains: Mapping[str, int]
    k: int = K
    distinct: int = DISTINCT
    _whole: dict[tuple[tuple[str, ...], str], _Shares] = field(default_factory=dict)

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes that rows have, and the year of birth, with their numbers of codes."""
        return {name: size for name, size in self.all_domains.items() if name in (*self.records.columns, "year")}

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable | None:  # fmt: skip
        """Return the table, or None: by an attribute that no row has, or by birth and its year at once."""
        del share, wording
        if blocks is not None or not set(by) <= set(self.domains) or {"birth", "year"} <= set(by):
            return None
        return self.counted(by, of, without=without)

    def counted(self, by: tuple[str, ...], of: str, *, without: int | None = None) -> CountTable:
        """Return the table by attributes that rows have."""
        counting = self.records.secret == 1 if of == "secret" else np.ones(len(self.records), np.bool_)
        if (by, of) not in self._whole:
            self._whole[by, of] = self._shares(by, np.flatnonzero(counting))
        numbers = self._whole[by, of]
        if without is not None:
            numbers = numbers - self._shares(by, np.flatnonzero(counting & self._gone(without)))
        counts = np.rint(numbers).astype(np.int64)
        return CountTable(by, counts, np.ones(counts.shape, np.bool_))

    def _gone(self, person: int) -> Flags:
        """Return which rows a publication without this person lacks: its own, and the box that is too small by that."""
        own = self.owner == person
        rest = (self.box == self.box[own]) & ~own if own.any() else own
        broken = rest.sum() < self.k or len(np.unique(self.records.secret[rest])) < self.distinct
        return np.asarray(own | rest) if broken else own

    def _shares(self, by: tuple[str, ...], rows: Codes) -> _Shares:
        """Return the parts of these rows in every cell: each box adds at its corners, and running sums fill it.

        Years, of which a box of birthdays has uneven parts, go by rows, as a last axis.
        """
        records, others = self.records, [name for name in by if name != "year"]
        axes = [records.columns.index(name) for name in others]
        shape = tuple(self.all_domains[name] for name in others)
        low, past = records.low[rows], records.high[rows] + 1
        years = self._years(low[:, 0], past[:, 0]) if "year" in by else np.ones((len(rows), 1))
        parts = years / np.prod((past - low)[:, axes], axis=1)[:, None]
        table = np.zeros((1, *(size + 1 for size in shape), parts.shape[1]))
        for corner in product((False, True), repeat=len(axes)):
            place = np.where(corner, past[:, axes], low[:, axes])
            np.add.at(table, (np.zeros(len(rows), np.int64), *place.T), parts * (-1) ** sum(corner))
        for axis in range(len(axes)):
            table = np.cumsum(table, axis=axis + 1)
        table = table[0][tuple(slice(size) for size in shape)]
        return np.moveaxis(table, -1, by.index("year")) if "year" in by else table[..., 0]

    def _years(self, low: Codes, past: Codes) -> _Shares:
        """Return the part of each row in every year of birth, shape (rows, years)."""
        starts = np.arange(self.all_domains["year"]) * DAYS
        days = np.minimum(past[:, None], starts + DAYS) - np.maximum(low[:, None], starts)
        return np.asarray(np.maximum(days, 0) / (past - low)[:, None])


def _protect(world: LabWorld, setting: Setting) -> Protected:
    del setting
    records, box, owners = released(world, shuffled(world, np.flatnonzero(world.joint), 0))
    later, _, later_owners = released(world, later_people(world), joined=False)
    series = GeneralisedSeries(records, box, owners, world.people.domains)
    return Protected(
        Surface(records=records, later=later, tables=lambda: series),
        people=series.counted(QUESTION, "people"),
        secret=series.counted(QUESTION, "secret"),
        owners=owners,
        later_owners=later_owners,
        linked=joined_pairs(world),
        bytes_sent=bytes_to_curator(world) + len(records) * (2 * len(IDENTIFYING) + 2) * BYTES_A_CODE,
    )


K_ANONYMITY = Technique(
    name="k-anonymity",
    title=f"{K}-anonymous rows with both values in every class",
    trust="one curator, with both files",
    promise=f"a row shares birth, sex and district with at least {K - 1} others, and both values of default occur "
    "among them; nothing against who knows more of a person or has two releases",
    budgeted=False,
    protect=_protect,
)
