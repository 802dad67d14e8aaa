"""Local differential privacy: everybody perturbs their own answer before it leaves them; nobody is trusted with it.

Who is known to both holders reports one of districts x bands x 2 values: their
cell of QUESTION and whether they defaulted. The whole answer is one draw of
n-ary randomised response (`secure/noise/response`), so one report spends the
whole budget, and whatever is computed from reports costs nothing more.
A count of n_v reports of value v among n becomes the unbiased estimate
(n_v - n q) / (p - q), p and q the chances of a report of the true and of another
given value: the expected number of reports solved for the true number (tested;
the mechanism is that of Kairouz, Bonawitz and Ramage 2016, "Discrete Distribution
Estimation under Local Privacy", of which only the abstract was checked, and for
two values of Warner 1965, from memory). Estimates are rounded, may lie below
zero, and are far off: their noise grows with the number of people, as that of a
curator's table does not.
That somebody reports is not hidden: the loss is that of a report with another
answer in its place, not of a report more or less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privshare.comparison.lab.techniques.series import OF
from privshare.comparison.lab.techniques.technique import QUESTION, Protected, Setting, Technique
from privshare.comparison.lab.world import LabWorld
from privshare.errors import ParameterRefused
from privshare.model.surface import Codes, CountTable, Records, Surface
from privshare.secure import noise

BYTES_A_REPORT = 1
BYTES_A_CELL = 8


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reports:
    """What the collector has. values: one report a person, shape (people,). senders: their handles.

    shape: numbers of districts, bands and answers; a report is a cell of it, counted through. mechanism: how it was
    perturbed.
    """

    values: Codes
    senders: Codes
    shape: tuple[int, int, int]
    mechanism: noise.ResponseMechanism


def reported(world: LabWorld, mechanism: noise.ResponseMechanism) -> Reports:
    """Return one report of everybody who is known to both holders."""
    senders = np.flatnonzero(world.joint)
    codes, domains = world.people.codes, world.people.domains
    shape = (domains["district"], domains["band"], 2)
    answers = (codes["district"][senders], codes["band"][senders], world.people.secret[senders])
    truth = np.ravel_multi_index(answers, shape)
    drawn = noise.respond(truth.tolist(), mechanism)
    return Reports(np.array(drawn, np.int64).reshape(len(senders)), senders, shape, mechanism)


def estimated(seen: NDArray[np.float64], mechanism: noise.ResponseMechanism) -> NDArray[np.float64]:
    """Return unbiased estimates of how many people have each value, from how many reports say it; shape (values,).

    seen may be expected numbers: then these are the true ones.
    """
    truth, other = (float(chance) for chance in mechanism.chances)
    return np.asarray((seen - seen.sum() * other) / (truth - other))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportSeries:
    """Tables computed from the same reports, as often as anybody likes; None for what was not reported."""

    reports: Reports

    @property
    def domains(self) -> Mapping[str, int]:
        """Attributes that a report tells, and their numbers of codes."""
        return dict(zip(QUESTION, self.reports.shape[:2], strict=True))

    def ask(
        self, by: tuple[str, ...], of: str, *,
        without: int | None = None, share: float = 1.0, wording: int = 0, blocks: tuple[int, ...] | None = None,
    ) -> CountTable | None:  # fmt: skip
        """Return the rounded estimates; without a person, those from the reports of all others."""
        del share, wording
        if of not in OF:
            raise ParameterRefused("table", f"{of} by {', '.join(by)}", f"{' or '.join(OF)} by {', '.join(QUESTION)}")
        return self.table(by, of, without) if blocks is None and set(by) <= set(QUESTION) else None

    def table(self, by: tuple[str, ...], of: str, without: int | None = None) -> CountTable:
        """Return the rounded estimates of one table by attributes of QUESTION."""
        reports = self.reports
        kept = reports.values if without is None else reports.values[reports.senders != without]
        seen = np.bincount(kept, minlength=reports.mechanism.values).astype(np.float64)
        cells = estimated(seen, reports.mechanism).reshape(reports.shape)
        cells = cells[..., 1] if of == "secret" else cells.sum(axis=2)
        left = [name for name in QUESTION if name in by]
        cells = cells.sum(axis=tuple(axis for axis, name in enumerate(QUESTION) if name not in by))
        counts = np.rint(cells.transpose([left.index(name) for name in by])).astype(np.int64)
        return CountTable(by, counts, np.ones(counts.shape, np.bool_))


def _protect(world: LabWorld, setting: Setting) -> Protected:
    domains = world.people.domains
    mechanism = noise.response_mechanism(values=2 * domains["district"] * domains["band"], loss=setting.loss)
    reports = reported(world, mechanism)
    series = ReportSeries(reports)
    people, secret = (series.table(QUESTION, of) for of in OF)
    district, band, told = np.unravel_index(reports.values, reports.shape)
    rows = np.stack([district, band], axis=1).astype(np.int64)
    return Protected(
        Surface(
            records=Records("the collector", QUESTION, rows, rows, told.astype(np.int64), None, reports.senders),
            tables=lambda: series,
        ),
        people=people,
        secret=secret,
        owners=reports.senders,
        bytes_sent=BYTES_A_REPORT * len(rows) + BYTES_A_CELL * (people.counts.size + secret.counts.size),
        loss=setting.loss,
        hides_members=False,
    )


LOCAL = Technique(
    name="local-dp",
    title="local differential privacy",
    trust="nobody: each person's own device perturbs the answer",
    promise="epsilon-local-DP for each report, any answer in the place of any other, against the collector and "
    "everybody after it; not hidden is that a person reports",
    budgeted=True,
    protect=_protect,
)
