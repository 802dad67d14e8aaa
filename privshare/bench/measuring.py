"""What was asked of `privshare bench`, handed to the benchmark that answers it, which is imported only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privshare.bench.options import Others

LINK_ROWS, GROWTH_ROWS, TOTALS_ROWS = 1 << 20, 1 << 22, 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as `privshare bench --help` explains them. rows, runs: None for the default."""

    rows: int | None = None
    runs: int | None = None
    peers: str = ""
    env: Path | None = None
    install: bool = True
    data: Path | None = None
    seed: int = 1
    writers: int = 8
    seconds: float = 4.0
    suite: str = "psi-ot-sh/1"
    picture: str | None = None

    def ran(self, default: int) -> int:
        """Return how many runs, where the benchmark has its own default."""
        return default if self.runs is None else self.runs

    def sized(self, default: int) -> int:
        """Return how many rows."""
        return default if self.rows is None else self.rows

    @property
    def others(self) -> Others:
        """Who else takes part, and where they live."""
        return Others(self.peers, self.env, self.install)


@dataclass(frozen=True, slots=True)
class Measured:
    """The answer as lines for the terminal, as Markdown, as plain values, and as a picture where there is one."""

    lines: Sequence[str]
    markdown: Sequence[str]
    document: dict[str, Any]
    picture: str | None = None


Notice = Callable[[str], None]


def release(asked: Asked, notice: Notice) -> Measured:
    """Measure a release."""
    from privshare.bench.release.page import document, markdown_lines, terminal_lines
    from privshare.bench.release.running import compare_releases

    found = compare_releases(
        rows=asked.sized(1_000_000), runs=asked.ran(5), others=asked.others, data=asked.data, seed=asked.seed,
        notice=notice,
    )  # fmt: skip
    return Measured(terminal_lines(found), markdown_lines(found), document(found))


def accounting(asked: Asked, notice: Notice) -> Measured:
    """Measure the accounting of 1,000 questions."""
    from privshare.bench.accounting.page import accounting_document, accounting_lines, accounting_markdown
    from privshare.bench.accounting.running import compare_accounting

    found = compare_accounting(runs=asked.ran(5), others=asked.others, notice=notice)
    return Measured(accounting_lines(found), accounting_markdown(found), accounting_document(found))


def ledger(asked: Asked, notice: Notice) -> Measured:
    """Measure durable spends."""
    from privshare.bench.ledger.page import spends_document, spends_lines, spends_markdown
    from privshare.bench.ledger.running import compare_spends

    found = compare_spends(
        runs=asked.ran(11), writers=asked.writers, seconds=asked.seconds, folder=asked.data, notice=notice
    )
    return Measured(spends_lines(found), spends_markdown(found), spends_document(found))


def link(asked: Asked, notice: Notice) -> Measured:
    """Measure a link that tells members."""
    from privshare.bench.link.members import compare_links
    from privshare.bench.link.page import link_document, link_lines, link_markdown

    found = compare_links(
        rows=asked.sized(LINK_ROWS), runs=asked.ran(5), suites=asked.suite, others=asked.others, data=asked.data,
        seed=asked.seed, notice=notice,
    )  # fmt: skip
    return Measured(link_lines(found), link_markdown(found), link_document(found))


def growth(asked: Asked, notice: Notice) -> Measured:
    """Measure links of growing size. picture: name of its chart, for the Markdown."""
    from privshare.bench.link.chart import growth_chart
    from privshare.bench.link.growth import growth_document, growth_lines, growth_markdown, measure_growth

    found = measure_growth(
        rows=asked.sized(GROWTH_ROWS), runs=asked.ran(3), suites=asked.suite, others=asked.others, data=asked.data,
        seed=asked.seed, notice=notice,
    )  # fmt: skip
    drawn = growth_chart(found) if found.points and asked.picture else None
    shown = asked.picture if drawn else None
    return Measured(growth_lines(found), growth_markdown(found, picture=shown), growth_document(found), drawn)


def totals(asked: Asked, notice: Notice) -> Measured:
    """Measure totals over the people in both of two tables."""
    from privshare.bench.link.totals import measure_totals, totals_document, totals_lines, totals_markdown

    found = measure_totals(rows=asked.sized(TOTALS_ROWS), runs=asked.ran(5), notice=notice)
    return Measured(totals_lines(found), totals_markdown(found), totals_document(found))


def fuzzy(asked: Asked, notice: Notice) -> Measured:
    """Measure pairs of records without an identifier."""
    from privshare.bench.link.fuzzy import compare_pairings, pairings_document, pairings_lines, pairings_markdown

    found = compare_pairings(runs=asked.ran(3), others=asked.others, notice=notice)
    return Measured(pairings_lines(found), pairings_markdown(found), pairings_document(found))


def attack(asked: Asked, notice: Notice) -> Measured:
    """Measure attacks on a pair of tables."""
    from privshare.bench.attack.page import risks_document, risks_lines, risks_markdown
    from privshare.bench.attack.running import ROWS, compare_risks

    found = compare_risks(
        rows=asked.sized(ROWS), runs=asked.ran(3), others=asked.others, seed=asked.seed, notice=notice
    )  # fmt: skip
    return Measured(risks_lines(found), risks_markdown(found), risks_document(found))


def compare(asked: Asked, notice: Notice) -> Measured:
    """Measure the matrix of the lab."""
    from privshare.bench.compare.page import lab_document, lab_lines, lab_markdown
    from privshare.bench.compare.running import measure_lab

    found = measure_lab(runs=asked.ran(3), notice=notice)
    return Measured(lab_lines(found), lab_markdown(found), lab_document(found))
