"""Tables behind the numbers and the charts, and their CSV form.

One source feeds three things: a chart, the data table under it, and a CSV
file, so they cannot disagree. Tables named `truth-...` hold exact values of
the simulated people. Promises: text cells that a spreadsheet would run as a
formula get a ' in front (OWASP, CSV injection; full-width variants included);
control characters are spelled out, so a row is a line; numbers are written as
numbers, suppressed cells as nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from privshare.model.release import Cell, Derived, Release
from privshare.report.answer import Finding, Rate, joint_release, true_rates
from privshare.report.figures import plain
from privshare.scenario.outcome import PublishedRelease, Run
from privshare.use.release.accounting import quantiles

if TYPE_CHECKING:
    from privshare.use.release.remeasure import Row

Value = str | int | float | None
Rows = tuple[tuple[Value, ...], ...]
RUNS_AS_FORMULA = "=+-@\t\r\n\0＝＋－＠"
DOTS = 20
STEM_MAX = 63
"""Characters that a file's name may have before its ending (`contents.name_of`)."""


@dataclass(frozen=True, slots=True)
class Data:
    """A table for people and files. name: file stem, e.g. "truth-joint". rows: in order of columns."""

    name: str
    columns: tuple[str, ...]
    rows: Rows


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{plain(value)}" if value[:1] and value[0] in RUNS_AS_FORMULA else plain(value)
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def csv_bytes(data: Data) -> bytes:
    r"""Return the table as CSV: UTF-8, lines end in \n.

    >>> csv_bytes(Data("x", ("who", "n"), (("=1+1", -3), ("a,b", None))))
    b'who,n\n\'=1+1,-3\n"a,b",\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in (data.columns, *data.rows))
    return out.getvalue().encode()


def release_table(release: Release) -> Data:
    """Return a release as a table: key columns, measures, then what is derived from them for the same groups.

    None where a cell was too small to print.
    """
    beside = [table for table in release.derived if _beside(table, release)]
    columns = (*release.by, *release.measures, *(name for table in beside for name in table.measures))
    rows: Rows = tuple(
        (*cell.key, *cell.values, *(value for table in beside for value in _numbers(table, table.cells[row])))
        for row, cell in enumerate(release.cells)
    )
    return Data(f"release-{release.id}", columns, rows)


def derived_tables(release: Release) -> tuple[Data, ...]:
    """Return the derived tables of a release that have other groups than itself, each as a table of its own."""
    apart = [table for table in release.derived if not _beside(table, release)]
    stems = _stems(f"release-{release.id}-", [table.name for table in apart])
    return tuple(
        Data(stem, (*table.by, *table.measures), tuple((*cell.key, *_numbers(table, cell)) for cell in table.cells))
        for stem, table in zip(stems, apart, strict=True)
    )


def _stems(before: str, names: Iterable[str]) -> list[str]:
    """Return a file stem a name, each another, of letters that a path may have: a column's name may have any.

    >>> _stems("release-pay-", ["quantile_Net pay", "quantile_Net_pay"])
    ['release-pay-quantile_net_pay', 'release-pay-quantile_net_pay2']
    """
    stems: list[str] = []
    for name in names:
        stem = (before + re.sub(r"[^a-z0-9_]+", "_", name.lower()))[:STEM_MAX]
        number = 2
        while stem in stems:
            stem, number = f"{stem[: STEM_MAX - 2].rstrip('0123456789')}{number}", number + 1
        stems.append(stem)
    return stems


def combined_table(id: str, by: tuple[str, ...], measure: str, rows: Iterable[Row]) -> Data:
    """Return what two measurements make together: keys, the combined number, and its interval."""
    told: Rows = tuple(
        (*row.key, row.value, *((None, None) if row.value is None else (row.value - row.half, row.value + row.half)))
        for row in rows
    )
    return Data(f"combined-{id}", (*by, measure, f"{measure}_low", f"{measure}_high"), told)


def _beside(table: Derived, release: Release) -> bool:
    return [cell.key for cell in table.cells] == [cell.key for cell in release.cells] and table.by == release.by


def _numbers(table: Derived, cell: Cell) -> list[Value]:
    return [value if value is None or table.unit == 1 else value / table.unit for value in cell.values]


def truth_table(published: PublishedRelease) -> Data:
    """Return the exact values of a release's cells; there are any only where the people are simulated."""
    release = published.release
    rows: Rows = tuple((*cell.key, *exact) for cell, exact in zip(release.cells, published.truth, strict=True))
    return Data(f"truth-{release.id}", (*release.by, *release.measures), rows)


