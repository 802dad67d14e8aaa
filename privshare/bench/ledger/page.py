"""Spends beside bare commits, as lines for the terminal, as Markdown, and as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from privshare.bench.ledger.running import TARGET, Spends, sign_interval
from privshare.bench.ledger.writer import COMMITS_A_SPEND
from privshare.bench.page import counted, measured_on
from privshare.bench.process import Series


def spends_lines(found: Spends) -> list[str]:
    """Return the comparison as lines of plain text."""
    ratios = found.ratios
    low, high, sure = sign_interval(ratios.values)
    writers = counted(found.writers, "writer")
    pairs = counted(len(ratios.values), "pair")
    verdict = "met" if found.met else "MISSED"
    return [
        f"Durable spends of {writers} on one ledger beside a bare loop of SQLite commits, same settings: {pairs} of "
        f"{found.seconds:g} s each, median (min to max).",
        f"{measured_on(found.machine, found.load_after)}.",
        "",
        f"bare loop  {_ranged(found.bare)} commits/s",
        f"ledger     {_ranged(found.ledger)} commits/s, {found.ledger.median / COMMITS_A_SPEND:,.0f} spends/s",
        f"ratio      {ratios.median:.2f} ({ratios.low:.2f} to {ratios.high:.2f}); "
        f"median within {low:.2f} to {high:.2f} ({sure:.1%}, sign test)",
        "",
        f"{verdict}: {ratios.median:.2f} commits of the ledger for one of the bare loop, target at least {TARGET}",
        f"a spend is {COMMITS_A_SPEND} commits: reserve, begin, complete",
        "the bare loop waits for a lock in SQLite's sleeps of up to 0.1 s; the ledger looks every 25 ms to begin and",
        "tries every 0.5 ms to commit",
    ]


def spends_markdown(found: Spends) -> list[str]:
    """Return the comparison as a section of a Markdown page."""
    writers = counted(found.writers, "writer")
    return [f"## Durable spends, {writers}", "", *(f"- {line}" for line in spends_lines(found) if line)]


def spends_document(found: Spends) -> dict[str, Any]:
    """Return the comparison as plain values, every pair's figure in it."""
    low, high, sure = sign_interval(found.ratios.values)
    return {
        "benchmark": "ledger",
        "machine": asdict(found.machine),
        "load_after": found.load_after,
        "writers": found.writers,
        "seconds": found.seconds,
        "commits_a_spend": COMMITS_A_SPEND,
        "bare": list(found.bare.values),
        "ledger": list(found.ledger.values),
        "interval": {"low": low, "high": high, "confidence": sure},
        "targets": [{"what": "ratio", "target": TARGET, "measured": found.ratios.median, "met": found.met}],
    }


def _ranged(series: Series) -> str:
    return f"{series.median:,.0f} ({series.low:,.0f} to {series.high:,.0f})"
