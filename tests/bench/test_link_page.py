"""What is written down of a link: medians with range, a missed target by how much, nothing made up as measured."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from privshare.bench.link.chart import PANELS, growth_chart
from privshare.bench.link.febrl import Quality
from privshare.bench.link.figures import LinkComparison, LinkRow, verdicts_of
from privshare.bench.link.fuzzy import FIRST, OURS, Pairing, Pairings, pairings_document, pairings_lines
from privshare.bench.link.growth import (
    Growth,
    GrowthPoint,
    growth_document,
    growth_lines,
    growth_markdown,
    measure_growth,
    sizes,
    slope,
)
from privshare.bench.link.page import HEAD, link_document, link_lines, link_markdown
from privshare.bench.link.totals import Totals, measure_totals, totals_document, totals_lines, totals_markdown
from privshare.bench.options import Others
from privshare.bench.page import aligned, marked
from privshare.bench.process import Series
from privshare.bench.targets import Verdict
from privshare.errors import ParameterRefused
from tests.bench.releases import MACHINE

MILLION = 1 << 20


def row(name: str, *cpu: float, suite: str | None = None, rows: int = MILLION, megabytes: float = 92.0) -> LinkRow:
    seconds, peaks = Series(cpu), Series(tuple(500.0 for _ in cpu))
    return LinkRow(name, f"what {name} tells", rows, suite, (("package", "1.2"),), seconds, seconds, peaks,
                   int(megabytes * 1e6), True, True)  # fmt: skip


def party(*cpu: float, suite: str = "psi-ot-sh/1", **other: float) -> LinkRow:
    return row(f"privshare party, {suite}", *cpu, suite=suite, **other)  # type: ignore[arg-type]


def compared(*rows: LinkRow, asked: int = MILLION) -> LinkComparison:
    return LinkComparison(MACHINE, 1.5, asked, asked // 2, 7, 3, rows)


def test_a_figure_is_a_median_with_its_range_and_ours_is_set_beside_equal_tables_only() -> None:
    found = compared(party(2.0, 3.0, 2.5), row("spu RR22", 10.0), row("openmined-psi ECDH", 4.0, rows=16_384))
    lines = link_lines(found)
    table = [line for line in link_markdown(found) if line.startswith("| ")]
    assert table[0] == f"| {' | '.join(HEAD)} |"
    assert "| 2.50 (2.00 to 3.00) | - | 92.0 | 500 (500 to 500) | yes, in one order |" in table[2]
    assert "| 10.00 | 0.25 |" in table[3]
    assert "| 4.00 | - |" in table[4]
    assert any(line.endswith("extrapolated, not measured: 256 CPU s in proportion to 16,384 rows") for line in lines)
    assert not any("spu RR22" in line and "extrapolated" in line for line in lines)


def test_targets_are_met_or_missed_by_how_much_and_a_peer_is_taken_at_its_fastest() -> None:
    found = compared(
        party(3.25, megabytes=99.0), row("spu RR22", 10.0), row("spu RR22, fastest", 5.0),
        party(4.0, suite="psi-ot-mr/1", megabytes=126.0),
    )  # fmt: skip
    told = [verdict.sentence for verdict in verdicts_of(found)]
    assert told == [
        "MISSED by 0.25 s: privshare party, psi-ot-sh/1: CPU 3.25 s, target at most 3.00 s",
        "met: privshare party, psi-ot-sh/1: bytes 99.0 MB, target at most 100.0 MB",
        "MISSED by 0.15: privshare party, psi-ot-sh/1: CPU for one of spu RR22, fastest 0.65, target at most 0.50",
        "MISSED by 1.0 MB: privshare party, psi-ot-mr/1: bytes 126.0 MB, target at most 125.0 MB",
        "met: privshare party, psi-ot-mr/1: CPU for one of privshare party, psi-ot-sh/1 1.23, target at most 1.40",
    ]
    assert set(told) <= set(link_lines(found))


def test_other_sizes_have_their_own_targets_and_some_have_none() -> None:
    large = compared(replace(party(17.0, rows=1 << 22), peak=Series((4_000.0,))), asked=1 << 22)
    assert [(each.unit, each.met) for each in verdicts_of(large)] == [("s", False), ("MiB", True)]
    (small,) = verdicts_of(compared(party(1.1, rows=100_000), asked=100_000))
    assert (small.what, small.target, small.met) == ("privshare party, psi-ot-sh/1: wall", 1.2, True)
    assert verdicts_of(compared(party(1.0, rows=4_096), asked=4_096)) == []
    assert Verdict("x", "F1", 0.99, 0.985, least=True).met is False


def test_who_failed_is_named_and_has_no_figures() -> None:
    found = compared(party(2.0), LinkRow("spu", "t", MILLION, fault="its answer is not the truth"))
    assert "spu: its answer is not the truth" in link_lines(found)
    assert sum(line.startswith("| ") for line in link_markdown(found)) == 3
    told = link_document(found)
    assert json.loads(json.dumps(told)) == told
    assert told["contestants"][1]["cpu"] is None
    assert told["contestants"][0]["cpu"] == [2.0]
    assert [each["met"] for each in told["targets"]] == [True, True], "nothing is judged beside who failed"


def test_columns_stand_below_each_other() -> None:
    assert aligned([("a", "bb"), ("ccc", "d")]) == ["a    bb", "ccc   d"]
    assert marked([("a", "b"), ("c", "d")]) == ["| a | b |", "| --- | --- |", "| c | d |"]


def points(name: str, fixed: float, each: float, most: int = 1 << 16) -> list[GrowthPoint]:
    return [
        GrowthPoint(name, n, Series((fixed + each * n,)), Series((2 * (fixed + each * n),)), Series((100 + n / 2**10,)),
                    88 * n + 40_000, 1.0 + n / 1e5)
        for n in sizes(most)
    ]  # fmt: skip


def grown(*faults: str) -> Growth:
    return Growth(MACHINE, 0.5, 1, 3, (*points("ours", 0.5, 1e-6), *points("<them> & co", 0.6, 4e-6, 4_096)), faults)


def test_growth_is_told_as_what_one_more_row_costs() -> None:
    found = slope(points("ours", 0.5, 1e-6))
    assert found is not None
    assert (found.smaller, found.larger) == (4_096, 65_536)
    assert (found.cpu, found.bytes, found.peak) == (pytest.approx(2e-6), pytest.approx(88), pytest.approx(1024))
    assert found.fixed == pytest.approx(1.0)
    assert slope(points("ours", 0.5, 1e-6, 256)) is None
    lines = growth_lines(grown("spu, 256 rows: exit code 1: no"))
    assert any("4,096 and 65,536: 2.00 CPU µs of all parties, 88.0 bytes sent, 1024 bytes" in line for line in lines)
    assert lines[-1] == "spu, 256 rows: exit code 1: no"
    assert any("100 Mbit/s each way, 40 ms there and back, simulated by a relay" in line for line in lines)
    told = growth_document(grown())
    assert json.loads(json.dumps(told)) == told
    assert len(told["points"]) == 5 + 3


def test_growth_is_drawn_with_every_contestant_and_panel_and_no_script() -> None:
    text = growth_chart(grown())
    root = ElementTree.fromstring(text)
    words = {element.text for element in root.iter() if element.text}
    assert {"ours", "<them> & co", *PANELS} <= words
    assert root.get("font-family")
    assert not any(element.tag.endswith("script") for element in root.iter())
    assert "![" in "\n".join(growth_markdown(grown(), picture="growth.svg"))
    assert "![" not in "\n".join(growth_markdown(grown()))


@pytest.mark.parametrize(
    ("asked", "told"), [({"runs": 0}, "--runs"), ({"rows": 5}, "--rows"), ({"others": Others("spu")}, "--env")]
)
def test_growth_refuses_before_anything_is_run(asked: dict[str, object], told: str) -> None:
    with pytest.raises(ParameterRefused, match=told):
        measure_growth(**asked)  # type: ignore[arg-type]


def totals(*wall: float, rows: int = 1_000_000, near: bool = True) -> Totals:
    seconds = Series(wall)
    return Totals(
        MACHINE, 0.5, rows, seconds, seconds, seconds, seconds, 61_000_000, near, "totals-3/1", (("numpy", "2"),)
    )


def test_totals_are_judged_at_a_million_and_a_number_outside_its_noise_is_seen() -> None:
    assert "MISSED by 1.00 s: totals-3/1: wall 11.00 s, target at most 10.00 s" in totals_lines(
        totals(10.5, 11.0, 12.0)
    )
    assert "met: totals-3/1: wall 9.00 s, target at most 10.00 s" in totals_markdown(totals(9.0))[-3][2:]
    assert totals(9.0, rows=2_000).verdicts == []
    assert any(line.endswith("NO") for line in totals_lines(totals(9.0, near=False)))
    assert totals_document(totals(9.0))["targets"][0]["met"] is True
    for asked in ({"runs": 0}, {"rows": 7}):
        with pytest.raises(ParameterRefused, match="--r"):
            measure_totals(**asked)


def test_totals_of_a_small_table_are_measured_as_a_whole_process() -> None:
    found = measure_totals(rows=1_500, runs=1)
    assert found.near
    assert found.suite == "totals-3/1"
    assert found.bytes > 0
    assert len(found.wall.values) == len(found.protocol.values) == 1
    assert 0 < found.protocol.median < found.wall.median


def test_pairs_are_judged_by_f1_and_who_failed_is_named() -> None:
    good, poor = (Quality(2_500, right, 2_500, 0, 1.5) for right in (2_490, 2_450))
    for quality, told in (
        (good, "met: privshare link --fuzzy, FEBRL4: 0.9960 F1, target at least 0.9900 F1"),
        (poor, "MISSED by 0.0100 F1: privshare link --fuzzy, FEBRL4: 0.9800 F1, target at least 0.9900 F1"),
    ):
        rows = (
            Pairing(FIRST, OURS, "t", quality, Series((1.5,))),
            Pairing("FEBRL3", OURS, "t", poor, Series((1.5,))),
            Pairing(FIRST, "splink in the clear", "u", fault="exit code 1: no"),
        )
        found = Pairings(MACHINE, 0.5, 1, rows, (("splink", "5"),))
        lines = pairings_lines(found)
        assert told in lines
        assert "splink in the clear, FEBRL4: exit code 1: no" in lines
        document = pairings_document(found)
        assert json.loads(json.dumps(document)) == document
        assert len(document["targets"]) == 1
