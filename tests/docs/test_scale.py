"""The page on a thousand million records: what it says follows from what was measured, by its own arithmetic."""

from __future__ import annotations

import math
import re

from scipy.stats import binom

from tests.house.repository import ROOT

PAGE = (ROOT / "docs" / "explanation" / "scale.md").read_text("utf-8")
RECORDS, BUCKETS = 10**9, 256


def figure(pattern: str) -> float:
    found = re.search(pattern, PAGE)
    assert found, pattern
    return float(found[1].replace(",", ""))


CPU_US = figure(r"\| CPU, both parties \| ([0-9.]+) µs \|")
BYTES = figure(r"\| bytes, both directions \| ([0-9.]+) \|")
MEMORY = figure(r"\| memory of the party that needs more \| ([0-9,]+) bytes \|")
CAP = int(figure(r"size, \*\*([0-9,]+)\*\*"))


def test_the_size_of_a_bucket_is_the_least_that_is_safe() -> None:
    def exceeded(cap: int) -> float:
        return float(binom.logsf(cap, RECORDS, 1 / BUCKETS)) / math.log(2) + math.log2(BUCKETS)

    assert exceeded(CAP) <= -40 < exceeded(CAP - 1)
    more = BUCKETS * CAP / RECORDS - 1
    assert f"{more:.2%} more items".replace("%", " %") in PAGE
    assert f"standard deviation {math.sqrt(RECORDS / BUCKETS * (1 - 1 / BUCKETS)):,.0f}" in PAGE


def test_tags_are_long_enough_for_all_buckets_together() -> None:
    for words, length in (("2\\^-96 =", 96), ("with 11 it would be", 88)):
        pairs = figure(rf"{words} 2\^(-[0-9]+\.[0-9])")
        assert abs(pairs - (math.log2(BUCKETS * CAP**2) - length)) < 0.05
    assert math.log2(BUCKETS * CAP**2) - 96 < -40 < math.log2(BUCKETS * CAP**2) - 88


def test_the_totals_are_the_slopes_times_the_items() -> None:
    items = BUCKETS * CAP
    assert f"**{items * CPU_US * 1e-6 / 3600:.2f} hours**" in PAGE
    assert f"**{items * (BYTES + 1) / 1e9:.0f} GB**" in PAGE
    assert f"| memory | {CAP * MEMORY / 1e9:.1f} GB a party" in PAGE
    assert f"{RECORDS * MEMORY / 1e9:,.0f} GB a party." in PAGE