@cache
def dots(scales: tuple[str, ...]) -> tuple[int, ...]:
    """Return the dots of a quantile dotplot for noise of these scales."""
    return quantiles(scales, DOTS)


def noise_table(release: Release) -> Data:
    """Return 20 equally likely values of published minus exact, for every measure with noise."""
    rows = tuple(
        (measure, number, value)
        for measure, scales in release.public_noise
        for number, value in enumerate(dots(tuple(scales)), start=1)
    )
    return Data(f"chart-noise-{release.id}", ("measure", "dot", "published minus exact"), rows)


def _rate_rows(rates: Iterable[Rate]) -> Rows:
    return tuple((*rate.key, rate.people, rate.total, rate.rate, rate.low, rate.high) for rate in rates)


def band_table(found: Finding) -> Data:
    """Return the published rates pooled over the first key, with their intervals."""
    columns = (found.along, found.people, found.total, "per 100", "low", "high")
    return Data("chart-answer", columns, _rate_rows(found.bands))


def cell_table(found: Finding) -> Data:
    """Return the published rate of every printed cell, with its interval."""
    keys = (found.across, found.along) if found.across else (found.along,)
    columns = (*keys, found.people, found.total, "per 100", "low", "high")
    return Data("chart-protected", columns, _rate_rows(found.cells))


def true_rate_table(published: PublishedRelease) -> Data:
    """Return the exact rate of every cell."""
    release = published.release
    rows: Rows = tuple((*rate.key, rate.people, rate.total, rate.rate) for rate in true_rates(published))
    return Data("truth-rates", (*release.by, *release.measures, "per 100"), rows)


def attack_table(run: Run) -> Data:
    """Return every attack: what it tried, how often it was right, and what guessing gets."""
    columns = ("attack", "against", "attempts", "successes", "rate", "low", "high", "baseline", "ceiling")
    rows = []
    for result in run.attacks:
        from privshare.attacks.adversary import wilson_interval  # only a run with attacks loads them

        low, high = wilson_interval(result.successes, result.attempts)
        told = (result.attack, result.against, result.attempts, result.successes)
        rows.append((*told, result.rate, low, high, result.baseline, result.ceiling))
    return Data("chart-attacks", columns, tuple(rows))


def budget_table(run: Run) -> Data:
    """Return spent and left of every licence, in epsilon and delta."""
    columns = (
        "holder", "purpose", "licence", "epsilon cap", "epsilon spent", "epsilon left", "delta cap", "delta spent",
    )  # fmt: skip
    rows = tuple(
        (
            line.holder, line.purpose, line.licence,
            line.cap_micro / 1e6, line.spent_micro / 1e6, (line.cap_micro - line.spent_micro) / 1e6,
            line.cap_delta_e15 / 1e15, line.spent_delta_e15 / 1e15,
        )
        for line in run.budgets
    )  # fmt: skip
    return Data("chart-budget", columns, rows)


def message_table(run: Run) -> Data:
    """Return every message of every protocol run, in the order of sending."""
    columns = ("for question", "suite", "number", "sender", "receiver", "kind", "items", "bytes")
    rows = tuple(
        (
            record.for_question, record.leakage.suite, number, message.sender, message.receiver,
            message.payload.kind, message.payload.items, len(message.payload.body),
        )
        for record in run.protocols
        for number, message in enumerate(record.transcript.messages, start=1)
    )  # fmt: skip
    return Data("chart-messages", columns, rows)


def all_tables(run: Run, found: Finding | None) -> tuple[Data, ...]:
    """Return every table of a run, in the order of the report."""
    tables = [band_table(found), cell_table(found)] if found else []
    joint = joint_release(run)
    if joint is not None and joint.truth:
        tables.append(true_rate_table(joint))
    for published in run.releases:
        tables += [release_table(published.release), *derived_tables(published.release)]
        tables.append(noise_table(published.release))
        tables += [truth_table(published)] if published.truth else []
    tables += [combined_table(pair.id, pair.by, pair.measure, pair.rows) for pair in run.remeasured]
    return (*tables, attack_table(run), budget_table(run), message_table(run))
