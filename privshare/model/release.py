"""A release: published numbers with everything needed to judge them. Whole numbers and texts only."""

from __future__ import annotations

from dataclasses import dataclass

from privshare.model.bounding import Measure
from privshare.model.loss import PrivacyLoss
from privshare.model.party import PartyId, PurposeId

SIGMA = "sigma "
"""Stands before the decimal scale of a discrete Gaussian draw wherever scales are texts without their mechanism."""
ONE_HOLDER = "statistic/"
"""What the suite of a statistic over one holder's table begins with; all others are joint."""
NEIGHBOURING = "add or remove one person, over all rows of the table"


@dataclass(frozen=True, slots=True)
class NoisePart:
    """One draw of noise inside a release.

    measure: which numbers it went into ("" for dummies that no number shows). mechanism: its name in the
    literature. drawn_by: who added it. sensitivity: whole number, in the norm that the mechanism goes with, and
    scale: decimal text, both in units of 1/grain of the published number. loss: what it is debited for; of a discrete
    Gaussian draw its part of what all of them are debited for together. map_epsilon: what OpenDP's map reports for
    (mechanism, sensitivity), decimal text, never above the loss; of a discrete Gaussian draw what OpenDP converts the
    rho of all of them together to, never above all their losses.
    """

    measure: str
    mechanism: str
    drawn_by: PartyId
    sensitivity: int
    scale: str
    loss: PrivacyLoss
    map_epsilon: str
    grain: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One published row: the group's key and one value a measure; None where the group was too small to print."""

    key: tuple[str, ...]
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """A table computed from a release's published numbers alone.

    how: in words. by, measures: names of its key and value columns. unit: a cell's value / unit is the number.
    """

    name: str
    how: str
    by: tuple[str, ...]
    measures: tuple[str, ...]
    unit: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class MeasureError:
    """What the noise does to one measure's numbers: mean size, and the half width of the interval at 95 %.

    expected: decimal text, in the number's own unit. half: whole number, what rounding adds included.
    """

    measure: str
    expected: str
    half: int


@dataclass(frozen=True, slots=True)
class BiasCell:
    """What a bound does to one number: estimate, and interval at 95 %, in whole units; below 0 where it takes away.

    The estimate is the noised one, so it may lie above 0, where no bias can.
    """

    estimate: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Bias:
    """What the bound of a measure does to each group, estimated with noise of its own, the part "bias of `measure`".

    bound: the measure's. up_to: a higher bound; what people above it lose beyond it is not in the estimate. half: half
    width of the interval. cells: one a cell of the release, None where that is not printed.
    """

    measure: str
    bound: int
    up_to: int
    half: int
    cells: tuple[BiasCell | None, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a release besides its mechanisms.

    errors: one a measure. cut: (measure, share), which share of everything the bound of a measure is estimated to cut
    away, decimal text, over all groups together; none for a bound that was given, as nothing was spent to look.
    batch_epsilon, batch_delta: what an accountant of privacy loss distributions finds for
    all draws together as one batch declared beforehand, decimal texts; a second opinion beside the loss, which is
    what is debited. engines: those that check each other on small tables; whether they did here is not told, since
    it depends on the number of rows. digest: keyed digest of the exact numbers, hex; both empty where others ran.
    bias: by group, of the measures for which a part of the price was set aside for it.
    """

    errors: tuple[MeasureError, ...]
    cut: tuple[tuple[str, str], ...] = ()
    batch_epsilon: str = ""
    batch_delta: str = ""
    engines: tuple[str, ...] = ()
    digest: str = ""
    bias: tuple[Bias, ...] = ()


NO_EVIDENCE = Evidence(())


@dataclass(frozen=True, slots=True)
class Release:
    """What the public gets.

    id: the question's id. request: request id in the ledger, hex. by: names of the key columns. measures:
    names of the value columns. loss: total per person at each holder. public_noise: for each measure the
    decimal scales of every draw of noise in its published value, in the value's own unit, after SIGMA for a discrete
    Gaussian; a draw of a finer grain was rounded to a whole number at the end. clauses: policy clauses and licences
    that allowed it. bounds: (what, value) pairs of contribution bounds and clamps, in words; bounded: the same as the
    engine got them, for a statistic of one holder. derived: tables computed from the cells. evidence: what speaks for
    it.
    """

    id: str
    request: str
    sentence: str
    purpose: PurposeId
    holders: tuple[PartyId, ...]
    by: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]
    parts: tuple[NoisePart, ...]
    public_noise: tuple[tuple[str, tuple[str, ...]], ...]
    loss: PrivacyLoss
    bounds: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    minimum_group: int
    suite: str
    neighbouring: str = NEIGHBOURING
    bounded: tuple[Measure, ...] = ()
    derived: tuple[Derived, ...] = ()
    evidence: Evidence = NO_EVIDENCE
